"""What the scratch repository writes: trees, commits, tags, signatures, and the pack that publishes them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from relman.errors import Kind, RelmanError
from relman.git.raw_object import CommitText, TagText
from relman.git.repo import EMPTY_TREE, open_repository
from relman.git.scratch import Scratch
from relman.model.history import Person
from relman.model.names import Oid
from relman.model.trees import PathEdit
from yard import Yard

ANN = Person(name="Ann", email="ann@example.com", when=1_700_000_000, offset=-90)
OPS = Person(name="Olga Öps", email="ops@example.com", when=1_700_000_100, offset=330)


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    made = Yard(tmp_path / "yard")
    made.write("bin/tool", "#!/bin/sh\n")
    (made.path / "bin/tool").chmod(0o755)
    (made.path / "link").symlink_to("VERSION")
    made.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    made.write("VERSION", "1.4.2\n")
    made.write("doc/only.md", "text\n")
    made.git("add", "VERSION", "bin", "link", "doc")
    made.git("commit", "-q", "-m", "feat: one")
    made.git("branch", "rel")
    return made


def listing(scratch: Scratch, tree: Oid) -> list[str]:
    return scratch.git.text("ls-tree", "-r", "--format=%(objectmode) %(path)", tree).splitlines()


def edit(path: str, content: bytes | None) -> PathEdit:
    return PathEdit(path=path, content=content)


def test_edits_keep_modes_make_folders_and_drop_empty_ones(yard: Yard) -> None:
    with yard.scratch() as scratch:
        edits = [edit("bin/tool", b"new\n"), edit("new/deep/file", b"\0"), edit("doc/only.md", None)]
        tree = scratch.edit_tree(yard.tree("rel"), edits)
        assert listing(scratch, tree) == [
            "100644 VERSION",
            "100755 bin/tool",
            "120000 link",
            "100644 new/deep/file",
            "160000 sub",
        ]
        assert scratch.git.text("show", f"{tree}:bin/tool") == "new\n"
        assert scratch.edit_tree(yard.tree("rel"), [edit("not/there", None)]) == yard.tree("rel")
        assert scratch.edit_tree(yard.tree("rel"), []) == yard.tree("rel")
        single = scratch.edit_tree(Oid(EMPTY_TREE), [edit("a/b", b"1")])
        assert scratch.edit_tree(single, [edit("a/b", None)]) == EMPTY_TREE
        replaced = scratch.edit_tree(single, [edit("a/b", None), edit("a", b"file now")])
        assert listing(scratch, replaced) == ["100644 a"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../out", "climbs"),
        ("/etc/passwd", "absolute"),
        (".git/config", "git's own folder"),
        ("a/.GIT/hooks/x", "git's own folder"),
        ("link/x", "passes through link, which is a symbolic link"),
        ("VERSION/x", "passes through VERSION, which is a file"),
        ("sub/x", "passes through sub, which is a submodule"),
        ("link", "is a symbolic link in the release"),
        ("sub", "is a submodule in the release"),
        ("bin", "is a folder in the release"),
    ],
)
def test_edits_that_would_leave_the_tree_are_refused(yard: Yard, path: str, words: str) -> None:
    with yard.scratch() as scratch, pytest.raises(RelmanError, match=words) as caught:
        scratch.edit_tree(yard.tree("rel"), [edit(path, b"x")])
    assert caught.value.kind == Kind.USAGE


def text(yard: Yard, **changes: object) -> CommitText:
    values: dict[str, object] = {
        "tree": yard.tree("rel"),
        "parents": (yard.tip("rel"),),
        "message": "fix: grüße\n\nBody\n",
        "author": ANN,
        "committer": OPS,
    }
    return CommitText(**(values | changes))  # type: ignore[arg-type]  # the tests change one value at a time


def test_a_commit_equals_what_git_writes(yard: Yard) -> None:
    env = os.environ | {
        "GIT_AUTHOR_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@example.com",
        "GIT_AUTHOR_DATE": "@1700000000 -0130",
        "GIT_COMMITTER_NAME": "Olga Öps",
        "GIT_COMMITTER_EMAIL": "ops@example.com",
        "GIT_COMMITTER_DATE": "@1700000100 +0530",
    }
    words = ["commit-tree", "-p", "rel", yard.tree("rel")]
    for encoding in ("UTF-8", "ISO-8859-1"):
        git = ["git", "-C", str(yard.path), "-c", f"i18n.commitEncoding={encoding}", *words]
        message = "fix: grüße\n\nBody\n".encode(encoding)
        in_that = {k: os.fsdecode(v.encode(encoding)) for k, v in env.items() if "NAME" in k}
        expected = subprocess.run(
            git, input=message, env=env | in_that, capture_output=True, check=True
        ).stdout
        with yard.scratch() as scratch:
            assert scratch.write_commit(text(yard, encoding=encoding)) == expected.decode().strip()


@pytest.mark.parametrize("encoding", ["no-such", "utf-16", "rot13", "ascii", "latin-1\nx", "UTF-8"])
def test_an_encoding_that_cannot_hold_the_message_becomes_utf_8(yard: Yard, encoding: str) -> None:
    with yard.scratch() as scratch:
        assert scratch.write_commit(text(yard, encoding=encoding)) == scratch.write_commit(text(yard))


def test_hostile_people_and_messages_pass_the_strictest_check(yard: Yard) -> None:
    odd = Person(name="A <b>\n\0c", email="x>y\n", when=-5, offset=99_999)
    with yard.scratch() as scratch:
        commit = scratch.write_commit(text(yard, author=odd, committer=odd, message="nul \0 and no end"))
        tag = scratch.write_tag(TagText(name="v1.4.3", target=commit, message="1.4.3", tagger=odd))
        done = scratch.git.run("fsck", "--strict", "--no-dangling", commit, tag)
        assert done.stderr == b""
        assert scratch.git.text("cat-file", "tag", tag) == (
            f"object {commit}\ntype commit\ntag v1.4.3\ntagger A bc <xy> 0 +9999\n\n1.4.3\n"
        )


def test_a_pack_publishes_what_is_new_and_nothing_else(yard: Yard) -> None:
    repo = open_repository(yard.path)
    with yard.scratch() as scratch:
        scratch.pick(yard.tip("rel"), yard.tree("rel"))
        tree = scratch.edit_tree(yard.tree("rel"), [edit("VERSION", b"1.4.3\n")])
        first = scratch.write_commit(text(yard, tree=tree))
        second = scratch.write_commit(text(yard, tree=tree, parents=(first,)))
        tag = scratch.write_tag(TagText(name="v1.4.3", target=second, message="1.4.3", tagger=OPS))
        name = scratch.pack([second, tag], repo, keep="relman operation 7")
        again = scratch.pack([second, tag, yard.tip("rel")], repo, keep="x")
    assert name is not None
    packs = yard.path / ".git/objects/pack"
    assert sorted(p.name for p in packs.iterdir() if p.suffix != ".rev") == [
        f"pack-{name}.idx",
        f"pack-{name}.keep",
        f"pack-{name}.pack",
    ]
    assert (packs / f"pack-{name}.keep").read_text() == "relman operation 7\n"
    rows = yard.git("verify-pack", "-v", str(packs / f"pack-{name}.idx")).splitlines()
    kinds = sorted(row.split()[1] for row in rows if len(row.split(" ")[0]) == 40)
    assert kinds == ["blob", "commit", "commit", "tag", "tree"]
    assert yard.git("fsck", "--strict", "--no-dangling", second, tag) == ""
    assert yard.git("show-ref") == f"{yard.tip('rel')} refs/heads/main\n{yard.tip('rel')} refs/heads/rel"
    assert again == name


def test_nothing_new_makes_no_pack(yard: Yard) -> None:
    with yard.scratch() as scratch:
        assert scratch.pack([yard.tip("rel")], open_repository(yard.path), keep="x") is None
    assert list((yard.path / ".git/objects/pack").iterdir()) == []


def test_a_broken_object_is_never_published(yard: Yard) -> None:
    with yard.scratch() as scratch:
        broken = scratch.write_commit(text(yard, tree=Oid("1" * 40)))
        with pytest.raises(RelmanError, match="git index-pack failed"):
            scratch.pack([broken], open_repository(yard.path), keep="x")
    assert list((yard.path / ".git/objects/pack").glob("pack-*")) == []


def test_a_partial_clone_takes_a_pack_without_fetching(yard: Yard) -> None:
    yard.git("config", "uploadpack.allowFilter", "true")
    clone = yard.path.parent / "partial"
    words = ["git", "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{yard.path}", str(clone)]
    subprocess.run(words, check=True)
    yard.path.rename(yard.path.parent / "gone")
    repo = open_repository(clone)
    tip = Oid(repo.looking.text("rev-parse", "origin/rel").strip())
    with Scratch.open(repo, tip) as scratch:
        tree = scratch.edit_tree(scratch.tree_of(tip), [edit("doc/new", b"1\n")])
        author = CommitText(tree=tree, parents=(tip,), message="x", author=ANN, committer=OPS)
        commit = scratch.write_commit(author)
        assert scratch.pack([commit], repo, keep="x") is not None
    assert repo.looking.text("cat-file", "-t", commit) == "commit\n"


def use_ssh_key(yard: Yard) -> None:
    key = yard.path.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = yard.path.parent / "allowed"
    allowed.write_text(f"ops@example.com {key.with_suffix('.pub').read_text()}")
    yard.git("config", "gpg.format", "ssh")
    yard.git("config", "user.signingKey", str(key))
    yard.git("config", "gpg.ssh.allowedSignersFile", str(allowed))


def test_signatures_are_good_and_change_nothing_else(yard: Yard) -> None:
    use_ssh_key(yard)
    before = yard.git("show-ref")
    with yard.scratch() as scratch:
        plain = text(yard, encoding="ISO-8859-1")
        commit = scratch.sign_commit(plain)
        tag = scratch.sign_tag(TagText(name="api/v1.4.3", target=commit, message="#1\n\n  two\n", tagger=OPS))
        nested = scratch.sign_tag(TagText(name="api/v1.4.3/x", target=commit, message="m\n", tagger=OPS))
        unsigned = scratch.git.run("cat-file", "commit", scratch.write_commit(plain)).stdout
        scratch.pack([commit, tag, nested], open_repository(yard.path), keep="x")
    yard.git("verify-commit", commit)
    yard.git("verify-tag", tag)
    yard.git("verify-tag", nested)
    words = ["git", "cat-file", "commit", commit]
    signed = subprocess.run(words, cwd=yard.path, capture_output=True, check=True).stdout
    assert re.sub(rb"gpgsig (?:.*\n )*.*\n", b"", signed, count=1) == unsigned
    assert yard.git("show-ref") == before
    assert yard.git("cat-file", "tag", tag).startswith(
        f"object {commit}\ntype commit\ntag api/v1.4.3\n"
        "tagger Olga Öps <ops@example.com> 1700000100 +0530\n\n#1\n\n  two\n-----BEGIN SSH SIGNATURE-----\n"
    )


def test_no_key_is_a_refusal_in_gits_words(yard: Yard) -> None:
    yard.git("config", "gpg.format", "ssh")
    yard.git("config", "user.signingKey", str(yard.path / "no-such-key"))
    with yard.scratch() as scratch:
        with pytest.raises(RelmanError, match="could not sign the commit") as commit:
            scratch.sign_commit(text(yard))
        with pytest.raises(RelmanError, match="could not sign the tag v1") as tag:
            scratch.sign_tag(TagText(name="v1", target=yard.tip("rel"), message="m\n", tagger=OPS))
    for caught in (commit, tag):
        assert (caught.value.kind, caught.value.hints) == (Kind.REFUSED, ("--no-sign",))
        assert "no-such-key" in caught.value.cause


def test_a_name_that_git_would_trim_is_not_signed_away(yard: Yard) -> None:
    use_ssh_key(yard)
    junior = Person(name="Sammy Jr.", email="s@example.com", when=0)
    with yard.scratch() as scratch, pytest.raises(RelmanError, match=r"'Sammy Jr\.' without changing it"):
        scratch.sign_commit(text(yard, author=junior))
