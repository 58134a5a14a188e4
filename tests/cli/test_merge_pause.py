"""A release that does not merge into production without a person: the pause, the place, resume, abort, crashes."""

from pathlib import Path

import pytest

from command import Shop, sure
from killing import killed

STORY = r"""
main:
  A "feat: one" {
    pyproject.toml: "[project]\nname = \"shop\"\nversion = \"1.0.0\"\n",
    CHANGELOG.md: "# Changelog\n\n## 1.0.0 - 2025-12-31\n\n- the beginning\n",
    relman.toml: "strategy = \"gitflow/v1\"\n",
    app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
  } [v1.0.0]
develop from A:
  B "feat: more" {more.txt: "more\n"}
release/1.1.0 from B:
  R "fix: nine (#7)" {app.txt ~ "9\n" => "nine\n"}
main:
  D "fix: by hand" {app.txt ~ "9\n" => "NINE\n"}
  E "chore(release): 1.0.1" {
    pyproject.toml ~ "1.0.0" => "1.0.1",
    CHANGELOG.md ~ "## 1.0.0" => "## [1.0.1] - 2026-01-02\n\n- by hand\n\n## 1.0.0"
  } [v1.0.1]
HEAD = develop
"""
FINAL = sure(("release", "1.1.0", "--final"))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", STORY)


def place(shop: Shop) -> Path:
    return shop.folder / "repo-relman-1.1.0"


def solve(shop: Shop) -> str:
    """Resolves by plain git, as a person does."""
    at = place(shop)
    (at / "app.txt").write_text("1\n2\n3\n4\n5\n6\n7\n8\nNine\n")
    shop.repo.git("-C", str(at), "commit", "-qam", "resolved by ann")
    return shop.repo.git("-C", str(at), "rev-parse", "HEAD")


def git(shop: Shop, *words: str) -> str:
    return shop.repo.git("-C", str(place(shop)), *words)


def test_the_merge_waits_in_a_place_and_what_was_resolved_is_what_is_tagged(shop: Shop) -> None:
    before = shop.state()
    dry = shop(*FINAL[:-3], "--dry-run", "--json")
    assert (dry.code, shop.state(), place(shop).exists()) == (3, before, False)
    assert [p["conflicts"][0]["path"] for t in dry.json["targets"] for p in t["picks"]] == ["app.txt"]
    assert shop(*FINAL).code == 3
    assert shop.state() == before
    assert (
        git(shop, "diff", "--name-only", "--diff-filter=U"),
        "<<<<<<<" in (place(shop) / "app.txt").read_text(),
    ) == (
        "app.txt",
        True,
    )
    assert 'version = "1.1.0"' in (place(shop) / "pyproject.toml").read_text()
    log = (place(shop) / "CHANGELOG.md").read_text()
    assert [line.split()[1] for line in log.splitlines() if line.startswith("## ")] == [
        "[1.1.0]",
        "[1.0.1]",
        "1.0.0",
    ]
    said = shop.refused(2, "resume", "--with-prerequisites", "--yes").err
    assert said.startswith("error: nothing that waits here has prerequisites\n")
    assert shop.refused(2, *FINAL).err.splitlines()[1:] == [
        "hint:  relman resume 1.1.0",
        "hint:  relman abort 1.1.0",
    ]
    assert "still conflicts in app.txt" in shop.refused(3, "resume", "--yes").err
    resolved = solve(shop)
    said = shop.done("resume", "--dry-run", "--json").json["targets"][0]
    assert shop.repo.labels["R"] in said["ships"]
    shop.done(*sure(("resume", "--push")))
    assert shop.repo.git("rev-parse", "v1.1.0^{tree}") == shop.repo.git("rev-parse", f"{resolved}^{{tree}}")
    assert shop.repo.git("rev-parse", "v1.1.0^{commit}", "v1.1.0^1") == shop.repo.git(
        "rev-parse", "main", "v1.0.1^{commit}"
    )
    assert shop.repo.run("merge-base", "--is-ancestor", "release/1.1.0", "v1.1.0").returncode != 0
    assert shop.repo.run("merge-base", "--is-ancestor", "v1.1.0", "develop").returncode == 0
    assert shop.there("rev-parse", "main", "develop", "v1.1.0") == shop.repo.git(
        "rev-parse", "main", "develop", "v1.1.0"
    )
    assert (place(shop).exists(), shop.done("status", "--json").json["operations"]) == (False, [])
    shop.done("undo", "--yes", "--remote", "--reason", "v1.1.0")
    assert shop.state() == before


def test_abort_leaves_nothing_and_what_is_no_longer_true_is_not_tagged(shop: Shop) -> None:
    before = shop.state()
    assert shop(*FINAL).code == 3
    (place(shop) / "app.txt").write_text("Nine\n")
    git(shop, "add", "app.txt")
    assert "in the middle of a merge" in shop.refused(3, "resume", "--yes").err
    shop.done("abort")
    assert (shop.state(), place(shop).exists()) == (before, False)
    assert shop(*FINAL).code == 3
    git(shop, "merge", "--abort")
    git(shop, "commit", "-q", "--allow-empty", "-m", "no merge at all")
    assert "holds no merge of" in shop.refused(3, "resume", "--yes").err
    shop.done("abort")
    assert shop(*FINAL).code == 3
    solve(shop)
    shop.repo.git("tag", "-am", "taken", "v1.1.0", "develop")
    for words in (("resume", "-n"), ("resume", "--yes")):
        said = shop.refused(4, *words).err.splitlines()
        assert said[0].startswith(f"error: 1.1.0 is taken since {place(shop)} was made: tag v1.1.0, at ")
        assert said[1:] == ["hint:  relman abort 1.1.0"]
    shop.repo.git("tag", "-d", "v1.1.0")
    shop.repo.git("switch", "-q", "main")
    shop.repo.commit("fix: theirs", {"theirs.txt": "theirs\n"})
    assert "main moved on to" in shop("resume", "--yes").err
    shop.done("abort")
    assert not place(shop).exists()


def test_undo_leaves_what_the_waiting_release_stands_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", STORY.replace("release/1.1.0 from B:\n", ""))
    before = shop.state()
    shop.done(*sure(("cut", "--offline", "--anyway", "debts", "--reason", "known")))
    cut = shop.done("log", "--json").json["operations"][0]["id"]
    assert shop(*FINAL).code == 3
    ways = ["hint:  relman resume", "hint:  relman abort"]
    for words in (("undo", "--yes"), ("undo", "-n"), ("undo", "--remote", "--yes")):
        said = shop.refused(6, *words).err.splitlines()
        assert "is not over and waits for a person" in said[0]
        assert said[1:] == ways  # the cut is no way: the release stands on it
    for named in ((cut,), ("--release", "v1.1.0-rc.1")):
        said = shop.refused(6, "undo", *named, "--yes").err.splitlines()
        assert "would move release/1.1.0, and release 1.1.0 (" in said[0]
        assert said[1:] == ways
    note = shop.done(*sure(("env", "record", "production", "v1.0.1")), "--json").json["id"]
    assert shop.refused(6, "undo", "--yes").err.splitlines()[1:] == [*ways, f"hint:  relman undo {note}"]
    shop.done("undo", note, "--yes")
    solve(shop)
    shop.done(*sure(("resume", "--offline")))
    for _ in range(2):
        shop.done("undo", "--yes", "--offline")
    assert shop.local() == before.here


def test_killed_after_any_write_it_pauses_or_not_and_is_finished_or_not(shop: Shop) -> None:
    shop.save()
    before, names = shop.state(), list[str]()
    assert shop(*FINAL, checkpoint=names.append).code == 3
    for name in ("published", "committed", "place 1.1.0", "conflict 1.1.0", "noted 1.1.0"):
        at = names.index(name)
        shop.restore()
        assert killed(lambda c: shop(*FINAL, checkpoint=c), at + 1) == name
        shop("resume" if at % 2 else "abort")
        assert shop.state() == before, name
        left = [o["state"] for o in shop.done("status", "--json").json["operations"]]
        assert (left, place(shop).exists()) in (([], False), (["paused"], True)), name
    shop.restore()
    assert shop(*FINAL).code == 3
    solve(shop)
    shop.folder.with_name("saved").rename(shop.folder.with_name("first"))
    shop.save()
    words = sure(("resume", "--push"))
    names.clear()
    assert shop(*words, checkpoint=names.append).code == 0
    after, turn = shop.state(), names.index("pushed")
    for at in {0, turn - 1, turn, turn + 1, names.index(f"left {place(shop)}")}:
        name = names[at]
        shop.restore()
        assert killed(lambda c: shop(*words, checkpoint=c), at + 1) == name
        shop("cut", "--yes", "--expect", "0000000")
        assert shop.state() == (after if at >= turn else before), name
        assert place(shop).exists() == (at < turn), name


def test_what_was_prepared_and_tested_is_what_is_merged_by_hand(shop: Shop) -> None:
    shop.done(*sure(("release", "1.1.0", "--final", "--no-tag")))
    prepared = shop.repo.id("refs/heads/release/1.1.0")
    said = shop("release", "1.1.0", "--yes", "--json")
    assert (said.code, said.json["waits"][0]["merges"]) == (3, prepared)
    solve(shop)
    shop.done(*sure(("resume",)))
    assert shop.repo.git("rev-parse", "v1.1.0^2") == prepared
    assert "## [1.1.0] - 2026-11-23" in shop.repo.tree("v1.1.0^{commit}", "CHANGELOG.md")


def test_what_came_out_while_it_waited_is_asked_about_and_what_was_accepted_is_not_asked_again(
    shop: Shop,
) -> None:
    shop.repo.git("switch", "-q", "-c", "hotfix/1.0.2", "v1.0.1")
    first = shop.repo.commit("fix: first", {"first.txt": "1\n"})
    shop.repo.git("tag", "-a", "-m", "Release 1.0.2", "v1.0.2")
    assert shop(*FINAL).code == 6
    assert shop(*FINAL, "--anyway", "debts", "--reason", "known").code == 3
    solve(shop)
    assert shop.done("resume", "--dry-run").code == 0
    second = shop.repo.commit("fix: second", {"second.txt": "2\n"})
    shop.repo.git("tag", "-a", "-m", "Release 1.0.3", "v1.0.3")
    assert f"{second[:7]} fix: second" in shop.refused(6, "resume", "--yes").out
    shop.done(*sure(("resume", "--anyway", "debts", "--reason", "both")))
    text = shop.repo.git("cat-file", "-p", "v1.1.0")
    assert [text.count(f"Accepted-debt: {oid}") for oid in (first, second)] == [1, 1]


def test_a_prepared_hotfix_whose_merge_waits_is_not_put_off_to_the_next_release(shop: Shop) -> None:
    shop.repo.git("switch", "-q", "-c", "fix", "v1.0.1")
    fix = shop.repo.commit("fix: two", {"app.txt": "1\ntwo\n3\n4\n5\n6\n7\n8\nNINE\n"})
    shop.repo.git("switch", "-q", "develop")
    shop.done(*sure(["hotfix", fix, "--no-tag"]))
    shop.repo.git("switch", "-q", "main")
    shop.repo.commit("fix: deux", {"app.txt": "1\ndeux\n3\n4\n5\n6\n7\n8\nNINE\n"})
    shop.repo.git("switch", "-q", "develop")
    said = shop("release", "1.0.2", "--dry-run")
    assert (said.code, "tagged on" in said.out, "with its next release" in said.out) == (3, True, False), (
        said.out + said.err
    )
