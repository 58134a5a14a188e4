"""The rules of commits and pushes by name, and how grave each is where a team says nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from relman.model.message_rules import Setting

LEVELS: Mapping[str, Setting] = MappingProxyType(
    {
        "protected-branch": "error",
        "version-lines": "error",
        "branch-syntax": "error",
        "branch-name": "error",
        "branch-deleted": "error",
        "force-push": "error",
        "freeze": "error",
        "tag-format": "error",
        "tag-place": "error",
        "tag-moved": "error",
        "tag-deleted": "error",
        "tag-annotated": "warning",
        "version-backwards": "error",
        "upstream-first": "error",
        "merge-from-trunk": "error",
        "fixes-only": "error",
        "shared-record": "error",
    }
)
"""Every rule of a commit or a push beside those of messages, and its level where a team sets none."""
