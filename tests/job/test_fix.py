"""What the words after `hotfix` mean, on a trunk where change requests landed in every way that forges have."""

from collections.abc import Callable

import pytest

from history_language import Repo
from relman.errors import Kind, RelmanError
from relman.job.fix import find_fixes, follow_ups
from relman.job.open import open_facts
from relman.model.names import Oid

STORY = """
main:
  A "feat: one" {a: "1\\n"} [v1.0.0]
release/1.0 from A:
  L1 "fix: on the line" {l: "1\\n"} [v1.0.1]
main:
  squash "fix: squashed (#12)" {s: "1\\n"}
topic from A:
  T1 "fix: part one" {t: "1\\n"}
  T2 "fix: part two" {t: "2\\n"}
main:
  merged merge topic "Merge pull request #13 from ann/topic\\n\\nfix: the topic"
node "fix: node\\n\\nPR-URL: https://example.org/acme/shop/pull/14" {n: "1\\n"}
lab from A:
  G1 "fix: from the lab" {g: "1\\n"}
main:
  lab merge lab "Merge branch 'lab' into 'main'\\n\\nSee merge request grp/shop!15"
  azure "Merged PR 16: fix: azure" {z: "1\\n"}
  bucket "Merged in ann/x (pull request #17)\\n\\nfix: bucket" {b: "1\\n"}
  R1 "fix: rebased one\\n\\nPR-URL: https://example.org/acme/shop/pull/18" {r: "1\\n"}
  R2 "fix: rebased two\\n\\nPR-URL: https://example.org/acme/shop/pull/18" {r: "2\\n"}
  issue "fix: keyed\\n\\nFixes: SHOP-7" {i: "1\\n"}
  other "docs: about #12 and (#120)" {o: "1\\n"}
work from other:
  W1 "fix: at work" {w: "1\\n"}
  W2 "fix: at work again (#19)" {w: "2\\n"}
hotfix/1.0.2 from L1:
  H1 "fix: at night" {h: "1\\n"}
main:
""".replace("\nnode ", "\n  node ")


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    return repo_from(STORY)


def found(repo: Repo, *words: str, base: str = "v1.0.1", mainline: int | None = None) -> list[str]:
    fixes = find_fixes(
        open_facts(repo.path), words, [Oid(repo.git("rev-parse", f"{base}^{{commit}}"))], mainline
    )
    names = {oid: label for label, oid in repo.labels.items()}
    return [names[fix.commit.id] for fix in fixes]


def refused(repo: Repo, *words: str) -> RelmanError:
    with pytest.raises(RelmanError) as caught:
        found(repo, *words)
    assert caught.value.kind is Kind.USAGE
    return caught.value


@pytest.mark.parametrize(
    ("word", "labels"),
    [
        ("pr:12", ["squash"]),
        ("PR:12", ["squash"]),
        ("#12", ["squash"]),
        ("12", ["squash"]),
        ("!15", ["G1"]),
        ("pr:13", ["T1", "T2"]),
        ("14", ["node"]),
        ("16", ["azure"]),
        ("17", ["bucket"]),
        ("19", ["W2"]),
        ("https://github.example/acme/shop/pull/12", ["squash"]),
        ("https://github.example/acme/shop/pull/12/files#diff-1", ["squash"]),
        ("https://git.example/grp/shop/-/merge_requests/15", ["G1"]),
        ("https://git.example/grp/shop/-/merge_requests/15/diffs?a=1", ["G1"]),
        ("https://bucket.example/acme/shop/pull-requests/17/overview", ["bucket"]),
        ("https://azure.example/acme/_git/shop/pullrequest/16", ["azure"]),
        ("https://tea.example/acme/shop/pulls/12", ["squash"]),
        ("SHOP-7", ["issue"]),
        ("work", ["W1", "W2"]),
        ("refs/heads/work", ["W1", "W2"]),
        ("heads/work", ["W1", "W2"]),
        ("work~1", ["W1"]),
        ("work~1..work", ["W2"]),
        ("main~1..main", ["other"]),
        ("hotfix/1.0.2", ["H1"]),
        ("main^{/Merge pull}", ["T1", "T2"]),
    ],
)
def test_a_word_means_these_commits(repo: Repo, word: str, labels: list[str]) -> None:
    assert found(repo, word) == labels


def test_ids_are_taken_whole_and_short(repo: Repo) -> None:
    oid = repo.labels["squash"]
    assert found(repo, oid) == found(repo, oid[:8]) == ["squash"]
    assert found(repo, f"https://github.example/acme/shop/commit/{oid}") == ["squash"]
    assert found(repo, f"https://git.example/grp/shop/-/commit/{oid[:10]}?view=inline") == ["squash"]


def test_the_order_is_that_of_the_history_whatever_was_typed(repo: Repo) -> None:
    assert found(repo, "work", "pr:12", repo.labels["R2"], repo.labels["R1"]) == [
        "squash",
        "R1",
        "R2",
        "W1",
        "W2",
    ]
    assert found(repo, "pr:13", repo.labels["T2"]) == ["T1", "T2"]


def test_a_merge_with_a_mainline_stays_one_commit(repo: Repo) -> None:
    assert found(repo, "pr:13", mainline=1) == ["merged"]


def test_a_remote_branch_is_a_branch(repo: Repo) -> None:
    repo.git("update-ref", "refs/remotes/origin/far", repo.labels["W2"])
    repo.git("remote", "add", "origin", "https://example.invalid/x")
    assert found(repo, "origin/far") == found(repo, "far") == ["W1", "W2"]


def test_several_commits_of_one_request_are_listed(repo: Repo) -> None:
    error = refused(repo, "18")
    one, two = repo.labels["R1"][:10], repo.labels["R2"][:10]
    assert error.message == (
        f"change request 18 is more than one commit:\n  {two} fix: rebased two\n  {one} fix: rebased one"
    )
    assert error.hints == (f"relman hotfix {one} {two}",)


@pytest.mark.parametrize(
    ("word", "target"),
    [
        ("1.0", "1.0"),
        ("release/1.0", "release/1.0"),
        ("production", "production"),
        ("v1.0.1", "v1.0.1"),
        ("1.0.1", "1.0.1"),
    ],
)
def test_a_target_is_no_fix(repo: Repo, word: str, target: str) -> None:
    error = refused(repo, word)
    assert error.hints == (f"relman hotfix FIX --to {target}",)


@pytest.mark.parametrize("word", ["main", "trunk", "refs/heads/main"])
def test_trunk_is_no_fix(repo: Repo, word: str) -> None:
    name = word.removeprefix("refs/heads/")
    assert refused(repo, word).hints == (f"relman backport FIX --to {name}",)


def test_an_environment_branch_is_no_fix(repo: Repo) -> None:
    repo.git("branch", "live", "main")
    repo.write("relman.toml", '[production]\nsource = "branch"\nbranch = "live"\n')
    assert refused(repo, "live").message == "live is where a fix goes, not what to ship"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("wrok", "no branch, tag or commit here is called wrok"),
        ("pr:99", "no commit here says that it is change request 99 (pr:99)"),
        ("NOPE-1", "no commit on main refers to NOPE-1"),
        ("-x", "'-x' is not a revision"),
        ("-x..main", "'-x' is not a revision"),
        ("work...main", "work...main is a symmetric difference; a fix is a range A..B"),
        ("work..work", "the range work..work holds no commit"),
        ("topic", "everything on topic is on trunk or a line already; name the commits"),
    ],
)
def test_what_cannot_be_shipped_is_said(repo: Repo, word: str, message: str) -> None:
    assert refused(repo, word).message == message


def test_a_wrong_word_brings_its_neighbour(repo: Repo) -> None:
    assert "work" in refused(repo, "wrok").hints[0]


def test_what_mends_and_reverts_is_found(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from('main: A "feat: one" {a: "1\\n"} -- B "fix: b" {b: "1\\n"} -- C "fix: c" {c: "1\\n"}')
    one, two = repo.labels["B"], repo.labels["C"]
    mend = repo.commit(f'fix: b again\n\nFixes: {one[:12]} ("fix: b")', {"b": "2\n"})
    revert = repo.commit(f'Revert "fix: c"\n\nThis reverts commit {two}.', {"c": "0\n"})
    again = repo.commit(f'Reapply "fix: c"\n\nThis reverts commit {revert}.', {"c": "1\n"})
    repo.commit(f"docs: what {one} was about")
    facts = open_facts(repo.path)
    assert follow_ups(facts, [Oid(one), Oid(two)], facts.trunk.commit) == (revert, mend, again)
    assert follow_ups(facts, [Oid(two)], facts.trunk.commit) == (revert, again)


def test_fixes_of_several_histories_come_parents_first(repo: Repo) -> None:
    named = ("W2", "R1", "H1", "node", "T2", "W1", "squash", "T1")
    order = found(repo, *(repo.labels[label] for label in named))
    assert sorted(order) == sorted(named)
    for before, after in (("T1", "T2"), ("squash", "node"), ("node", "R1"), ("R1", "W1"), ("W1", "W2")):
        assert order.index(before) < order.index(after)
