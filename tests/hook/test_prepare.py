from collections.abc import Callable

import pytest

from history_language import Repo
from hook.conftest import STORY, editor, install


@pytest.fixture
def prepared(repo_from: Callable[..., Repo]) -> Repo:
    repo = repo_from(STORY)
    install(repo, "commit-msg", "prepare-commit-msg")
    (repo.path / "relman.toml").write_text('[messages]\nfill = ["type", "scope", "issue"]\n')
    repo.git("checkout", "-q", "-b", "feature/cart/PAY-12-tax")
    return repo


def message(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%B")


def test_the_editor_opens_on_what_the_branch_says(prepared: Repo) -> None:
    editor(prepared, "sed -i '1s/$/count every piece/' \"$1\"")
    done = prepared.run("commit", "--allow-empty")
    assert done.returncode == 0, done.stderr
    assert message(prepared) == "feat(cart): count every piece\n\nRefs: PAY-12\n"


def test_an_untouched_beginning_is_no_message(prepared: Repo) -> None:
    editor(prepared, "true")
    done = prepared.run("commit", "--allow-empty")
    assert (done.returncode, "[subject-empty]" in done.stderr) == (1, True)


def test_a_message_by_hand_gets_the_issue_once(prepared: Repo) -> None:
    prepared.git("commit", "--allow-empty", "-m", "fix: x", "-m", "Signed-off-by: A <a@b.c>")
    assert message(prepared) == "fix: x\n\nSigned-off-by: A <a@b.c>\nRefs: PAY-12\n"
    prepared.git("commit", "--allow-empty", "-m", "fix: y (PAY-12)")
    assert message(prepared) == "fix: y (PAY-12)\n"
    prepared.git("commit", "--amend", "--allow-empty", "--no-edit")
    assert message(prepared) == "fix: y (PAY-12)\n"


def test_merges_reverts_and_picks_are_left_alone(prepared: Repo) -> None:
    prepared.git("merge", "-q", "side", "--no-edit")
    assert "Refs" not in message(prepared)
    prepared.git("revert", "--no-edit", "main")
    assert "Refs" not in message(prepared)
    prepared.git("cherry-pick", "main~1", "--allow-empty", "--keep-redundant-commits")
    assert "Refs" not in message(prepared)


def test_only_what_is_asked_for_is_filled(prepared: Repo) -> None:
    (prepared.path / "relman.toml").write_text('[messages]\nfill = ["type"]\n')
    editor(prepared, "sed -i '1s/$/x/' \"$1\"")
    prepared.git("commit", "--allow-empty")
    assert message(prepared) == "feat: x\n"
    (prepared.path / "relman.toml").write_text("")
    prepared.git("commit", "--allow-empty", "-m", "feat: y")
    assert message(prepared) == "feat: y\n"


def test_without_a_branch_or_with_broken_settings(prepared: Repo) -> None:
    prepared.git("checkout", "-q", "--detach")
    prepared.git("commit", "--allow-empty", "-m", "feat: y")
    assert message(prepared) == "feat: y\n"
    prepared.git("checkout", "-q", "feature/cart/PAY-12-tax")
    (prepared.path / "relman.toml").write_text("fill = ")
    done = prepared.run("commit", "--allow-empty", "-m", "feat: y")
    assert "git commit --no-verify" in done.stderr
