"""Where a fix goes, and what a plan says about it, on the level of values."""

from collections.abc import Callable

import pytest

from history_language import Repo
from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.hotfix import plan_hotfix
from relman.job.open import open_facts
from relman.job.porting import HotfixAsk
from relman.job.shipping import Wishes
from relman.job.target import Side, find_spots
from relman.job.works import works
from relman.plan.plan import Plan

STORY = """
main:
  A "feat: one" {a: "1\\n"} [v1.0.0]
release/1.0 from A:
  L1 "fix: line" {l: "1\\n"} [v1.0.1]
  L2 "fix: line again" {l: "2\\n"} [v1.0.2]
  L3 "fix: unreleased" {l: "3\\n"}
main:
  B "feat: two" {b: "1\\n"} [v1.1.0]
release/1.1 from B:
  N1 "chore(release): 1.1.1" {} [v1.1.1]
  N2 "chore(release): begin 1.1.2" {}
main:
  fix "fix: first (#7)" {f: "1\\n"}
  C "feat: three" {c: "1\\n"}
release/1.2 from C:
  rc "chore(release): 1.2.0-rc.1" {} [v1.2.0-rc.1]
release/1.3 from C:
  Z "feat: next" {z: "1\\n"}
main:
"""


NOTHING_STABLE = "there is nothing stable to mend at 1.3: put the fix on the branch and release that"


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    return repo_from(
        STORY.replace("release/1.3 from C\n", 'release/1.3 from C:\n  Z "feat: next" {z: "1\\n"}\n')
    )


def spots(
    repo: Repo, *words: str, release: bool = True, side: Side | None = None
) -> list[tuple[str, str | None, str, bool]]:
    """Line, release, start by label, and whether beside the branch."""
    facts = open_facts(repo.path)
    names = {oid: label for label, oid in repo.labels.items()}
    with Scratch.open(facts.repo, facts.trunk.commit) as scratch:
        found = find_spots(facts, scratch, words, release=release, side=side)
    return [(s.line, s.release.tag if s.release else None, names[s.start], s.isolated) for s in found]


def plan(repo: Repo, *words: str, to: tuple[str, ...] = (), release: bool = True) -> Plan:
    facts = open_facts(repo.path)
    with Scratch.open(facts.repo, facts.trunk.commit) as scratch:
        return plan_hotfix(
            facts, scratch, HotfixAsk(fixes=words, to=to, release=release), Wishes(day="2026-11-23")
        )


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("1.0", ("1.0", "v1.0.2", "L2", True)),
        ("v1.0.2", ("1.0", "v1.0.2", "L2", True)),
        ("1.0.2", ("1.0", "v1.0.2", "L2", True)),
        ("release/1.0", ("1.0", "v1.0.2", "L2", True)),
        ("refs/heads/release/1.0", ("1.0", "v1.0.2", "L2", True)),
        ("v1.0.1", ("1.0", "v1.0.1", "L1", True)),
        ("production", ("1.1", "v1.1.1", "N2", False)),
    ],
)
def test_a_word_is_a_place_to_start_from(repo: Repo, word: str, found: tuple[str, str, str, bool]) -> None:
    assert spots(repo, word) == [found]


def test_the_side_can_be_chosen(repo: Repo) -> None:
    assert spots(repo, "1.0", side="on-line") == [("1.0", "v1.0.2", "L3", False)]
    repo.git("branch", "-f", "release/1.0", "v1.0.2")
    assert spots(repo, "1.0") == [("1.0", "v1.0.2", "L2", False)]
    assert spots(repo, "1.0", side="isolate") == [("1.0", "v1.0.2", "L2", True)]


def test_a_backport_goes_to_the_branch_whatever_it_holds(repo: Repo) -> None:
    assert spots(repo, "1.0", "1.2", "main", "1.1", "1.3", release=False) == [
        ("trunk", None, "C", False),
        ("1.3", None, "Z", False),
        ("1.2", None, "rc", False),
        ("1.1", "v1.1.1", "N2", False),
        ("1.0", "v1.0.2", "L3", False),
    ]


def test_one_line_by_two_names_is_one_target(repo: Repo) -> None:
    assert spots(repo, "1.0", "release/1.0", "v1.0.2") == [("1.0", "v1.0.2", "L2", True)]


def test_production_that_is_not_the_newest_is_built_on(repo: Repo) -> None:
    repo.write("relman.toml", '[production]\nsource = "tags"\n')
    repo.git("tag", "deployed/1.0.1", "v1.0.1")
    assert spots(repo, "production") == [("1.0", "v1.0.1", "L1", True)]


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("1.3", f"line 1.3 has no release yet, so {NOTHING_STABLE}", "relman backport FIX --to release/1.3"),
        ("trunk", "a hotfix goes to a line or a release, and trunk is trunk", "relman release trunk"),
        ("v9.9.9", "there is no line 'v9.9.9'; lines: 1.3, 1.2, 1.1, 1.0", "relman status"),
        ("v1.0.7", "there is no release v1.0.7; the newest of line 1.0 is v1.0.2", "relman hotfix FIX --to 1.0"),
    ],
)  # fmt: skip
def test_what_is_no_target_says_what_is(repo: Repo, word: str, message: str, hint: str) -> None:
    with pytest.raises(RelmanError) as caught:
        spots(repo, word)
    assert (caught.value.kind, caught.value.message, caught.value.hints[0]) == (Kind.USAGE, message, hint)


def test_a_branch_that_lost_its_release_is_not_built_on(repo: Repo) -> None:
    repo.git("branch", "-f", "release/1.0", "v1.0.1")
    assert spots(repo, "1.0") == [("1.0", "v1.0.2", "L2", True)]
    with pytest.raises(RelmanError, match=r"release/1\.0 does not contain v1\.0\.2"):
        spots(repo, "1.0", side="on-line")


def test_the_plan_relies_on_what_it_read(repo: Repo) -> None:
    made = plan(repo, "pr:7", to=("1.0",))
    assert {e.ref: e.value for e in made.expects} == {
        "refs/heads/main": repo.id("main"),
        "refs/heads/release/1.0": repo.id("release/1.0"),
        "refs/tags/v1.0.2": repo.git("rev-parse", "refs/tags/v1.0.2"),
    }
    assert [(m.ref, m.old) for m in made.moves()] == [("refs/tags/v1.0.3", None)]
    assert made.facts == (
        (
            "target",
            "release/1.0 holds 1 unreleased commit, so the fix starts from v1.0.2 (--on-line: ship them too)",
        ),
        ("leaves out", "1 commit on trunk"),
    )
    assert [(d.commit, d.missing_on, d.settle) for d in made.debts] == [
        (repo.labels["fix"], ("1.1",), "relman backport pr:7 --to 1.1"),
        (repo.labels["fix"], ("release/1.0",), "relman forward 1.0"),
    ]


def test_an_unreleased_port_is_pointed_at(repo: Repo) -> None:
    made = plan(repo, repo.labels["L3"], to=("1.0",), release=False)
    assert made.all_there()
    assert made.afterwards == ("1.0 has it, not yet released: relman release 1.0",)
    assert made.steps == ()


def test_every_number_of_picks_is_tried_on_every_target(repo: Repo) -> None:
    made = plan(repo, "pr:7", repo.labels["C"], to=("1.1", "1.0"), release=False)
    assert [(t.line, [p.rung for p in t.picks]) for t in made.targets] == [
        ("1.1", ["clean", "clean"]),
        ("1.0", ["clean", "clean"]),
    ]


HALF = """
main:
  A "feat: one" {a: "1\\n"} [v1.0.0]
  fix "fix: first (#7)" {f: "1\\n"}
  P1 "feat: start\\n\\nFeature: pay" {p: "1\\n"}
  P2 "feat: more\\n\\nFeature: pay" {q: "1\\n"}
  D "feat: whole\\n\\nFeature: pay\\nFeature-Done: pay" {d: "1\\n"}
"""


def test_what_was_taken_back_is_no_part_of_a_half_done_feature(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from(HALF)

    def leaves_out() -> str:
        return dict(plan(repo, "pr:7").facts)["leaves out"]

    assert leaves_out() == "3 commits on trunk"
    repo.git("revert", "--no-edit", "HEAD")
    assert leaves_out() == "4 commits on trunk, 2 of feature pay"
    repo.git("revert", "--no-edit", repo.id("P1"))
    assert leaves_out() == "5 commits on trunk, 1 of feature pay"
    facts = open_facts(repo.path)
    (work,) = works(facts)
    assert (work.name, work.commits) == ("pay", (repo.id("P2"),))
