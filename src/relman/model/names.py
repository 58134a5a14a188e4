"""Names: commit ids, refs, and which texts may be one.

Nothing here asks a repository; `git check-ref-format` is the source of the ref rules.
"""

import re
from typing import NewType

Oid = NewType("Oid", str)
"""A full object id: 40 lower-case hex digits."""

RefName = NewType("RefName", str)
"""A full ref name: `refs/heads/main`, `refs/tags/v1.4.2`."""

HEADS = "refs/heads/"
TAGS = "refs/tags/"
REMOTES = "refs/remotes/"

_OID = re.compile(r"[0-9a-f]{40}\Z")
_BAD_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|\Z)|\A[./-]|[./]\Z|\A@\Z")


def is_oid(text: str) -> bool:
    """Tells whether the text is a full object id."""
    return _OID.match(text) is not None


def is_branch_name(name: str) -> bool:
    """Tells whether git takes the text as a branch or tag name; a leading dash is refused here too."""
    return bool(name) and name != "HEAD" and _BAD_IN_REF.search(name) is None


def branch_ref(name: str) -> RefName:
    """Gives the full ref of a local branch."""
    return RefName(HEADS + name)


def tag_ref(name: str) -> RefName:
    """Gives the full ref of a tag."""
    return RefName(TAGS + name)


def short(ref: str) -> str:
    """Gives what people call a ref: without `refs/heads/`, `refs/tags/` or `refs/remotes/`."""
    for prefix in (HEADS, TAGS, REMOTES):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref
