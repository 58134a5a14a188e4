"""The JSON documents: one function per schema of CLI.md. Keys stay once they are out."""

from collections.abc import Iterable
from shlex import quote

import msgspec

from relman.model.changelog import Release
from relman.model.forge import Forge
from relman.model.names import Oid
from relman.model.next import Next
from relman.model.version import Version, spell
from relman.notes.render import release_context


def document(schema: str, **keys: object) -> dict[str, object]:
    """Starts every document: `schema` first, then `package` (null: the one unnamed package)."""
    return {"schema": schema, "package": None, **keys}


def text(version: Version | None) -> str | None:
    """A version as text."""
    return None if version is None else str(version)


def next_document(answer: Next, *, branch: str | None, tag: str | None) -> dict[str, object]:
    """`relman/next/v1`."""
    return document(
        "relman/next/v1",
        line=answer.line,
        branch=branch,
        current=text(answer.base.version) if answer.base else None,
        next=text(answer.version),
        tag=tag,
        bump=answer.bump.word,
        floor=answer.floor,
        because=[{"commit": b.commit, "kind": b.kind, "subject": b.subject} for b in answer.because],
        explain=list(answer.explain),
    )


def version_document(
    version: Version, *, line: str, distance: int, commit: Oid, dirty: bool
) -> dict[str, object]:
    """`relman/version/v1`."""
    return document(
        "relman/version/v1",
        version=spell(version, "semver"),
        pep440=spell(version, "pep440"),
        npm=spell(version, "npm"),
        line=line,
        distance=distance,
        commit=commit,
        dirty=dirty,
    )


def env_lines(values: dict[str, object]) -> str:
    """The same as `RELMAN_KEY=value` lines, for a shell's `eval` and a CI's environment file."""
    shown = {key: value for key, value in values.items() if key not in ("schema", "package")}
    words = {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in shown.items()
    }
    return "\n".join(f"RELMAN_{key.upper()}={quote(word)}" for key, word in words.items())


def changelog_document(releases: Iterable[Release], forge: Forge | None) -> dict[str, object]:
    """`relman/changelog/v1`: what a template sees, release by release, newest first."""
    return document("relman/changelog/v1", releases=[release_context(r, forge) for r in releases])


def json_text(values: object) -> str:
    """A document as text, without the last newline."""
    try:
        encoded = msgspec.json.encode(values)
    except UnicodeEncodeError:  # a path that is no text: JSON cannot hold its bytes
        encoded = msgspec.json.encode(_as_text(msgspec.to_builtins(values)))
    return msgspec.json.format(encoded, indent=2).decode()


def _as_text(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        case dict():
            return {_as_text(key): _as_text(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_as_text(inner) for inner in value]
        case _:
            return value
