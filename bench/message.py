"""One commit message, checked: `relman-hook commit-msg` as a whole process beside the peers and a bare Python.

`python bench/message.py [--runs 15]`. commitlint is installed by npm into the cache, and left out where there is none.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Command, Figures, row
from peers import HERE, peers

MESSAGE = """\
feat(cart): count every piece

The sum was taken per line, and a line may hold several pieces.

Refs: #12
"""
COMMITLINT = HERE / ".cache" / "commitlint"
PACKAGES = ("@commitlint/cli@20.5.3", "@commitlint/config-conventional@20.5.3")


def commitlint() -> Path | None:
    """The program, installed where it is not there yet; nothing without npm."""
    program = COMMITLINT / "node_modules" / ".bin" / "commitlint"
    if not program.exists() and (npm := shutil.which("npm")):
        COMMITLINT.mkdir(parents=True, exist_ok=True)
        (COMMITLINT / "package.json").write_text("{}")
        subprocess.run([npm, "install", "--silent", *PACKAGES], cwd=COMMITLINT, check=True)
    return program if program.exists() else None


def repository(folder: Path) -> Path:
    """A repository with a message in the place where git leaves it, and each tool's settings."""
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / "relman.toml").write_text('[messages]\nstyle = "error"\n')
    (folder / ".cz.toml").write_text('[tool.commitizen]\nname = "cz_conventional_commits"\n')
    (folder / ".gitlint").write_text("[general]\ncontrib=contrib-title-conventional-commits\n")
    extends = COMMITLINT / "node_modules" / "@commitlint" / "config-conventional" / "lib" / "index.js"
    (folder / ".commitlintrc.json").write_text(json.dumps({"extends": [str(extends)]}))
    file = folder / ".git" / "COMMIT_EDITMSG"
    file.write_text(MESSAGE)
    return file


def commands(file: Path, folder: Path) -> list[Command]:
    """Everybody checks the same file; an editor's comments make relman ask git for its settings."""
    edited = file.with_name("EDITED")
    edited.write_text(
        MESSAGE + "\n# Please enter the commit message for your changes.\n#\n# On branch main\n"
    )
    here, found = peers(), commitlint()
    hook = str(Path(sys.executable).parent / "relman-hook")
    rows = [
        Command(who="relman-hook commit-msg", words=(hook, "commit-msg", str(file))),
        Command(who="the same, after an editor", words=(hook, "commit-msg", str(edited))),
        Command(who="python -c pass", words=(sys.executable, "-c", "pass")),
        Command(who="gitlint --msg-filename", words=(str(here / "gitlint"), "--msg-filename", str(file))),
        Command(who="cz check", words=(str(here / "cz"), "check", "--commit-msg-file", str(file))),
    ]
    if found is not None:
        words = (str(found), "--edit", str(file), "--config", str(folder / ".commitlintrc.json"))
        rows.append(Command(who="commitlint --edit", words=words))
    return rows


def show(figures: list[Figures]) -> None:
    base = figures[0].wall
    print(f"{'':28} {'wall':>8} {'ratio':>6} {'cpu':>8} {'peak':>8}")
    for each in figures:
        bad = "" if each.code == 0 else f"  exit code {each.code}"
        print(
            f"{each.who:28} {each.wall:6.3f} s {each.wall / base:6.2f} {each.cpu:6.3f} s {each.peak:4.0f} MiB{bad}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = repository(folder)
        env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        show(row(commands(file, folder), at=folder, env=env, limit=60, runs=given.runs))


if __name__ == "__main__":
    main()
