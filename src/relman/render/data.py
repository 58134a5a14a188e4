"""The JSON documents: one function per schema of CLI.md. Keys stay once they are out."""

from relman.model.next import Next
from relman.model.version import Version


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
