"""The repository as it would be after a plan: so that one job can be planned on the outcome of another.

Nothing moves. The commits stand in the scratch repository, the refs are a value.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git.identity import Signing
from relman.git.reader import Reader
from relman.git.repo import borrowing
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.model.history import Branch, Refs, Tag
from relman.model.names import HEADS, TAGS, Oid, short
from relman.plan.plan import Plan, Sealed
from relman.plan.steps import MoveRef, WriteTag
from relman.run.seal import seal


class Tried(Struct, frozen=True, kw_only=True):
    """A plan that was sealed in the scratch repository, or the error that there is none."""

    sealed: Sealed | None = None
    error: RelmanError | None = None

    @property
    def plan(self) -> Plan | None:
        """The plan, where there is one."""
        return self.sealed.plan if self.sealed else None

    def tip(self, target: int = 0) -> Oid | None:
        """The commit that a target would end on."""
        return self.sealed.id_of(self.sealed.plan.targets[target].tip) if self.sealed else None


def lend(facts: Facts, scratch: Scratch) -> Facts:
    """The same facts over a repository that reads what was tried, too."""
    repo = borrowing(facts.repo, scratch.root / ".git" / "objects")
    known = facts.patch_id.over(repo)
    return Facts(repo, facts.refs, Reader(repo), facts.config, facts.source, patch_id=known)


def attempt(scratch: Scratch, make: Callable[[], Plan], now: int) -> Tried:
    """Makes a plan and its objects at `now` (seconds since 1970); what is refused is an answer too.

    Neither clock nor identity change a tree, but rules that are asked afterwards go by dates.
    """
    try:
        plan = make()
        unsigned = Signing(commits=False, tags=False)
        return Tried(sealed=seal(plan, scratch, clock=now, offset=0, identity=None, signing=unsigned))
    except RelmanError as error:
        if error.kind is Kind.INTERNAL:
            raise
        return Tried(error=error)


def after(facts: Facts, sealed: Sealed) -> Facts:
    """The facts once a plan is carried out here; `facts` must be lent by the scratch repository."""
    refs = facts.refs
    for move in sealed.plan.moves():
        refs = _moved(refs, sealed, move)
    return Facts(facts.repo, refs, facts.graph, facts.config, facts.source, patch_id=facts.patch_id)


def _moved(refs: Refs, sealed: Sealed, move: MoveRef) -> Refs:
    new = sealed.id_of(move.new)
    if move.ref.startswith(HEADS):
        known = next((b for b in refs.branches if b.ref == move.ref), None)
        rest = tuple(b for b in refs.branches if b.ref != move.ref)
        made = Branch(ref=move.ref, commit=new, upstream=known.upstream if known else None) if new else None
        head = replace(refs.head, commit=new) if refs.head.ref == move.ref else refs.head
        return replace(refs, branches=(*rest, made) if made else rest, head=head)
    if move.ref.startswith(TAGS):
        rest_tags = tuple(t for t in refs.tags if t.name != short(move.ref))
        return replace(refs, tags=(*rest_tags, _tag(sealed, move, new)) if new else rest_tags)
    return refs


def _tag(sealed: Sealed, move: MoveRef, new: Oid) -> Tag:
    written = [s for s in sealed.plan.steps if isinstance(s, WriteTag)]
    object_of = next((s for s in written if sealed.ids.get(s.label) == new), None)
    commit = sealed.id_of(object_of.target) if object_of else new
    return Tag(name=short(move.ref), object=new, commit=commit or new, annotated=object_of is not None)
