"""git itself is the oracle: what a pick gives must be what `git cherry-pick` gives in a throw-away clone."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relman.errors import Kind, RelmanError
from relman.git.repo import open_repository
from relman.git.scratch import PickOf, Scratch
from relman.model.names import Oid
from relman.model.trees import Conflict, Conflicted, Hunk, Merged, Unknown
from yard import Yard


def cherry_picked(yard: Yard, commit: Oid, *options: str) -> Oid | None:
    """Gives the tree that git's own pick onto the release makes, absent where it stops."""
    clone = yard.path.parent / f"oracle-{len(list(yard.path.parent.iterdir()))}"
    subprocess.run(["cp", "-r", str(yard.path), str(clone)], check=True)
    run = ["git", "-C", str(clone), "-c", "advice.detachedHead=false"]
    subprocess.run([*run, "checkout", "-qf", "rel"], check=True, capture_output=True)
    words = [*run, "cherry-pick", "--allow-empty", "--keep-redundant-commits", *options, commit]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        return None
    done = subprocess.run([*run, "rev-parse", "HEAD^{tree}"], capture_output=True, check=True)
    return Oid(done.stdout.decode().strip())


def picked(yard: Yard, commit: Oid) -> Merged | Conflicted | Unknown:
    with yard.scratch() as scratch:
        return scratch.pick(commit, yard.tree("rel"))


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path / "yard")


LINES = "".join(f"line {n}\n" for n in range(1, 21))


def renamed_directory(yard: Yard) -> Oid:
    yard.git("config", "merge.directoryRenames", "true")
    yard.commit(old__a=LINES, old__b=LINES + "b\n", old__c=LINES + "c\n")
    yard.release()
    yard.git("mv", "old", "new")
    yard.commit()
    yard.on("main")
    return yard.commit(old__a=LINES.replace("line 3\n", "line three\n"), old__added="more\n")


def symbolic_link(yard: Yard) -> Oid:
    yard.commit(a="1\n")
    yard.release()
    yard.commit(b="2\n")
    yard.on("main")
    (yard.path / "link").symlink_to("a")
    return yard.commit()


def executable_bit(yard: Yard) -> Oid:
    yard.commit(tool=LINES)
    yard.release()
    yard.commit(tool=LINES.replace("line 18\n", "line eighteen\n"))
    yard.on("main")
    (yard.path / "tool").chmod(0o755)
    return yard.commit()


def line_ends_renormalized(yard: Yard) -> Oid:
    yard.git("config", "merge.renormalize", "true")
    yard.commit(f=LINES.replace("\n", "\r\n"))
    yard.release()
    yard.commit(_dot_gitattributes="* text=auto\n", f=LINES)
    yard.on("main")
    return yard.commit(f=LINES.replace("line 3\n", "line three\n").replace("\n", "\r\n"))


def line_ends_by_configuration(yard: Yard) -> Oid:
    yard.commit(f=LINES.replace("\n", "\r\n"))
    yard.release()
    yard.commit(f=LINES)
    yard.on("main")
    fix = yard.commit(f=LINES.replace("line 3\n", "line three\n").replace("\n", "\r\n"))
    yard.git("config", "merge.renormalize", "true")
    yard.git("config", "core.autocrlf", "input")
    return fix


def union_on_the_release_only(yard: Yard) -> Oid:
    yard.commit(sub__news="one\n")
    yard.release()
    yard.commit(sub___dot_gitattributes="news merge=union\n", sub__news="one\nrelease\n")
    yard.on("main")
    return yard.commit(sub__news="one\ntrunk\n")


def union_for_all_repositories(yard: Yard) -> Oid:
    fix = union_on_trunk_only(yard)
    (yard.path / ".git" / "everywhere").write_text("news merge=union\n")
    yard.git("config", "core.attributesFile", str(yard.path / ".git" / "everywhere"))
    return fix


def union_on_trunk_only(yard: Yard) -> Oid:
    yard.commit(news="one\n")
    yard.release()
    yard.commit(news="one\nrelease\n")
    yard.on("main")
    yard.commit(_dot_gitattributes="news merge=union\n")
    return yard.commit(news="one\ntrunk\n")


def private_attributes(yard: Yard) -> Oid:
    fix = union_on_trunk_only(yard)
    (yard.path / ".git" / "info" / "attributes").write_text("news merge=union\n")
    return fix


def merge_driver(yard: Yard) -> Oid:
    yard.git("config", 'merge.a "b.driver', "printf 'driver\\t\"%%s\"' >%A; echo '#;\\\\' >>%A")
    yard.git("config", "merge.plain.driver", "printf 'by the driver\\n' >%A")
    yard.commit(_dot_gitattributes="data merge=plain\n", data="one\n")
    yard.release()
    yard.commit(data="release\n")
    yard.on("main")
    return yard.commit(data="trunk\n")


def submodule_fast_forward(yard: Yard) -> Oid:
    inner = Yard(yard.path.parent / "inner")
    ids = [inner.commit(str(n)) for n in range(3)]
    yard.git("submodule", "--quiet", "add", str(inner.path), "sub")

    def point_at(oid: Oid) -> None:
        yard.git("-C", "sub", "checkout", "-q", oid)

    point_at(ids[0])
    yard.commit()
    yard.release()
    point_at(ids[1])
    yard.commit()
    point_at(ids[0])
    yard.on("main")
    point_at(ids[2])
    fix = yard.commit()
    yard.git("-C", "sub", "checkout", "-q", ids[1])
    return fix


def root_commit(yard: Yard) -> Oid:
    yard.commit(a="1\n")
    yard.release()
    yard.on("main")
    yard.git("checkout", "-q", "--orphan", "other")
    yard.git("rm", "-rfq", ".")
    return yard.commit(fresh="new\n")


def nothing_left_to_change(yard: Yard) -> Oid:
    yard.commit(f=LINES)
    yard.release()
    yard.commit(f=LINES + "fixed\n")
    yard.on("main")
    return yard.commit(f=LINES + "fixed\n")


def odd_names(yard: Yard) -> Oid:
    yard.commit(f="1\n")
    yard.release()
    yard.commit(g="2\n")
    yard.on("main")
    yard.write("-rf", "dash\n")
    yard.write('tab\t"quote" \n newline', "odd\n")
    return yard.commit()


CLEAN = (
    renamed_directory,
    symbolic_link,
    executable_bit,
    line_ends_renormalized,
    line_ends_by_configuration,
    union_on_the_release_only,
    union_for_all_repositories,
    private_attributes,
    merge_driver,
    submodule_fast_forward,
    root_commit,
    nothing_left_to_change,
    odd_names,
)


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case.__name__)
def test_a_clean_pick_gives_the_tree_of_git_cherry_pick(yard: Yard, case: Callable[[Yard], Oid]) -> None:
    fix = case(yard)
    expected = cherry_picked(yard, fix)
    assert expected is not None
    assert picked(yard, fix) == Merged(tree=expected)


def add_add(yard: Yard) -> Oid:
    yard.commit(a="1\n")
    yard.release()
    yard.commit(new="release\n")
    yard.on("main")
    return yard.commit(new="trunk\n")


def modify_delete(yard: Yard) -> Oid:
    yard.commit(f=LINES)
    yard.release()
    yard.commit(f=None)
    yard.on("main")
    return yard.commit(f=LINES + "more\n")


def binary(yard: Yard) -> Oid:
    yard.commit(f=b"\0one")
    yard.release()
    yard.commit(f=b"\0two")
    yard.on("main")
    return yard.commit(f=b"\0three")


def moved_folder(yard: Yard) -> Oid:
    fix = renamed_directory(yard)
    yard.git("config", "--unset", "merge.directoryRenames")
    return fix


def unknown_submodule(yard: Yard) -> Oid:
    def point(oid: str) -> Oid:
        yard.git("update-index", "--add", "--cacheinfo", f"160000,{oid},sub")
        yard.git("commit", "-q", "-m", "sub")
        return yard.tip()

    point("1" * 40)
    yard.release()
    point("2" * 40)
    yard.git("checkout", "-qf", "main")
    return point("3" * 40)


@pytest.mark.parametrize(
    ("case", "where"),
    [
        (add_add, {"new": "add/add"}),
        (modify_delete, {"f": "modify/delete"}),
        (binary, {"f": "binary"}),
        (moved_folder, {"new/added": "file location"}),
        (union_on_trunk_only, {"news": "content"}),
        (unknown_submodule, {"sub": "submodule"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_conflict_has_gits_word_where_git_stops(
    yard: Yard, case: Callable[[Yard], Oid], where: dict[str, str]
) -> None:
    fix = case(yard)
    yard.git("checkout", "-qf", "rel")
    assert cherry_picked(yard, fix) is None
    answer = picked(yard, fix)
    assert isinstance(answer, Conflicted)
    assert {conflict.path: conflict.kind for conflict in answer.conflicts} == where


def test_a_conflict_brings_its_regions_with_the_base(yard: Yard) -> None:
    yard.commit(f="a\nb\nc\n")
    yard.release()
    yard.commit(f="a\nours\nc\n")
    yard.on("main")
    answer = picked(yard, yard.commit(f="a\ntheirs\nc\n"))
    assert isinstance(answer, Conflicted)
    assert answer.conflicts == (
        Conflict(
            path="f",
            kind="content",
            message="CONFLICT (content): Merge conflict in f",
            hunks=(Hunk(line=2, ours="ours\n", base="b\n", theirs="theirs\n"),),
        ),
    )


def test_a_batch_gives_what_single_picks_give(yard: Yard) -> None:
    yard.commit(f=LINES, g=LINES)
    yard.release()
    yard.commit(f=LINES.replace("line 3\n", "release\n"))
    yard.on("main")
    fixes = [
        yard.commit(g=LINES + "clean\n"),
        yard.commit(f=LINES.replace("line 3\n", "trunk\n")),
        yard.commit(h="clean too\n"),
        unknown_submodule_on(yard),
        yard.commit(i="clean, but the submodule is deleted\n"),
    ]
    with yard.scratch() as scratch:
        onto = yard.tree("rel")
        single = tuple(scratch.pick(fix, onto, hunks=False) for fix in fixes)
        assert scratch.pick_many([PickOf(commit=fix, onto=onto) for fix in fixes]) == single
    assert [type(answer).__name__ for answer in single] == [
        "Merged",
        "Conflicted",
        "Merged",
        "Conflicted",
        "Conflicted",
    ]


def unknown_submodule_on(yard: Yard) -> Oid:
    """A commit whose pick conflicts in a submodule: git 2.39 prints a hint outside its own framing then."""
    branch = yard.git("rev-parse", "--abbrev-ref", "HEAD")
    yard.git("checkout", "-q", "rel")
    yard.git("update-index", "--add", "--cacheinfo", f"160000,{'2' * 40},sub")
    yard.git("commit", "-q", "-m", "sub")
    yard.git("checkout", "-qf", branch)
    yard.git("update-index", "--add", "--cacheinfo", f"160000,{'3' * 40},sub")
    yard.git("commit", "-q", "-m", "sub")
    return yard.tip()


def test_only_the_pick_that_kills_a_batch_is_unknown(yard: Yard) -> None:
    yard.git("config", "merge.deadly.driver", "kill -9 $PPID; exit 0")
    yard.commit(_dot_gitattributes="bomb merge=deadly\n", bomb="1\n")
    yard.release()
    yard.commit(bomb="2\n")
    yard.on("main")
    fixes = [yard.commit(a="1\n"), yard.commit(bomb="3\n"), yard.commit(b="1\n"), yard.commit(c="1\n")]
    with yard.scratch() as scratch:
        answers = scratch.pick_many([PickOf(commit=fix, onto=yard.tree("rel")) for fix in fixes])
    assert [type(answer).__name__ for answer in answers] == ["Merged", "Unknown", "Merged", "Merged"]
    assert answers[1] == Unknown(reason="git merge-tree was ended by signal 9")


def test_a_merge_commit_needs_a_mainline(yard: Yard) -> None:
    yard.commit(a="1\n")
    yard.release()
    yard.commit(r="1\n")
    yard.on("main")
    yard.git("checkout", "-q", "-b", "topic")
    yard.commit(t="1\n")
    yard.on("main")
    yard.commit(m="1\n")
    yard.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
    merge, onto = yard.tip(), yard.tree("rel")
    with yard.scratch() as scratch:
        with pytest.raises(RelmanError, match="--mainline 1 or --mainline 2") as caught:
            scratch.pick(merge, onto)
        assert caught.value.kind == Kind.USAGE
        assert scratch.pick(merge, onto, mainline=1) == Merged(
            tree=cherry_picked(yard, merge, "-m1") or Oid("")
        )
        assert scratch.pick(merge, onto, mainline=2) == Merged(
            tree=cherry_picked(yard, merge, "-m2") or Oid("")
        )
        with pytest.raises(RelmanError, match="--mainline 3 names none"):
            scratch.pick(merge, onto, mainline=3)


def test_a_revert_and_a_merge_give_what_git_gives(yard: Yard) -> None:
    yard.commit(f=LINES)
    yard.release()
    yard.commit(f=LINES + "release\n")
    yard.on("main")
    fix = yard.commit(f=LINES.replace("line 3\n", "fixed\n"))
    with yard.scratch() as scratch:
        both = scratch.merge(yard.tip("rel"), fix)
        assert isinstance(both, Merged)
        assert scratch.revert(fix, both.tree) == Merged(tree=yard.tree("rel"))
    yard.git("merge", "-q", "-m", "merge", "rel")
    assert both.tree == yard.tree("main")


def test_picks_at_a_shallow_boundary_name_the_fetch(yard: Yard) -> None:
    for n in range(4):
        yard.commit(f=f"{n}\n")
    yard.release()
    clone = yard.path.parent / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=2", f"file://{yard.path}", str(clone)], check=True)
    repo = open_repository(clone)
    with Scratch.open(repo, yard.tip()) as scratch:
        assert scratch.pick(yard.tip(), yard.tree("HEAD~")) == Merged(tree=yard.tree("HEAD"))
        assert scratch.merge(yard.tip("HEAD~"), yard.tip()) == Merged(tree=yard.tree("HEAD"))
        with pytest.raises(RelmanError, match="not in this shallow clone") as caught:
            scratch.pick(yard.tip("HEAD~"), yard.tree("HEAD"))
    assert caught.value.hints[0] == "git fetch --unshallow"


def test_a_partial_clone_says_how_to_get_the_files(yard: Yard) -> None:
    yard.git("config", "uploadpack.allowFilter", "true")
    yard.commit(f=LINES)
    yard.release()
    yard.commit(f=LINES + "release\n")
    yard.on("main")
    fix = yard.commit(f=LINES.replace("line 3\n", "fixed\n"))
    clone = yard.path.parent / "partial"
    words = ["git", "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{yard.path}", str(clone)]
    subprocess.run(words, check=True)
    there, onto = open_repository(clone), yard.tree("rel")
    with Scratch.open(there, onto) as scratch, pytest.raises(RelmanError, match="lacks files") as caught:
        scratch.pick(fix, onto)
    assert (caught.value.kind, caught.value.hints[0]) == (Kind.USAGE, "git fetch --refetch --no-filter")
    subprocess.run(["git", "fetch", "-q", "--refetch", "--no-filter"], cwd=clone, check=True)
    with Scratch.open(open_repository(clone), yard.tip("rel")) as scratch:
        assert scratch.pick(fix, yard.tree("rel")) == Merged(tree=cherry_picked(yard, fix) or Oid(""))


@pytest.mark.parametrize("name", ["plain", 'far "away" \\ #1\nsecond line'])
def test_borrowed_objects_are_found_through_relative_and_odd_paths(yard: Yard, name: str) -> None:
    fix = nothing_left_to_change(yard)
    far = yard.path.parent / name
    subprocess.run(["git", "clone", "-q", "--shared", str(yard.path), str(far)], check=True)
    (far / ".git/objects/info/alternates").write_text("../../../yard/.git/objects\n")
    subprocess.run(["git", "checkout", "-q", "-B", "rel", "origin/rel"], cwd=far, check=True)
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "own"], cwd=far, check=True)
    repo = open_repository(far)
    tip = Oid(repo.looking.text("rev-parse", "HEAD").strip())
    with Scratch.open(repo, tip) as scratch:
        assert scratch.tree_of(tip) == yard.tree("rel")
        assert scratch.pick(fix, yard.tree("rel")) == Merged(tree=yard.tree("rel"))


def test_the_tree_never_names_a_program_and_leaves_no_folder(yard: Yard, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    yard.commit(
        _dot_gitattributes="f merge=evil\n",
        _dot_gitconfig=f'[merge "evil"]\n\tdriver = touch {marker}\n',
        f="1\n",
    )
    yard.release()
    yard.commit(f="2\n")
    yard.on("main")
    fix = yard.commit(f="3\n")
    with yard.scratch() as scratch:
        assert isinstance(scratch.pick(fix, yard.tree("rel")), Conflicted)
        root = scratch.root
        assert root.is_dir()
    assert not marker.exists()
    assert not root.exists()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds temporary ones, with nobody else's in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_hostile_tree_writes_nothing_outside(yard: Yard, temporary: Path) -> None:
    yard.commit(a="1\n")
    blob = yard.git("hash-object", "-w", "--stdin", stdin=b"* merge=union\n")
    entry = b"100644 .gitattributes\0" + bytes.fromhex(blob)
    inner = yard.git("hash-object", "-w", "-t", "tree", "--stdin", stdin=entry)
    trees = b"".join(b"40000 " + name + b"\0" + bytes.fromhex(inner) for name in (b"..", b".GIT", b"ok"))
    tree = Oid(yard.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=trees))
    with Scratch.open(open_repository(yard.path), tree) as scratch:
        assert (scratch.root / "ok/.gitattributes").is_file()
        assert list(temporary.iterdir()) == [scratch.root]
        assert not (scratch.root / ".GIT").exists()


def test_settings_for_other_places_do_not_count(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    fix = merge_driver(yard)
    expected = cherry_picked(yard, fix)
    elsewhere, general = yard.path.parent / "elsewhere", yard.path.parent / "general"
    elsewhere.write_text('[merge "plain"]\n\tdriver = false\n[merge]\n\trenames = false\n')
    mine = yard.path.parent / "mine"
    mine.write_text("[merge \"plain\"]\n\tdriver = printf 'by the driver\\\\n' >%A\n")
    yard.git("config", "--remove-section", "merge.plain")
    general.write_text(
        f'[includeIf "gitdir:/**/relman-scratch-*/"]\n\tpath = {elsewhere}\n'
        f'[includeIf "gitdir:{yard.path}/"]\n\tpath = {mine}\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(general))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.renames")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "false")
    with yard.scratch() as scratch:
        assert scratch.pick(fix, yard.tree("rel")) == Merged(tree=expected or Oid(""))
        found = scratch.git.text("config", "--list", "--show-scope").splitlines()
    assert {line.split()[0] for line in found} == {"local"}
    assert "local\tdiff.renames=false" in found


def test_it_is_removed_after_an_error(yard: Yard, temporary: Path) -> None:
    yard.commit(a="1\n")
    yard.release()
    with pytest.raises(RelmanError, match="is not in this repository"):
        fail_inside(yard.scratch())
    with pytest.raises(RelmanError, match="is not in this repository"):
        Scratch.open(open_repository(yard.path), Oid("1" * 40))
    assert list(temporary.iterdir()) == []


def fail_inside(scratch: Scratch) -> None:
    with scratch:
        scratch.pick(Oid("1" * 40), Oid("1" * 40))


def test_nothing_in_the_users_repository_changes(yard: Yard) -> None:
    fix = union_on_the_release_only(yard)
    before = dict(_everything(yard.path))
    with yard.scratch() as scratch:
        scratch.pick(fix, yard.tree("rel"))
        scratch.pick_many([PickOf(commit=fix, onto=yard.tree("rel"))] * 2)
        scratch.revert(fix, yard.tree("main"))
    assert dict(_everything(yard.path)) == before


def _everything(root: Path) -> Iterator[tuple[str, tuple[int, int, bytes]]]:
    for place in sorted(root.rglob("*")):
        found = place.lstat()
        # git refreshes times inside objects/ itself
        when = 0 if "objects" in place.parts else found.st_mtime_ns
        yield str(place), (found.st_ino, when, place.read_bytes() if place.is_file() else b"")


texts = st.lists(st.sampled_from("abcdefg"), max_size=7).map(lambda rows: "".join(f"{r}\n" for r in rows))
names = st.sampled_from(["one", "two", "dir/three", "dir/four"])
states = st.dictionaries(names, texts, min_size=1, max_size=4)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=states, release=states, fixed=states)
def test_law_a_pick_equals_git_cherry_pick(
    tmp_path_factory: pytest.TempPathFactory,
    base: dict[str, str],
    release: dict[str, str],
    fixed: dict[str, str],
) -> None:
    yard = Yard(tmp_path_factory.mktemp("law") / "yard")

    def become(state: dict[str, str]) -> Oid:
        yard.git("rm", "-rfq", "--ignore-unmatch", ".")
        for name, text in state.items():
            yard.write(name, text)
        return yard.commit()

    become(base)
    yard.release()
    become(release)
    yard.on("main")
    fix = become(fixed)
    expected = cherry_picked(yard, fix)
    answer = picked(yard, fix)
    if expected is None:
        assert isinstance(answer, Conflicted)
        assert answer.conflicts
    else:
        assert answer == Merged(tree=expected)


def test_the_environment_does_not_lead_elsewhere(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.commit(a="1\n")
    yard.release()
    yard.on("main")
    fix = yard.commit(b="2\n")
    onto, expected = yard.tree("rel"), yard.tree("main")
    monkeypatch.setenv("GIT_DIR", os.devnull)
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", os.devnull)
    with Scratch.open(open_repository(yard.path), onto) as scratch:
        assert scratch.pick(fix, onto) == Merged(tree=expected)
