"""Talks to a remote through git: what it has, getting objects, and the one atomic push.

libgit2 has no atomic push, no leases and no pre-push hook (research/backport-engines.md 2.4).
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.repo import Repository
from relman.model.names import Oid, RefName

Move = tuple[RefName, Oid | None, Oid | None]
"""A ref of the remote, what it must hold now (absent: must not exist), and what then."""


class PushedRef(Struct, frozen=True, kw_only=True):
    """What the remote said about one ref; `reason` is git's or the server's word where it refused."""

    ref: RefName
    accepted: bool
    reason: str = ""


class PushOutcome(Struct, frozen=True, kw_only=True):
    """What became of a push.

    `unknown`: the line broke before an answer came; only `ls_remote` knows. Nothing was published where it is
    `unpublished` (stopped before anything was sent: pre-push hook, no atomic push) or `refused` (by the
    remote).
    """

    result: Literal["pushed", "refused", "unpublished", "unknown"]
    refs: tuple[PushedRef, ...] = ()
    words: str = ""


def push_url(repo: Repository, remote: str) -> str:
    """Gives the one place that pushes go to; several cannot be one atomic push, so they are refused."""
    done = repo.looking.run("remote", "get-url", "--push", "--all", "--", remote, ok=(0, 2, 128))
    urls = done.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]
    if not urls:
        raise RelmanError(
            Kind.USAGE, f"there is no remote {remote}", cause=_words(done.stderr), hints=("git remote -v",)
        )
    if len(urls) > 1:
        raise RelmanError(
            Kind.REFUSED,
            f"{remote} pushes to {len(urls)} places, and a push to several cannot be all or nothing",
            hints=(f"git remote set-url --delete --push {remote} URL",),
        )
    return urls[0]


def remote_url(repo: Repository, remote: str) -> str | None:
    """Gives where a remote is fetched from, `insteadOf` applied; nothing where there is no such remote.

    It may hold a password: it is for `model.forge`, never for a person.
    """
    done = repo.looking.run("remote", "get-url", "--", remote, ok=(0, 2, 128))
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n") or None


def ls_remote(repo: Repository, remote: str, *, for_push: bool = False) -> dict[RefName, Oid]:
    """Asks the remote for all its refs, without HEAD and peeled tags.

    `for_push` asks where pushes go, which may be another place. An error (refused) has git's words.
    """
    place = push_url(repo, remote) if for_push else remote
    done = repo.looking.run("ls-remote", "--refs", "--quiet", "--", place, ok=range(-64, 256))
    if done.returncode != 0:
        raise RelmanError(
            Kind.REFUSED,
            f"{remote} cannot be asked",
            cause=_words(done.stderr),
            hints=(f"git ls-remote {remote}",),
        )
    lines = (line.split("\t", 1) for line in done.stdout.decode("utf-8", "replace").splitlines())
    return {RefName(ref): Oid(oid) for oid, ref in lines if ref.startswith("refs/")}


def fetch(repo: Repository, remote: str, *refspecs: str, prune: bool = False) -> None:
    """Fetches the named refspecs or ids; never a local branch, never more tags than named.

    It deletes nothing, but with `prune` what a refspec names here and the remote has no more.

    An error has git's words. With no refspec the remote's configured ones are used; otherwise they are not,
    which git would do besides: they may name local branches (`clone --mirror`).
    """
    for spec in refspecs:
        target = spec.partition(":")[2]
        if target.startswith("refs/heads/") or (target and not target.startswith("refs/")):
            raise RelmanError(Kind.INTERNAL, f"a fetch must not move the branch {target}")
    done = repo.acting.run(
        "fetch",
        "--quiet",
        "--no-auto-maintenance",
        "--no-recurse-submodules",
        "--prune" if prune else "--no-prune",
        *(("--no-tags", "--refmap=") if refspecs else ()),
        "--",
        remote,
        *refspecs,
        ok=range(-64, 256),
    )
    if done.returncode != 0:
        raise RelmanError(
            Kind.REFUSED,
            f"fetching from {remote} failed",
            cause=_words(done.stderr),
            hints=(f"git fetch {remote}",),
        )


def push(repo: Repository, remote: str, moves: Sequence[Move], fds: Sequence[int] = ()) -> PushOutcome:
    """Pushes ids to refs, all or none, each with a lease on what the remote must hold now.

    The pre-push hook runs. A remote that does not offer atomic pushes refuses; it is never tried without,
    because half a release published is worse than none.
    """
    push_url(repo, remote)
    leases = [f"--force-with-lease={ref}:{expect or ''}" for ref, expect, _ in moves]
    specs = [f"{new or ''}:{ref}" for ref, _, new in moves]
    # Tags that happen to be reachable, and submodules, are not in the plan. A caller whose own transaction
    # deletes a ref holds `packed-refs.lock`: waiting for that would be in vain.
    done = repo.acting.run(
        "-c",
        "core.packedRefsTimeout=0",
        "push",
        "--atomic",
        "--porcelain",
        "--no-follow-tags",
        "--no-recurse-submodules",
        *leases,
        "--",
        remote,
        *specs,
        ok=range(-64, 256),
        pass_fds=fds,
        new_group=True,
    )
    words = _words(done.stderr)
    refs = tuple(
        _read_line(line) for line in done.stdout.decode("utf-8", "replace").splitlines() if "\t" in line
    )
    return PushOutcome(
        result=_judge(done.returncode, refs, words, {m[0] for m in moves}), refs=refs, words=words
    )


def _judge(
    code: int, refs: tuple[PushedRef, ...], words: str, asked: set[RefName]
) -> Literal["pushed", "refused", "unpublished", "unknown"]:
    if code == 0 and {r.ref for r in refs if r.accepted} == asked:
        return "pushed"
    if refs and not any(r.accepted for r in refs):
        return "refused"
    if not refs and "does not support --atomic" in words:
        return "unpublished"
    # A pre-push hook that fails ends the push before the first line about a ref.
    if not refs and code == 1 and "failed to push some refs" in words:
        return "unpublished"
    # Before git 2.49 the exit code could hide a refusal, so anything mixed is looked up, not believed.
    return "unknown"


def _read_line(line: str) -> PushedRef:
    flag, spec, summary = (*line.split("\t"), "", "")[:3]
    return PushedRef(
        ref=RefName(spec.rpartition(":")[2]),
        accepted=flag != "!",
        reason=summary if flag == "!" else "",
    )


def _words(stderr: bytes) -> str:
    return stderr.decode("utf-8", "replace").strip()
