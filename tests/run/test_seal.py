import os
import re
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git.identity import Signing
from relman.git.repo import open_repository
from relman.model.history import Person
from relman.model.identity import Identity
from relman.model.names import RefName
from relman.model.trees import PathEdit
from relman.plan.plan import Expect, Plan, Sealed
from relman.plan.steps import (
    EditFile,
    Id,
    Label,
    MoveRef,
    Picked,
    PushMove,
    PushRefs,
    Step,
    WriteCommit,
    WriteTag,
    Written,
)
from relman.run.seal import PLACEHOLDER, matches, seal, sign
from yard import Yard

CLOCK = 1_767_225_600
OLGA = Identity(name="Olga", email="olga@example.com")
ANN = Person(name="Ann", email="ann@example.com", when=1_700_000_000, offset=60)
UNSIGNED = Signing()
BRANCH = RefName("refs/heads/rel")


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    made = Yard(tmp_path / "yard")
    made.commit("feat: one", VERSION="1.4.2\n", code="bug\n")
    made.release()
    made.on("main")
    made.commit("fix: bug", code="good\n")
    made.on("rel")
    return made


def hotfix(yard: Yard) -> Plan:
    fix, tip = yard.tip("main"), yard.tip("rel")
    steps: tuple[Step, ...] = (
        WriteCommit(
            label="port",
            tree=yard.tree("main"),
            parents=(Id(oid=tip),),
            message=f"fix: bug\n\n(cherry picked from commit {fix})\n",
            origin=Picked(source=fix, picked=fix),
            author=ANN,
        ),
        WriteCommit(
            label="release",
            tree=yard.tree("main"),
            parents=(Label(name="port"),),
            message="chore: release 1.4.3\n",
            origin=Written(),
            edits=(PathEdit(path="VERSION", content=b"1.4.3\n"),),
        ),
        WriteTag(label="tag", name="v1.4.3", target=Label(name="release"), message="1.4.3\n"),
        MoveRef(ref=BRANCH, old=tip, new=Label(name="release")),
        MoveRef(ref=RefName("refs/tags/v1.4.3"), old=None, new=Label(name="tag")),
        PushRefs(remote="origin", moves=(PushMove(ref=BRANCH, expect=tip, new=Label(name="release")),)),
    )
    expects = (Expect(ref=RefName("refs/heads/main"), value=fix),)
    return Plan(operation="hotfix", title="hotfix v1.4.3", steps=steps, expects=expects)


def sealed_by(
    yard: Yard,
    plan: Plan,
    *,
    clock: int = CLOCK,
    identity: Identity | None = OLGA,
    signing: Signing = UNSIGNED,
) -> Sealed:
    with yard.scratch() as scratch:
        return seal(plan, scratch, clock=clock, offset=-120, identity=identity, signing=signing)


def test_the_ids_are_those_that_git_gives(yard: Yard) -> None:
    sealed = sealed_by(yard, hotfix(yard))
    assert (sealed.plan, sealed.provisional) == (hotfix(yard), False)

    def env(author: str, date: str) -> dict[str, str]:
        return os.environ | {
            "GIT_AUTHOR_NAME": author.title(),
            "GIT_AUTHOR_EMAIL": f"{author}@example.com",
            "GIT_AUTHOR_DATE": date,
            "GIT_COMMITTER_NAME": "Olga",
            "GIT_COMMITTER_EMAIL": "olga@example.com",
            "GIT_COMMITTER_DATE": f"@{CLOCK} -0200",
        }

    def git(*args: str, env: dict[str, str]) -> str:
        return subprocess.run(
            ["git", *args], cwd=yard.path, env=env, capture_output=True, text=True, check=True
        ).stdout.strip()

    fix = yard.tip("main")
    git("cherry-pick", "-x", fix, env=env("ann", "@1700000000 +0100"))
    amend = ["commit", "--amend", "--no-edit", "--author=Ann <ann@example.com>", "--date=@1700000000 +0100"]
    git(*amend, env=env("ann", ""))
    assert sealed.ids["port"] == yard.tip()
    yard.write("VERSION", "1.4.3\n")
    git("commit", "-a", "-m", "chore: release 1.4.3", env=env("olga", f"@{CLOCK} -0200"))
    assert sealed.ids["release"] == yard.tip()
    git("tag", "-m", "1.4.3", "v1.4.3", env=env("olga", ""))
    assert sealed.ids["tag"] == yard.tip("v1.4.3")


def test_sealing_twice_gives_the_same_value(yard: Yard) -> None:
    assert sealed_by(yard, hotfix(yard)) == sealed_by(yard, hotfix(yard))


def test_the_hash_knows_neither_clock_nor_person_nor_signature(yard: Yard) -> None:
    plan = hotfix(yard)
    real = sealed_by(yard, plan)
    later = sealed_by(yard, plan, clock=CLOCK + 9)
    nobody = sealed_by(yard, plan, identity=None)
    unsigned = sealed_by(yard, plan, signing=Signing(tags=True))
    assert {later.hash, nobody.hash, unsigned.hash} == {real.hash}
    assert re.fullmatch("[0-9a-f]{64}", real.hash)
    assert (later.ids["release"] != real.ids["release"], later.provisional) == (True, False)
    assert (nobody.ids["port"] != real.ids["port"], nobody.provisional) == (True, True)
    assert (unsigned.ids == real.ids, unsigned.provisional) == (True, True)


def test_without_an_identity_a_marked_placeholder_stands_there(yard: Yard) -> None:
    with yard.scratch() as scratch:
        sealed = seal(hotfix(yard), scratch, clock=CLOCK, offset=0, identity=None, signing=UNSIGNED)
        release = scratch.git.text("cat-file", "commit", sealed.ids["release"])
        port = scratch.git.text("cat-file", "commit", sealed.ids["port"])
    person = f"{PLACEHOLDER.name} <{PLACEHOLDER.email}> {CLOCK} +0000\n"
    assert f"author {person}committer {person}" in release
    assert f"author Ann <ann@example.com> 1700000000 +0100\ncommitter {person}" in port


def test_everything_else_changes_the_hash(yard: Yard) -> None:
    plan = hotfix(yard)
    port, release, tag, branch, tag_ref, push = plan.steps
    assert isinstance(port, WriteCommit)
    assert isinstance(release, WriteCommit)
    assert isinstance(tag, WriteTag)
    assert isinstance(branch, MoveRef)
    assert isinstance(push, PushRefs)
    rest = (tag_ref, push)
    other = Person(name="Bob", email="ann@example.com", when=1_700_000_000, offset=60)
    edited = (PathEdit(path="VERSION", content=b"1.4.4\n"),)
    variants = [
        plan,
        replace(plan, steps=(replace(port, author=other), release, tag, branch, *rest)),
        replace(plan, steps=(replace(port, author=None), release, tag, branch, *rest)),
        replace(plan, steps=(replace(port, message="fix: bug\n"), release, tag, branch, *rest)),
        replace(plan, steps=(replace(port, tree=yard.tree("rel")), release, tag, branch, *rest)),
        replace(plan, steps=(replace(port, parents=()), release, tag, branch, *rest)),
        replace(plan, steps=(port, replace(release, edits=edited), tag, branch, *rest)),
        replace(plan, steps=(port, release, replace(tag, name="v1.4.4"), branch, *rest)),
        replace(plan, steps=(port, release, replace(tag, message="x\n"), branch, *rest)),
        replace(plan, steps=(port, release, replace(tag, target=Label(name="port")), branch, *rest)),
        replace(plan, steps=(port, release, tag, replace(branch, old=yard.tip("main")), *rest)),
        replace(plan, steps=(port, release, tag, replace(branch, new=Label(name="port")), *rest)),
        replace(plan, steps=(port, release, tag, branch, tag_ref)),
        replace(plan, steps=(port, release, tag, branch, tag_ref, replace(push, remote="fork"))),
        replace(plan, steps=(*plan.steps, EditFile(path="relman.toml", before=None, after=b"\0"))),
        replace(plan, expects=()),
        replace(plan, expects=(Expect(ref=RefName("refs/heads/main"), value=None),)),
    ]
    hashes = [sealed_by(yard, variant).hash for variant in variants]
    assert len(set(hashes)) == len(variants)
    assert sealed_by(yard, replace(plan, title="other words", afterwards=("x",))).hash == hashes[0]


def test_edits_that_come_to_the_same_tree_are_the_same_plan(yard: Yard) -> None:
    plan = hotfix(yard)
    port, release, *rest = plan.steps
    assert isinstance(release, WriteCommit)
    again = replace(release, edits=(*release.edits, *release.edits))
    assert sealed_by(yard, replace(plan, steps=(port, again, *rest))).hash == sealed_by(yard, plan).hash


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8c41e07", True),
        (" 8C41E07a\n", True),
        ("8c41e07" + "a" * 57, True),
        ("8c41e0", False),
        ("8c41e08", False),
        ("", False),
        ("8c41e07" + "a" * 58, False),
    ],
)
def test_expect_takes_a_beginning_of_seven_digits_or_more(text: str, expected: bool) -> None:  # noqa: FBT001
    plan = Plan(operation="cut", title="cut")
    sealed = Sealed(plan=plan, ids={}, hash="8c41e07" + "a" * 57, provisional=False)
    assert matches(sealed, text) is expected


def test_signing_rewrites_children_on_their_signed_parents(yard: Yard) -> None:
    key = yard.path.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = yard.path.parent / "allowed"
    allowed.write_text(f"olga@example.com {key.with_suffix('.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(allowed)),
    ):
        yard.git("config", name, value)
    wanted = Signing(commits=True, tags=True)
    with yard.scratch() as scratch:
        before = seal(hotfix(yard), scratch, clock=CLOCK, offset=0, identity=OLGA, signing=wanted)
        after = sign(before, scratch, clock=CLOCK, offset=0, identity=OLGA, signing=wanted)
        only_tag = sign(
            before, scratch, clock=CLOCK, offset=0, identity=OLGA, signing=replace(wanted, commits=False)
        )
        scratch.pack([after.ids["tag"], only_tag.ids["tag"]], open_repository(yard.path), keep="x")
    assert (before.provisional, after.provisional, after.hash) == (True, False, before.hash)
    for label in ("port", "release"):
        yard.git("verify-commit", after.ids[label])
        assert after.ids[label] != before.ids[label] == only_tag.ids[label]
    assert yard.tip(f"{after.ids['release']}^") == after.ids["port"]
    for done in (after, only_tag):
        yard.git("verify-tag", done.ids["tag"])
        assert yard.tip(f"{done.ids['tag']}^{{}}") == done.ids["release"]


def test_labels_that_nothing_defines_or_two_define_are_our_bug(yard: Yard) -> None:
    plan = hotfix(yard)
    with pytest.raises(RelmanError, match="uses the label port before") as early:
        sealed_by(yard, replace(plan, steps=plan.steps[1:]))
    with pytest.raises(RelmanError, match="defines the label port twice") as twice:
        sealed_by(yard, replace(plan, steps=(plan.steps[0], *plan.steps)))
    assert (early.value.kind, twice.value.kind) == (Kind.INTERNAL, Kind.INTERNAL)


def test_a_sealed_plan_knows_the_id_of_every_target(yard: Yard) -> None:
    sealed = sealed_by(yard, hotfix(yard))
    assert sealed.id_of(Label(name="tag")) == sealed.ids["tag"]
    assert sealed.id_of(Id(oid=yard.tip())) == yard.tip()
    assert sealed.id_of(None) is None
