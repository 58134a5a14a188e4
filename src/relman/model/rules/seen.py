"""What the rules of a history look at: branches, lines and releases as they stand, and what the strategy asks."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field

from relman.model.course import Course, Standing, Stem
from relman.model.equivalence import PatchId
from relman.model.history import Graph
from relman.model.lines import Lines
from relman.model.names import Oid
from relman.model.signs import Read
from relman.model.strategy import Strategy
from relman.model.tags import Release

DAY = 24 * 3600


class Disagreement(Struct, frozen=True, kw_only=True):
    """A file at a release's tag that does not say what the tag says."""

    release: Release
    path: str
    says: str


class Limits(Struct, frozen=True, kw_only=True):
    """How old a branch that should be short-lived may be, and how many steps of trunk behind."""

    days: int = 30
    behind: int = 200


class Seen(Struct, frozen=True, kw_only=True):
    """One repository at one moment, for the rules.

    `courses` are the lines that are looked at, newest first; `others` the own parts of lines that are not, since a
    line may have been cut from one. `now` is in seconds since 1970.
    """

    graph: Graph
    signs: Read
    patch_id: PatchId
    strategy: Strategy
    now: int
    trunk: Standing
    stem: Stem
    lines: Lines
    courses: tuple[Course, ...]
    others: tuple[Course, ...] = ()
    production: Standing | None = None
    """The branch that takes the releases, where the strategy has one."""
    environments: tuple[Standing, ...] = ()
    branches: tuple[Standing, ...] = ()
    """Every branch, trunk and release branches too."""
    allowed: Callable[[str], bool] = lambda _name: False
    """Whether a team allows a branch's name besides what the strategy does."""
    shipped: Release | None = None
    """What runs in production, where that is known."""
    routine: Callable[[Oid], bool] = lambda _oid: False
    """Whether a commit touches nothing but version files, changelog, notes and locks."""
    disagreements: tuple[Disagreement, ...] = ()
    twins: tuple[tuple[str, str], ...] = ()
    """Tags that name one version and lead to different commits."""
    moved: Mapping[str, str] = {}
    """Tags that stand elsewhere than where they were made, and how that is known."""
    misnamed: Mapping[str, str] = {}
    """Annotated tags whose own text has another name, and that name."""
    annotated: bool = True
    """Whether the team's tags are annotated."""
    limits: Limits = Limits()
    answered: dict[tuple[str, Oid, Oid], object] = field(default_factory=dict)
    """Answers that several rules ask for, by what they depend on besides the commits."""


class Breach(Struct, frozen=True, kw_only=True):
    """One place where a rule does not hold. `hint` is the command that mends it."""

    where: str
    message: str
    hint: str = ""
    commit: Oid | None = None
    path: str | None = None


Rule = Callable[[Seen], Iterator[Breach]]


def commit_words(seen: Seen, oid: Oid) -> str:
    """What people call a commit: `commit 1a2b3c4 fix: token expiry`."""
    return f"commit {oid[:10]} {seen.graph.commit(oid).subject}"


def is_work(seen: Seen, oid: Oid) -> bool:
    """Whether a commit changes more than what every release changes; a merge is looked at by what it brings."""
    read = seen.signs(oid)
    return read.parents < 2 and not read.release and not seen.routine(oid)
