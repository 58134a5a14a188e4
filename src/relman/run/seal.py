"""Sealing: the labels of a plan become object ids, and the plan gets its hash.

Pure but for the objects written into the scratch repository: the same plan, clock and identity give the
same ids on every machine. Signing is a second step, after the person's yes, because it asks for a passphrase.
"""

import hashlib
import re
from collections.abc import Callable

import msgspec

from relman.errors import Kind, RelmanError
from relman.git.identity import Signing
from relman.git.raw_object import CommitText, TagText
from relman.git.scratch import Scratch
from relman.model.history import Person
from relman.model.identity import Identity
from relman.model.names import Oid
from relman.plan.plan import Plan, Sealed
from relman.plan.steps import Step, WriteCommit, WriteTag, id_of

PLACEHOLDER = Identity(name="(no identity yet)", email="nobody@invalid")
"""Stands in a dry run for the person whom git does not know; the ids are provisional then."""

SHORT_HASH = 7
"""Hex digits of a plan's hash that people see, and the fewest that `matches` takes."""

_OPERATOR = "operator"


def seal(
    plan: Plan, scratch: Scratch, *, clock: int, offset: int, identity: Identity | None, signing: Signing
) -> Sealed:
    """Writes every object of the plan, unsigned, into the scratch repository.

    `clock` is in seconds since 1970, `offset` in minutes from UTC. The result is provisional where what
    is written has no `identity` yet or is still to be signed (`sign`).
    """
    person = _person(identity or PLACEHOLDER, clock, offset)
    ids, trees = _write(plan, scratch, person, scratch.write_commit, scratch.write_tag)
    return Sealed(
        plan=plan,
        ids=ids,
        hash=plan_hash(plan, trees),
        provisional=(identity is None and any(plan.objects())) or wants(plan, signing),
    )


def sign(
    sealed: Sealed, scratch: Scratch, *, clock: int, offset: int, identity: Identity, signing: Signing
) -> Sealed:
    """Writes the objects again with signatures, commits on their signed parents; the hash stays.

    Error (refused): git could not sign; its words are the cause.
    """
    commit = scratch.sign_commit if signing.commits else scratch.write_commit
    tag = scratch.sign_tag if signing.tags else scratch.write_tag
    ids, _ = _write(sealed.plan, scratch, _person(identity, clock, offset), commit, tag)
    return Sealed(plan=sealed.plan, ids=ids, hash=sealed.hash, provisional=False)


def wants(plan: Plan, signing: Signing) -> bool:
    """Tells whether the plan holds an object that is to be signed."""
    return any(signing.commits if isinstance(step, WriteCommit) else signing.tags for step in plan.objects())


def matches(sealed: Sealed, text: str) -> bool:
    """Tells whether `text` is the plan's hash or a beginning of it, at least seven digits long."""
    wanted = text.strip().lower()
    return (
        len(wanted) >= SHORT_HASH
        and re.fullmatch("[0-9a-f]+", wanted) is not None
        and sealed.hash.startswith(wanted)
    )


def plan_hash(plan: Plan, trees: dict[str, Oid]) -> str:
    """Gives SHA-256 over what the plan makes of the repository; `trees` are those of its commits, by label.

    Equal in a dry and a real run while nothing moved: neither committer nor clock nor signature is in it, and
    a person's own commits carry a marker instead of a name (DESIGN 4.3).
    """
    canonical: dict[str, object] = {
        "format": 1,
        "steps": [_row(step, trees) for step in plan.steps],
        "expects": [[expect.ref, expect.value] for expect in plan.expects],
    }
    if plan.pause:
        waits = [[wait.line, wait.onto, wait.todo, wait.branch] for wait in plan.pause.waits]
        canonical["waits"] = waits
    return hashlib.sha256(msgspec.json.encode(canonical, order="deterministic")).hexdigest()


def _row(step: Step, trees: dict[str, Oid]) -> object:
    if isinstance(step, WriteCommit):
        author = step.author or _OPERATOR
        return ["commit", step.label, trees[step.label], step.parents, step.message, author, step.encoding]
    return step


def _person(identity: Identity, clock: int, offset: int) -> Person:
    return Person(name=identity.name, email=identity.email, when=clock, offset=offset)


def _write(
    plan: Plan,
    scratch: Scratch,
    person: Person,
    commit: Callable[[CommitText], Oid],
    tag: Callable[[TagText], Oid],
) -> tuple[dict[str, Oid], dict[str, Oid]]:
    ids: dict[str, Oid] = {}
    trees: dict[str, Oid] = {}
    for step in plan.objects():
        if step.label in ids:
            raise RelmanError(Kind.INTERNAL, f"the plan defines the label {step.label} twice")
        if isinstance(step, WriteTag):
            target = id_of(step.target, ids)
            text = TagText(name=step.name, target=target, message=step.message, tagger=person)
            ids[step.label] = tag(text)
        else:
            trees[step.label] = scratch.edit_tree(step.tree, step.edits)
            ids[step.label] = commit(_text(step, trees[step.label], ids, person))
    return ids, trees


def _text(step: WriteCommit, tree: Oid, ids: dict[str, Oid], person: Person) -> CommitText:
    return CommitText(
        tree=tree,
        parents=tuple(id_of(parent, ids) for parent in step.parents),
        message=step.message,
        author=step.author or person,
        committer=person,
        encoding=step.encoding,
    )
