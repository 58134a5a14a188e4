"""What the command line loads before it knows which command is meant: nothing that only some of them need."""

import subprocess
import sys

HEAVY = (
    "rich",
    "pygit2",
    "jinja2",
    "ruamel",
    "relman.config",
    "relman.job",
    "relman.run",
    "relman.git",
    "relman.plan",
)


def test_the_list_of_commands_loads_nothing_heavy() -> None:
    code = f"import sys, relman.cli.commands; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_is_printed_without_it_either() -> None:
    code = (
        "import sys; from relman.cli.app import run; code = run(['check', '--help']);"
        f"print(code, [m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
