import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_rule_that_refuses_is_in_the_guide_and_no_other() -> None:
    rooms = (ROOT / "src" / "relman" / room for room in ("job", "run"))
    code = "\n".join(file.read_text() for room in rooms for file in room.glob("*.py"))
    rules = set(re.findall(r'\b(?:rule|RULE)\s?=\s?"([a-z]+(?:-[a-z]+)*)"', code))
    told = set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs" / "guide.md").read_text(), re.MULTILINE))
    assert told == rules
