from collections.abc import Callable

from inline_snapshot import snapshot
from msgspec.structs import replace

from history_language import Repo
from relman.job.changelog import release_notes
from relman.job.facts import Facts
from relman.job.open import open_facts
from relman.model.names import Oid
from relman.model.version import parse_strict

Story = Callable[[str], Repo]


def facts_of(repo: Repo) -> Facts:
    return open_facts(repo.path)


def test_the_notes_of_a_hotfix_link_to_what_was_picked(story: Story) -> None:
    repo = story("incident")
    facts = facts_of(repo)
    fix = facts.graph.commit(Oid(repo.id("main~1")))
    value, section, plain = release_notes(
        facts,
        facts.config,
        facts.trunk.commit,
        version=parse_strict("1.4.3"),
        tag="v1.4.3",
        base=facts.release("1.4.2"),
        commits=(),
        date="2026-11-23",
        also={},
        extra=(replace(fix, message=fix.message + f"\n(cherry picked from commit {fix.id})\n"),),
    )
    assert (value.version, value.previous_tag, value.date) == ("1.4.3", "v1.4.2", "2026-11-23")
    assert section == snapshot("""\
## [1.4.3] - 2026-11-23

### Bug fixes

- token expiry (#123, cacc61d)
""")
    assert plain == snapshot("""\
Bug fixes
- token expiry (#123, cacc61d)
""")


def test_the_first_release_of_a_line_leaves_out_what_the_lines_below_shipped(story: Story) -> None:
    facts = facts_of(story("incident"))
    coming = facts.next("trunk")
    value, _, _ = release_notes(
        facts,
        facts.config,
        facts.trunk.commit,
        version=parse_strict("1.5.0"),
        tag="v1.5.0",
        base=coming.base,
        commits=coming.unreleased,
        date="2026-11-23",
    )
    said = [entry.description for part in value.sections for entry in part.entries]
    assert "token expiry" in said
    assert "the last piece can be bought" not in said
    assert "a user's name may hold a colon" not in said


def test_a_revert_on_top_takes_its_commit_out_of_the_notes(story: Story) -> None:
    repo = story("incident")
    facts = facts_of(repo)
    commits = facts.graph.between([Oid(repo.id("main"))], [Oid(repo.id("main~4"))])
    undone = next(
        facts.graph.commit(oid) for oid in commits if "token expiry" in facts.graph.commit(oid).message
    )
    back = replace(
        undone, id=Oid("f" * 40), message=f'Revert "{undone.subject}"\n\nThis reverts commit {undone.id}.\n'
    )
    value, _, _ = release_notes(
        facts,
        facts.config,
        facts.trunk.commit,
        version=parse_strict("1.5.0"),
        tag="v1.5.0",
        base=None,
        commits=commits,
        date="2026-11-23",
        also={},
        extra=(back,),
    )
    assert "token expiry" not in [e.description for part in value.sections for e in part.entries]
