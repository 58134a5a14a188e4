"""The notes of one release, or of what is unreleased: from commits to a value, and from it to text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from relman.config.record import Config
from relman.config.rules import layout
from relman.errors import usage
from relman.git.remote import remote_url
from relman.git.trees import blob
from relman.job.facts import Facts
from relman.job.next import line_name
from relman.model import changelog
from relman.model.changelog import build_sections, contributors
from relman.model.forge import Forge, detect
from relman.model.history import Commit, Graph
from relman.model.lines import TRUNK, Line
from relman.model.names import Oid
from relman.model.next import Next
from relman.model.ports import merged_in, newest_cut_lines, shipped
from relman.model.reverts import cancel
from relman.model.tags import Release
from relman.model.version import Version, parse
from relman.notes.render import BUILT_IN, plain, render


class Template(Struct, frozen=True, kw_only=True):
    """A template's text and what errors call it; no text: the built-in one."""

    text: str | None = None
    name: str = BUILT_IN


def release_notes(
    facts: Facts,
    config: Config,
    at: Oid,
    *,
    version: Version,
    tag: str,
    base: Release | None,
    commits: Sequence[Oid],
    date: str,
    also: Mapping[Oid, str] | None = None,
    extra: Sequence[Commit] = (),
) -> tuple[changelog.Release, str, str]:
    """Writes the notes of a release that is about to be made.

    `commits` are what ships, newest first; `extra` are the picks on top of them, newest first, each with the id
    of the commit that it was picked from, since its own is not known yet and the notes link to that one.
    `base` is what the release is compared with, `date` an ISO day, `also` what shipped already and where
    (left out: read from the lines below, where this is the first release of its line).
    `config` is what the target's tree configures, `at` the commit that has its template.
    Gives the value, its Markdown section, and the plain text for the tag's message.
    Errors (usage): a template that is missing or fails.
    """
    known = {commit.id: commit for commit in extra}
    if also is None:
        also = _shipped_below(facts, version, commits)
    value = notes_of(
        facts,
        _WithPicks(facts.graph, known) if known else facts.graph,
        [*known, *(oid for oid in commits if oid not in known)],
        version=version,
        tag=tag,
        date=date,
        previous=base.tag if base else None,
        also=also,
        config=config,
    )
    return value, section(value, forge(facts, config), template_at(facts, at, config)), plain(value)


def notes_of(
    facts: Facts,
    graph: Graph,
    commits: Sequence[Oid],
    *,
    version: Version | None = None,
    tag: str | None = None,
    commit: Oid | None = None,
    date: str | None = None,
    previous: str | None = None,
    also: Mapping[Oid, str] | None = None,
    withdrawn: str | None = None,
    config: Config | None = None,
) -> changelog.Release:
    """Makes the value of one release from its commits, newest first. `config` is a target's own, if not the policy."""
    config = config or facts.config
    removed = cancel(graph, commits).removed
    read = [graph.commit(oid) for oid in commits]
    return changelog.Release(
        version=None if version is None else str(version),
        tag=tag,
        commit=commit,
        date=date,
        previous_tag=previous,
        sections=build_sections(read, layout=layout(config), already=also, removed=removed),
        contributors=contributors(read, removed) if config.changelog.contributors else (),
        withdrawn=withdrawn,
    )


def read_notes(facts: Facts, what: str | None) -> changelog.Release:
    """Reads the notes of a release (by version or tag), or what is unreleased on a line, HEAD's if none is named.

    Errors (usage): no such release or line.
    """
    facts.check_complete()
    release = facts.release(what) if what else None
    if release is not None:
        return released(facts, release)
    if what and parse(what.removeprefix("v")):
        raise usage(f"there is no release {what}", "relman changelog --all", "relman status")
    line = line_name(facts, what)
    return unreleased(facts, line, facts.next(line))


def unreleased(
    facts: Facts, line: str, coming: Next, without: frozenset[Oid] = frozenset()
) -> changelog.Release:
    """Reads what the next final release of a line would bring; `without` is what is shown elsewhere."""
    commits = [oid for oid in coming.unreleased if oid not in without]
    also = facts.shipped_on_lines(commits) if line == TRUNK else {}
    tip = facts.trunk.commit if line == TRUNK else facts.end(facts.line(line))
    previous = coming.base.tag if coming.base else None
    return notes_of(facts, facts.graph, commits, commit=tip, previous=previous, also=also)


def released(facts: Facts, release: Release) -> changelog.Release:
    """Reads what a release brought: what no lower sound release has (for a candidate: no lower one at all).

    A first release of a line leaves out, or marks, what the lines below it had shipped before.
    """
    lower = [r for r in facts.releases if r.version < release.version]
    behind = [r for r in lower if r.sound or not release.version.stable]
    commits = facts.graph.between([release.commit], [r.commit for r in behind])
    also = _shipped_below(facts, release.version, commits, facts.graph.when(release.commit))
    return notes_of_release(facts, release, commits, also)


def notes_of_release(
    facts: Facts, release: Release, commits: Sequence[Oid], also: Mapping[Oid, str]
) -> changelog.Release:
    """Makes the value of a release that is tagged, from the commits that it shipped first, newest first."""
    return notes_of(
        facts,
        facts.graph,
        commits,
        version=release.version,
        tag=release.tag,
        commit=release.commit,
        date=day(facts.graph.commit(release.commit)),
        previous=compared_with(facts, release),
        also=also,
        withdrawn=withdrawn_for(facts, release.version),
    )


def withdrawn_for(facts: Facts, version: Version) -> str | None:
    """Why nobody should use a release; nothing for a sound one."""
    known = facts.withdrawals.get(str(version))
    return (known.entry.reason or "do not use this release") if known else None


def first_of_line(facts: Facts, version: Version) -> bool:
    """Tells whether no stable release of the version's line is below it, so that it follows on another line."""
    line = facts.lines.of(version)
    return line is None or not any(r.version.stable and r.version < version for r in line.releases)


def _shipped_below(
    facts: Facts, version: Version, commits: Sequence[Oid], moment: int | None = None
) -> Mapping[Oid, str]:
    """What shipped before under another id, until a moment if one is given.

    As ports that were merged back; of a line's first release also what the lines below had.
    """
    if not commits:
        return {}
    lower = (r for r in facts.releases if r.version < version)
    back = merged_in(facts.graph, commits, lower, facts.patch_id)
    if not first_of_line(facts, version):
        return back
    below = (line for line in facts.lines.all if line.numbers < version.numbers[: len(line.numbers)])
    rows = newest_cut_lines(facts.graph, (_until(facts, line, moment) for line in below), commits[0])
    return {**back, **shipped(facts.graph, commits, rows, commits[0], facts.patch_id)}


def _until(facts: Facts, line: Line, moment: int | None) -> Line:
    if moment is None:
        return line
    return replace(line, releases=tuple(r for r in line.releases if facts.graph.when(r.commit) <= moment))


def compared_with(facts: Facts, release: Release) -> str | None:
    """The tag of the highest lower release that was there before: of the line, else of any; else nothing."""
    moment = facts.graph.when(release.commit)
    below = islice(facts.releases, facts.releases.index(release) + 1, None)
    lower = (
        r
        for r in below
        if r.version < release.version
        and not r.withdrawn
        and (r.version.stable or not release.version.stable)
    )
    return next((r.tag for r in lower if facts.graph.when(r.commit) <= moment), None)


def day(commit: Commit) -> str | None:
    """The ISO day on which a commit was made, by its committer's calendar; nothing for an impossible time."""
    who = commit.committer
    try:
        zone = timezone(timedelta(minutes=who.offset)) if who.offset else UTC
        return datetime.fromtimestamp(who.when, tz=zone).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def forge(facts: Facts, config: Config) -> Forge | None:
    """The forge that notes link to; nothing where it is unknown, or links are not wanted."""
    url = remote_url(facts.repo, facts.remote) if config.changelog.links else None
    return detect(url) if url else None


def template_at(facts: Facts, commit: Oid, config: Config) -> Template:
    """The configured template as a commit's tree has it, else trunk's.

    Error (usage): it is in neither, or no text.
    """
    path = config.changelog.template
    if path is None:
        return Template()
    data = blob(facts.repo, commit, path)
    if data is None:
        data = blob(facts.repo, facts.trunk.commit, path)
    if data is None:
        raise usage(
            f"changelog.template is {path}, and no such file is committed", "relman changelog --template FILE"
        )
    return template_of(data, path)


def template_for(facts: Facts, file: Path | None) -> Template:
    """The template of a look: a file that a person named, else the configured one as HEAD has it.

    Error (usage): it cannot be read.
    """
    if file is None:
        return template_at(facts, facts.refs.head.commit or facts.trunk.commit, facts.config)
    try:
        return template_of(file.read_bytes(), str(file))
    except OSError as error:
        raise usage(f"the template {file} cannot be read: {error.strerror}") from error


def template_of(data: bytes, name: str) -> Template:
    """Reads a template's bytes; an error (usage) where they are no UTF-8."""
    try:
        return Template(text=data.decode("utf-8-sig"), name=name)
    except UnicodeDecodeError as error:
        raise usage(f"the template {name} is not UTF-8", cause=str(error)) from error


def section(value: changelog.Release, where: Forge | None, template: Template) -> str:
    """Writes a release as a template has it."""
    return render(value, forge=where, template=template.text, name=template.name)


class _WithPicks:
    """The graph, and picks that are in it under other ids."""

    def __init__(self, graph: Graph, picks: Mapping[Oid, Commit]) -> None:
        self._graph = graph
        self._picks = picks

    def commit(self, oid: Oid) -> Commit:
        return self._picks.get(oid) or self._graph.commit(oid)

    def when(self, oid: Oid) -> int:
        return self._graph.when(oid)

    def chain(self, tip: Oid) -> Iterator[Oid]:
        return self._graph.chain(tip)

    def between(self, include: Iterable[Oid], exclude: Iterable[Oid]) -> tuple[Oid, ...]:
        return self._graph.between(include, exclude)

    def is_ancestor(self, ancestor: Oid, descendant: Oid) -> bool:
        return self._graph.is_ancestor(ancestor, descendant)

    def paths(self, oid: Oid) -> frozenset[str]:
        return self._graph.paths(oid)
