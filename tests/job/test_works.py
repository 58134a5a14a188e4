"""Which unfinished work a release of trunk would ship."""

from collections.abc import Callable

from history_language import Repo
from relman.job.open import open_facts
from relman.job.works import works

Build = Callable[..., Repo]

GITFLOW = r"""
main: A "feat: one" {relman.toml: "strategy = \"gitflow/v1\"\n"} [v1.0.0]
develop from A: D "feat: two" {two.txt: "2\n"}
main: P "fix: in production" {p.txt: "p\n"} [v1.0.1]
develop: M merge main "Merge tag 'v1.0.1' into develop"
NAME from P: H "fix: urgent" {h.txt: "h\n"}
HEAD = develop
"""


def test_a_branch_that_goes_on_after_its_merge_is_work_unless_it_carries_releases(repo_from: Build) -> None:
    found = {
        name: [work.name for work in works(open_facts(repo_from(GITFLOW.replace("NAME", name)).path))]
        for name in ("hotfix/1.0.2", "main")
    }
    assert found == {"hotfix/1.0.2": [], "main": []}
    topic = GITFLOW.replace("tag 'v1.0.1'", "branch 'topic/x'").replace("NAME", "topic/x")
    assert [work.name for work in works(open_facts(repo_from(topic).path))] == ["topic/x"]
