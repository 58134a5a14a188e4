import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_rule_that_refuses_is_in_the_guide_and_no_other() -> None:
    code = "\n".join(file.read_text() for file in (ROOT / "src" / "relman" / "job").glob("*.py"))
    rules = set(re.findall(r'\b(?:rule|RULE)\s?=\s?"([a-z]+(?:-[a-z]+)*)"', code))
    told = set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs" / "guide.md").read_text(), re.MULTILINE))
    assert told == rules
