"""Has git sign commits and tags, with whatever the user configured: OpenPGP, SSH or X.509."""

import os
from pathlib import Path

import pygit2

from relman.errors import Kind, RelmanError
from relman.git.merging import ANY_EXIT
from relman.git.program import Git
from relman.git.raw_object import (
    CommitText,
    TagText,
    commit_bytes,
    message_bytes,
    tag_bytes,
    usable_encoding,
    zone,
)
from relman.model.history import Person
from relman.model.names import Oid, is_oid

_SIGNATURE = (b"-----BEGIN PGP", b"-----BEGIN SSH", b"-----BEGIN SIGNED")


def sign_commit(git: Git, pygit: pygit2.Repository, text: CommitText) -> Oid:
    """Writes the commit with a signature; an error (refused) in git's words where it could not sign."""
    encoding = usable_encoding(text)
    parents = [word for parent in text.parents for word in ("-p", parent)]
    done = git.run(
        "-c",
        f"i18n.commitEncoding={encoding or 'UTF-8'}",
        "commit-tree",
        "-S",
        *parents,
        text.tree,
        stdin=message_bytes(text.message, encoding),
        env=_who("AUTHOR", text.author, encoding) | _who("COMMITTER", text.committer, encoding),
        ok=ANY_EXIT,
    )
    oid = done.stdout.decode("ascii", "replace").strip()
    if done.returncode != 0 or not is_oid(oid):
        raise _not_signed("the commit", done.stderr)
    raw, plain = pygit.read(oid)[1], commit_bytes(text)
    if raw == plain:
        raise _not_signed("the commit", done.stderr)
    if _without_header(raw) != plain:
        # git trims dots and commas off names; the plan promised the author as recorded.
        raise _not_signed(f"the commit of {text.author.name!r} without changing it", done.stderr)
    return Oid(oid)


def sign_tag(git: Git, pygit: pygit2.Repository, text: TagText) -> Oid:
    """Writes the tag object with a signature, and no ref that stays; errors as for a commit."""
    args = ("tag", "-s", "-f", "--cleanup=verbatim", "-F", "-", "--", text.name, text.target)
    done = git.run(
        *args, stdin=message_bytes(text.message, None), env=_who("COMMITTER", text.tagger, None), ok=ANY_EXIT
    )
    if done.returncode != 0:
        raise _not_signed(f"the tag {text.name}", done.stderr)
    return _taken(git, pygit, text, done.stderr)


def _taken(git: Git, pygit: pygit2.Repository, text: TagText, stderr: bytes) -> Oid:
    """Takes the tag's ref away again and checks what was signed."""
    ref = Path(git.git_dir) / "refs" / "tags" / text.name
    oid = ref.read_text().strip()
    ref.unlink()  # it would stand in the way of a tag like NAME/more
    bare, signature = _split(pygit.read(oid)[1])
    if not signature:
        # git 2.39 writes the tag without a signature, and ends with 0, where ssh-keygen fails.
        raise _not_signed(f"the tag {text.name}", stderr)
    if bare != tag_bytes(text):
        raise _not_signed(f"the tag {text.name} without changing it", stderr)
    return Oid(oid)


def _who(role: str, person: Person, encoding: str | None) -> dict[str, str]:
    def text(value: str) -> str:
        return os.fsdecode(value.encode(encoding or "utf-8", "replace"))

    return {
        f"GIT_{role}_NAME": text(person.name),
        f"GIT_{role}_EMAIL": text(person.email),
        f"GIT_{role}_DATE": f"@{max(person.when, 0)} {zone(person.offset)}",
    }


def _not_signed(what: str, stderr: bytes) -> RelmanError:
    words = stderr.decode("utf-8", "replace").strip()
    return RelmanError(Kind.REFUSED, f"git could not sign {what}", cause=words, hints=("--no-sign",))


def _without_header(raw: bytes) -> bytes:
    """Takes the signature's header, and its continuation lines, out of a commit."""
    head, blank, message = raw.partition(b"\n\n")
    kept: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        inside = line.startswith(b"gpgsig") or (inside and line.startswith(b" "))
        if not inside:
            kept.append(line)
    return b"\n".join(kept) + blank + message


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """Splits a tag before its signature: the last block that begins like one."""
    at = max(raw.rfind(b"\n" + mark) for mark in _SIGNATURE)
    return (raw[: at + 1], raw[at + 1 :]) if at >= 0 else (raw, b"")
