"""Paths from a configuration: they stay inside the repository and out of git's own folder."""

import unicodedata

from relman.errors import usage


def safe_path(path: str) -> str:
    r"""The normalised POSIX path relative to the repository's root: no empty and no `.` components.

    Error (usage) for what could leave the work tree or reach `.git` on any file system: absolute paths, `..`,
    backslashes, control characters, and every name that HFS+ or NTFS take for `.git` (source: git's own
    `verify_path`: case, ignorable code points, trailing dots and blanks, `git~1`, alternate streams).
    """
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in path) or "\\" in path:
        raise usage(f"{path!r} is not a path that relman edits: it holds a backslash or a control character")
    if path.startswith("/") or path[1:2] == ":":
        raise usage(f"{path!r} is absolute; write it relative to the repository's root")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if not parts:
        raise usage(f"{path!r} names no file")
    if ".." in parts:
        raise usage(f"{path!r} climbs with ..; write it relative to the repository's root")
    if any(_is_git_folder(part) for part in parts):
        raise usage(f"{path!r} reaches into git's own folder; relman never edits there")
    return "/".join(parts)


def _is_git_folder(part: str) -> bool:
    seen = "".join(char for char in part if unicodedata.category(char) != "Cf")
    return seen.casefold().partition(":")[0].rstrip(". ") in {".git", "git~1"}
