"""`docs/commitlint.md` is written from the table of verdicts, and the table is what relman really says."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from relman.model.message_lint import lint
from relman.model.message_rules import LintRules, Problem

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "commitlint.md"
ROWS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "data" / "commitlint.json").read_text())
STYLE = LintRules(style="error")


def verdict(problems: tuple[Problem, ...]) -> str:
    if any(problem.level == "error" for problem in problems):
        return "refused"
    return "warned" if problems else "passed"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["message"][:40])
def test_relman_says_what_the_table_says(row: dict[str, Any]) -> None:
    found = lint(row["message"])
    assert (verdict(found), verdict(lint(row["message"], STYLE))) == (row["relman"], row["relman_style"])
    assert sorted({problem.rule for problem in found}) == row["relman_rules"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["message"][:40])
def test_where_the_verdicts_differ_the_table_says_why(row: dict[str, Any]) -> None:
    stops = {row[name] == "refused" for name in ("commitlint", "relman", "relman_style")}
    assert (len(stops) > 1) == bool(row["why"])


def shown(row: dict[str, Any]) -> str:
    text = json.dumps(row["message"], ensure_ascii=False)[1:-1].replace('\\"', '"').replace("|", "\\|")
    text = text if len(text) < 75 else f"{text[:72]}…"
    return f"| `` {text} `` | {row['commitlint']} | {row['relman']} | {row['relman_style']} |"


def tables() -> str:
    differing = sorted((row for row in ROWS if row["why"]), key=lambda row: row["why"])
    parts = []
    for why, rows in groupby(differing, key=lambda row: row["why"]):
        head = "| message | commitlint | relman | with `style` |\n|---|---|---|---|"
        parts.append("\n".join((f"**{why[0].upper()}{why[1:]}.**\n", head, *map(shown, rows))))
    return "\n\n".join(parts) + "\n"


def test_the_page_shows_every_difference() -> None:
    text = PAGE.read_text()
    counted = f"Of {len(ROWS)} messages, {sum(not row['why'] for row in ROWS)} get the same verdict"
    assert counted in text
    assert text.endswith(tables())
