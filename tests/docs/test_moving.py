"""The phrase book's right side is typed as it stands: the command is there, and so is every option."""

import re
from pathlib import Path

import pytest

from relman.cli.commands import command

PAGE = Path(__file__).parents[2] / "docs" / "moving.md"
PHRASES = sorted(set(re.findall(r"`relman ([a-z][^`]*)`", PAGE.read_text())))


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_names_a_command_and_its_options(phrase: str) -> None:
    name, *words = phrase.split()
    made = command().commands[name]
    known = {option for param in made.params for option in (*param.opts, *param.secondary_opts)}
    assert {word for word in words if word.startswith("--")} - known == set()
