"""Taking operations back, finishing them, pushing what they made."""

from collections.abc import Iterable, Mapping, Sequence
from shlex import quote

from msgspec import structs

from relman.errors import Kind, RelmanError, usage
from relman.git.refs import read_values
from relman.git.remote import ls_remote, remote_url
from relman.git.repo import Repository
from relman.job.chains import fetch_line, own_end, remote_end
from relman.job.facts import Facts
from relman.job.foundation import check_bare_undo, check_undo
from relman.job.records import join_steps
from relman.job.waiting import paused
from relman.model.forge import Forge, detect, release_page_command
from relman.model.names import HEADS, TAGS, Oid, RefName, short
from relman.model.shared import SHARED
from relman.plan.outcome import Pushed
from relman.plan.plan import Expect, Plan
from relman.plan.steps import Id, MoveRef, PushMove, PushRefs, Step
from relman.run.journal import Record, read_all
from relman.run.operation import Checkpoint, nothing
from relman.run.places import abandon
from relman.run.recover import settle
from relman.run.undo import undo_plan


def plan_undo(
    facts: Facts, word: str | None, *, remote: bool, offline: bool, version: str | None = None
) -> Plan:
    """Plans to take an operation back: the named one, that of a release, or the newest that stands.

    Error (refused): none is named while one waits for a person, or what that one stands on would move.
    """
    if word is None and version is None:
        check_bare_undo(read_all(facts.repo))
    record = _named(facts, word, version) or read_all(facts.repo).newest_undoable()
    if record is None:
        raise RelmanError(Kind.NOTHING, "there is nothing to undo", hints=("relman log",))
    return _back(facts, record, remote=remote, offline=offline)


def plan_redo(facts: Facts, *, offline: bool) -> Plan:
    """Plans to take the newest undo back."""
    record = read_all(facts.repo).newest_undone()
    if record is None:
        raise RelmanError(Kind.NOTHING, "there is nothing to redo", hints=("relman log",))
    return _back(facts, record, remote=False, offline=offline)


def waiting(repo: Repository) -> tuple[str, ...]:
    """Says which operations were interrupted."""
    found = [r for r in read_all(repo).open_operations() if r.state != "paused"]
    return tuple(f"{r.sealed.plan.title} ({r.id}) was interrupted and is open" for r in found)


def lost(repo: Repository) -> Record | None:
    """Gives the newest operation where it was refused or lost a race: `redo` plans it anew on today's repository."""
    records = read_all(repo).records
    last = records[-1] if records else None
    again = last is not None and last.state == "aborted" and len(last.argv) > 1
    return last if again else None


def _named(facts: Facts, word: str | None, version: str | None) -> Record | None:
    journal = read_all(facts.repo)
    if word is not None:
        return journal.find(word)
    if version is None:
        return None
    release = facts.release(version)
    tag = release.tag if release else version
    made = [
        r for r in journal.records if r.state == "done" and any(t.tag == tag for t in r.sealed.plan.targets)
    ]
    if not made:
        raise usage(f"no operation in this clone made {tag}", "relman log")
    return made[-1]


def _back(facts: Facts, record: Record, *, remote: bool, offline: bool) -> Plan:
    names = [c.ref for c in record.refs]
    remotes: dict[str, Mapping[RefName, Oid]] = {}
    journal = read_all(facts.repo).records
    made = {(c.ref, c.new) for c in record.refs}
    pushed = {
        p.remote
        for r in journal
        for p in r.pushes
        if p.result in ("pushed", "unknown")
        and (r.id == record.id or (r.turn > record.turn and any((m.ref, m.new) in made for m in p.moves)))
    }
    asked = pushed | ({facts.remote} if facts.remote in facts.refs.remotes else set())
    for name in sorted(asked):
        if offline and name not in pushed:
            continue
        try:
            remotes[name] = ls_remote(facts.repo, name, for_push=True)
        except RelmanError:
            if name in pushed:
                raise
    plan = undo_plan(
        record,
        read_values(facts.repo, names),
        remotes=remotes or None,
        remote=remote,
        journal=journal,
    )
    check_undo(journal, plan)
    heading = "brings back" if plan.operation == "redo" else "takes back"
    return structs.replace(
        plan, facts=((heading, f"{record.sealed.plan.title.removeprefix('undo ')} ({record.id})"),)
    )


def plan_push(facts: Facts, word: str | None) -> Plan:
    """Plans to push what an operation made: its refs, all or nothing, with leases on what the remote holds now."""
    journal = read_all(facts.repo)
    record = journal.find(word) if word else journal.newest_undoable()
    if record is None:
        raise RelmanError(
            Kind.NOTHING, "no operation stands here that could be pushed", hints=("relman log",)
        )
    if record.sealed.plan.operation == "undo":
        raise usage(
            f"{record.id} took something back; that is published by", f"relman undo {record.undoes} --remote"
        )
    if facts.remote not in facts.refs.remotes:
        raise usage(f"there is no remote {facts.remote}", f"git remote add {facts.remote} URL")
    there = ls_remote(facts.repo, facts.remote, for_push=True)
    here = read_values(facts.repo, [c.ref for c in record.refs])
    steps, moves = shared_pushes(facts, record, there)
    for change in record.refs:
        if change.new is None or not change.ref.startswith((HEADS, TAGS)):
            continue
        if change.ref.startswith(HEADS) and change.ref not in here:
            continue  # it went with a later release, or by hand: nothing of it is left to push
        if here.get(change.ref) != change.new:
            raise RelmanError(
                Kind.MOVED,
                f"{change.ref} moved on since {record.id}",
                hints=(f"git push {facts.remote} {quote(short(change.ref))}",)
                if change.ref in here
                else (f"relman log --show {record.id}",),
            )
        held = there.get(change.ref)
        if held == change.new:
            continue
        if held is not None and held not in (change.old, None) and not _below(facts, held, change.new):
            raise RelmanError(
                Kind.MOVED,
                f"{change.ref} on {facts.remote} is {held[:10]}, which is not below {change.new[:10]}",
                hints=(f"git fetch {facts.remote}", "relman undo"),
            )
        moves.append(PushMove(ref=change.ref, expect=held, new=Id(oid=change.new)))
    if not moves:
        raise RelmanError(
            Kind.NOTHING, f"{facts.remote} has everything that {record.id} made and that is here still"
        )
    return Plan(
        operation="push",
        title=f"push {record.sealed.plan.title}",
        steps=(*steps, PushRefs(remote=facts.remote, moves=tuple(moves))),
        expects=tuple(Expect(ref=m.ref, value=m.new.oid) for m in moves if isinstance(m.new, Id)),
    )


def shared_pushes(
    facts: Facts, record: Record, there: Mapping[RefName, Oid]
) -> tuple[tuple[Step, ...], list[PushMove]]:
    """The shared records among what an operation made, as they are now: later entries go along.

    Where the remote has entries that this clone lacks, both are joined first. Error (moved): the remote's are
    not here.
    """
    steps: list[Step] = []
    moves: list[PushMove] = []
    for ref in (c.ref for c in record.refs if c.new is not None and c.ref.startswith(SHARED)):
        held, own = there.get(ref), own_end(facts.refs, ref)
        if own is None or held == own:
            continue
        if held != remote_end(facts.refs, facts.remote, ref):
            raise RelmanError(
                Kind.MOVED,
                f"{ref} on {facts.remote} is not what this clone fetched",
                hints=(fetch_line(facts.remote), f"relman push {record.id}"),
            )
        joined = join_steps(facts, ref)
        steps += joined
        target = next((s.new for s in joined if isinstance(s, MoveRef)), None) or Id(oid=own)
        moves.append(PushMove(ref=ref, expect=held, new=target))
    return tuple(steps), moves


def _below(facts: Facts, held: Oid, new: Oid) -> bool:
    return facts.graph.has(held) and facts.graph.is_ancestor(held, new)


def abort_open(
    repo: Repository,
    line: str | None = None,
    *,
    now: int,
    argv: Sequence[str],
    checkpoint: Checkpoint = nothing,
) -> tuple[tuple[str, str], ...]:
    """Takes back what is open: what crashed, else the paused operation (of a line, where several are paused).

    One whose refs have moved cannot be unmade half way: it is finished, and undo named.
    """
    told = []
    for settled in settle(repo, now=now, argv=argv, checkpoint=checkpoint):
        if settled.way == "back":
            told.append((settled.id, "was taken back: nothing had moved"))
        else:
            told.append(
                (
                    settled.id,
                    f"had moved its refs, so it was finished; take it back with relman undo {settled.id}",
                )
            )
    waiting = paused(read_all(repo).checked(), line, "abort")
    if waiting is not None:
        gone = abandon(repo, waiting, now=now, argv=argv, checkpoint=checkpoint)
        said = (
            f"waits no more; what it had shipped stands, and is taken back with relman undo {gone.id}"
            if gone.stands
            else f"was given up: nothing had been {'shipped' if waiting.sealed.plan.feature is None else 'moved'}"
        )
        told += [(gone.id, said), *((gone.id, words) for words in gone.left)]
    return tuple(told)


def release_pages(facts: Facts, pushes: Iterable[Pushed]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Gives, by tag, the forge's own command for every tag that was published; nothing where the forge is unknown.

    The notes come from standard input.
    """
    url = remote_url(facts.repo, facts.remote)
    forge = detect(url) if url else None
    if forge is None:
        return ()
    tags = [
        m.ref.removeprefix(TAGS)
        for p in pushes
        if p.result == "pushed"
        for m in p.moves
        if m.ref.startswith(TAGS) and m.new is not None
    ]
    return tuple((tag, command) for tag in tags if (command := _page(facts, forge, tag)))


def _page(facts: Facts, forge: Forge, tag: str) -> tuple[str, ...]:
    version = next((v for fmt in facts.formats.accept if (v := fmt.read(tag))), None)
    if version is None:
        return ()
    higher = any(r.version.stable and not r.withdrawn and r.version > version for r in facts.releases)
    return release_page_command(
        forge, tag=tag, title=tag, notes_file="-", pre_release=not version.stable, newest=not higher
    )
