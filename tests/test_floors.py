import ast
import os
import tomllib
from pathlib import Path
from typing import Any

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"


def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def modules() -> list[str]:
    paths = [path.relative_to(SOURCE).with_suffix("") for path in (SOURCE / "relman").rglob("*.py")]
    return sorted(".".join(part for part in path.parts if part != "__init__") for path in paths)


def test_imports_point_down_only() -> None:
    os.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_every_module_stands_on_one_floor() -> None:
    layers = next(contract["layers"] for contract in contracts() if contract["type"] == "layers")
    floors = [floor.strip("() ") for layer in layers for floor in layer.split("|")]
    under = {
        module: [floor for floor in floors if module == floor or module.startswith(f"{floor}.")]
        for module in modules()
        if module != "relman"
    }
    assert {module: found for module, found in under.items() if len(found) != 1} == {}


def test_every_contract_about_a_library_names_every_other_floor() -> None:
    layers = next(contract["layers"] for contract in contracts() if contract["type"] == "layers")
    floors = {floor.strip("() ") for layer in layers for floor in layer.split("|")} - {"relman.__main__"}
    homes = {
        "pygit2 only in git": {"relman.git"},
        "typer only in cli": {"relman.cli"},
        "rich only in cli and render": {"relman.cli", "relman.render"},
        "jinja2 only in notes": {"relman.notes"},
    }
    named = {c["name"]: set(c["source_modules"]) for c in contracts() if c["name"] in homes}
    assert named == {name: floors - home for name, home in homes.items()}


def test_nothing_prints_below_cli_and_render() -> None:
    printing = {
        module
        for module in modules()
        if not module.startswith(("relman.cli", "relman.render", "relman.hook", "relman.__main__"))
        for node in ast.walk(ast.parse(_text(module)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "input"}
    }
    assert printing == set()


def _text(module: str) -> str:
    path = SOURCE.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file.read_text(encoding="utf-8")
