"""Comparing parsed documents, of which a version file may be a very deep one."""

from relman.edit.document import differences


def deep(value: str) -> object:
    document: object = value
    for _ in range(5_000):
        document = {"a": [document]}
    return document


def test_documents_deeper_than_the_stack_are_compared() -> None:
    assert list(differences(deep("x"), deep("x"))) == []
    assert list(differences(deep("x"), deep("y"))) == [("a", "0") * 5_000]
