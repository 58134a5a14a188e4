import io
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from command import Shop, sure
from killing import killed
from relman.cli.app import run

JOBS = (
    ("cut",),
    ("release", "1.0"),
    ("hotfix", "pr:7", "--to", "1.0"),
    ("backport", "pr:7", "--to", "1.0"),
    ("bump", "1.0.1"),
)


@pytest.mark.parametrize("words", JOBS, ids=lambda words: words[0])
def test_undo_redo_and_undo_again(tmp_path: Path, words: tuple[str, ...]) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    before = shop.state()
    made = shop.done(*sure(words), "--json").json["id"]
    after = shop.state()
    assert after.here.status == before.here.status == ""
    for back, state in (("undo", before), ("redo", after), ("undo", before), ("redo", after)):
        shop.done(back, "--yes")
        assert shop.state() == state, back
    undone = shop.done("undo", made, "--yes", "--json").json["id"]
    assert shop.state() == before
    shop.done("undo", undone, "--yes")  # undoing an undo is redo
    assert shop.state() == after
    assert shop.repo.git("fsck", "--strict", "--no-dangling") == ""


def test_operations_of_one_second_keep_their_order(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    ids = [
        shop.done(*sure(words), "--json").json["id"]
        for words in (["cut"], ["release", "1.0"], ["undo"], ["redo"])
    ]
    assert ids == sorted(ids)
    assert [title for title, _ in shop.operations()] == [
        "redo release v1.0.1",
        "undo release v1.0.1",
        "release v1.0.1",
        "cut 1.1 with v1.1.0-rc.1",
    ]


def test_where_a_ref_moved_on_nothing_changes(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    shop.done(*sure(["release", "1.0"]))
    shop.repo.commit("fix: later", {"later.txt": "later\n"})
    said = shop.refused(4, "undo", "--yes")
    assert "refs/heads/release/1.0 is " in said.err
    assert "none was changed" in said.err


def test_a_release_names_its_operation(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    before = shop.state()
    shop.done(*sure(["cut"]))
    shop.done(*sure(["release", "1.0"]))
    shop.done("undo", "--release", "v1.1.0-rc.1", "--yes")
    refs = shop.state().here.refs
    assert ("refs/tags/v1.0.1" in refs, "refs/tags/v1.1.0-rc.1" in refs) == (True, False)
    shop.done("undo", "--release", "1.0.1", "--yes")
    assert shop.state() == before
    assert "no operation in this clone made v1.0.0" in shop.refused(2, "undo", "--release", "1.0.0", "-y").err


def test_nothing_to_undo_and_nothing_to_redo(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    assert shop.refused(5, "undo", "-y").err == "error: there is nothing to undo\nhint:  relman log\n"
    assert shop.refused(5, "redo", "-y").err == "error: there is nothing to redo\nhint:  relman log\n"
    assert "there is no operation nonsense" in shop.refused(2, "undo", "nonsense", "-y").err


def test_a_branch_that_undo_would_delete_is_checked_out(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    shop.done(*sure(["cut"]))
    shop.repo.git("switch", "-q", "release/1.1")
    said = shop.refused(6, "undo", "-y")
    assert "release/1.1 is checked out in" in said.err
    assert "switch --detach" in said.err


def test_what_is_published_is_not_undone_by_accident(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    before = shop.state()
    shop.done(*sure(["release", "1.0"]), "--push")
    after = shop.state()
    said = shop.refused(6, "undo", "-y")
    assert "is published (" in said.err
    assert "relman withdraw v1.0.1 --reason TEXT" in said.err
    assert "--remote" in said.err
    assert "named again" in shop.refused(2, "undo", "--remote", "-y").err
    assert "named again" in shop.refused(2, "undo", "--remote", "-y", "--reason", "v1.0.0").err
    assert shop.state() == after
    shop.done("undo", "--remote", "-y", "--reason", "v1.0.1")
    assert shop.state() == before


def test_what_somebody_else_pushed_counts_as_published(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.done(*sure(["release", "1.0"]))
    shop.repo.git("push", "-q", "origin", "v1.0.1")
    assert "is published (v1.0.1 on origin)" in shop.refused(6, "undo", "-y").err


def test_a_crash_in_an_undo_is_settled_too(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    before = shop.state()
    shop.done(*sure(["cut"]), "--push")
    after = shop.state()
    shop.save()
    words = ("undo", "-y", "--remote", "--reason", "v1.1.0-rc.1")
    names: list[str] = []
    assert shop(*words, checkpoint=names.append).code == 0
    assert shop.state() == before
    for at, name in enumerate(names):
        shop.restore()
        assert killed(lambda c: shop(*words, checkpoint=c), at + 1) == name
        shop.done("resume")
        assert shop.state() == (before if at >= names.index("pushed") else after), name


def elsewhere(shop: Shop) -> None:
    """A clone whose release branch is only the remote's."""
    shop.repo.git("switch", "-q", "main")
    shop.repo.git("fetch", "-q", "origin")
    shop.repo.git("branch", "-D", "release/1.0")


@pytest.mark.parametrize("way", ["at once", "later", "by hand"])
@pytest.mark.parametrize("here", ["absent", "behind"])
def test_the_remote_goes_back_to_what_it_was_not_to_what_was_here(
    tmp_path: Path, way: str, here: str
) -> None:
    shop = Shop(tmp_path / "shop")
    elsewhere(shop)
    if here == "behind":
        shop.repo.git("branch", "release/1.0", "v1.0.0")
    before = shop.state()
    shop.done(*sure(["release", "1.0"]), *(["--push"] if way == "at once" else []))
    if way == "later":
        shop.done("push", "-y")
    if way == "by hand":
        shop.repo.git("push", "-q", "origin", "release/1.0", "v1.0.1")
    assert shop.state().there != before.there
    shop.done("undo", "--remote", "-y", "--reason", "v1.0.1")
    assert shop.state() == before


def test_a_new_branch_that_was_pushed_by_hand_is_not_deleted_there(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    before = shop.state()
    shop.done(*sure(["cut"]))
    shop.repo.git("push", "-q", "origin", "release/1.1")
    said = shop.refused(6, "undo", "--remote", "-y", "--reason", "v1.1.0-rc.1")
    assert "no push from here brought release/1.1 on origin" in said.err
    branch = "refs/heads/release/1.1"
    new = shop.repo.id(branch)
    assert f"hint:  git push --force-with-lease={branch}:{new} origin OLD:{branch}" in said.err
    shop.repo.git("push", "-q", f"--force-with-lease={branch}:{new}", "origin", f":{branch}")
    shop.done("undo", "-y")
    assert shop.state() == before


def test_work_on_top_of_a_later_push_is_kept(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.done(*sure(["release", "1.0"]))
    shop.done("push", "-y")
    theirs = shop.repo.git("commit-tree", "-p", "release/1.0", "-m", "theirs", "release/1.0^{tree}")
    shop.repo.git("push", "-q", f"file://{shop.bare}", f"{theirs.strip()}:refs/heads/release/1.0")
    said = shop.refused(4, "undo", "--remote", "-y", "--reason", "v1.0.1")
    assert f"refs/heads/release/1.0 on origin is {theirs.strip()}" in said.err


def test_an_older_push_says_nothing_about_an_undo(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.done(*sure(["release", "1.0"]), "--push")
    shop.repo.commit("fix: later", {"later.txt": "later\n"})
    shop.repo.git("push", "-q", "origin", "release/1.0")
    there = shop.state().there
    shop.done(*sure(["release", "1.0"]))
    after = shop.state()
    undone = shop.done("undo", "-y", "--json").json["id"]
    shop.done("undo", undone, "--remote", "-y", "--reason", "v1.0.2")
    assert shop.state() == after
    assert after.there == there


def test_undo_asks_the_place_that_pushes_go_to(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    mirror = shop.folder / "mirror.git"
    shop.repo.git("clone", "-q", "--mirror", f"file://{shop.bare}", str(mirror))
    shop.repo.git("remote", "set-url", "--push", "origin", f"file://{shop.bare}")
    shop.repo.git("remote", "set-url", "origin", f"file://{mirror}")
    before = shop.state()
    shop.done(*sure(["release", "1.0"]), "--push")
    assert "is published (release/1.0 on origin, v1.0.1 on origin)" in shop.refused(6, "undo", "-y").err
    shop.done("undo", "--remote", "-y", "--reason", "v1.0.1")
    assert shop.state() == before


def test_a_recorded_push_that_is_not_there_is_told(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    before = shop.state()
    other = shop.folder / "other.git"
    shop.repo.git("clone", "-q", "--mirror", f"file://{shop.bare}", str(other))
    made = shop.done(*sure(["release", "1.0"]), "--push", "--json").json["id"]
    shop.repo.git("remote", "set-url", "--push", "origin", f"file://{other}")
    said = shop.refused(6, "undo", "-y")
    assert (
        f"operation {made} pushed release/1.0 on origin, v1.0.1 on origin, and that is not there" in said.err
    )
    assert f"hint:  relman undo {made} --remote" in said.err
    shop.done("undo", "-y", "--remote", "--reason", "v1.0.1")
    assert shop.state().here == before.here


def test_what_was_taken_back_from_the_remote_is_undone_here_at_once(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    before = shop.state()
    shop.done(*sure(["release", "1.0"]))
    pushed = shop.done("push", "-y", "--json").json["id"]
    shop.done("undo", pushed, "-y", "--remote", "--reason", "v1.0.1")
    assert shop.state().there == before.there
    shop.done("undo", "-y")
    assert shop.state() == before


def test_a_later_push_is_asked_about_even_offline(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.done(*sure(["release", "1.0"]))
    shop.done("push", "-y")
    assert "is published (" in shop.refused(6, "undo", "-y", "--offline").err
    shop.bare.rename(shop.bare.with_name("away"))
    assert "origin cannot be asked" in shop.refused(6, "undo", "-y").err


def test_undoing_an_undo_with_the_remote_brings_both_back(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.done(*sure(["release", "1.0"]), "--push")
    shop.repo.commit("fix: later", {"later.txt": "later\n"})
    shop.repo.git("push", "-q", "origin", "release/1.0")
    shop.done(*sure(["release", "1.0"]), "--push")
    after = shop.state()
    undone = shop.done("undo", "-y", "--remote", "--reason", "v1.0.2", "--json").json["id"]
    shop.done("undo", undone, "--remote", "-y")
    assert shop.state() == after


class Terminal(io.StringIO):
    """A stream with a person at it."""

    def isatty(self) -> bool:
        return True


def interrupted(shop: Shop) -> None:
    """A published cut, and after it a release that crashed when the remote had it."""
    shop.done(*sure(["cut"]), "--push")
    names: list[str] = []
    shop.save()
    assert shop(*sure(["release", "1.0"]), "--push", checkpoint=names.append).code == 0
    shop.restore()
    killed(lambda c: shop(*sure(["release", "1.0"]), "--push", checkpoint=c), names.index("pushed") + 1)


def test_the_tag_of_an_operation_that_crashed_is_not_taken_for_the_named_one(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    interrupted(shop)
    said = shop("undo", "--remote", "-y", "--reason", "v1.1.0-rc.1")
    assert (said.code, "hint:  --reason v1.0.1" in said.err) == (2, True), said
    assert shop.there("tag").split() == ["v1.0.0", "v1.0.1", "v1.1.0-rc.1"]


@pytest.mark.parametrize(("typed", "left"), [("v1.1.0-rc.1", []), ("v1.0.1", ["v1.1.0-rc.1"])])
def test_who_is_asked_takes_back_what_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, left: list[str]
) -> None:
    shop = Shop(tmp_path / "shop")
    interrupted(shop)
    monkeypatch.setattr("sys.stdin", Terminal(f"{typed}\ny\n"))
    with redirect_stderr(Terminal()) as told:
        code = run(["-C", str(shop.path), "undo", "--remote"])
    assert "others may have v1.1.0-rc.1 already" in told.getvalue()
    assert (code, shop.there("tag").split()) == (2 if left else 0, ["v1.0.0", "v1.0.1", *left])


def test_the_tag_of_a_push_is_named_too(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    before = shop.state()
    shop.done(*sure(["release", "1.0"]))
    pushed = shop.done("push", "-y", "--json").json["id"]
    assert "--reason v1.0.1" in shop.refused(2, "undo", pushed, "--remote", "-y").err
    shop.done("undo", pushed, "--remote", "-y", "--reason", "v1.0.1")
    assert shop.state().there == before.there


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (("undo", "--push"), "relman undo --remote"),
        (("undo", "--as-branches"), "relman undo"),
        (("undo", "8c41e07", "--release", "1.0.1"), "relman undo --release 1.0.1"),
        (("redo", "--push"), "relman redo"),
        (("redo", "--as-branches"), "relman redo"),
    ],
)
def test_what_undo_and_redo_cannot_do_is_said(tmp_path: Path, words: tuple[str, ...], instead: str) -> None:
    shop = Shop(tmp_path / "shop")
    shop.done(*sure(["release", "1.0"]))
    if words[0] == "redo":
        shop.done("undo", "-y")
    assert f"hint:  {instead}\n" in shop.refused(2, *words, "-y").err
