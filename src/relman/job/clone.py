"""What one clone holds: a snapshot of its refs, with the releases and lines that the configuration makes of them."""

from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from relman.config.lines import formats_of, lines_of, trunk_of
from relman.config.record import Config
from relman.config.strategy import strategy_of
from relman.errors import Kind, RelmanError, usage
from relman.git.patch_ids import PatchIds
from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.job.chains import read_deployments, read_withdrawals
from relman.model.cut import Tip, find_tip
from relman.model.history import Refs
from relman.model.lines import Line, Lines, branch_names
from relman.model.names import REMOTES, Oid
from relman.model.remote import USUAL, find_remote
from relman.model.shared import Deployed, Withdrawn
from relman.model.strategy import Role, Strategy
from relman.model.tags import Formats, Release, read_releases, twins
from relman.model.version import Version, parse

T = TypeVar("T")


class Clone:
    """One clone at one moment. Read once, then asked; nothing here prints, asks or moves anything."""

    def __init__(
        self,
        repo: Repository,
        refs: Refs,
        graph: Reader,
        config: Config,
        source: str,
        *,
        patch_id: PatchIds,
    ) -> None:
        self.repo = repo
        self.refs = refs
        self.graph = graph
        self.config = config
        self.source = source
        """Where the policy came from, for people."""
        self.patch_id = patch_id
        """Gives the stable patch-id of a commit."""
        self._tips: dict[str, Tip | None] = {}
        self._asked: dict[Hashable, Any] = {}

    def once(self, question: Hashable, ask: Callable[[], T]) -> T:
        """Answers a question that is asked in several places: computed the first time, an error every time."""
        if question not in self._asked:
            self._asked[question] = ask()
        found: T = self._asked[question]
        return found

    @cached_property
    def strategy(self) -> Strategy:
        """The team's strategy, with its changes."""
        return strategy_of(self.config)

    @cached_property
    def remote(self) -> str:
        """The configured remote, else `origin`, the only one, the one that trunk follows; else `origin`."""
        return self.config.remote or find_remote(self.refs, self.config.trunk) or USUAL

    @property
    def missing(self) -> tuple[str, ...]:
        """What this clone was told not to fetch from the remote: `branches`, `tags`."""
        return self.refs.missing.get(self.remote, ())

    def check_remote(self) -> None:
        """Refuses to change anything where there are remotes and nothing tells which one counts."""
        if doubt := self._remote_doubt():
            known = self.refs.remotes
            raise usage(doubt, *(f'in relman.toml:  remote = "{name}"' for name in known))

    def _remote_doubt(self) -> str | None:
        known = self.refs.remotes
        if not known or self.remote in known:
            return None
        there = f"this clone has {', '.join(known)}"
        if self.config.remote:
            return f"the configured remote {self.remote} is not here; {there}"
        return f"nothing tells which remote counts, so no remote branch is seen; {there}"

    @cached_property
    def formats(self) -> Formats:
        """How versions are written as tags."""
        return formats_of(self.config, [t.name for t in self.refs.tags], self.source)

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """Every release, highest first."""
        return read_releases(self.refs.tags, self.formats, frozenset(self.withdrawals))

    @cached_property
    def withdrawals(self) -> Mapping[str, Withdrawn]:
        """The withdrawals that stand, by version."""
        return read_withdrawals(self.refs, self.graph, self.remote)

    @cached_property
    def deployments(self) -> tuple[Deployed, ...]:
        """Every recorded deployment that is in this clone, newest first."""
        return read_deployments(self.refs, self.graph, self.remote)

    @cached_property
    def trunk_name(self) -> str:
        """Trunk's short name; an error (usage) where it cannot be told."""
        name = trunk_of(self.config, self.strategy, self.refs, self.remote)
        if name is None:
            names = ", ".join(branch_names(self.refs, self.remote)[:8]) or "no branch at all"
            raise usage(
                f"relman cannot tell which branch is trunk; there is {names}",
                'in relman.toml:  trunk = "main"',
            )
        return name

    @property
    def trunk_role(self) -> Role:
        """The role of the branch that trunk is: in GitFlow main, as long as there is no develop."""
        return self.strategy.role_of(self.trunk_name) or self.strategy.trunk

    @cached_property
    def lines(self) -> Lines:
        """Every line, highest first."""
        tracking = f"{REMOTES}{self.remote}/"
        return lines_of(
            self.config,
            self.strategy,
            branch_names(self.refs, self.remote),
            self.releases,
            self.trunk_name,
            published=[
                b.ref.removeprefix(tracking) for b in self.refs.branches if b.ref.startswith(tracking)
            ],
            holds=self._holds,
        )

    def _holds(self, branch: str, release: Release) -> bool:
        try:
            tip = self.tip(branch)
        except RelmanError:  # diverged: its owner is told where the branch is asked for
            return False
        return tip is not None and self.graph.is_ancestor(release.commit, tip.commit)

    def tip(self, branch: str) -> Tip | None:
        """Where a branch stands, by its short name."""
        if branch not in self._tips:
            self._tips[branch] = find_tip(self.refs, self.graph, self.remote, branch)
        return self._tips[branch]

    @cached_property
    def trunk(self) -> Tip:
        """Where trunk stands; an error (usage) where the branch is unborn or missing."""
        tip = self.tip(self.trunk_name)
        if tip is not None:
            return tip
        if self.refs.head.commit is None:
            raise usage("this repository has no commit yet", "git commit")
        raise usage(
            f"trunk is {self.trunk_name}, and this clone has no such branch",
            f"git fetch {self.remote} {self.trunk_name}:refs/remotes/{self.remote}/{self.trunk_name}",
        )

    def line_tip(self, line: Line) -> Oid | None:
        """Where a line's branch stands, absent where it has none."""
        tip = self.tip(line.branch) if line.branch else None
        return tip.commit if tip else None

    def line_end(self, line: Line) -> Oid | None:
        """Where a line's branch stands, for an answer about other lines: a diverged one as the remote has it."""
        try:
            return self.line_tip(line)
        except RelmanError as e:
            if e.kind is not Kind.MOVED or line.branch is None:
                raise
            tracked = self.refs.tracking(self.remote, line.branch)
            return tracked.commit if tracked else None

    def end(self, line: Line) -> Oid | None:
        """Where a line ends: its branch's tip, else its newest release."""
        newest = line.newest
        return self.line_tip(line) or (newest.commit if newest else None)

    def line(self, name: str) -> Line:
        """Finds a line by its name, branch or a version.

        Errors (usage): no such line, with a list of the lines; several branches for it.
        """
        found = self.known_line(name)
        self.check_rivals(found)
        return found

    def check_rivals(self, line: Line) -> None:
        """Refuses a line that several branches name, where nothing tells which of them it is on."""
        if line.rivals:
            here = [name for name in line.rivals if self.refs.local(name)]
            spelled = [name.replace(line.name, "{line}") for name in line.rivals if line.name in name]
            raise usage(
                _rivalry(line),
                *(f"git branch -m {name} not-{name.replace('/', '-')}" for name in here),
                *(f'in relman.toml, below [lines]:  patterns = ["{pattern}"]' for pattern in spelled),
            )

    def doubts(self) -> tuple[str, ...]:
        """What makes answers about other things doubtful, as sentences for a command that only looks."""
        doubt = self._remote_doubt()
        return (*((doubt,) if doubt else ()), *(_rivalry(line) for line in self.lines.all if line.rivals))

    def known_line(self, name: str) -> Line:
        """Finds a line as `line` does, whichever of its branches counts."""
        found = self.lines.named(name) or self.lines.named(name.removeprefix("v"))
        if found is None and (version := self._version(name)):
            found = self.lines.of(version)
        if found is None:
            known = ", ".join(line.name for line in self.lines.all[:8]) or "none yet"
            raise usage(f"there is no line {name!r}; lines: {known}", "relman status")
        return found

    def release(self, text: str) -> Release | None:
        """Finds a release by its tag, else by its version."""
        by_tag = next((r for r in self.releases if r.tag == text), None)
        version = None if by_tag else self._version(text)
        if version is None:
            return by_tag
        return next((r for r in self.releases if r.version.precedence == version.precedence), None)

    def _version(self, text: str) -> Version | None:
        by_format = next((v for fmt in self.formats.accept if (v := fmt.read(text))), None)
        return by_format or parse(text.removeprefix("v"))

    def twins(self) -> tuple[str, ...]:
        """Names pairs of tags that name one version and differ."""
        return tuple(
            f"{a.name} and {b.name} name one version and differ"
            for a, b in twins(self.refs.tags, self.formats)
        )


def _rivalry(line: Line) -> str:
    """Says that nothing tells which branch a line is on."""
    return (
        f"line {line.name} has several branches, and nothing tells which one counts: {', '.join(line.rivals)}"
    )
