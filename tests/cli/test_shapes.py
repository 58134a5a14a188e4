"""Repositories of every shape, from the command line to the refs: git's own cherry-pick in a worktree is the judge."""

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command import call
from relman.model.names import Oid
from yard import Yard

LINES = "".join(f"line {n}\n" for n in range(1, 21))
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n"


class Told(Yard):
    """A yard in which no two commits look alike: who, when and what in one second would be evidence of a port."""

    count = 0

    def commit(self, message: str = "", **files: str | bytes | None) -> Oid:
        self.count += 1
        return super().commit(message or f"fix: number {self.count}", **files)


Shape = Callable[[Yard], Oid]


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    made = Told(tmp_path / "yard")
    made.git("config", "user.name", "Ada")
    made.git("config", "user.email", "ada@example.com")
    made.git("config", "protocol.file.allow", "always")
    return made


def cut(yard: Yard) -> None:
    """Line 1.0 leaves trunk here; what follows stands on it until `back` to trunk."""
    yard.git("tag", "v1.0.0")
    yard.git("checkout", "-q", "-b", "release/1.0")


def back(yard: Yard) -> None:
    yard.git("checkout", "-q", "main")


def oracle(yard: Yard, fix: str) -> Oid | None:
    """The tree that cherry-pick makes in a linked worktree of the line, absent where it stops."""
    place = yard.path.parent / "oracle"
    yard.git("worktree", "add", "-q", "--detach", str(place), "release/1.0")
    done = subprocess.run(["git", "cherry-pick", fix], cwd=place, capture_output=True, check=False)
    tree = yard.tree(f"{yard.git('-C', str(place), 'rev-parse', 'HEAD')}") if done.returncode == 0 else None
    yard.git("worktree", "remove", "--force", str(place))
    return tree


def sparse(yard: Yard, *more: str) -> Oid:
    yard.commit(inside__a=LINES, outside__b=LINES, outside__c=LINES)
    cut(yard)
    yard.commit(outside__c=LINES + "release\n")
    back(yard)
    fix = yard.commit(outside__b=LINES + "fixed\n", outside__new="new\n", inside__a=LINES + "fixed\n")
    yard.git("sparse-checkout", "set", "--cone", *more, "inside")
    return fix


def sparse_checkout(yard: Yard) -> Oid:
    return sparse(yard, "--no-sparse-index")


def sparse_index(yard: Yard) -> Oid:
    return sparse(yard, "--sparse-index")


def sparse_index_on_the_line(yard: Yard) -> Oid:
    fix = sparse(yard, "--sparse-index")
    yard.git("checkout", "-q", "release/1.0")
    return fix


def split_index_on_the_line(yard: Yard) -> Oid:
    yard.commit(a=LINES, b=LINES)
    cut(yard)
    yard.commit(b=LINES + "release\n")
    back(yard)
    fix = yard.commit(a=LINES + "fixed\n")
    yard.git("checkout", "-q", "release/1.0")
    yard.git("update-index", "--split-index")
    yard.git("config", "core.splitIndex", "true")
    return fix


def lfs_pointer(yard: Yard) -> Oid:
    yard.git("config", "filter.lfs.clean", "false")
    yard.git("config", "filter.lfs.smudge", "false")
    yard.commit(_dot_gitattributes="*.bin filter=lfs diff=lfs merge=lfs -text\n", other="1\n")
    for name, branch in (("one", "main"), ("two", "main")):
        pointer(yard, f"{name}.bin", name[0] * 64)
        assert yard.git("symbolic-ref", "--short", "HEAD") == branch
    cut(yard)
    pointer(yard, "two.bin", "b" * 64)
    back(yard)
    return pointer(yard, "one.bin", "c" * 64)


def pointer(yard: Yard, name: str, digest: str) -> Oid:
    """Commits a pointer as git-lfs would; no filter is installed here, so nothing touches the file itself."""
    blob = yard.git("hash-object", "-w", "--stdin", stdin=POINTER.format(digest).encode())
    yard.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    yard.git("commit", "-q", "-m", f"chore: {name} {digest[0]}")
    yard.git("-c", "filter.lfs.smudge=cat", "checkout", "-q", "-f", "HEAD", "--", name)
    return yard.tip()


def mode_and_content(yard: Yard) -> Oid:
    yard.commit(tool=LINES)
    cut(yard)
    yard.commit(tool=LINES + "release\n")
    back(yard)
    (yard.path / "tool").chmod(0o755)
    return yard.commit(tool=LINES.replace("line 3\n", "line three\n"))


def link_to_elsewhere(yard: Yard) -> Oid:
    (yard.path / "link").symlink_to("a")
    yard.commit(a="1\n", b="2\n")
    cut(yard)
    yard.commit(c="3\n")
    back(yard)
    (yard.path / "link").unlink()
    (yard.path / "link").symlink_to("b")
    return yard.commit()


def file_becomes_link(yard: Yard) -> Oid:
    yard.commit(a="1\n", b="2\n")
    cut(yard)
    yard.commit(c="3\n")
    back(yard)
    (yard.path / "b").unlink()
    (yard.path / "b").symlink_to("a")
    return yard.commit()


def folder_moved_on_trunk(yard: Yard) -> Oid:
    yard.commit(old__a=LINES, old__b=LINES + "b\n")
    cut(yard)
    yard.commit(c="3\n")
    back(yard)
    yard.git("mv", "old", "new")
    yard.commit()
    return yard.commit(new__a=LINES.replace("line 3\n", "line three\n"))


def folder_moved_with_new_files(yard: Yard) -> Oid:
    yard.git("config", "merge.directoryRenames", "true")
    fix = folder_moved_on_trunk(yard)
    return yard.commit(new__added="more\n") if fix else fix


def windows_line_ends(yard: Yard) -> Oid:
    yard.git("config", "core.autocrlf", "input")
    yard.git("config", "core.safecrlf", "false")
    yard.commit(f=LINES.replace("\n", "\r\n"))
    cut(yard)
    yard.commit(f=LINES.replace("line 18\n", "line eighteen\n").replace("\n", "\r\n"))
    back(yard)
    return yard.commit(f=LINES.replace("line 3\n", "line three\n").replace("\n", "\r\n"))


def driver_in_the_checkout(yard: Yard) -> Oid:
    (yard.path / "tools").mkdir()
    script = yard.path / "tools" / "merge.sh"
    script.write_text('#!/bin/sh\ncat "$2" "$3" | sort -u > out.$$ && cat out.$$ > "$2" && rm out.$$\n')
    script.chmod(0o755)
    yard.git("config", "merge.sorted.driver", "tools/merge.sh %O %A %B")
    yard.commit(_dot_gitattributes="list merge=sorted\n", list="a\n")
    cut(yard)
    yard.commit(list="a\nrelease\n")
    back(yard)
    return yard.commit(list="a\ntrunk\n")


def submodule_moves_on(yard: Yard) -> Oid:
    inner = Yard(yard.path.parent / "inner")
    ids = [inner.commit(str(n)) for n in range(2)]
    yard.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    yard.git("-C", "sub", "checkout", "-q", ids[0])
    yard.commit()
    cut(yard)
    yard.commit(c="3\n")
    back(yard)
    yard.git("-C", "sub", "checkout", "-q", ids[1])
    return yard.commit()


CLEAN = (
    sparse_checkout,
    sparse_index,
    sparse_index_on_the_line,
    split_index_on_the_line,
    lfs_pointer,
    mode_and_content,
    link_to_elsewhere,
    file_becomes_link,
    folder_moved_on_trunk,
    folder_moved_with_new_files,
    windows_line_ends,
    driver_in_the_checkout,
    submodule_moves_on,
)


@pytest.mark.parametrize("shape", CLEAN, ids=lambda shape: shape.__name__)
def test_a_backport_gives_the_tree_of_cherry_pick(yard: Yard, shape: Shape) -> None:
    fix = shape(yard)
    expected = oracle(yard, fix)
    assert expected is not None
    before = yard.git("status", "--porcelain")
    said = call(yard.path, "backport", fix, "--to", "1.0", "--yes", "--json")
    assert said.code == 0, said.out + said.err
    assert [p["rung"] for p in said.json["targets"][0]["picks"]] == ["clean"]
    assert yard.tree("release/1.0") == expected
    assert yard.git("status", "--porcelain") == before


def lfs_pointers_differ(yard: Yard) -> Oid:
    lfs_pointer(yard)
    return pointer(yard, "two.bin", "d" * 64)


def link_or_file(yard: Yard) -> Oid:
    fix = file_becomes_link(yard)
    yard.git("checkout", "-q", "release/1.0")
    yard.commit(b="2, and more\n")
    back(yard)
    return fix


def links_differ(yard: Yard) -> Oid:
    fix = link_to_elsewhere(yard)
    yard.git("checkout", "-q", "release/1.0")
    (yard.path / "link").unlink()
    (yard.path / "link").symlink_to("c")
    yard.commit()
    back(yard)
    return fix


def folder_moved_on_the_line(yard: Yard) -> Oid:
    yard.commit(old__a=LINES, old__b=LINES + "b\n")
    cut(yard)
    yard.git("mv", "old", "new")
    yard.commit()
    back(yard)
    return yard.commit(old__added="more\n")


def submodules_differ(yard: Yard) -> Oid:
    fix = submodule_moves_on(yard)
    yard.git("checkout", "-q", "-f", "release/1.0")
    yard.git("update-index", "--cacheinfo", f"160000,{'4' * 40},sub")
    yard.git("commit", "-q", "-m", "chore: sub")
    yard.git("checkout", "-q", "-f", "main")
    return fix


@pytest.mark.parametrize(
    ("shape", "where"),
    [
        (lfs_pointers_differ, {"two.bin": "content"}),
        (link_or_file, {"b": "distinct types"}),
        (links_differ, {"link": "content"}),
        (folder_moved_on_the_line, {"new/added": "file location"}),
        (submodules_differ, {"sub": "submodule"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_where_cherry_pick_stops_a_person_is_asked(yard: Yard, shape: Shape, where: dict[str, str]) -> None:
    fix = shape(yard)
    assert oracle(yard, fix) is None
    refs = yard.git("for-each-ref")
    said = call(yard.path, "backport", fix, "--to", "1.0", "--dry-run", "--json")
    assert said.code == 3
    (pick,) = said.json["targets"][0]["picks"]
    assert pick["tree"] is None
    assert {c["path"].partition("~")[0]: c["kind"] for c in pick["conflicts"]} == where
    assert yard.git("for-each-ref") == refs


def _mended(clone: Path, fix: str) -> dict[str, object]:
    """Types the hints of a refusal, the first that helps, and gives the plan then."""
    said = call(clone, "backport", fix, "--to", "1.0", "--dry-run", "--json")
    assert (said.code, said.json["schema"]) == (2, "relman/error/v1"), said.out
    command = next(hint for hint in said.json["hints"] if hint.startswith("git fetch"))
    subprocess.run(shlex.split(command), cwd=clone, check=True, capture_output=True)
    again = call(clone, "backport", fix, "--to", "1.0", "--dry-run", "--json")
    assert again.code == 0, again.out
    plan: dict[str, object] = again.json["targets"][0]["picks"][0]
    return plan


def _cloned(yard: Yard, *options: str) -> Path:
    yard.git("config", "uploadpack.allowFilter", "true")
    clone = yard.path.parent / "clone"
    words = ["git", "clone", "-q", *options, f"file://{yard.path}", str(clone)]
    subprocess.run(words, check=True, capture_output=True)
    return clone


def test_a_shallow_clone_is_refused_with_the_command_that_mends_it(yard: Yard) -> None:
    fix = folder_moved_on_trunk(yard)
    clone = _cloned(yard, "--depth=1", "--no-single-branch")
    assert _mended(clone, fix)["tree"] == oracle(yard, fix)


def test_a_partial_clone_without_the_files_is_refused_with_the_command_that_mends_it(yard: Yard) -> None:
    fix = mode_and_content(yard)
    clone = _cloned(yard, "--filter=blob:none", "--no-checkout")
    assert _mended(clone, fix)["tree"] == oracle(yard, fix)


names = st.sampled_from(["one", "two", "old/three", "old/four"])
rows = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8)
kinds = st.sampled_from(["plain", "tool", "link", "windows"])
trees = st.dictionaries(names, st.tuples(kinds, rows), min_size=1, max_size=4)


def _become(yard: Yard, state: dict[str, tuple[str, list[str]]], move: str | None) -> Oid:
    yard.git("rm", "-rfq", "--ignore-unmatch", ".")
    for name, (kind, texts) in state.items():
        place = yard.path / (name.replace("old/", f"{move}/") if move else name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if kind == "link":
            place.symlink_to("".join(texts))
            continue
        end = "\r\n" if kind == "windows" else "\n"
        place.write_bytes("".join(f"{text}{end}" for text in texts).encode())
        place.chmod(0o755 if kind == "tool" else 0o644)
    return yard.commit()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=trees, line=trees, fixed=trees, moves=st.sampled_from([None, "new", "away"]))
def test_law_links_modes_line_ends_and_moved_folders_go_as_cherry_pick_takes_them(
    tmp_path_factory: pytest.TempPathFactory,
    base: dict[str, tuple[str, list[str]]],
    line: dict[str, tuple[str, list[str]]],
    fixed: dict[str, tuple[str, list[str]]],
    moves: str | None,
) -> None:
    yard = Told(tmp_path_factory.mktemp("law") / "yard")
    _become(yard, base, None)
    cut(yard)
    _become(yard, line, moves)
    back(yard)
    fix = _become(yard, fixed, None)
    expected, onto = oracle(yard, fix), yard.tree("release/1.0")
    said = call(yard.path, "backport", fix, "--to", "1.0", "--dry-run", "--json")
    (pick,) = said.json["targets"][0]["picks"]
    if expected is not None:
        assert (pick["rung"], pick["tree"]) == ("clean", expected)
    elif pick["rung"] == "already-there":  # cherry-pick stops at a pick that is empty now
        assert pick["tree"] == onto
    else:
        assert (said.code, pick["tree"]) == (3, None)
