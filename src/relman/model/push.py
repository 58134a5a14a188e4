"""A push as a value: which refs go where, and what stands around them. The rules over it are in `push_rules`."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from relman.model.branch_rules import BranchRules
from relman.model.bump import DEFAULT_BUMPS, Bump
from relman.model.freeze import Freeze
from relman.model.lines import Line, Lines
from relman.model.message_rules import LintRules, Setting
from relman.model.names import HEADS, TAGS, Oid, RefName, short
from relman.model.shared import SHARED
from relman.model.strategy import Strategy
from relman.model.tags import Formats
from relman.model.version import Version


class Update(Struct, frozen=True, kw_only=True):
    """One ref of a push: what it is there now, and what it is to become; absent: it does not exist.

    `commit` is where the new value leads (absent for what is no commit), `annotated` whether by a tag object.
    `forced`: the new value does not contain the old one. `versions` are what the version files of the old and
    the new tree say, where both have one.
    """

    ref: RefName
    old: Oid | None
    new: Oid | None
    commit: Oid | None = None
    annotated: bool = False
    forced: bool = False
    versions: tuple[tuple[str, Version, Version], ...] = ()

    @property
    def branch(self) -> str | None:
        """The branch's short name; absent for any other ref."""
        return self.ref.removeprefix(HEADS) if self.ref.startswith(HEADS) else None

    @property
    def tag(self) -> str | None:
        """The tag's name; absent for any other ref."""
        return self.ref.removeprefix(TAGS) if self.ref.startswith(TAGS) else None

    @property
    def record(self) -> str | None:
        """The name of a record that the team shares; absent for any other ref."""
        return self.ref.removeprefix(SHARED) if self.ref.startswith(SHARED) else None

    @property
    def name(self) -> str:
        """What people call it."""
        return (
            f"branch {short(self.ref)}" if self.branch else f"tag {short(self.ref)}" if self.tag else self.ref
        )


class Push(Struct, frozen=True, kw_only=True):
    """A whole push.

    `before` are the branches as they are there, by short name, `tips` as they will be. `lines` counts the
    branches of the push, and the releases that were there before it.
    """

    updates: tuple[Update, ...]
    trunk: str | None
    tips: Mapping[str, Oid]
    lines: Lines
    before: Mapping[str, Oid] = {}
    partial: bool = False
    """Whether there may be more of it that is not seen here."""

    @property
    def trunk_tip(self) -> Oid | None:
        """Where trunk will be."""
        return self.tips.get(self.trunk) if self.trunk else None

    def line_of(self, branch: str) -> Line | None:
        """The line whose branch this is."""
        return next((x for x in self.lines.all if branch == x.branch or branch in x.rivals), None)


class PushRules(Struct, frozen=True, kw_only=True):
    """What a team asks of a push.

    `own` are the patterns of files that a release writes. `owed` are commits that are known to be missing on
    trunk: their debt is written down. `levels` sets rules by name to another level or off. `now` is seconds
    since 1970. Without `formats` nothing tells which tags are releases.
    """

    strategy: Strategy
    formats: Formats | None
    branches: BranchRules
    lint: LintRules
    protected: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    annotated: bool = True
    bumps: Mapping[str, Bump] = DEFAULT_BUMPS
    freezes: tuple[Freeze, ...] = ()
    owed: frozenset[Oid] = frozenset()
    levels: Mapping[str, Setting] = {}
    now: int = 0

    def guards(self, push: Push, branch: str) -> bool:
        """Tells whether a branch is never rewritten nor deleted: protected ones, trunk, and what carries releases."""
        role = self.strategy.role_of(branch)
        lasting = role is not None and role.lifetime in ("forever", "line")
        listed = any(fnmatchcase(branch, pattern) for pattern in self.protected)
        return listed or lasting or branch == push.trunk or push.line_of(branch) is not None
