"""M1: what runs in an environment came from the one before it."""

from collections.abc import Iterator
from itertools import pairwise

from relman.model.rules.seen import Breach, Seen, commit_words


def downstream_only(seen: Seen) -> Iterator[Breach]:
    """Every commit of an environment branch is on the one before it, trunk at first; merges are not work."""
    for above, below in pairwise((seen.trunk, *seen.environments)):
        for oid in seen.graph.between([below.tip], [above.tip]):
            if seen.signs(oid).parents < 2:
                yield Breach(
                    where=commit_words(seen, oid),
                    message=f"on {below.name} and not on {above.name}",
                    hint="relman forward",
                    commit=oid,
                )
