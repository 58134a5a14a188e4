import pytest

from relman.model import message
from relman.model.line_state import refusal
from relman.model.strategy import STATES

CASES = [
    ("feat: x", ["", "no feat lands there", "only what mends security lands there"]),
    ("fix: x", ["", "", "only what mends security lands there"]),
    ("fix!: x", ["", "no breaking change lands there", "only what mends security lands there"]),
    ("fix(security): x", ["", "", ""]),
    ("fix: x\n\nMends CVE-2026-12345.", ["", "", ""]),
    ("fix: x\n\nSecurity: yes", ["", "", ""]),
    ("feat(security): x", ["", "no feat lands there", "no feat lands there"]),
    ("free words", ["", "", "only what mends security lands there"]),
]


@pytest.mark.parametrize(("text", "answers"), CASES)
def test_what_may_land(text: str, answers: list[str]) -> None:
    read = message.parse(text)
    assert [refusal(state, read, text) or "" for state in STATES[:3]] == answers
    assert refusal(STATES[3], read, text) == "nothing lands there any more"
