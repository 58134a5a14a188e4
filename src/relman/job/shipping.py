"""What `cut`, `release`, `hotfix` and `backport` share: from a line and its changes to a shipment.

Reads the target's own version files and changelog, writes the notes, merges what an isolated hotfix left
behind, and proves what a tag will hold.
"""

from collections.abc import Sequence
from shlex import quote

from msgspec import Struct

from relman.config.find import for_target
from relman.config.record import Config
from relman.edit.changelog_file import section_text, sections, text_of
from relman.edit.detect import detect
from relman.edit.lock_file import lock_paths
from relman.edit.version_file import VersionFile
from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.git.trees import blob, tree_paths
from relman.job.changelog import release_notes
from relman.job.facts import Facts
from relman.job.missing import RULE, absent_releases
from relman.job.open import tree_config
from relman.job.withdrawn import holding_withdrawn, marks, why
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.placeholder import fill
from relman.model.tags import Release
from relman.model.trailers import with_lines
from relman.model.version import Version, parse
from relman.notes.unmarked import unmarked
from relman.plan.plan import Proof, Warn
from relman.plan.ship import Stamp, TagText
from relman.plan.stamp import Changelog, out_of_step, write_changelog, write_versions


class Wishes(Struct, frozen=True, kw_only=True):
    """What the person asked for beyond the job itself.

    `day` is the clock as an ISO day, `now` the same as seconds since 1970.
    """

    day: str
    now: int = 0
    as_branches: bool = False
    push: bool = False
    trailers: tuple[str, ...] = ()


class Own(Struct, frozen=True, kw_only=True):
    """What a tree has of relman's: the files of `places`, their locks and the changelog, by path.

    `start` is the commit whose configuration counts.
    """

    start: Oid
    config: Config
    places: tuple[VersionFile, ...]
    changelog: str | None
    files: dict[str, bytes]

    @property
    def paths(self) -> frozenset[str]:
        """Every path that relman owns there."""
        return frozenset((*self.files, *((self.changelog,) if self.changelog else ())))


def read_own(facts: Facts, scratch: Scratch, start: Oid, tree: Oid) -> Own:
    """Reads what relman owns in a tree. `start` is the commit whose configuration counts (DESIGN 10)."""
    own = tree_config(facts.repo, start)
    config = for_target(facts.config, own, lambda path: blob(facts.repo, start, path) is not None)
    files = config.versions.files
    paths = tree_paths(facts.repo, start) if files == "auto" else ()
    places = detect(paths, lambda path: scratch.blob(tree, path)) if files == "auto" else files
    there = config.changelog.path
    written = there and (own is not None or blob(facts.repo, start, there) is not None)
    wanted = {place.path for place in places} | {p for place in places for p in lock_paths(place)}
    wanted |= {there} if written else set()
    found = {path: data for path in sorted(wanted) if (data := scratch.blob(tree, path)) is not None}
    held = tuple(place for place in places if place.path in found)
    return Own(start=start, config=config, places=held, changelog=there if written else None, files=found)


class Writing(Struct, frozen=True, kw_only=True):
    """Everything that relman writes for one release: the release commit, the tag's text, the notes."""

    stamp: Stamp
    tag: TagText
    notes: str
    out_of_step: tuple[str, ...]


def write_release(
    facts: Facts,
    own: Own,
    *,
    line: str,
    version: Version,
    base: Release | None,
    commits: Sequence[Oid],
    extra: Sequence[Commit],
    wishes: Wishes,
    prepared: bool,
    may_say: Sequence[Version] | None = None,
    notes: str | None = None,
) -> Writing:
    """Makes the texts and edits of a release.

    `commits` ship (newest first) and exist; `extra` are fixes that are picked now, as trunk has them.
    `prepared` marks the release commit, so that a later `release` finds it however it was merged.
    `may_say` is what version files may say before; left out: what fits the line of `base`. `notes` is a section
    that was written already; left out: what the commits say.
    """
    tag = facts.formats.write.write(version)
    _, section, plain = release_notes(
        facts,
        own.config,
        own.start,
        version=version,
        tag=tag,
        base=base,
        commits=commits,
        date=wishes.day,
        extra=extra,
    )
    if notes is not None:
        section, plain = notes, unmarked(notes)
    words = {
        "version": str(version),
        "tag": tag,
        "line": line,
        "title": f"{facts.repo.name} {version}",
        "notes": plain,
    }
    lines = (*((f"Prepared-release: {tag}",) if prepared else ()), *wishes.trailers)
    message = with_lines(fill(own.config.release.message, words), lines)
    edits = list(write_versions(own.files, own.places, version, tag))
    if own.changelog:
        changelog = Changelog(
            path=own.changelog,
            section=section,
            earlier=earlier_sections(facts, own, version),
            replaces=candidates_of(facts, version) if own.config.changelog.prereleases == "fold" else (),
            withdrawn=marks(facts),
        )
        edits += write_changelog(own.files, changelog, version)
    allowed = fitting_versions(facts, version, base) if may_say is None else may_say
    wrong = out_of_step(own.files, own.places, allowed, facts.formats.write.write)
    return Writing(
        stamp=Stamp(message=message, edits=tuple(edits), always=prepared),
        tag=TagText(
            name=tag,
            message=with_lines(fill(own.config.release.tag_message, words), ()),
            annotated=own.config.release.annotated,
        ),
        notes=section,
        out_of_step=tuple(f"{w.path} says {w.found}, not {w.wanted}" for w in wrong),
    )


def fitting_versions(facts: Facts, version: Version, base: Release | None) -> tuple[Version, ...]:
    """What a version file may say before a release: any version of the base's line, or the new one itself.

    Trunk's files say what was last released from trunk, which is not always the line's newest.
    """
    if base is None:
        return ()
    mine = [
        r.version
        for r in facts.releases
        if r.version.numbers[:2] in (base.version.numbers[:2], version.numbers[:2])
    ]
    return (base.version, version, version.final(), *mine)


def candidates_of(facts: Facts, version: Version) -> tuple[str, ...]:
    """The candidates that a final takes the place of."""
    if not version.stable:
        return ()
    return tuple(
        str(r.version)
        for r in facts.releases
        if r.version.numbers == version.numbers and not r.version.stable
    )


def earlier_sections(facts: Facts, own: Own, version: Version) -> tuple[tuple[str, str], ...]:
    """Sections of earlier releases that the target's changelog lacks, from the file at each release's tag.

    Only releases above the oldest section that is there: what was never written down stays so.
    """
    if own.changelog is None or own.changelog not in own.files:
        return ()
    there = {s.version for s in sections(text_of(own.files[own.changelog])) if s.version}
    known = [v for text in there if (v := parse(text.removeprefix("v")))]
    if not known:
        return ()
    oldest, found = min(known), []
    have = {v.precedence for v in known}
    for release in facts.releases:
        if (
            not oldest < release.version < version
            or not release.version.stable
            or release.version.precedence in have
        ):
            continue
        data = blob(facts.repo, release.commit, own.changelog)
        section = section_text(text_of(data), str(release.version)) if data else None
        if section:
            found.append((str(release.version), section))
    return tuple(found)


def prove(
    facts: Facts,
    *,
    version: Version,
    tag: str,
    line: str,
    base: Release | None,
    start: Oid,
    merged: Sequence[Release],
    fixes: Sequence[str],
    ships: Sequence[Oid],
    places: Sequence[VersionFile],
    picked: Sequence[Oid] = (),
) -> tuple[Proof, tuple[Warn, ...]]:
    """Proves what the tag will hold (DESIGN 4.10).

    `fixes` are sentences about picks that were tried, `picked` their commits.
    Releases of the line that are missing come back as a warning with the rule `missing-releases`.
    Errors: the base is no ancestor (refused); the tag exists (usage).
    """
    said: list[str] = []
    if base is not None:
        if not facts.graph.is_ancestor(base.commit, start):
            raise RelmanError(
                Kind.REFUSED, f"{base.tag} is no ancestor of what {tag} would be", hints=("relman status",)
            )
        said.append(f"{tag} builds on {base.tag} ({base.commit[:10]}), which is its ancestor")
    said += fixes
    others = [o for o in ships if len(facts.graph.commit(o).parents) < 2]
    many = "1 commit goes out that was" if len(others) == 1 else f"{len(others)} commits go out that were"
    besides = "besides, " if fixes else ""
    said.append(f"{besides}{many} there already" if others else "nothing else goes out")
    absent = absent_releases(facts, version, line, start, merged, picked)
    said += [f"{r.tag} is not in it, but each of its fixes is" for r in absent.covered]
    said += [f"{r.tag} is not in it, as was accepted for a later release" for r in absent.accepted]
    said += [f"{r.tag} is not in it: it was withdrawn{why(facts, r)}" for r in absent.withdrawn]
    warns: tuple[Warn, ...] = holding_withdrawn(facts, tag, base, start)
    said += [w.message for w in warns]
    if absent.missing:
        names = ", ".join(r.tag for r in absent.missing)
        said.append(f"{names} of the same line are not in it")
        warns = (*warns, _missing(absent.missing, tag, base, names))
    elif base is not None:
        said.append(f"every other release of line {line} below {version} is in it")
    if places:
        paths = tuple(dict.fromkeys(p.path for p in places))
        said.append(f"{', '.join(paths)} {'says' if len(paths) == 1 else 'say'} {version}")
    if facts.refs.tag(tag) is not None:
        raise usage(f"{version} is taken: tag {tag}", f"git show {quote(tag)}")
    said.append(f"the version is free: no tag {tag} here")
    return Proof(tag=tag, statements=tuple(said)), warns


def _missing(missing: Sequence[Release], tag: str, base: Release | None, names: str) -> Warn:
    """Refuses a release that leaves others of its line out, and says what to do about the newest of them."""
    newest = missing[0]
    above = base is not None and newest.version > base.version
    instead = f": build on it (--to {newest.tag}), or withdraw what is not to be used" if above else ""
    return Warn(
        message=f"{tag} would be above {names} and not contain it{instead}",
        rule=RULE,
        hint=f"relman withdraw {quote(newest.tag)} --reason TEXT",
    )
