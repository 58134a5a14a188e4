"""git itself drives the hook: commit, amend, merge, rebase, cherry-pick, revert."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from hook.conftest import editor, install
from relman.hook.commit_msg import commit_msg


def subject(repo: Repo, rev: str = "HEAD") -> str:
    return repo.git("log", "-1", "--format=%s", rev)


def edited(repo: Repo, text: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Commits with an editor that puts the text before what git wrote."""
    (repo.path.parent / "text").write_text(text)
    editor(repo, f'cat "{repo.path.parent}/text" "$1" > "$1.new" && mv "$1.new" "$1"')
    return repo.run(*words, "commit", "--allow-empty")


def test_the_answer_marks_the_places_says_what_to_write_and_how_to_get_the_text_back(hooked: Repo) -> None:
    done = hooked.run("commit", "--allow-empty", "-m", "Feat: Count every piece.")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "relman: the message is refused",
        "   1  Feat: Count every piece.",
        "      ^     ^                ^",
        "      error: the type Feat is not in lower case: write feat [type-case]",
        "      warning: the description begins in upper case: begin in lower case [subject-case]",
        "      warning: the description ends with a full stop: remove it [subject-full-stop]",
        "write instead: feat: count every piece",
        "the text is kept: git commit -e -F .git/COMMIT_EDITMSG",
    ]
    editor(hooked, "sed -i 's/Feat: C/feat: c/' \"$1\"")
    again = hooked.run("commit", "--allow-empty", "-e", "-F", ".git/COMMIT_EDITMSG")
    assert (again.returncode, subject(hooked)) == (0, "feat: count every piece.")


def test_warnings_do_not_stop_a_commit(hooked: Repo) -> None:
    done = hooked.run("commit", "--allow-empty", "-m", "feat: x.")
    assert done.returncode == 0
    assert "let through" in done.stderr


def test_amending_is_checked_too(hooked: Repo) -> None:
    assert hooked.run("commit", "--amend", "-m", "two").returncode == 1
    assert hooked.run("commit", "--amend", "-m", "fix: three").returncode == 0
    assert hooked.run("commit", "--amend", "--no-edit").returncode == 0


def test_comments_are_not_the_message_where_an_editor_was_open(hooked: Repo) -> None:
    done = edited(hooked, "feat: x\n\n# Feat: no\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert hooked.run("commit", "--allow-empty", "-m", "#7 is mended").returncode == 1
    assert edited(hooked, "# only a comment\n").returncode == 1
    assert subject(hooked) == "feat: x"


@pytest.mark.parametrize("char", [";", "auto", "%"])
def test_other_comment_characters(hooked: Repo, char: str) -> None:
    hooked.git("config", "core.commentChar", char)
    done = edited(hooked, "feat: x\n\nbody\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert hooked.git("log", "-1", "--format=%B") == "feat: x\n\nbody\n"


@pytest.mark.parametrize("cleanup", ["default", "scissors", "strip", "whitespace"])
def test_what_is_behind_the_scissors_is_not_the_message(hooked: Repo, cleanup: str) -> None:
    (hooked.path / "a.txt").write_text("word " * 60 + "\n\nBREAKING CHANGES: of code\n")
    hooked.git("config", "commit.verbose", "true")
    hooked.git("config", "commit.cleanup", cleanup)
    hooked.git("add", "a.txt")
    done = edited(hooked, "feat: x\n")
    assert done.returncode == 0, done.stderr
    assert ("near-miss" in done.stderr, "max-line-length" in done.stderr) == (False, False)


def test_cr_lf_and_other_encodings(hooked: Repo) -> None:
    assert hooked.run("commit", "--allow-empty", "-m", "feat: x\r\n\r\nbody\r\n").stderr == ""
    text = hooked.path / "m"
    text.write_bytes("feat: größer\n".encode("latin-1"))
    assert "not UTF-8" in hooked.run("commit", "--allow-empty", "-F", "m").stderr
    hooked.git("config", "i18n.commitEncoding", "ISO-8859-1")
    done = hooked.run("commit", "--allow-empty", "-F", "m")
    assert (done.returncode, done.stderr) == (0, "")
    hooked.git("config", "i18n.commitEncoding", "no-such-thing")
    assert "Traceback" not in hooked.run("commit", "--allow-empty", "-F", "m").stderr


def test_merges_are_recognised_and_a_commit_that_only_reads_like_one_is_noticed(hooked: Repo) -> None:
    done = hooked.run("commit", "--allow-empty", "-m", "Merge branch 'x' into y")
    assert (done.returncode, "[merge-subject]" in done.stderr) == (0, True)
    assert hooked.run("merge", "side").stderr == ""
    assert subject(hooked) == "Merge branch 'side'"
    assert hooked.run("commit", "--amend", "--no-edit").stderr == ""
    hooked.git("reset", "-q", "--hard", "HEAD^1")
    assert hooked.run("merge", "side", "-m", "Feat: bring it in").returncode != 0
    hooked.git("merge", "--abort")
    assert hooked.run("merge", "side", "-m", "Bring in the side").returncode == 0


def test_a_refused_merge_goes_on_with_git_commit(hooked: Repo) -> None:
    done = hooked.run("merge", "side", "-m", "Feat: bring it in")
    assert "git commit -e\n" in done.stderr
    editor(hooked, "sed -i 's/Feat/feat/' \"$1\"")
    assert hooked.run("commit", "-e").returncode == 0
    assert subject(hooked) == "feat: bring it in"
    assert len(hooked.git("log", "-1", "--format=%P").split()) == 2


def test_reverts_are_recognised_and_must_say_what_they_take_back(hooked: Repo) -> None:
    assert hooked.run("revert", "--no-edit", "HEAD").stderr == ""
    assert subject(hooked) == 'Revert "fix: two"'
    done = hooked.run("commit", "--allow-empty", "-m", 'Revert "fix: two"')
    assert (done.returncode, "[revert-reference]" in done.stderr) == (0, True)
    assert hooked.run("commit", "--allow-empty", "-m", "revert the last thing").returncode == 1


def test_fix_ups_pass_here_and_an_amended_message_is_checked(hooked: Repo) -> None:
    assert hooked.run("commit", "--allow-empty", "--fixup", "HEAD").stderr == ""
    assert hooked.run("commit", "--allow-empty", "--squash", "HEAD~1", "-m", "more").stderr == ""
    wrong = hooked.run("commit", "--allow-empty", "-m", "amend! fix: two\n\nFix: Two")
    assert (wrong.returncode, "[type-case]" in wrong.stderr) == (1, True)


def test_a_rebase_squashes_and_rewords_under_the_same_rules(hooked: Repo) -> None:
    (hooked.path / "a.txt").write_text("3\n")
    hooked.git("commit", "-qa", "--fixup", "HEAD")
    done = hooked.run("-c", "sequence.editor=:", "rebase", "-i", "--autosquash", "HEAD~2")
    assert done.returncode == 0, done.stderr
    assert subject(hooked) == "fix: two"
    editor(hooked, "echo 'Wrong words' > \"$1\"")
    done = hooked.run("-c", "sequence.editor=sed -i s/^pick/reword/", "rebase", "-i", "HEAD~1")
    assert (done.returncode, "[type-empty]" in done.stderr) == (1, True)
    hooked.git("rebase", "--abort")


def test_picks_keep_the_words_of_their_original(hooked: Repo) -> None:
    hooked.git("checkout", "-q", "side")
    hooked.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "Odd words.")
    (hooked.path / "a.txt").write_text("side\n")
    hooked.git("commit", "-qa", "--no-verify", "-m", "Other odd words.")
    hooked.git("checkout", "-q", "main")
    assert hooked.run("cherry-pick", "--allow-empty", "side~1").returncode == 0
    assert hooked.run("cherry-pick", "-x", "side").returncode == 1  # it conflicts
    (hooked.path / "a.txt").write_text("both\n")
    hooked.git("add", "a.txt")
    done = hooked.run("commit", "--no-edit")
    assert (done.returncode, subject(hooked)) == (0, "Other odd words."), done.stderr
    assert hooked.run("commit", "--amend", "--no-edit").returncode == 0  # by the -x line


def test_releases_pass_also_in_the_projects_own_words(hooked: Repo) -> None:
    assert hooked.run("commit", "--allow-empty", "-m", "chore(release): 1.2.3 [skip ci]").stderr == ""
    assert hooked.run("commit", "--allow-empty", "-m", "Ship 1.2.3").returncode == 1
    (hooked.path / "relman.toml").write_text('[release]\nmessage = "Ship {version}"\n')
    assert hooked.run("commit", "--allow-empty", "-m", "Ship 1.2.3").stderr == ""


def test_a_hostile_message_cannot_steer_the_terminal(hooked: Repo) -> None:
    done = hooked.run(
        "commit", "--allow-empty", "-m", "\x1b]0;owned\x07\u202efeat: $(touch owned)`touch owned`"
    )
    assert done.returncode == 1
    assert all(line.isprintable() for line in done.stderr.splitlines())
    assert not (hooked.path / "owned").exists()


def test_from_a_folder_below_the_command_names_the_whole_path(hooked: Repo) -> None:
    (hooked.path / "sub").mkdir()
    done = hooked.run("-C", "sub", "commit", "--allow-empty", "-m", "wrong")
    assert f"git commit -e -F {hooked.path}/.git/COMMIT_EDITMSG" in done.stderr


def test_a_linked_worktree_and_an_empty_environment(hooked: Repo, tmp_path: Path) -> None:
    linked = tmp_path / "linked here"
    hooked.git("worktree", "add", "-q", str(linked), "side")
    env = {"PATH": os.environ["PATH"]}
    who = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    for text, code in (("wrong", 1), ("feat: x", 0)):
        done = subprocess.run(
            ["git", "-C", str(linked), *who, "commit", "--allow-empty", "-m", text],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
    hooked.git("checkout", "-q", "-b", "t")


def test_the_teams_levels_count_and_rules_may_only_warn(hooked: Repo) -> None:
    (hooked.path / "relman.toml").write_text('[messages.levels]\nsubject-full-stop = "error"\n')
    assert hooked.run("commit", "--allow-empty", "-m", "feat: x.").returncode == 1
    (hooked.path / "relman.toml").write_text("[messages]\nenforce = false\n")
    done = hooked.run("commit", "--allow-empty", "-m", "any words")
    assert (done.returncode, "warning: the header has no type" in done.stderr) == (0, True)


def test_its_own_trouble_says_how_to_get_past_it(hooked: Repo) -> None:
    (hooked.path / "relman.toml").write_text("[messages\n")
    done = hooked.run("commit", "--allow-empty", "-m", "feat: x")
    assert done.returncode != 0
    assert "relman.toml" in done.stderr
    assert "git commit --no-verify" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bug_is_no_traceback_and_says_how_to_get_past_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import relman.hook.commit_msg as room
    from relman.hook.entry import main

    def broken() -> None:
        raise ZeroDivisionError

    (tmp_path / "m").write_text("feat: x\n")
    monkeypatch.setattr(room, "rules_here", broken)
    assert main(["commit-msg", str(tmp_path / "m")]) == 2
    said = capsys.readouterr().err
    assert "this is a bug in relman" in said
    assert "git commit --no-verify" in said


def test_long_and_wide_lines_keep_their_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m").write_text("feat: 日本\x07 " + "x" * 120 + "\n", encoding="utf-8")
    assert commit_msg(str(tmp_path / "m")) == 0
    lines = capsys.readouterr().err.splitlines()
    assert (lines[1][:7], lines[2][-1]) == ("   1  …", "^")
    (tmp_path / "m").write_text("feat: 日本\x07\n", encoding="utf-8")
    assert commit_msg(str(tmp_path / "m")) == 0
    assert capsys.readouterr().err.splitlines()[1:3] == ["   1  feat: 日本�", "                ^"]


def test_a_good_message_asks_no_program(hooked: Repo) -> None:
    file = hooked.path / ".git" / "COMMIT_EDITMSG"
    file.write_text("feat: x\n\nbody\n")
    code = (
        "import sys, os; os.chdir(sys.argv[1]); from relman.hook.entry import main;"
        "code = main(['commit-msg', sys.argv[2]]);"
        "print(code, [m for m in ('subprocess', 'typer', 'rich', 'jinja2', 'pygit2', 'difflib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(hooked.path), str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0 []"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_file_that_cannot_be_read(nowhere: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from relman.hook.entry import main

    assert main(["commit-msg", str(nowhere / name)]) == 2
    assert "--no-verify" in capsys.readouterr().err


def test_installing_is_by_hand_here(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from('main:\n  A "feat: one" {a: "1\\n"}\nHEAD = main\n')
    install(repo, "commit-msg", "prepare-commit-msg")
    assert repo.run("commit", "--allow-empty", "-m", "feat: two").returncode == 0


def test_a_rebase_that_conflicted_goes_on_with_the_words_of_its_commit(hooked: Repo) -> None:
    hooked.git("checkout", "-q", "side")
    (hooked.path / "a.txt").write_text("side\n")
    hooked.git("commit", "-qa", "--no-verify", "-m", "Odd words.")
    assert hooked.run("rebase", "main").returncode == 1
    (hooked.path / "a.txt").write_text("both\n")
    hooked.git("add", "a.txt")
    editor(hooked, "true")
    done = hooked.run("rebase", "--continue")
    assert (done.returncode, subject(hooked)) == (0, "Odd words."), done.stderr


def test_the_configuration_may_stand_in_pyproject(hooked: Repo) -> None:
    (hooked.path / "pyproject.toml").write_text('[tool.relman.messages]\ntypes = ["change"]\n')
    assert hooked.run("commit", "--allow-empty", "-m", "fix: x").returncode == 1
    assert hooked.run("commit", "--allow-empty", "-m", "change: x").returncode == 0
    (hooked.path / "relman.toml").write_text("[messages]\nno_such_key = 1\n")
    done = hooked.run("commit", "--allow-empty", "-m", "change: x")
    assert (done.returncode != 0, "both relman.toml and" in done.stderr) == (True, True)


def test_a_wrong_key_is_told_with_its_place(hooked: Repo) -> None:
    (hooked.path / "relman.toml").write_text("[messages]\nheader_maxx = 1\n")
    done = hooked.run("commit", "--allow-empty", "-m", "fix: x")
    assert done.returncode != 0
    assert "relman.toml, line 2: messages.header_maxx: no such key; did you mean header_max?" in done.stderr
    assert "--no-verify" in done.stderr


def test_before_a_message_is_refused_the_configuration_must_be_in_order(hooked: Repo) -> None:
    (hooked.path / "relman.toml").write_text('[messages]\ntypes = ["Fix"]\n')
    done = hooked.run("commit", "--allow-empty", "-m", "fix: x")
    assert done.returncode != 0
    assert '"Fix" is not a type in lower case' in done.stderr
    assert "the message is refused" not in done.stderr
