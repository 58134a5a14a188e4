import pytest

from relman.model.branch_words import BranchWords, branch_words


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("feature/cart/PAY-12-tax", BranchWords(type="feat", scope="cart", issue="PAY-12")),
        ("fix/123-crash", BranchWords(type="fix", issue="#123")),
        ("fix/gh-7", BranchWords(type="fix", issue="#7")),
        ("docs/readme", BranchWords(type="docs")),
        ("PAY-12-tax", BranchWords(issue="PAY-12")),
        ("ann/PAY-12", BranchWords(issue="PAY-12")),
        ("main", BranchWords()),
        ("feature/2fa", BranchWords(type="feat")),
        ("feature/Odd Scope/x", BranchWords(type="feat")),
    ],
)
def test_a_name_tells_type_scope_and_issue(name: str, found: BranchWords) -> None:
    assert branch_words(name) == found


def test_only_the_projects_types_and_scopes_are_taken() -> None:
    assert branch_words("feature/x", types=("fix",)) == BranchWords()
    assert branch_words("fix/cart/x", types=("fix",), scopes=("api",)) == BranchWords(type="fix")
