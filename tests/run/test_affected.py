"""Whether a release has the lines that a fix mends: small stories, each with one reason for its answer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from relman.git.patch_id import patch_id
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.model.equivalence import Changes
from relman.model.names import Oid
from relman.run.affected import Affected, affected, first_affected

RepoFrom = Callable[..., Repo]


def asked(repo: Repo, fix: str = "fix", target: str = "release/1.4", cut: str = "cut") -> Affected:
    opened = open_repository(repo.path)
    graph = Reader(opened)
    at = Oid(repo.id(target))
    own = Changes(graph, graph.between([at], [Oid(repo.id(cut))]), lambda oid: patch_id(opened, oid))
    return affected(opened, graph, Oid(repo.id(fix)), at, own)


def test_the_bug_was_there_when_the_line_was_cut(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {a.py: "def total():\\n    return net\\n"} -- fix {a.py ~ "return net" => "return net + tax"}
release/1.4 from cut: own {}
""")

    assert asked(repo) == Affected(verdict="yes", sentence="the line that it changes: all on the target")


def test_the_bug_came_after_the_line_was_cut(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {a.py: "def total():\\n    pass\\n"} -- feature {a.py += "def taxed():\\n    return net * rate\\n"}
  more {a.py += "def shown():\\n    return str(net * rate)\\n"}
  fix {a.py ~ "return net * rate" => "return net * tax", a.py ~ "str(net * rate)" => "str(tax)"}
release/1.4 from cut: own {}
""")

    found = asked(repo)

    assert found == Affected(
        verdict="no",
        sentence="the 2 lines that it changes arrived after the target was cut, "
        f"with {repo.id('more')[:10]} and 1 more",
        culprits=(Oid(repo.id("more")), Oid(repo.id("feature"))),
    )
    assert found.newest_culprit == repo.id("more")


def test_some_of_the_lines_are_older(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {a.py: "first = compute(1)\\n"} -- later {a.py += "second = compute(2)\\n"}
  fix {a.py: "first = 1\\nsecond = 2\\n"}
release/1.4 from cut: own {}
""")

    assert asked(repo) == Affected(
        verdict="partly",
        sentence="of the 2 lines that it changes, 1 arrived after the target was cut",
        culprits=(Oid(repo.id("later")),),
    )


@pytest.mark.parametrize(
    "fix",
    [
        '{a.py += "more = 1\\n"}',
        '{README.md: "new words\\n"}',
        '{a.py ~ "# a remark" => "# a better remark"}',
        '{a.py ~ "\\n\\n" => "\\n"}',
        "{a.py => b.py}",
        "{}",
    ],
)
def test_nothing_tells_when_the_bug_arrived(repo_from: RepoFrom, fix: str) -> None:
    repo = repo_from(f"""
main: cut {{x: "x\\n"}} -- new {{a.py: "one = 1\\n\\n# a remark\\n", README.md: "words\\n"}} -- fix {fix}
release/1.4 from cut: own {{}}
""")

    assert asked(repo) == Affected(
        verdict="unknown",
        sentence="it only adds lines, or changes no code, so nothing says when the bug arrived",
    )


def test_the_root_changes_no_line(repo_from: RepoFrom) -> None:
    repo = repo_from('main: fix {a: "1\\n"}\nrelease/1.4 from fix: own {}')

    assert asked(repo, cut="fix") == Affected(
        verdict="unknown", sentence="it has no parent, so it changes no line"
    )


def test_a_ported_culprit_is_on_the_target(repo_from: RepoFrom) -> None:
    # The port differs in its text, so only the evidence of the commits says that it is one.
    repo = repo_from("""
main: cut {a.py: "zero = 0\\n"} -- bug "feat: tax (#7)" {a.py += "tax = compute_tax(net)\\n"}
  fix {a.py ~ "compute_tax(net)" => "compute_tax(gross)"}
release/1.4 from cut: port "feat: tax (#7)" {a.py += "tax = old_style(net)\\n"}
""")

    assert asked(repo).verdict == "yes"


def test_a_reformatted_line_is_not_a_new_line(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {a.py: "total = add( 'net', 'tax' )\\n"} -- style {a.py: "total = add(\\"net\\", \\"tax\\")\\n"}
  fix {a.py: "total = add(\\"net\\", \\"vat\\")\\n"}
release/1.4 from cut: own {}
""")

    assert asked(repo).verdict == "yes"


def test_a_file_that_was_moved_is_found_under_its_name(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {lib/tax.py: "total = compute(net)\\n"}
  moved {-lib/tax.py, src/core/tax.py: "# all new\\n\\nimport net\\n\\n    total = compute(net)\\n"}
  fix {src/core/tax.py ~ "compute(net)" => "compute(gross)"}
release/1.4 from cut: own {}
""")

    assert asked(repo).verdict == "yes"


def test_tests_count_only_where_nothing_else_changes(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {tests/test_a.py: "assert total(1) == 1\\n"} -- bug {a.py: "def total(n): return n + n\\n"}
  fix {a.py: "def total(n): return n\\n", tests/test_a.py: "assert total(2) == 2\\n"}
  other {tests/test_a.py: "assert total(3) == 3\\n"}
release/1.4 from cut: own {}
release/1.5 from fix: later {}
""")

    assert asked(repo).verdict == "no"
    assert asked(repo, fix="other", target="release/1.5", cut="fix").verdict == "yes"


def test_a_shallow_clone_does_not_know(repo_from: RepoFrom, tmp_path: Path) -> None:
    repo = repo_from("""
main: cut {a.py: "zero = 0\\n"} -- bug {a.py: "total = compute(net)\\n"} -- then {}
  fix {a.py: "total = compute(gross)\\n"}
release/1.4 from cut: own {}
""")
    clone = repo.clone(tmp_path / "clone", depth=2, branch="main")

    assert asked(clone, target="origin/release/1.4", cut="origin/release/1.4").verdict == "unknown"
    assert asked(repo).verdict == "no"


def test_the_first_release_with_the_culprit(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: A [v1.0.0] -- bug -- C [v1.1.0] -- D [v1.2.0]
release/1.0 from A: E [v1.0.1]
""")
    graph = Reader(open_repository(repo.path))
    names = ("v1.0.0", "v1.0.1", "v1.1.0", "v1.2.0")
    releases = [(name, Oid(repo.id(name + "^{commit}"))) for name in names]

    assert first_affected(graph, Oid(repo.id("bug")), releases) == "v1.1.0"
    assert first_affected(graph, Oid(repo.id("A")), releases) == "v1.0.0"
    assert first_affected(graph, Oid(repo.id("D")), releases) == "v1.2.0"
    assert first_affected(graph, Oid(repo.id("D")), releases[:3]) is None
