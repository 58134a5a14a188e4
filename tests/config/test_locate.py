import pytest

from relman.config.locate import line_of, lines
from relman.config.source import Path

TEXT = '''trunk = "main"
"odd = [key]" = 1
[tool.relman.tags]  # a comment
format = """
accept = 1
"""
accept = [
  "format = 2",
]
[[versions.files]]
path = "a"
[[versions.files]]
path = "b"
[versions.files.more]
x.y = { z = 1 }
[versions]
zero = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("trunk",), 1),
        (("odd = [key]",), 2),
        (("tool", "relman", "tags"), 3),
        (("tool", "relman", "tags", "format"), 4),
        (("tool", "relman", "tags", "accept"), 7),
        (("tool", "relman", "tags", "accept", 0), 7),
        (("versions", "files", 0, "path"), 11),
        (("versions", "files", 1, "path"), 13),
        (("versions", "files", 1, "key"), 12),
        (("versions", "files", 1, "more", "x", "y", "z"), 15),
        (("versions", "zero"), 17),
        (("absent",), None),
    ],
)
def test_the_line_of_a_key_is_found(path: Path, line: int | None) -> None:
    assert line_of(lines(TEXT), path) == line
