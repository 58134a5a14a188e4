import pytest

from relman.edit.safe_path import safe_path
from relman.errors import Kind, RelmanError


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", "a"),
        ("./a//b/./c", "a/b/c"),
        (".github/x", ".github/x"),
        ("a..b/.gitignore", "a..b/.gitignore"),
        ("-x", "-x"),
    ],
)
def test_a_path_inside_is_normalised(path: str, expected: str) -> None:
    assert safe_path(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "./", "/", "/etc/passwd", "C:/x", "..", "a/../b", "a/..", "a\\b", "a\0b", "a\nb"),
        *(
            ".git",
            ".git/config",
            "a/.GIT/hooks/x",
            ".git./x",
            ".git /x",
            "git~1/x",
            ".g\u200cit/x",
            ".git::$DATA",
        ),
        "a\ud800",
    ],
)
def test_a_path_that_could_leave_or_reach_git_is_refused(path: str) -> None:
    with pytest.raises(RelmanError) as caught:
        safe_path(path)
    assert caught.value.kind is Kind.USAGE
