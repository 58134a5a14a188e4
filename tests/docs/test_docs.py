import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relman.cli.app import run

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def masked(text: str) -> str:
    """Ids and hashes follow the day on which the plan was made."""
    return re.sub(r"\b[0-9a-f]{7}\b", "*******", text)


def test_the_plan_in_the_readme_is_what_relman_says(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", str(tmp_path / "shop"), "-q"]) == 0
    capfd.readouterr()
    os.chdir(tmp_path / "shop")
    assert run(["hotfix", "pr:123", "--dry-run"]) == 0
    said = capfd.readouterr()
    block = re.search(
        r"```text\n\$ relman hotfix pr:123 --dry-run\n(.*?)```", PAGES[0].read_text(), re.DOTALL
    )
    assert block is not None
    assert masked(block[1]) == masked(said.out + said.err)


def test_the_demo_ends_where_it_began(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "demo.sh", tmp_path / "docs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", str(tmp_path / "docs" / "demo.sh")],
        env={"PATH": path, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", done.stdout, re.MULTILINE))
    assert list(told) == [
        "relman demo .demo",
        "relman status",
        "relman next",
        "relman options pr:123",
        "relman hotfix pr:123 --dry-run",
        "relman hotfix pr:123 --yes",
        "relman changelog v1.4.3",
        "relman log",
        "relman undo --yes",
    ]
    assert told["relman next"] == "1.5.0\n\n"
    assert "token expiry" in told["relman changelog v1.4.3"]
    git = ["git", "-C", str(tmp_path / ".demo")]
    tags = subprocess.run([*git, "tag", "--list", "v1.4.*"], capture_output=True, text=True, check=True)
    assert tags.stdout.split() == ["v1.4.0", "v1.4.1", "v1.4.2"]
