"""The tools that relman is measured beside, in a virtual environment of their own."""

import shutil
import subprocess
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = HERE / "peers.txt"
HOME = HERE / ".cache" / "peers"

# Commitizen has no default for where the version stands; "scm" is the tags, as for relman and git-cliff.
COMMITIZEN = """\
[tool.commitizen]
name = "cz_conventional_commits"
version_provider = "scm"
tag_format = "v$version"
"""


def peers() -> Path:
    """The folder with the peers' programs; installs them when `peers.txt` is not what was installed last."""
    stamp = HOME / "installed.txt"
    wanted = PINS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(HOME, ignore_errors=True)
        venv.create(HOME, with_pip=True)
        pip = [str(HOME / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(PINS)], check=True)
        (HOME / "cz.toml").write_text(COMMITIZEN)
        stamp.write_text(wanted)
    return HOME / "bin"


def commitizen_configuration() -> Path:
    return HOME / "cz.toml"


if __name__ == "__main__":
    print(peers())
