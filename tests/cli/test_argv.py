import re
from pathlib import Path

import pytest

from command import Shop, call
from relman.cli.argv import OTHER_TOOLS, TAKES_VALUE, globals_first, repeated
from relman.cli.commands import FAMILIES, ROWS, command


@pytest.mark.parametrize(
    ("words", "front", "rest"),
    [
        (["next", "--json"], ["--json"], ["next"]),
        (["next", "-C", "../shop", "-q"], ["-C", "../shop", "-q"], ["next"]),
        (["--config", "f", "--json", "next"], ["--config", "f", "--json"], ["next"]),
        (["cut", "--reason", "--json"], [], ["cut", "--reason", "--json"]),
        (
            ["backport", "x", "--to", "1.3", "--release", "--json"],
            ["--json"],
            ["backport", "x", "--to", "1.3", "--release"],
        ),
        (["hotfix", "--", "--json"], [], ["hotfix", "--", "--json"]),
        (["next", "--color=never", "-C"], ["--color=never", "-C"], ["next"]),
        ([], [], []),
    ],
)
def test_global_options_may_stand_anywhere(words: list[str], front: list[str], rest: list[str]) -> None:
    assert globals_first(words) == (front, rest)


def test_every_option_that_takes_a_value_keeps_it() -> None:
    options = [p for one in command().commands.values() for p in one.params if p.param_type_name == "option"]
    flags = {name for p in options if getattr(p, "is_flag", False) for name in (*p.opts, *p.secondary_opts)}
    valued = {name for p in options if not getattr(p, "is_flag", False) for name in p.opts}
    assert valued & flags == {"--release"}  # of undo it takes a version, of backport nothing
    assert set(TAKES_VALUE) == valued - flags
    for name in TAKES_VALUE:
        assert globals_first(["x", name, "--json"]) == ([], ["x", name, "--json"])


@pytest.mark.parametrize(
    ("words", "again"),
    [
        (["-C", "x", "release", "1.0", "-y", "--json"], ["release", "1.0", "--yes"]),
        (
            ["hotfix", "--push", "--expect", "abc", "--expect=abc", "--", "-y"],
            ["hotfix", "--push", "--yes", "--", "-y"],
        ),
        (["--config", "f", "cut", "-n"], ["--config", "f", "cut", "--yes"]),
    ],
)
def test_a_recorded_command_is_typed_again(words: list[str], again: list[str]) -> None:
    assert repeated(words, ["--yes"]) == again


def test_words_of_other_tools_are_answered(nowhere: Path) -> None:
    said = call(nowhere, "start")
    assert said.code == 2
    assert said.err == (
        "error: relman has no command 'start'; what it does is here:\nhint:  relman cut\nhint:  relman hotfix --start\n"
    )
    ours = {name for _, name, _ in ROWS}
    assert not ours & set(OTHER_TOOLS)


def test_help_shows_four_groups_led_by_the_five(nowhere: Path) -> None:
    said = call(nowhere, "--help")
    headings = [line for line in said.out.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["The five that matter:", "Look:", "Do:", "Set up:", "Options:"]
    five = said.out.partition("The five that matter:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in five.splitlines() if line[2] != " "] == [
        *("status", "hotfix", "cut", "release", "undo"),
    ]


@pytest.mark.parametrize("name", [name for _, name, _ in ROWS])
def test_every_command_has_examples_on_lines_of_their_own(nowhere: Path, name: str) -> None:
    said = call(nowhere, name, "--help")
    examples = said.out.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert examples
    assert all(line.startswith("  relman ") for line in examples)
    assert f"relman {name}" in examples[0]


def test_no_command_shows_the_help(nowhere: Path) -> None:
    said = call(nowhere)
    assert (said.code, said.out) == (2, "")
    assert "The five that matter:" in said.err


def test_the_version_is_a_flag_anywhere(nowhere: Path) -> None:
    assert call(nowhere, "--json", "--version").out.startswith("relman ")


def test_verbose_tells_the_configuration_and_the_time(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    plain, more = shop("next", "--json"), shop("next", "--json", "-v")
    assert (more.code, more.out) == (0, plain.out)
    assert re.fullmatch(r"configuration: defaults\ntook \d+\.\d\d s\n", more.err.removeprefix(plain.err))


def test_what_is_advised_instead_of_another_tools_word_is_a_command() -> None:
    advised = {words.split()[0] for row in OTHER_TOOLS.values() for words in row}
    assert advised <= {name for rows in (ROWS, FAMILIES) for _, name, _ in rows}
