"""A release above another one of its line, which it does not contain, is refused unless it has all its fixes."""

from collections.abc import Callable

import pytest

from driving import done, relman
from history_language import Repo
from relman.errors import RelmanError
from relman.job.open import open_facts
from relman.job.shipping import prove
from relman.model.names import Oid
from relman.model.version import parse_strict

Build = Callable[..., Repo]

BESIDE_THE_BRANCH = """
main:
  A "feat: one" {VERSION: "1.4.0\\n", a.txt: "1\\n"} [v1.4.0]
release/1.4 from A:
  L "fix: two" {l.txt: "l\\n"}
  R "chore(release): 1.4.2" {VERSION: "1.4.2\\n"} [v1.4.2]
old from A:
  H "fix: urgent" {urgent.txt: "u\\n"}
  S "chore(release): 1.4.1" {VERSION: "1.4.1\\n"} [v1.4.1]
delete old
main:
  F "fix: more" {f.txt: "f\\n"}
"""
"""1.4.1 was made beside release/1.4, and 1.4.2 on it without that."""


@pytest.fixture
def repo(repo_from: Build) -> Repo:
    return repo_from(BESIDE_THE_BRANCH)


def test_a_release_below_the_base_that_is_not_in_it_is_listed(repo: Repo) -> None:
    before = repo.refs()
    said = relman(repo.path, "hotfix", repo.id("F"), "--to", "1.4")
    assert said.code == 6
    assert "missing-releases: v1.4.3 would be above v1.4.1 and not contain it" in said.err
    assert "every other release of line" not in said.out
    assert repo.refs() == before


@pytest.mark.parametrize(("text", "free"), [("1.4.2", False), ("1.4.3", True)])
def test_that_a_version_is_free_is_asked_before_it_is_said(repo: Repo, text: str, *, free: bool) -> None:
    def ask() -> tuple[str, ...]:
        proof, _ = prove(
            open_facts(repo.path),
            version=parse_strict(text),
            tag=f"v{text}",
            line="1.4",
            base=None,
            start=Oid(repo.id("R")),
            merged=(),
            fixes=(),
            ships=(),
            places=(),
        )
        return proof.statements

    if free:
        assert ask()[-1] == "the version is free: no tag v1.4.3 here"
    else:
        with pytest.raises(RelmanError, match=r"^1\.4\.2 is taken: tag v1\.4\.2$"):
            ask()


def test_what_was_accepted_once_is_not_asked_again(repo: Repo) -> None:
    done(repo.path, "hotfix", repo.id("F"), "--to", "1.4", "--anyway", "missing-releases", "--reason", "old")
    repo.git("switch", "-q", "main")
    repo.commit("fix: again", {"again.txt": "a\n"}, label="G")
    said = done(repo.path, "hotfix", repo.id("G"), "--to", "1.4")
    assert "v1.4.1 is not in it, as was accepted for a later release" in said.out


@pytest.mark.parametrize("how", ["port", "patch", "now", "reverted"])
def test_a_release_whose_fixes_are_there_is_not_missing(repo: Repo, how: str) -> None:
    fix = repo.id("F")
    repo.git("switch", "-q", "release/1.4" if how != "now" else "main")
    repo.git("cherry-pick", *(["-x"] if how == "port" else []), repo.id("H"))
    if how == "now":
        repo.git("switch", "-q", "--detach", "v1.4.1")
        repo.git("reset", "-q", "--hard", "v1.4.0")
        repo.git("cherry-pick", "-x", "main")
        repo.git("tag", "-f", "v1.4.1")
        fix = repo.id("main")
    if how == "reverted":
        repo.git("revert", "--no-edit", "HEAD")
    said = relman(repo.path, "hotfix", fix, "--to", "1.4", "--on-line")
    assert (said.code, "missing-releases" in said.err) == ((6, True) if how == "reverted" else (0, False))
    assert ("v1.4.1 is not in it, but each of its fixes is" in said.out) is (how != "reverted")
