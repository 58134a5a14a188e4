from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from history_language import Repo
from looking import Look
from relman.git.repo import open_repository
from relman.model.names import Oid, branch_ref, tag_ref
from relman.plan.outcome import Pushed, RefChange
from relman.plan.plan import Base, Override, Plan, Proof, Sealed, TargetPlan
from relman.run.journal import Record, write

OLD, NEW = Oid("1" * 40), Oid("2" * 40)
NOW = 1_795_400_000


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo", {}, 0)
    made.path.mkdir()
    made.git("init", "-q", "--initial-branch=main")
    return made


def record(repo: Repo) -> None:
    """An operation that was pushed, its undo, and one that a conflict stopped."""
    moved = RefChange(ref=branch_ref("release/1.4"), old=OLD, new=NEW)
    tagged = RefChange(ref=tag_ref("v1.4.3"), old=None, new=NEW)
    plan = Plan(
        operation="hotfix",
        title="hotfix v1.4.3\x1b[31m",
        production="v1.4.2 (recorded)",
        targets=(
            TargetPlan(
                line="1.4",
                base=Base(name="v1.4.2", commit=OLD),
                branch="release/1.4",
                version="1.4.3",
                tag="v1.4.3",
                tip=None,
                notes="## [1.4.3]\n\n- token expiry\n",
            ),
        ),
        proofs=(Proof(tag="v1.4.3", statements=("v1.4.2 is an ancestor",)),),
        overrides=(Override(rule="not-affected", reason="it is"),),
    )
    done = Record(
        id="20261123T021200-aaaa111",
        state="done",
        sealed=Sealed(plan=plan, ids={}, hash="8c41e07", provisional=False),
        refs=(moved, tagged),
        pushes=(Pushed(remote="origin", moves=(moved, tagged), result="pushed"),),
        started=NOW,
        argv=("relman", "hotfix", "pr:123"),
        reason="it is",
        relman="1.0.0",
        git="2.45.0",
    )
    undo = Record(
        id="20261123T021500-bbbb222",
        state="done",
        sealed=Sealed(
            plan=Plan(operation="undo", title="undo hotfix v1.4.3"), ids={}, hash="2", provisional=False
        ),
        started=NOW + 180,
        undoes=done.id,
    )
    paused = Record(
        id="20261123T030000-cccc333",
        state="paused",
        sealed=Sealed(
            plan=Plan(operation="hotfix", title="hotfix v1.3.3"), ids={}, hash="3", provisional=False
        ),
        started=NOW + 3600,
    )
    for each in (done, undo, paused):
        write(open_repository(repo.path), each)


def test_newest_first(repo: Repo, look: Look) -> None:
    record(repo)
    said = look(repo, "log")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
2026-11-23 03:13  20261123T030000-cccc333  hotfix v1.3.3       paused
2026-11-23 02:16  20261123T021500-bbbb222  undo hotfix v1.4.3  done
2026-11-23 02:13  20261123T021200-aaaa111  hotfix v1.4.3�[31m  undone by 20261123T021500-bbbb222
""")


def test_everything_about_one(repo: Repo, look: Look) -> None:
    record(repo)
    said = look(repo, "log", "--show", "aaaa111")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
20261123T021200-aaaa111  hotfix v1.4.3�[31m
time      2026-11-23 02:13
state     undone by 20261123T021500-bbbb222
command   relman hotfix pr:123
reason    it is
overrides not-affected: it is
stood on  v1.4.2 (recorded)
plan      8c41e07
refs      refs/heads/release/1.4  1111111111 → 2222222222
          refs/tags/v1.4.3  none → 2222222222
pushes    origin refs/heads/release/1.4, refs/tags/v1.4.3: pushed
proof     v1.4.3
            v1.4.2 is an ancestor

## [1.4.3]

- token expiry
""")


def test_one_as_json(repo: Repo, look: Look) -> None:
    record(repo)
    document = look(repo, "log", "--show", "aaaa111", "--json").json
    assert document == snapshot(
        {
            "schema": "relman/log/v1",
            "package": None,
            "operations": [
                {
                    "id": "20261123T021200-aaaa111",
                    "time": 1795400000,
                    "operation": "hotfix",
                    "title": "hotfix v1.4.3\x1b[31m",
                    "state": "done",
                    "undoes": None,
                    "undone_by": "20261123T021500-bbbb222",
                    "redoes": None,
                    "hash": "8c41e07",
                    "argv": ["relman", "hotfix", "pr:123"],
                    "reason": "it is",
                    "refs": [
                        {
                            "ref": "refs/heads/release/1.4",
                            "old": "1111111111111111111111111111111111111111",
                            "new": "2222222222222222222222222222222222222222",
                        },
                        {
                            "ref": "refs/tags/v1.4.3",
                            "old": None,
                            "new": "2222222222222222222222222222222222222222",
                        },
                    ],
                    "files": [],
                    "pushes": [
                        {
                            "remote": "origin",
                            "refs": ["refs/heads/release/1.4", "refs/tags/v1.4.3"],
                            "result": "pushed",
                            "reason": "",
                        }
                    ],
                    "proofs": [{"tag": "v1.4.3", "statements": ["v1.4.2 is an ancestor"]}],
                    "notes": [
                        """\
## [1.4.3]

- token expiry
"""
                    ],
                    "production": "v1.4.2 (recorded)",
                    "overrides": ["not-affected: it is"],
                    "relman": "1.0.0",
                    "git": "2.45.0",
                }
            ],
            "warnings": [],
        }
    )
    assert [o["id"] for o in look(repo, "log", "--json").json["operations"]] == [
        "20261123T030000-cccc333",
        "20261123T021500-bbbb222",
        "20261123T021200-aaaa111",
    ]


def test_an_open_operation_is_named_by_status(repo: Repo, look: Look) -> None:
    record(repo)
    assert [row for row in look(repo, "status").out.splitlines() if row.startswith("open")] == snapshot(
        ["open        20261123T030000-cccc333 hotfix v1.3.3 (paused): relman resume, or relman abort"]
    )
    assert look(repo, "status", "--json").json["operations"] == snapshot(
        [{"id": "20261123T030000-cccc333", "title": "hotfix v1.3.3", "state": "paused", "waits": []}]
    )


def test_nothing_was_done(repo: Repo, look: Look) -> None:
    said = look(repo, "log")
    assert (said.code, said.out, said.err) == (0, "", "relman did nothing in this repository yet\n")
    assert look(repo, "log", "--json").json == {
        "schema": "relman/log/v1",
        "package": None,
        "operations": [],
        "warnings": [],
    }


def test_no_such_operation(repo: Repo, look: Look) -> None:
    said = look(repo, "log", "--show", "zzz")
    assert (said.code, said.err) == snapshot(
        (
            2,
            """\
error: there is no operation zzz
hint:  relman log
""",
        )
    )


def test_a_broken_configuration_does_not_hide_the_log(story: Callable[[str], Repo], look: Look) -> None:
    repo = story("incident")
    repo.write("relman.toml", "trunk = [")
    record(repo)
    assert look(repo, "log").code == 0
