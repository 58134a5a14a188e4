"""What a hook that judges a push starts from: the refs, the policy, and the push as a value."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from relman.config.lines import formats_of, lines_of, standing_of, trunk_of
from relman.config.record import Config
from relman.config.rules import bump_table, freezes, lint_rules
from relman.config.strategy import strategy_of
from relman.edit.detect import USUAL_PATHS, detect
from relman.edit.version_file import VersionFile, read_version
from relman.errors import RelmanError
from relman.git.hooked import Hooked
from relman.git.streamed import Streamed, default_branch, read_refs
from relman.job.chains import read_withdrawals
from relman.model.branch_rules import BranchRules
from relman.model.finding import Finding
from relman.model.history import Tag
from relman.model.names import HEADS, REMOTES, TAGS, Oid, RefName
from relman.model.push import Push, PushRules, Update
from relman.model.push_rules import push_findings
from relman.model.shared import SHARED
from relman.model.tags import Formats, Release, read_releases
from relman.model.version import Version, parse


class Asked(Struct, frozen=True, kw_only=True):
    """One ref of a push, as git tells it to a hook; absent: it does not exist."""

    ref: RefName
    old: Oid | None
    new: Oid | None


def asked(ref: str, old: str, new: str) -> Asked:
    """Reads one line of git's, in which zeros stand for what does not exist."""
    return Asked(
        ref=RefName(ref),
        old=None if set(old) <= {"0"} else Oid(old),
        new=None if set(new) <= {"0"} else Oid(new),
    )


class Guard:
    """One repository while something is pushed: to a remote of that name, or (None) into it."""

    def __init__(
        self, hooked: Hooked, config: Config, *, remote: str | None, now: int, partial: bool = False
    ) -> None:
        self.hooked = hooked
        self.partial = partial
        """Whether git shows one ref of a push at a time."""
        self.config = config
        self.strategy = strategy_of(config)
        self.remote = remote
        self.now = now
        self.graph = Streamed(hooked)
        refs = read_refs(hooked)
        if remote is not None:
            refs = structs.replace(refs, default_branch=default_branch(hooked, remote))
        self.refs = refs

    def findings(self, rows: Sequence[Asked]) -> Iterator[Finding]:
        """Judges a push."""
        push, rules = self.push(rows)
        return push_findings(push, self.graph, rules, self.graph.patch_id)

    def push(self, rows: Sequence[Asked]) -> tuple[Push, PushRules]:
        """Puts the push and what stands around it together, and what the policy asks of it."""
        before = self._there(rows)
        kinds = self.graph.kinds(dict.fromkeys(oid for row in rows for oid in (row.old, row.new) if oid))
        peeled = self.graph.peel(row.new for row in rows if row.new and kinds.get(row.new) == "tag")
        moved = [self._update(row, kinds, peeled) for row in rows]
        self.graph.load(u.commit for u in moved if u.tag and u.commit)
        tips = before | {u.branch: u.commit for u in moved if u.branch and u.commit}
        for gone in (u.branch for u in moved if u.branch and u.new is None):
            tips.pop(gone, None)
        trunk = trunk_of(self.config, self.strategy, self.refs, self.remote or "")
        local = self.refs.local(trunk) if trunk else None
        if trunk and local and trunk not in tips and self.remote is not None:
            tips[trunk] = local.commit
        tags, formats = self._tags(rows), self._formats(rows)
        lines = lines_of(
            self.config,
            self.strategy,
            list(tips),
            read_releases(tags, formats, self._withdrawn()) if formats else (),
            trunk or "",
            # All branches here are the remote's, so `published` would tell none apart.
            holds=lambda branch, release: self._holds(tips.get(branch), release),
        )
        known = {name: oid for name, oid in before.items() if kinds.get(oid, "commit") == "commit"}
        push = Push(
            updates=tuple(moved),
            trunk=trunk,
            tips=tips,
            lines=lines,
            before=known,
            partial=self.partial,
        )
        rules = self._rules(push, formats)
        watched = tuple(
            structs.replace(u, versions=tuple(self._versions(u)))
            if u.branch and rules.guards(push, u.branch)
            else u
            for u in moved
        )
        return structs.replace(push, updates=watched), rules

    def _holds(self, tip: Oid | None, release: Release) -> bool:
        try:
            return tip is not None and self.graph.is_ancestor(release.commit, tip)
        except RelmanError:  # git tells where a branch is there, and that commit need not be here
            return False

    def _withdrawn(self) -> frozenset[str]:
        return frozenset(read_withdrawals(self.refs, self.graph, self.remote or ""))

    def _tags(self, rows: Sequence[Asked]) -> list[Tag]:
        """The tags that were there before the push: here the ones that it makes stand already."""
        making = {row.ref.removeprefix(TAGS) for row in rows if row.ref.startswith(TAGS) and row.old is None}
        return [tag for tag in self.refs.tags if tag.name not in making]

    def _formats(self, rows: Sequence[Asked]) -> Formats | None:
        """How versions are written as tags; nothing where several families leave it open."""
        there = [tag.name for tag in self._tags(rows)]
        try:
            formats = formats_of(self.config, there, "")
            if not any(fmt.read(name) for name in there for fmt in formats.accept):
                # The first releases that come say how they are written.
                pushed = [row.ref.removeprefix(TAGS) for row in rows if row.ref.startswith(TAGS)]
                formats = formats_of(self.config, pushed, "")
        except RelmanError:
            return None
        return formats

    def _rules(self, push: Push, formats: Formats | None) -> PushRules:
        """What the policy asks of a push."""
        config = self.config
        files = config.versions.files
        written = USUAL_PATHS if files == "auto" else tuple(place.path for place in files)
        own = (*config.picks.bookkeeping, *written, config.changelog.path)
        standing = standing_of(config, self.strategy, push.trunk)
        return PushRules(
            strategy=self.strategy,
            formats=formats,
            branches=BranchRules(names=config.branches.names, standing=standing),
            lint=lint_rules(config),
            protected=config.branches.protected,
            own=tuple(path for path in own if path),
            annotated=config.release.annotated,
            bumps=bump_table(config.versions),
            freezes=freezes(config),
            owed=self._owed(push),
            levels=config.hooks.levels,
            now=self.now,
        )

    def _there(self, rows: Sequence[Asked]) -> dict[str, Oid]:
        """The branches as they are there. What git says about a ref of the push is newer than what was fetched."""
        prefix = HEADS if self.remote is None else f"{REMOTES}{self.remote}/"
        found = {b.ref.removeprefix(prefix): b.commit for b in self.refs.branches if b.ref.startswith(prefix)}
        for row in rows:
            if row.ref.startswith(HEADS):
                name = row.ref.removeprefix(HEADS)
                found.pop(name, None)
                if row.old is not None:
                    found[name] = row.old
        return found

    def _update(self, row: Asked, kinds: Mapping[Oid, str], peeled: Mapping[Oid, Oid]) -> Update:
        kind = kinds.get(row.new) if row.new else None
        commit = row.new if kind == "commit" else peeled.get(row.new) if row.new else None
        forced = False
        if row.ref.startswith((HEADS, SHARED)) and row.old and commit:
            forced = kinds.get(row.old) != "commit" or not self.graph.is_ancestor(row.old, commit)
        return Update(
            ref=row.ref, old=row.old, new=row.new, commit=commit, annotated=kind == "tag", forced=forced
        )

    def _versions(self, update: Update) -> Iterator[tuple[str, Version, Version]]:
        """What the version files say before and after, where both trees have one."""
        if update.old is None or update.commit is None or update.forced:
            return
        old, new = update.old, update.commit
        changed = self.graph.changed(old, new)
        for place in version_files(self.config, changed, lambda path: self.graph.blob(new, path)):
            before, after = (version_in(self.graph.blob(at, place.path), place) for at in (old, new))
            if before is not None and after is not None:
                yield place.path, before, after

    def _owed(self, push: Push) -> frozenset[Oid]:
        """What an operation here wrote down as missing on trunk; asked only where a release branch is pushed."""
        folder = self.hooked.common_dir / "relman" / "operations"
        if not folder.is_dir() or not any(u.branch and push.line_of(u.branch) for u in push.updates):
            return frozenset()
        # The journal brings pygit2, which no other push waits for.
        from relman.job.recorded import recorded_debts
        from relman.run.journal import read_folder

        return frozenset(recorded_debts(read_folder(folder).records))


def version_files(
    config: Config, changed: Iterable[str], read: Callable[[str], bytes | None]
) -> tuple[VersionFile, ...]:
    """The configured version files among the changed paths; without any configured, the usual ones among them."""
    paths = set(changed)
    if config.versions.files == "auto":
        return detect(paths, read)
    return tuple(place for place in config.versions.files if place.path in paths)


def version_in(data: bytes | None, place: VersionFile) -> Version | None:
    """The version that a file says; nothing where it is not there or says none."""
    if data is None:
        return None
    try:
        return parse(read_version(data, place).removeprefix("v"))
    except RelmanError:
        return None
