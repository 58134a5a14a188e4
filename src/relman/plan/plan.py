"""A plan: everything that an operation will do and everything that it relied on, as one value.

It is decided by a pure function of facts, shown in a dry run, sealed (labels become ids) and then carried out
without another decision. It goes into the journal as it is.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from relman.model.names import Oid, RefName
from relman.model.shared import Entry
from relman.model.trees import Conflict as Conflict  # noqa: PLC0414 - part of this vocabulary
from relman.model.trees import Hunk as Hunk  # noqa: PLC0414 - part of this vocabulary
from relman.plan.park import FeatureMove
from relman.plan.steps import EditFile, MoveRef, PushRefs, Step, Target, WriteCommit, WriteTag, id_of

Rung = Literal[
    "already-there", "clean", "bookkeeping", "sibling", "not-affected", "prerequisites", "conflict", "unknown"
]
"""How a fix gets onto a target, in the order of the ladder (DESIGN section 6)."""

Operation = Literal[
    "cut",
    "release",
    "hotfix",
    "backport",
    "forward",
    "bump",
    "init",
    "undo",
    "redo",
    "push",
    "park",
    "unpark",
    "withdraw",
    "record",
    "hooks",
    "baseline",
]


class Pick(Struct, frozen=True, kw_only=True):
    """What became of one fix on one target.

    `source` is what was asked for, `picked` the commit that was really picked. `tree` is the target's tree
    after it, absent where there is none. `commit` labels the commit, absent where none is written.
    """

    source: Oid
    picked: Oid
    subject: str
    rung: Rung
    tree: Oid | None
    commit: Target | None = None
    affected: bool | None = None
    """Whether the target has the lines that the fix changes; absent where nothing tells."""
    conflicts: tuple[Conflict, ...] = ()
    prerequisites: tuple[Oid, ...] = ()
    evidence: tuple[str, ...] = ()

    mainline: int | None = None
    """For a merge commit: the parent that it is compared with, counted from 1."""
    reverts: bool = False
    """Whether `picked` is taken back, not carried over."""

    @property
    def lands(self) -> bool:
        """Whether it puts a commit on the target."""
        return self.tree is not None and self.rung != "already-there"

    @property
    def needs_person(self) -> bool:
        """Whether somebody must resolve or decide something before it can go on."""
        return self.tree is None


class Base(Struct, frozen=True, kw_only=True):
    """What a target stands on before the operation: a tag, a branch, a commit, by name and id."""

    name: str
    commit: Oid


class TargetPlan(Struct, frozen=True, kw_only=True):
    """What happens on one line."""

    line: str
    base: Base
    branch: str | None
    version: str | None
    tag: str | None
    tip: Target | None
    """What the branch ends on; absent where a conflict stops this target."""
    picks: tuple[Pick, ...] = ()
    ships: tuple[Oid, ...] = ()
    """Every commit that the release contains beside `base`, oldest first, that existed before."""
    notes: str = ""
    """The release notes, as they stand in the changelog."""


class Carried(Struct, frozen=True, kw_only=True):
    """A fix by its commit. `reverts`: the commit is taken back, not carried over."""

    commit: Oid
    mainline: int | None = None
    reverts: bool = False


class MergedFile(Struct, frozen=True, kw_only=True):
    """A file of a half-done merge as relman merged it; `whole`: nothing in it is left to a person."""

    path: str
    content: bytes
    whole: bool


class Wait(Struct, frozen=True, kw_only=True):
    """A target that waits for a person, and where they work (DESIGN 6, rung 7).

    `to` names the target again. `place` is the folder of the linked worktree, absent where nothing is to be done
    by hand (`--together` holds the target back). It stands on `onto`, with the pick of `todo` half done and
    `message` ready; or with the merge of `merges` half done, where `settled` is what needs no person; or on `branch`,
    where the fix is still to be written.
    """

    line: str
    to: str
    side: Literal["isolate", "on-line"] | None = None
    place: str | None
    onto: Target
    todo: Carried | None = None
    picked: Oid | None = None
    message: str = ""
    branch: RefName | None = None
    merges: Target | None = None
    settled: tuple[MergedFile, ...] = ()


class Pause(Struct, frozen=True, kw_only=True):
    """What an operation still has to do after this plan: all that `resume` needs to plan the rest.

    `words` are the fixes as they were typed, `fixes` what they meant; the other fields are the flags.
    """

    fixes: tuple[Carried, ...]
    waits: tuple[Wait, ...]
    words: tuple[str, ...] = ()
    release: bool = True
    tag: bool = True
    together: bool = False
    push: bool = False
    as_branches: bool = False
    forward: bool = False
    trailers: tuple[str, ...] = ()


class Expect(Struct, frozen=True, kw_only=True):
    """A ref that was relied on though it does not move; absent value: it does not exist."""

    ref: RefName
    value: Oid | None


class Debt(Struct, frozen=True, kw_only=True):
    """A fix, or an isolated release's tag, that a line or trunk still lacks."""

    commit: Oid
    subject: str
    missing_on: tuple[str, ...]
    settle: str
    """The command that settles it."""


class Warn(Struct, frozen=True, kw_only=True):
    """Something a person should know. With a `rule` the real run refuses unless `--anyway RULE` was given."""

    message: str
    rule: str | None = None
    hint: str = ""


class Proof(Struct, frozen=True, kw_only=True):
    """What was proved about a release before its tag (DESIGN 4.10), as sentences to paste into a record."""

    tag: str
    statements: tuple[str, ...]


class Override(Struct, frozen=True, kw_only=True):
    """A refusal that the person overrode, and why."""

    rule: str
    reason: str


class Plan(Struct, frozen=True, kw_only=True):
    """Every target, every step in order, every ref relied on."""

    operation: Operation
    title: str
    """One line for the log: `hotfix v1.4.3`."""
    targets: tuple[TargetPlan, ...] = ()
    steps: tuple[Step, ...] = ()
    expects: tuple[Expect, ...] = ()
    package: str | None = None
    production: str | None = None
    """Which production was taken and how it is known, as a sentence."""
    facts: tuple[tuple[str, str], ...] = ()
    """What a person wants to see first: (heading, sentence)."""
    debts: tuple[Debt, ...] = ()
    warnings: tuple[Warn, ...] = ()
    assumptions: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    overrides: tuple[Override, ...] = ()
    afterwards: tuple[str, ...] = ()
    """What is left to do, with commands."""
    feature: FeatureMove | None = None
    """The feature that leaves trunk or comes back."""
    records: tuple[Entry, ...] = ()
    """What is written down for the team."""
    undoes: str | None = None
    """The operation that this one takes back."""
    pause: Pause | None = None
    """What waits for a person when the rest is done; the operation stays open until then."""

    def moves(self) -> tuple[MoveRef, ...]:
        """All ref moves in order."""
        return tuple(s for s in self.steps if isinstance(s, MoveRef))

    def objects(self) -> tuple[WriteCommit | WriteTag, ...]:
        """All objects to write in order; a label is defined before it is used."""
        return tuple(s for s in self.steps if isinstance(s, WriteCommit | WriteTag))

    def files(self) -> tuple[EditFile, ...]:
        """All files that are not history."""
        return tuple(s for s in self.steps if isinstance(s, EditFile))

    def pushes(self) -> tuple[PushRefs, ...]:
        """All pushes."""
        return tuple(s for s in self.steps if isinstance(s, PushRefs))

    def all_there(self) -> bool:
        """Tells whether fixes were asked for and every target has all of them already."""
        picks = [pick for target in self.targets for pick in target.picks]
        return bool(picks) and all(pick.rung == "already-there" for pick in picks)

    def conflicts(self) -> Iterator[tuple[TargetPlan, Pick]]:
        """Every pick that needs a person, or that git could not decide."""
        for target in self.targets:
            for pick in target.picks:
                if pick.needs_person:
                    yield target, pick


class Sealed(Struct, frozen=True, kw_only=True):
    """A plan whose labels have become ids. Execution needs nothing else.

    `hash` covers refs with old values, trees, parents, messages and authors; not committer, clock or signature
    (DESIGN 4.3). `provisional` ids will differ in the real run (no identity, or signing is still to come).
    """

    plan: Plan
    ids: dict[str, Oid]
    hash: str
    provisional: bool

    def id_of(self, target: Target | None) -> Oid | None:
        """The id that a target became."""
        return None if target is None else id_of(target, self.ids)
