"""Entries of the shared records: what is written reads back, and nothing else is an entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.model.history import Commit, Person
from relman.model.names import Oid, RefName
from relman.model.shared import (
    DEPLOYMENTS,
    Deployment,
    Withdrawal,
    Withdrawn,
    fetched_ref,
    is_environment,
    one_line,
    read_deployment,
    read_withdrawal,
    refspec,
    standing,
    written,
)

ID = Oid("1" * 40)


def commit(message: str) -> Commit:
    who = Person(name="Ann", email="ann@example.com", when=7)
    return Commit(id=ID, tree=ID, parents=(), author=who, committer=who, message=message)


@given(
    name=st.sampled_from(["production", "eu/prod", "qa-2", "v"]),
    version=st.sampled_from(["1.4.2", "1.5.0-rc.1", "2.0.0"]),
    is_open=st.booleans(),
)
def test_a_deployment_reads_back(name: str, version: str, *, is_open: bool) -> None:
    entry = Deployment(environment=name, version=version, commit=ID, open=is_open)
    found = read_deployment(commit(written(entry)))
    assert found is not None
    assert (found.entry, found.by, found.when) == (entry, "Ann", 7)
    assert read_withdrawal(commit(written(entry))) is None


@given(reason=st.text(), is_withdrawn=st.booleans())
def test_a_withdrawal_reads_back_whatever_the_reason(reason: str, *, is_withdrawn: bool) -> None:
    entry = Withdrawal(version="1.4.3", commit=ID, reason=one_line(reason), withdrawn=is_withdrawn)
    found = read_withdrawal(commit(written(entry)))
    assert found is not None
    assert found.entry == entry
    assert read_deployment(commit(written(entry))) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Environment: production", "Environment: -x"),
        ("Environment: production", "Environment: 1.4"),
        ("Version: 1.4.2", "Version: latest"),
        (f"Commit: {ID}", "Commit: main"),
        ("State: open", "State: ajar"),
        ("State: open", "State: open\nState: closed"),
        ("State: open\n", ""),
    ],
)
def test_what_is_no_entry_is_passed_over(old: str, new: str) -> None:
    text = written(Deployment(environment="production", version="1.4.2", commit=ID))
    assert old in text
    assert read_deployment(commit(text.replace(old, new))) is None


def test_an_entry_is_read_below_configured_trailers() -> None:
    text = written(Deployment(environment="production", version="1.4.2", commit=ID))
    assert read_deployment(commit(f"{text}Signed-off-by: Ann <ann@example.com>\n")) is not None


def entry(version: str, *, withdrawn: bool) -> Withdrawn:
    said = Withdrawal(version=version, commit=ID, withdrawn=withdrawn)
    return Withdrawn(id=ID, entry=said, by="Ann", when=7)


def test_the_newest_word_about_a_version_counts() -> None:
    newest_first = [
        entry("1.0.1", withdrawn=False),
        entry("1.0.0", withdrawn=True),
        entry("1.0.1", withdrawn=True),
    ]
    assert list(standing(newest_first)) == ["1.0.0"]


@pytest.mark.parametrize(
    ("name", "legal"),
    [
        *((name, True) for name in ("production", "eu/prod", "qa-2", "Stage_1", "v2")),
        *((name, False) for name in ("", "-x", "1.4", "1.4.2", "v1.4.2", "a b", "a..b", "a/", "é", "a\n")),
    ],
)
def test_names_of_environments(name: str, *, legal: bool) -> None:
    assert is_environment(name) is legal


def test_where_a_remotes_chains_are_kept() -> None:
    assert fetched_ref("team/eu", DEPLOYMENTS) == RefName("refs/relman/fetched/team/eu/deployments")
    assert refspec("origin") == "+refs/relman/shared/*:refs/relman/fetched/origin/*"
