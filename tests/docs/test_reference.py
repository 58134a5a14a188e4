from pathlib import Path

from relman.cli.commands import ROWS
from relman.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text() == reference(), "python -m relman.cli.reference > docs/commands.md"


def test_every_command_is_on_it() -> None:
    assert [name for _, name, _ in ROWS if f"### `relman {name}" not in PAGE.read_text()] == []
