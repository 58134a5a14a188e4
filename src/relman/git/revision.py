"""Turns what a person typed for a commit into an id."""

import re

from pygit2.enums import ObjectType

from relman.errors import RelmanError, usage
from relman.git.repo import Repository
from relman.model.names import HEADS, REMOTES, TAGS, Oid, is_oid, short

_AMBIGUOUS = re.compile(rb"refname '.*' is ambiguous")


def resolve(repo: Repository, rev: str) -> Oid:
    """Gives the commit that a revision names in any of git's spellings; tags are peeled.

    Errors (usage): a leading dash; no such revision (with names that are like it); a name that several refs
    with different commits share, or an abbreviated id of several commits; something that is no commit.
    """
    if rev.startswith("-") or not rev or "\0" in rev or "\n" in rev:
        raise usage(f"{rev!r} is not a revision", "git log --oneline -5")
    if is_oid(rev):
        if rev not in repo.pygit.odb:
            raise _unknown(repo, rev)
        if repo.pygit.odb.read(rev)[0] == ObjectType.COMMIT:
            return Oid(rev)
    # `:/text` takes everything that follows for the text, and finds nothing but commits.
    wanted = rev if rev.startswith(":/") else f"{rev}^{{commit}}"
    done = repo.looking.run(
        "-c",
        "core.warnAmbiguousRefs=true",
        "rev-parse",
        "--verify",
        "--end-of-options",
        wanted,
        ok=(0, 128),
    )
    if done.returncode != 0:
        raise _refusal(repo, rev, done.stderr)
    found = Oid(done.stdout.decode("ascii").strip())
    if _AMBIGUOUS.search(done.stderr):
        _check_one_meaning(repo, rev, found)
    return found


def _check_one_meaning(repo: Repository, rev: str, found: Oid) -> None:
    name = re.split(r"[~^@:]", rev, maxsplit=1)[0]
    meanings = {
        ref: _commit(repo, ref + rev.removeprefix(name))
        for ref in (TAGS + name, HEADS + name, REMOTES + name)
        if _commit(repo, ref) is not None
    }
    if len({*meanings.values(), found}) > 1:
        refs = tuple(meanings)
        raise usage(f"{name} means several things: {', '.join(refs)}", *(f"git log -1 {ref}" for ref in refs))


def _commit(repo: Repository, rev: str) -> str | None:
    done = repo.looking.run(
        "rev-parse", "-q", "--verify", "--end-of-options", f"{rev}^{{commit}}", ok=(0, 1, 128)
    )
    return done.stdout.decode("ascii").strip() or None


def _refusal(repo: Repository, rev: str, stderr: bytes) -> RelmanError:
    words = stderr.decode("utf-8", "replace").strip()
    if "is ambiguous" in words and re.fullmatch(r"[0-9a-f]{4,40}", rev):
        found = repo.looking.text("rev-parse", f"--disambiguate={rev}").split()
        shown = tuple(f"git show -s {oid}" for oid in found[:5])
        return usage(f"{rev} is the beginning of {len(found)} ids; type more of it", *shown, cause=words)
    if "expected commit type" in words or _exists(repo, rev):
        return usage(f"{rev} is there, but it is not a commit", f"git cat-file -t {rev}", cause=words)
    return _unknown(repo, rev, words)


def _exists(repo: Repository, rev: str) -> bool:
    done = repo.looking.run("rev-parse", "-q", "--verify", "--end-of-options", rev, ok=(0, 1, 128))
    return done.returncode == 0


def _unknown(repo: Repository, rev: str, words: str = "") -> RelmanError:
    near = _near(repo, rev)
    hints: tuple[str, ...] = (f"did you mean {' or '.join(near)}?",) if near else ("git fetch --all --tags",)
    if (repo.common_dir / "shallow").exists():
        hints = (*hints, "git fetch --unshallow --tags")
    return usage(f"no branch, tag or commit here is called {rev}", *hints, cause=words)


def _near(repo: Repository, rev: str) -> tuple[str, ...]:
    from difflib import get_close_matches

    name = re.split(r"[~^@:]", rev, maxsplit=1)[0]
    listed = repo.looking.text("for-each-ref", "--format=%(refname)", HEADS, TAGS, REMOTES).splitlines()
    names = [short(ref) for ref in listed]
    tracking = [n for n in names if n.endswith("/" + name)] if name else []
    return tuple(dict.fromkeys([*tracking, *get_close_matches(name, names, n=3)]))[:3]
