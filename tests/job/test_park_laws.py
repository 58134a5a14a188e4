"""Laws of parking over invented histories: a model of lines says what git must give, and when it must conflict."""

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from command import call, sure
from history_language import Repo
from planning import DAY
from relman.errors import Kind, RelmanError
from relman.git.identity import Signing
from relman.git.raw_object import CommitText
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.future import after, lend
from relman.job.open import open_facts
from relman.job.park import plan_park
from relman.job.shipping import Wishes
from relman.job.unpark import plan_unpark
from relman.model.history import Person
from relman.model.names import Oid
from relman.model.trees import PathEdit
from relman.plan.plan import Plan, Sealed
from relman.run.seal import seal

LINES, WHOLE = ("a:0", "a:1", "b:0", "b:1"), ("w0", "w1", "n0")
"""Lines of two files, far from each other, and files that come and go as wholes; `n0` is not there at first."""
ANN = Person(name="Ann", email="ann@example.com", when=1_800_000_000)

State = Mapping[str, int | None]
"""What stands in each place: the number of the edit that wrote it; absent: there is no such file."""


class Edit(Struct, frozen=True, kw_only=True):
    """Somebody writes a place anew, or deletes it."""

    pay: bool
    place: str
    gone: bool = False


START: State = {**dict.fromkeys((*LINES, "w0", "w1"), 0), "n0": None}
edits = st.builds(
    Edit, pay=st.booleans(), place=st.sampled_from((*LINES, *WHOLE)), gone=st.booleans()
).filter(lambda e: not (e.gone and e.place in LINES))
stories = st.lists(edits, min_size=1, max_size=7).filter(lambda found: any(e.pay for e in found))


def applied(state: State, found: Sequence[Edit], first: int) -> tuple[State, list[tuple[Edit, State]]]:
    """The state after the edits, and after each one that changes something."""
    steps: list[tuple[Edit, State]] = []
    for number, edit in enumerate(found, first):
        value = None if edit.gone else number
        if state[edit.place] != value:
            state = {**state, edit.place: value}
            steps.append((edit, state))
    return state, steps


def files(state: State) -> dict[str, bytes]:
    """The files of a state. Whole ones are all unlike each other, so that none looks renamed."""
    found = {}
    for name in "ab":
        rows = [f"{name} {n}" for n in range(20)]
        for at in (0, 1):
            rows[4 + 10 * at] = f"{name}:{at} by {state[f'{name}:{at}']}"
        found[name] = "\n".join(rows).encode() + b"\n"
    for name in WHOLE:
        if state[name] is not None:
            digests = (hashlib.sha256(f"{name} {state[name]} {n}".encode()).hexdigest() for n in range(4))
            found[name] = "\n".join(digests).encode() + b"\n"
    return found


def build(path: Path, steps: Sequence[tuple[Edit, State]]) -> None:
    """Writes the history: the release, then one commit an edit."""
    rows = [b"reset refs/heads/main\n", *commit("feat: shop", files(START), 0)]
    for number, (edit, state) in enumerate(steps, 1):
        trailer = "\n\nFeature: pay" if edit.pay else ""
        rows += commit(f"feat: edit {edit.place}{trailer}", files(state), number)
    rows.append(b"reset refs/tags/v1.0.0\nfrom :1\n\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=b"".join(rows), check=True)
    subprocess.run(["git", "-C", str(path), "reset", "-q", "--hard"], check=True)


def commit(message: str, found: Mapping[str, bytes], number: int) -> Iterator[bytes]:
    text = message.encode()
    yield b"commit refs/heads/main\nmark :%d\n" % (number + 1)
    yield b"committer Ann <ann@example.com> %d +0000\ndata %d\n%s\n" % (ANN.when + number, len(text), text)
    yield b"deleteall\n"
    for name, data in found.items():
        yield b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data)


def without(state: State, steps: Sequence[tuple[Edit, State]]) -> State | None:
    """The state with pay's edits taken back, newest first; nothing where one of them was written over."""
    out = dict(state)
    befores = [START, *(now for _, now in steps)]
    for (edit, now), before in reversed(list(zip(steps, befores, strict=False))):
        if edit.pay and out[edit.place] == now[edit.place]:
            out[edit.place] = before[edit.place]
        elif edit.pay and out[edit.place] != before[edit.place]:
            return None
    return out


@contextmanager
def shop(steps: Sequence[tuple[Edit, State]]) -> Iterator[tuple[Facts, Scratch]]:
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "shop", steps)
        facts = open_facts(Path(folder) / "shop")
        with Scratch.open(facts.repo, facts.trunk.commit) as scratch:
            yield lend(facts, scratch), scratch


def stands(scratch: Scratch, tree: Oid) -> dict[str, bytes]:
    names = scratch.git.text("ls-tree", "-r", "--name-only", tree).split()
    return {name: scratch.blob(tree, name) or b"" for name in names}


def goes_on(facts: Facts, scratch: Scratch, state: State) -> Facts:
    """Trunk after somebody else's commit, which makes its files those of the state."""
    tree = scratch.tree_of(facts.trunk.commit)
    now = files(state)
    changed = [PathEdit(path=p, content=now.get(p)) for p in {*now, *stands(scratch, tree)}]
    tree = scratch.edit_tree(tree, changed)
    tip = scratch.write_commit(
        CommitText(
            tree=tree, parents=(facts.trunk.commit,), message="fix: meanwhile", author=ANN, committer=ANN
        )
    )
    branches = tuple(replace(b, commit=tip) for b in facts.refs.branches)
    refs = replace(facts.refs, branches=branches, head=replace(facts.refs.head, commit=tip))
    return Facts(facts.repo, refs, facts.graph, facts.config, facts.source, patch_id=facts.patch_id)


def parked(facts: Facts, scratch: Scratch) -> Sealed | None:
    try:
        plan = plan_park(facts, scratch, "pay", Wishes(day=DAY))
    except RelmanError as error:
        if error.kind not in (Kind.CONFLICT, Kind.NOTHING):
            raise
        return None
    return sealed_now(plan, scratch)


def sealed_now(plan: Plan, scratch: Scratch) -> Sealed:
    unsigned = Signing(commits=False, tags=False)
    return seal(plan, scratch, clock=ANN.when + 100, offset=0, identity=None, signing=unsigned)


def back(facts: Facts, scratch: Scratch) -> Plan:
    return plan_unpark(facts, scratch, "pay", Wishes(day=DAY))


@settings(max_examples=25)
@given(stories, st.lists(edits, max_size=3))
def test_what_is_put_back_is_the_tree_before_and_exactly_what_others_did_meanwhile(
    before: list[Edit], meanwhile: list[Edit]
) -> None:
    state, steps = applied(START, before, 1)
    if not any(edit.pay for edit, _ in steps):
        return
    expected = without(state, steps)
    with shop(steps) as (facts, scratch):
        sealed = parked(facts, scratch)
        assert (sealed is None) == (expected is None or expected == state)
        if sealed is None or expected is None or sealed.plan.feature is None:
            return
        now = after(facts, sealed)
        assert stands(scratch, now.trunk.commit) == files(expected)
        at_once = back(now, scratch).feature
        assert at_once is not None
        assert at_once.after == sealed.plan.feature.before

        changed, _ = applied(expected, [replace(e, pay=False) for e in meanwhile], 100)
        theirs = {place for place in changed if changed[place] != expected[place]}
        own = {place for place in state if state[place] != expected[place]}
        later = goes_on(now, scratch, changed)
        together = {**state, **{place: changed[place] for place in theirs}}
        if any(changed[place] != state[place] for place in theirs & own):
            waiting = back(later, scratch)
            assert (waiting.moves(), waiting.feature and waiting.feature.after) == ((), None)
            assert waiting.pause is not None
        elif together == changed:
            with pytest.raises(RelmanError, match="changes nothing"):
                back(later, scratch)
        else:
            assert stands(
                scratch, after(later, sealed_now(back(later, scratch), scratch)).trunk.commit
            ) == files(together)


@settings(max_examples=6)
@given(stories)
def test_a_park_that_is_undone_leaves_every_ref_and_file_as_it_was(before: list[Edit]) -> None:
    _, steps = applied(START, before, 1)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "shop", steps)
        repo = Repo(Path(folder) / "shop", {}, ANN.when)
        was = repo.restorable()
        if call(repo.path, *sure(("park", "pay"))).code == 0:
            assert call(repo.path, *sure(("undo",))).code == 0
        assert repo.restorable() == was
