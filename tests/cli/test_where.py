"""`relman where` as a person and as a program sees it."""

from collections.abc import Callable

from inline_snapshot import snapshot

from history_language import Repo
from looking import Look

Build = Callable[..., Repo]
Story = Callable[[str], Repo]


def page(look: Look, repo: Repo, *words: str) -> str:
    said = look(repo, "where", *words)
    assert (said.code, said.err) == (0, "")
    return said.out


def test_the_incidents_fix_is_on_trunk_alone(story: Story, look: Look) -> None:
    assert page(look, story("incident"), "pr:123") == snapshot("""\
fix         cacc61d16a fix: token expiry (#123)
production  v1.4.2 lacks it

line   has it        since         carried by  evidence
trunk  yes           not released  cacc61d16a  the same commit
1.4    no, affected
1.3    no, affected

lacking     1.4 and 1.3: relman backport cacc61d16a --to 1.4 --to 1.3
""")


def test_a_fix_with_ports(story: Story, look: Look) -> None:
    assert page(look, story("incident"), "pr:94") == snapshot("""\
fix         5a07952721 fix(tokens): a user's name may hold a colon (#94)
production  v1.4.2 has it: cherry picked from it, with the same patch-id

line   has it  since         carried by  evidence
trunk  yes     not released  5a07952721  the same commit
1.4    yes     v1.4.2        dda64e8404  cherry picked from it, with the same patch-id
1.3    yes     v1.3.2        0d67408bb5  cherry picked from it, with the same patch-id
""")


REVERTED = """
main: A "feat: one" {f: "1\\n"} [v1.0.0]
release/1.0 from A: L1 "fix: line" {h: "1\\n"} [v1.0.1]
main: B "feat: two" {} [v1.1.0]
release/1.1 from B: M1 "fix: other" {h: "2\\n"} [v1.1.1]
main: fix "fix: expiry\\u001b[31m (#7)" {f: "2\\n"} -- X revert fix -- C "feat: three" {} [v1.2.0]
release/1.1: P pick fix -x [v1.1.2]
release/1.0: Q pick fix -x
"""


def test_a_fix_that_trunk_took_back(repo_from: Build, look: Look) -> None:
    assert page(look, repo_from(REVERTED), "pr:7") == snapshot("""\
fix         a01e7d1a46 fix: expiry�[31m (#7)
production  v1.2.0 lacks it: a01e7d1a46 was reverted by 1e4bc2331c

line   has it        since   carried by  evidence
trunk  no, affected                      a01e7d1a46 was reverted by 1e4bc2331c
1.2    no, affected                      a01e7d1a46 was reverted by 1e4bc2331c
1.1    yes           v1.1.2  eebfe138b4  cherry picked from it, with the same patch-id

also on     1.0, no longer live
follow-up   1e4bc2331c reverts a01e7d1a46: Revert "fix: expiry�[31m (#7)"; missing on 1.1
""")


def test_the_document(repo_from: Build, look: Look) -> None:
    repo = repo_from(REVERTED)
    assert look(repo, "where", repo.id("fix")[:12], "--json").json == snapshot(
        {
            "schema": "relman/where/v1",
            "package": None,
            "commit": "a01e7d1a46aca27be750836c273db2f58f5dff56",
            "commits": [
                {"commit": "a01e7d1a46aca27be750836c273db2f58f5dff56", "subject": "fix: expiry\x1b[31m (#7)"}
            ],
            "releases": [
                {
                    "tag": "v1.1.2",
                    "version": "1.1.2",
                    "evidence": "cherry picked from it, with the same patch-id",
                    "certainty": "certain",
                    "commit": "eebfe138b4e7dcfeea65b9bd6e5d0736a273f30a",
                    "withdrawn": False,
                }
            ],
            "lines": [
                {
                    "name": "trunk",
                    "branch": "main",
                    "live": True,
                    "has": False,
                    "evidence": "a01e7d1a46 was reverted by 1e4bc2331c",
                    "certainty": None,
                    "commit": None,
                    "since": None,
                    "affected": True,
                },
                {
                    "name": "1.2",
                    "branch": None,
                    "live": True,
                    "has": False,
                    "evidence": "a01e7d1a46 was reverted by 1e4bc2331c",
                    "certainty": None,
                    "commit": None,
                    "since": None,
                    "affected": True,
                },
                {
                    "name": "1.1",
                    "branch": "release/1.1",
                    "live": True,
                    "has": True,
                    "evidence": "cherry picked from it, with the same patch-id",
                    "certainty": "certain",
                    "commit": "eebfe138b4e7dcfeea65b9bd6e5d0736a273f30a",
                    "since": "v1.1.2",
                    "affected": None,
                },
                {
                    "name": "1.0",
                    "branch": "release/1.0",
                    "live": False,
                    "has": True,
                    "evidence": "cherry picked from it, with the same patch-id",
                    "certainty": "certain",
                    "commit": "8074d760bc253e557a8cb95ba4725cf13e55e975",
                    "since": None,
                    "affected": None,
                },
            ],
            "environments": [
                {
                    "name": "production",
                    "tag": "v1.2.0",
                    "version": "1.2.0",
                    "source": "assumed",
                    "open": True,
                    "since": None,
                    "has": False,
                    "evidence": "a01e7d1a46 was reverted by 1e4bc2331c",
                    "certainty": None,
                    "commit": None,
                }
            ],
            "follow_ups": [
                {
                    "commit": "1e4bc2331c793b750acec895536abddfdefa6b5a",
                    "subject": 'Revert "fix: expiry\x1b[31m (#7)"',
                    "kind": "revert",
                    "about": "a01e7d1a46aca27be750836c273db2f58f5dff56",
                    "missing_on": ["1.1"],
                }
            ],
            "warnings": [],
        }
    )


def test_a_line_is_no_fix(story: Story, look: Look) -> None:
    said = look(story("incident"), "where", "1.4")
    assert (said.code, said.err) == snapshot(
        (
            2,
            """\
error: 1.4 is where a fix goes, not what to ship
hint:  relman hotfix FIX --to 1.4
""",
        )
    )
