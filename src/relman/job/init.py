"""What `relman init` proposes: every setting that the history shows, with the evidence for it.

Live lines, protected branches and the rules for messages are decisions of people and are never guessed; but where
few messages are conventional, their rules begin as warnings.
"""

from msgspec import Struct

from relman.config.find import OWN
from relman.config.load import NOTHING_GIVEN, load
from relman.config.neighbour import Carry
from relman.config.source import Source
from relman.config.write import Entry, render
from relman.errors import RelmanError
from relman.git.trees import tree_paths
from relman.job import init_environments, init_files, init_history, init_strategy
from relman.job.detect import detect
from relman.job.facts import Facts
from relman.job.init_import import added
from relman.job.open import reading
from relman.job.setting import Setting
from relman.model.tags import Family, families
from relman.plan.plan import Plan
from relman.plan.steps import EditFile

_TITLE = """\
What relman found in this history. Each key stands below its evidence; any may be changed or left out."""


class Proposal(Struct, frozen=True, kw_only=True):
    """The whole file, and what a person should know that no key says."""

    path: str
    settings: tuple[Setting, ...]
    text: str
    notes: tuple[str, ...]


def configured(facts: Facts) -> str | None:
    """Names what configures the repository already; nothing where nothing does."""
    return None if facts.source == NOTHING_GIVEN else facts.source


def told(facts: Facts, *, trunk: str | None, tag_format: str | None) -> Facts:
    """The same repository with what a person says about it, before anything is detected.

    Error (usage): it is no legal value.
    """
    entries = [
        Setting(key=key, value=value, evidence="")
        for key, value in (("trunk", trunk), ("tags.format", tag_format))
        if value is not None
    ]
    text = render([_entry(entry) for entry in entries])
    config = load(Source(name="the command line", data=text.encode())).config
    return Facts(facts.repo, facts.refs, facts.graph, config, "the command line", patch_id=facts.patch_id)


def open_families(facts: Facts) -> tuple[Family, ...]:
    """The families of release tags of which a person must choose one; none where the choice is clear."""
    try:
        facts.formats  # noqa: B018  detected at the first look, which is what can fail
    except RelmanError:
        return families(tag.name for tag in facts.refs.tags)
    return ()


def propose(facts: Facts, carry: Carry | None = None) -> Proposal:
    """Reads the history and writes the configuration down, with what another tool's configuration says.

    Errors (usage): an incomplete clone, from which it would be guessed wrong; trunk or the family of tags
    cannot be told.
    """
    settings = [init_history.trunk(facts), *init_history.remote(facts), *init_history.tags(facts)]
    facts.check_complete()
    found = detect(facts)
    if working := init_strategy.working(facts, found):
        settings[0] = working
        facts = told(facts, trunk=str(working.value), tag_format=facts.config.tags.format)
    settings.insert(0, init_strategy.strategy(facts, found))
    settings += init_history.lines(facts)
    if facts.refs.branches:
        commit = facts.trunk.commit
        paths, read = tree_paths(facts.repo, commit), reading(facts.repo, commit)
        settings += init_environments.environments(facts)
        settings += init_history.prerelease(facts)
        settings += init_history.unclassified(facts)
        settings += init_history.messages(facts)
        settings += init_files.version_files(paths, read, at=facts.trunk_name)
        newest = next((release.version for release in facts.releases if release.version.stable), None)
        settings.append(init_files.changelog(paths, read, newest=newest))
    if carry is not None:
        settings = added(settings, carry)
    text = render([_entry(setting) for setting in settings], title=_TITLE)
    # A strange name in the history must not become a file that the next command refuses.
    load(Source(name=OWN, data=text.encode()))
    return Proposal(path=OWN, settings=tuple(settings), text=text, notes=tuple(init_history.unsaid(facts)))


def init_plan(proposal: Proposal) -> Plan:
    """The plan that writes the file where none is."""
    step = EditFile(path=proposal.path, before=None, after=proposal.text.encode())
    return Plan(operation="init", title=f"init {proposal.path}", steps=(step,))


def _entry(setting: Setting) -> Entry:
    *table, key = setting.key.split(".")
    return Entry(table=tuple(table), key=key, value=setting.value, evidence=setting.evidence)
