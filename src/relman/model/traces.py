"""What one commit has to do with a fix: a port of it, or a follow-up that reverts or mends it.

Rules of a search that goes from message to message (research/branching-strategies.md 4.3, backport-engines.md 5):
each sees one candidate at a time, so that thousands of commits need not be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from relman.model import message
from relman.model.equivalence import Certainty, Changes, Evidence, PatchId
from relman.model.history import Graph
from relman.model.names import Oid

FollowKind = Literal["revert", "reapply", "fixes", "fixup", "port"]

_ERE = frozenset("\\.[]{}()*+?^$|")
_FIXUPS = ("fixup! ", "squash! ", "amend! ")
_LONGEST = 120


class FollowUp(Struct, frozen=True, kw_only=True):
    """A commit that says that it changes what another one did. `about` is the commit that it names.

    `port` is the port of another follow-up.
    """

    commit: Oid
    kind: FollowKind
    about: Oid


def pattern(graph: Graph, commits: Iterable[Oid]) -> str:
    """Makes an extended regular expression for messages that may speak of these commits.

    By id, by what they were picked from, by change request and by subject.
    """
    words: dict[str, None] = {}
    for oid in commits:
        read = message.parse(graph.commit(oid).message)
        for named in (oid, *message.picked_from(read)):
            words[rf"(^|[^0-9a-z]){named[:7]}"] = None
        own = message.pull_request(read)
        for number in (*message.ported_requests(read), *([] if own is None else [own])):
            words[rf"[#!/]{number}([^0-9]|$)"] = None
        words["".join(f"\\{c}" if c in _ERE else c for c in _core(read)[:_LONGEST])] = None
    return "|".join(word for word in words if word)


def _core(read: message.Message) -> str:
    """What of the subject every port's subject holds, spelled as here but for its case."""
    core = message.normalised_subject(read)
    return core if core in read.subject.lower() else ""


def port_of(
    graph: Graph, fix: Oid, other: Oid, ports: Mapping[Oid, Evidence], patch_id: PatchId
) -> Evidence | None:
    """Tells whether a commit carries the change of `fix`, and how that is known.

    `ports` are those known so far, by their ids: a port of a port is a port.
    """
    one = Changes(graph, [other], patch_id)
    found = one.like(fix)
    if found and found.certainty == "certain":
        return found
    for port, known in ports.items():
        through = one.like(port) if port not in (fix, other) else None
        if through and through.how.startswith(("cherry picked", "says cherry picked")):
            return Evidence(
                commit=other,
                certainty=_weaker(known.certainty, through.certainty),
                how=f"cherry picked from {port[:10]}, which carries it",
            )
    return found or _by_subject(graph, fix, other, patch_id)


def _weaker(one: Certainty, other: Certainty) -> Certainty:
    order: tuple[Certainty, ...] = ("certain", "likely", "claimed")
    return max(one, other, key=order.index)


def _by_subject(graph: Graph, fix: Oid, other: Oid, patch_id: PatchId) -> Evidence | None:
    """A subject alone collides ("fix typo"); it counts with the fix's change request or with its patch."""
    a, b = graph.commit(fix), graph.commit(other)
    mine, theirs = message.parse(a.message), message.parse(b.message)
    if message.normalised_subject(mine) != message.normalised_subject(theirs):
        return None
    same_paths = graph.paths(fix) == graph.paths(other)
    number = message.pull_request(mine)
    if number is not None and _names_request(b.message, number):
        return Evidence(
            commit=other,
            certainty="likely" if same_paths else "claimed",
            how=f"same subject, and names change request #{number}",
        )
    patch = patch_id(fix) if same_paths else None
    if patch is not None and patch == patch_id(other):
        return Evidence(commit=other, certainty="likely", how="same subject and patch-id")
    return None


def _names_request(text: str, number: int) -> bool:
    for sign in ("#", "!", "/"):
        _, found, rest = text.partition(f"{sign}{number}")
        if found and not rest[:1].isdigit():
            return True
    return False


def follow_up(graph: Graph, oid: Oid, known: Sequence[Oid], following: Sequence[Oid]) -> FollowUp | None:
    """Tells whether a commit says that it reverts, mends or amends one of the `known`, or ports one `following`."""
    read = message.parse(graph.commit(oid).message)
    # A port of a revert says both; which one it ports is what a line has to have.
    carried = _named(message.picked_from(read), following)
    if carried is not None:
        return FollowUp(commit=oid, kind="port", about=carried)
    claim = message.reverted(read)
    taken = _named(claim.commits, known)
    if taken is None and claim.pull_requests and not claim.commits:
        numbers = {message.pull_request(message.parse(graph.commit(o).message)): o for o in known}
        taken = next((numbers[n] for n in claim.pull_requests if n in numbers), None)
    if taken is not None:
        return FollowUp(commit=oid, kind="reapply" if claim.reapply else "revert", about=taken)
    mended = _named(message.fixes(read), known)
    if mended is not None:
        return FollowUp(commit=oid, kind="fixes", about=mended)
    for word in _FIXUPS:
        for other in known if read.subject.startswith(word) else ():
            if graph.commit(other).subject == read.subject.removeprefix(word):
                return FollowUp(commit=oid, kind="fixup", about=other)
    return None


def _named(ids: Iterable[str], known: Sequence[Oid]) -> Oid | None:
    return next((oid for named in ids for oid in known if oid.startswith(named)), None)
