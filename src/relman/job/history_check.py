"""Holds a repository's history against its strategy: reads what the rules look at, and asks them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from relman.edit.changelog_file import sections, text_of
from relman.edit.detect import detect
from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.git.trees import blob, tree_paths
from relman.job.facts import Facts
from relman.job.moved_tags import moved_tags
from relman.job.shipping import read_own
from relman.job.strategy import branch_in_role, environments
from relman.model.bookkeeping import matches
from relman.model.course import Course, Standing, Stem, courses
from relman.model.finding import Check
from relman.model.lines import Line, branch_names
from relman.model.names import Oid, short
from relman.model.rules.every import findings
from relman.model.rules.seen import Disagreement, Limits, Seen
from relman.model.rules.upstream import own_work, sureness, upstream_of
from relman.model.strategy import Strategy
from relman.model.tags import Release, stable, twins
from relman.model.version import parse
from relman.plan.stamp import write_versions
from relman.run.recall import Recall

_BESIDE = 3
"""How many lines below those are followed, since a line may have been cut from one of them."""
_RELEASES = 30
"""How many of a line's newest releases have their files read."""


def check_history(
    facts: Facts,
    recall: Recall,
    *,
    lines: Sequence[str] = (),
    now: int,
    told: Callable[[str], None] = lambda _: None,
) -> Check:
    """Asks every check that the strategy has, on the live lines or on those named; `told` hears what is under way.

    Errors (usage): an incomplete clone, where an empty answer would pass for a good one; no such line.
    """
    asked = facts.strategy
    seen = look(facts, recall, asked, lines=lines, now=now, told=told)
    told(f"checking by the rules of {asked.name}")
    found = tuple(findings(seen, asked.checks))
    recall.save()
    names = ", ".join((seen.trunk.name, *(course.name for course in seen.courses)))
    says = tuple(_sure(seen)) if {"F1", "F2"} & asked.checks.keys() else ()
    return Check(what=f"the history of {names} by the rules of {asked.name}", findings=found, says=says)


def _sure(seen: Seen) -> Iterator[str]:
    """How sure it is, line by line, that trunk has what the line has."""
    for course in seen.courses:
        found = sureness(seen, course)
        if found.commits:
            there = found.certain + found.likely + found.claimed
            yield (
                f"{found.line}: {seen.trunk.name} has {there} of {found.commits} by another commit "
                f"({found.certain} certain, {found.likely} likely, {found.claimed} claimed)"
                + (f", and {found.merged} by a merge" if found.merged else "")
            )


def look(
    facts: Facts,
    recall: Recall,
    strategy: Strategy,
    *,
    lines: Sequence[str],
    now: int,
    told: Callable[[str], None] = lambda _: None,
) -> Seen:
    """Reads what the rules look at."""
    facts.check_complete()
    wanted = [facts.line(name) for name in lines] or [line for line, _ in facts.live]
    production = branch_in_role(facts, "production")
    tip = facts.tip(production) if production else None
    trunk = Standing(name=facts.trunk_name, tip=facts.trunk.commit)
    stem = Stem(recall, trunk.tip)
    followed = courses(recall, stem, _ends(facts, wanted))
    for course in followed:
        told(f"reading {course.name}: {len(course.own):,} commits since it left {trunk.name}")
        ends = [trunk.tip, *(other.tip for other in followed)]
        recall.read(recall.between(ends, [course.cut] if course.cut else []) if course.own else ())
    lowest = min((line.height for line in wanted), default=())
    others = [line for line in facts.lines.all if line.branch and line not in wanted and line.height < lowest]
    seen = Seen(
        graph=recall,
        signs=recall.signs,
        patch_id=facts.patch_id,
        strategy=strategy,
        now=now,
        trunk=trunk,
        stem=stem,
        lines=facts.lines,
        courses=followed,
        others=courses(recall, stem, _ends(facts, others[:_BESIDE])),
        production=Standing(name=production, tip=tip.commit) if production and tip else None,
        environments=tuple(_standing(facts, environments(facts))),
        branches=tuple(_standing(facts, branch_names(facts.refs, facts.remote))),
        allowed=_allowed(facts),
        shipped=_shipped(facts),
        routine=_routine(facts, recall),
        disagreements=tuple(_disagreements(facts, recall, followed)),
        twins=tuple((one.name, other.name) for one, other in twins(facts.refs.tags, facts.formats)),
        moved=moved_tags(facts, recall, _read_for_tags(facts, tip.commit if tip else None, followed)),
        misnamed=dict(_misnamed(facts)),
        annotated=facts.config.release.annotated,
        limits=Limits(days=facts.config.check.days, behind=facts.config.check.behind),
    )
    told(f"looking on {trunk.name} for the work of {len(followed)} lines")
    _load_ports(facts, recall, seen)
    return seen


def _load_ports(facts: Facts, recall: Recall, seen: Seen) -> None:
    """Reads at once what comparing ports with their origins will ask for: paths, and where they agree patch-ids."""
    if not {"F1", "F2", "H2"} & seen.strategy.checks.keys():
        return
    for index, course in enumerate(seen.courses):
        if course.own:
            recall.load_paths(seen.graph.between([course.tip], [course.cut] if course.cut else []))
        work = own_work(seen, course)
        newer = seen.courses[:index] if "H2" in seen.strategy.checks else ()
        pairs = [
            pair
            for tip in (seen.trunk.tip, *(c.tip for c in newer if c.line.branch))
            for pair in upstream_of(seen, course, tip).compared(work)
        ]
        recall.load_paths(oid for pair in pairs for oid in pair)
        same = [pair for pair in pairs if recall.paths(pair[0]) == recall.paths(pair[1])]
        facts.patch_id.load(oid for pair in same for oid in pair)


def _ends(facts: Facts, lines: Sequence[Line]) -> Iterator[tuple[Line, Oid]]:
    for line in lines:
        newest = line.newest
        if end := facts.line_end(line) or (newest.commit if newest else None):
            yield line, end


def _standing(facts: Facts, names: Sequence[str]) -> Iterator[Standing]:
    for name in names:
        try:
            tip = facts.tip(name)
        except RelmanError:  # diverged: its owner is told where the branch is asked for
            continue
        if tip:
            yield Standing(name=name, tip=tip.commit)


def _allowed(facts: Facts) -> Callable[[str], bool]:
    names = (*facts.config.branches.names, *facts.config.branches.protected)
    return lambda branch: any(fnmatchcase(branch, name) for name in names)


def _shipped(facts: Facts) -> Release | None:
    try:
        found = facts.find_production()
    except RelmanError:  # unknown production is no finding; who needs it asks `production`
        return None
    return found.release if found else None


def _routine(facts: Facts, recall: Recall) -> Callable[[Oid], bool]:
    """What only a release touches. Version files that were merely detected count beside the changelog alone."""
    config, trunk = facts.config, facts.trunk.commit
    auto = config.versions.files == "auto"
    named = () if config.versions.files == "auto" else tuple(f.path for f in config.versions.files)
    changelog = (config.changelog.path,) if config.changelog.path else ()
    patterns = (*config.picks.bookkeeping, *named, *changelog)
    found = detect(tree_paths(facts.repo, trunk), lambda p: blob(facts.repo, trunk, p)) if auto else ()
    detected = frozenset(place.path for place in found)

    def routine(oid: Oid) -> bool:
        paths = recall.paths(oid)
        stamped = detected if not paths.isdisjoint(changelog) else frozenset()
        return bool(paths) and all(matches(path, patterns) for path in paths - stamped)

    return routine


def _disagreements(facts: Facts, recall: Recall, followed: Sequence[Course]) -> Iterator[Disagreement]:
    """Files at the newest releases that do not say the tag's version; read once for every release and setting."""
    setting = hashlib.sha256(
        msgspec.json.encode((facts.config.versions, facts.config.changelog, str(facts.formats.write)))
    ).hexdigest()[:12]
    releases = [r for course in followed for r in stable(course.line.releases)[-_RELEASES:]]
    keys = {r.tag: f"{r.commit} {setting} {r.tag}" for r in releases}
    if any(recall.note(keys[r.tag]) is None for r in releases):
        with Scratch.open(facts.repo, facts.trunk.commit) as scratch:
            for release in releases:
                if recall.note(keys[release.tag]) is None:
                    rows = tuple(_wrong(facts, scratch, release))
                    recall.write_note(keys[release.tag], msgspec.json.encode(rows).decode())
    for release in releases:
        known = msgspec.json.decode(recall.note(keys[release.tag]) or "[]", type=list[tuple[str, str]])
        for path, says in known:
            yield Disagreement(release=release, path=path, says=says)


def _wrong(facts: Facts, scratch: Scratch, release: Release) -> Iterator[tuple[str, str]]:
    own = read_own(facts, scratch, release.commit, scratch.tree_of(release.commit))
    try:
        edits = write_versions(own.files, own.places, release.version, release.tag)
    except RelmanError as error:
        yield own.places[0].path if own.places else "", error.message
        return
    for edit in edits:
        yield edit.path, f"{edit.path} does not say {release.version} there"
    text = text_of(own.files.get(own.changelog)) if own.changelog else ""
    named = {v.precedence for s in sections(text) if s.version and (v := parse(s.version))}
    # A file without any version is kept in another way, and one that never had a section is none of ours.
    if own.changelog and named and release.version.precedence not in named:
        yield own.changelog, f"{own.changelog} has no section for {release.version} there"


def _read_for_tags(facts: Facts, production: Oid | None, followed: Sequence[Course]) -> tuple[Oid, ...]:
    """Where tags are merged into: trunk, production, environments, lines; each tip once."""
    others = (tip.commit for name in environments(facts) if (tip := facts.tip(name)))
    own = (course.tip for course in followed if course.own)
    return tuple(dict.fromkeys((facts.trunk.commit, *([production] if production else ()), *others, *own)))


def _misnamed(facts: Facts) -> Iterator[tuple[str, str]]:
    """Annotated tags whose object was made under another name: a tag that was renamed or copied by hand."""
    rows = facts.repo.looking.text("for-each-ref", "--format=%(refname)%00%(tag)", "refs/tags")
    for row in rows.splitlines():
        ref, _, name = row.partition("\0")
        if name and name != short(ref):
            yield short(ref), name
