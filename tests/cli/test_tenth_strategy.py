"""A strategy that nobody has heard of: one value in the catalog, and every command knows it."""

import re
from pathlib import Path

import pytest

from relman.model import catalog
from relman.model.catalog import CATALOG
from relman.model.strategy import Role, Strategy, faults
from strategy_story import Team

HARBOUR = Strategy(
    name="harbour/v1",
    title="Harbour",
    roles=(
        Role(name="trunk", patterns=("main",)),
        Role(name="production", patterns=("shipped",), tags=True, step="patch"),
        Role(
            name="release",
            patterns=("dock/{version}",),
            starts=("trunk",),
            lands=("production",),
            lifetime="release",
        ),
        Role(
            name="hotfix", patterns=("tug/{version}",), starts=("production",), lands=("production", "trunk")
        ),
    ),
    direction="merge-back",
    tag="merge",
    parts=2,
    checks={"B1": "error", "F3": "error"},
    rules="Ships are made ready in a dock, and sail once they are merged into shipped.",
    incident="A tug brings the fix to what has sailed, and home.",
)
STORY = """
branch shipped from main
main: "feat: login" login.txt
relman cut
main: "feat: half of X" half.txt
undoable relman release 1.1.0 --final
git merge-base --is-ancestor v1.1.0 shipped
not git merge-base --is-ancestor v1.1.0 main
not git cat-file -e v1.1.0:half.txt
main: "fix: crash" crash.txt
undoable relman hotfix ":/fix: crash"
git merge-base --is-ancestor v1.1.1 shipped
git merge-base --is-ancestor v1.1.1 main
not git cat-file -e v1.1.1:half.txt
relman next trunk = 1.2.0
"""
END = """\
main: Merge tag 'v1.1.1' into main
shipped: Merge hotfix 1.1.1 into shipped

v1.0.0: feat: one | says 1.0.0 | holds app.txt | changelog 1.0.0
v1.1.0: Merge dock/1.1.0 into shipped | says 1.1.0 | holds app.txt login.txt | changelog 1.1.0 1.0.0
v1.1.0-rc.1: chore(release): 1.1.0-rc.1 | says 1.1.0rc1 | holds app.txt login.txt | changelog 1.1.0-rc.1 1.0.0
v1.1.1: Merge hotfix 1.1.1 into shipped | says 1.1.1 | holds app.txt crash.txt login.txt | changelog 1.1.1 1.1.0 1.0.0
"""


def test_a_tenth_strategy_is_one_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(faults(HARBOUR)) == []
    monkeypatch.setattr(catalog, "CATALOG", (*CATALOG, HARBOUR))
    team = Team(tmp_path, f'strategy = "{HARBOUR.name}"\n')
    for line in STORY.strip().splitlines():
        team.tell(line)
    end = re.sub(r" \| tree \w+", "", team.end())
    assert end.partition("\n\n*")[0] + "\n" == END


def test_no_code_asks_a_strategys_name() -> None:
    source = Path(catalog.__file__).parents[1]
    names = "|".join(re.escape(strategy.name) for strategy in CATALOG)
    asked = re.compile(rf"""(==|!=|\bin\b)\s*\(?["'](?:{names})""")
    files = [file for file in source.rglob("*.py") if file.name != "catalog.py"]
    assert [str(file.relative_to(source)) for file in files if asked.search(file.read_text())] == []
