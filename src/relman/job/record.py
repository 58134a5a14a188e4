"""Recording a deployment: one entry in a chain that the team shares."""

from collections.abc import Iterator, Sequence

from relman.errors import Kind, RelmanError, usage
from relman.job.environments import check_environment
from relman.job.facts import Facts
from relman.job.landing import expects, pushes
from relman.job.records import entry_steps
from relman.job.rollback import check_usable, find_release, rolled_back
from relman.job.shipping import Wishes
from relman.model.shared import DEPLOYMENTS, Deployed, Deployment
from relman.model.tags import Release
from relman.plan.plan import Plan
from relman.render.words import age


def plan_record(facts: Facts, environment: str, version: str, wishes: Wishes, *, closed: bool) -> Plan:
    """Plans the entry that says which release runs in an environment.

    Errors: no such environment or release, open to users there already where `closed` (usage); the record says
    so already (nothing); a withdrawn release (refused).
    """
    facts.check_remote()
    name = check_environment(facts, environment)
    release = find_release(facts, version, f"relman env record {name}")
    check_usable(release)
    before = recorded(facts, name)
    _check_news(name, release, before, closed=closed)
    entry = deployment(name, release, closed=closed)
    steps = entry_steps(facts, entry, DEPLOYMENTS, wishes.trailers)
    steps = (*steps, *pushes(facts, steps, wishes))
    return Plan(
        operation="record",
        title=f"record {release.tag} in {name}{', closed' if closed else ''}",
        steps=steps,
        expects=expects(facts, steps, tips=(), tags=(release.tag,)),
        facts=tuple(rows(facts, entry, before, wishes.now)),
        records=(entry,),
        warnings=() if closed else rolled_back(facts, release, last_open(facts, before)),
        afterwards=tuple(_afterwards(facts, name, release, first=not before, closed=closed)),
    )


def deployment(name: str, release: Release, *, closed: bool = False) -> Deployment:
    """The entry that says that a release runs somewhere."""
    return Deployment(environment=name, version=str(release.version), commit=release.commit, open=not closed)


def recorded(facts: Facts, name: str) -> tuple[Deployed, ...]:
    """What was recorded of an environment, newest first."""
    return tuple(each for each in facts.deployments if each.entry.environment == name)


def last_open(facts: Facts, before: Sequence[Deployed]) -> Release | None:
    """The release that users of an environment met last, withdrawn or not."""
    running = next((each for each in before if each.entry.open), None)
    return facts.release(running.entry.version) if running else None


def rows(facts: Facts, entry: Deployment, before: Sequence[Deployed], now: int) -> Iterator[tuple[str, str]]:
    """What a person reads about an entry before it is written."""
    release = facts.release(entry.version)
    tag = release.tag if release else entry.version
    state = "open to users" if entry.open else "deployed, not open to users yet"
    yield "records", f"{tag} ({entry.commit[:7]}) in {entry.environment}: {state}"
    for each in before[:1]:
        told = "" if each.entry.open else "not open to users, "
        yield "before", f"{each.entry.version} ({told}recorded {age(each.when, now)} by {each.by})"


def _check_news(name: str, release: Release, before: Sequence[Deployed], *, closed: bool) -> None:
    last = before[0].entry if before else None
    if last is None or last.version != str(release.version):
        running = next((each.entry for each in before if each.entry.open), None)
        if not closed or running is None or running.version != str(release.version):
            return
    elif last.open == (not closed):
        raise RelmanError(
            Kind.NOTHING,
            f"{name} runs {release.tag}{', not open to users yet' if closed else ''}: the record says so already",
            hints=("relman env",),
        )
    elif not closed:
        return
    raise usage(
        f"{release.tag} is open to users in {name} already",
        f"relman env record {name} VERSION",
        "relman env",
    )


def _afterwards(facts: Facts, name: str, release: Release, *, first: bool, closed: bool) -> Iterator[str]:
    if closed:
        yield f"when it is open to users: relman env record {name} {release.version}"
    how = facts.config.production
    if first and name == how.environment and how.source is None:
        yield (
            "a clone without this record assumes the highest stable release; "
            'in relman.toml, below [production]: source = "record" makes it say so'
        )
