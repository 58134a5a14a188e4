"""Facts of real repositories: HEAD's line, next versions, production, live lines, incomplete clones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from relman.errors import Kind, RelmanError
from relman.job.facts import Facts
from relman.job.landing import branch_of
from relman.job.next import read_next
from relman.job.open import open_facts
from relman.job.status import warnings

Build = Callable[..., Repo]

TWO_LINES = """
main: A "feat: one" [v1.4.0] -- B "feat: two"
release/1.4 from A: R1 "fix: r" [v1.4.1] -- R2 "fix: s"
main: C "fix: three"
"""


def facts_of(repo: Repo) -> Facts:
    return open_facts(repo.path)


def answer(repo: Repo, line: str | None = None, pre: str | None = None) -> str:
    return str(read_next(facts_of(repo), line, pre).version)


def refusal(repo: Repo, line: str | None = None) -> tuple[Kind, str, tuple[str, ...]]:
    with pytest.raises(RelmanError) as error:
        read_next(facts_of(repo), line)
    return error.value.kind, error.value.message, error.value.hints


def test_trunk_and_line_each_have_their_next(repo_from: Build) -> None:
    repo = repo_from(TWO_LINES)
    asked = [
        answer(repo, line)
        for line in (None, "trunk", "main", "1.4", "release/1.4", "1.4.x", "v1.4.1", "1.4.9")
    ]
    assert asked == ["1.5.0"] * 3 + ["1.4.2"] * 5
    assert [answer(repo, line, "rc") for line in ("trunk", "1.4")] == ["1.5.0-rc.1", "1.4.2-rc.1"]


def test_an_unknown_line_lists_the_known(repo_from: Build) -> None:
    assert refusal(repo_from(TWO_LINES), "9.9") == (
        Kind.USAGE,
        "there is no line '9.9'; lines: 1.4",
        ("relman status",),
    )


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("HEAD = release/1.4", "1.4"),
        ("HEAD = detached R1", "1.4"),
        ("HEAD = detached A", "trunk"),
        ("feature/x from R2: F\nHEAD = feature/x", "1.4"),
        ("feature/x from R2: F\nHEAD = detached F", "1.4"),
        ("feature/x from C: F\nHEAD = feature/x", "trunk"),
        ("hotfix/1.4.3 from C: F\nHEAD = hotfix/1.4.3", "1.4"),
        ("hot from R1: F [v1.4.5]\nHEAD = detached F", "1.4"),
    ],
)
def test_heads_line(repo_from: Build, more: str, line: str) -> None:
    assert facts_of(repo_from(TWO_LINES + more)).head_line == line


def test_a_tie_is_an_error_that_names_both(repo_from: Build) -> None:
    repo = repo_from(TWO_LINES + "release/1.5 from R2:\nfeature/x from R2: F\nHEAD = feature/x")
    assert refusal(repo)[1] == "HEAD stands on lines 1.4 and 1.5 alike"


RIVALS = TWO_LINES + "1.4 from R2: S\n"
SEVERAL = "line 1.4 has several branches, and nothing tells which one counts: 1.4, release/1.4"


def test_several_branches_for_a_line_are_refused_until_a_hint_is_typed(repo_from: Build) -> None:
    repo = repo_from(RIVALS)
    assert answer(repo, "trunk") == "1.5.0"
    kind, message, hints = refusal(repo, "1.4")
    assert (kind, message) == (Kind.USAGE, SEVERAL)
    assert hints == (
        "git branch -m 1.4 not-1.4",
        "git branch -m release/1.4 not-release-1.4",
        'in relman.toml, below [lines]:  patterns = ["{line}"]',
        'in relman.toml, below [lines]:  patterns = ["release/{line}"]',
    )
    assert warnings(facts_of(repo)) == (SEVERAL,)
    repo.git(*hints[0].split()[1:])
    assert (answer(repo, "1.4"), warnings(facts_of(repo))) == ("1.4.2", ())


def test_neither_is_a_hotfix_built_on_one_of_several_branches(repo_from: Build) -> None:
    facts = facts_of(repo_from(RIVALS))
    with pytest.raises(RelmanError) as error:
        branch_of(facts, facts.lines.all[0])
    assert error.value.message == SEVERAL


@pytest.mark.parametrize(
    "story",
    [
        RIVALS + "ref refs/remotes/origin/release/1.4 = R2\n",  # the remote has it
        TWO_LINES + "1.4 from A: X\n",  # it holds v1.4.1
    ],
)
def test_of_several_branches_the_remotes_or_the_releases_one_counts(repo_from: Build, story: str) -> None:
    assert facts_of(repo_from(story)).line("1.4").branch == "release/1.4"


def test_names_that_say_nothing_go_on_from_the_nearest_release(repo_from: Build) -> None:
    repo = repo_from(
        """
        main: A "feat: one" [v3.6.1] -- B "fix: two" -- C "feat: three"
        3.11 from B: -- 3.12 from B:
        """.replace(" -- 3.12", "\n3.12").replace("\n        ", "\n")
    )
    found = read_next(facts_of(repo), "3.11")
    assert (found.line, str(found.version), found.explain[0]) == (
        "3.11",
        "3.6.2",
        "3.12, 3.11 stand on one commit without a release, so their names say nothing; the nearest release is v3.6.1",
    )


def test_the_line_right_after_the_nearest_release_keeps_its_name(repo_from: Build) -> None:
    repo = repo_from('main: A "feat: one" [v3.6.1] -- B "fix: two"\n3.7 from B:\n3.8 from B:\n')
    assert answer(repo, "3.7") == "3.7.0"


def test_a_branch_that_is_behind_is_read_where_the_remote_stands(repo_from: Build) -> None:
    far = "ref refs/remotes/origin/main = D\n"
    repo = repo_from('main: A "feat: a" [v1.0.0] -- B "fix: b"\nup from B: D "feat: d"\ndelete up\n' + far)
    assert answer(repo, "trunk") == "1.1.0"
    assert facts_of(repo).trunk.state == "behind"


def test_a_diverged_line_stops_only_its_own_answer(repo_from: Build) -> None:
    repo = repo_from(
        TWO_LINES + 'up from R1: U "fix: u"\ndelete up\nref refs/remotes/origin/release/1.4 = U\n'
    )
    assert answer(repo, "trunk") == "1.5.0"
    kind, message, _ = refusal(repo, "1.4")
    assert (kind, message) == (
        Kind.MOVED,
        "release/1.4 and origin/release/1.4 have diverged: 1 commits only here, 1 only there",
    )


def test_a_shallow_clone_answers_what_it_holds_and_says_what_to_fetch_else(
    repo_from: Build, tmp_path: Path
) -> None:
    repo = repo_from('main: A "feat: a" [v1.0.0] -- B "feat: b" [v1.1.0] -- C "fix: c" -- D "fix: d"')
    deep = repo.clone(tmp_path / "deep", depth=3)
    assert answer(deep) == "1.1.1"
    thin = repo.clone(tmp_path / "thin", depth=2)
    kind, message, hints = refusal(thin)
    assert (kind, message) == (
        Kind.USAGE,
        "this clone is shallow: the history that the answer depends on ends too early",
    )
    thin.git(*hints[0].split()[1:])
    assert answer(thin) == "1.1.1"


def test_a_narrow_clone_is_refused_until_the_hint_is_typed(repo_from: Build, tmp_path: Path) -> None:
    clone = repo_from(TWO_LINES).clone(tmp_path / "narrow", branch="main", single_branch=True)
    kind, message, hints = refusal(clone)
    assert (kind, message) == (
        Kind.USAGE,
        "this clone does not follow every branch, so release lines may be missing",
    )
    assert hints == ("git remote set-branches origin '*' && git fetch --tags origin",)
    typed(clone, hints[0])
    assert answer(clone) == "1.5.0"


def typed(repo: Repo, hint: str) -> None:
    """Types the commands of a hint."""
    for command in hint.replace("'", "").split(" && "):
        repo.git(*command.split()[1:])


@pytest.mark.parametrize("known", [(), ("v1.4.0",)])
def test_a_clone_without_tags_is_refused_until_the_hint_is_typed(
    repo_from: Build, tmp_path: Path, known: tuple[str, ...]
) -> None:
    clone = repo_from(TWO_LINES).clone(tmp_path / "untagged", tags=False)
    for tag in known:
        clone.git("fetch", "-q", "origin", "tag", tag)
    kind, message, hints = refusal(clone)
    assert (kind, message) == (
        Kind.USAGE,
        "this clone was told not to fetch tags, so releases may be missing",
    )
    assert hints == ("git config --unset-all remote.origin.tagOpt && git fetch --tags origin",)
    typed(clone, hints[0])
    assert (answer(clone), answer(clone, "1.4")) == ("1.5.0", "1.4.2")


def test_a_clone_that_leaves_out_release_branches_is_refused(repo_from: Build, tmp_path: Path) -> None:
    clone = repo_from(TWO_LINES).clone(tmp_path / "negative")
    clone.git("config", "--add", "remote.origin.fetch", "^refs/heads/release/*")
    _, message, hints = refusal(clone)
    assert message == "this clone does not follow every branch, so release lines may be missing"
    typed(clone, hints[0])
    assert answer(clone) == "1.5.0"


def test_a_changelog_that_shows_a_release_forbids_to_start_again(repo_from: Build, tmp_path: Path) -> None:
    spec = 'main: A "feat: a" {CHANGELOG.md: "# Changelog\\n\\n## [1.4.2] - 2026-01-02\\n"}'
    repo = repo_from(spec)
    assert answer(repo) == "0.1.0"  # nothing to fetch from
    assert refusal(repo.clone(tmp_path / "clone")) == (
        Kind.USAGE,
        "this clone has no release tag, although CHANGELOG.md has the section '[1.4.2] - 2026-01-02'",
        ("git fetch --tags origin",),
    )


def test_packages_are_listed_instead_of_answering(repo_from: Build) -> None:
    kind, message, _ = refusal(repo_from('main: A "feat: a" [api-v1.2.3, web@2.0.0]'))
    assert (kind, message.splitlines()[0]) == (
        Kind.USAGE,
        "this repository has 2 families of release tags, and relman must know which one is meant:",
    )


def test_two_tags_for_one_version_that_differ_are_named(repo_from: Build) -> None:
    repo = repo_from('main: A "feat: a" [1.0.0] -- B "feat: b" [v1.0.0, v1.1.0]')
    facts = facts_of(repo)
    assert facts.twins() == ("1.0.0 and v1.0.0 name one version and differ",)
    assert [r.tag for r in facts.releases] == ["v1.1.0", "v1.0.0"]


def test_a_port_that_a_line_has_released_does_not_count_again(repo_from: Build) -> None:
    repo = repo_from(
        'main: A "feat: one" [v1.4.0] -- B "docs: d" -- C "fix: three"\n'
        'release/1.4 from A: P pick C -x -- Q "chore: q" [v1.4.1] -- S "chore: s" [v1.4.2]\n'
    )
    found = read_next(facts_of(repo), "trunk")
    assert found.version is None
    assert (
        found.explain[1] == f"{repo.id('C')[:7]} fix: three shipped already in 1.4.1 and does not count again"
    )


def test_production_is_assumed_or_recorded_by_a_branch(repo_from: Build) -> None:
    spec = TWO_LINES + "production from R2:\nmain: X [v2.0.0]\n"
    assumed = facts_of(repo_from(spec, "assumed")).production()
    assert (assumed.release.tag, assumed.source) == ("v2.0.0", "assumed")
    repo = repo_from(spec, "recorded")
    repo.write("relman.toml", '[production]\nsource = "branch"\nbranch = "production"\n')
    recorded = facts_of(repo).production()
    assert (recorded.release.tag, recorded.source) == ("v1.4.1", "branch production")


def test_productions_line_stays_live_below_newer_ones(repo_from: Build) -> None:
    repo = repo_from(
        "main: A [v1.1.0] -- B [v1.2.0] -- C [v1.3.0] -- D [v1.4.0] -- E [v1.5.0-rc.1] -- F [v1.0.5-rc.1]\n"
        "production from A:\n"
    )
    repo.write("relman.toml", '[production]\nsource = "branch"\nbranch = "production"\n')
    assert [(line.name, why) for line, why in facts_of(repo).live] == [
        ("1.5", "candidate v1.5.0-rc.1 is open"),
        ("1.4", "one of the newest two with a stable release"),
        ("1.1", "production"),
    ]
