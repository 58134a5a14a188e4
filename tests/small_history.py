"""Small histories in memory for the rules that read a `Graph`: labels instead of ids, one minute per commit."""

from relman.model.history import Commit, Person, Recorded
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.version import parse

MINUTE = 60


def oid(label: str) -> Oid:
    return Oid(label.encode().hex().ljust(40, "0"))


class Small:
    """Commits in the order in which they were added; the first parent comes first."""

    def __init__(self) -> None:
        self.commits: list[Commit] = []
        self.paths: dict[Oid, frozenset[str]] = {}

    def add(
        self,
        label: str,
        *parents: str,
        message: str = "",
        when: int | None = None,
        paths: str = "",
        author: str = "",
    ) -> Oid:
        at = len(self.commits) * MINUTE if when is None else when
        name = author or label
        written = Person(name=name, email=f"{name}@example.com", when=0 if author else at)
        self.commits.append(
            Commit(
                id=oid(label),
                tree=oid("tree"),
                parents=tuple(map(oid, parents)),
                author=written,
                committer=Person(name="Ann", email="ann@example.com", when=at),
                message=message or f"chore: {label}",
            )
        )
        self.paths[oid(label)] = frozenset(paths.split())
        return oid(label)

    def run(self, start: str, *messages: str, prefix: str) -> str:
        """Adds one commit per message on top of `start`, and gives the last one's label."""
        at = start
        for number, text in enumerate(messages):
            label = f"{prefix}{number}"
            self.add(label, *([at] if at else []), message=text)
            at = label
        return at

    @property
    def graph(self) -> Recorded:
        return Recorded(self.commits, self.paths)


def release(text: str, label: str, *, withdrawn: bool = False) -> Release:
    version = parse(text)
    assert version is not None
    return Release(
        version=version,
        tag=f"v{text}",
        commit=oid(label),
        object=oid(label),
        annotated=False,
        withdrawn=withdrawn,
    )


def releases(*rows: tuple[str, str]) -> tuple[Release, ...]:
    """Releases as `(version, label)`, highest first whatever their order here."""
    found = [release(text, label) for text, label in rows]
    return tuple(sorted(found, key=lambda r: r.version, reverse=True))
