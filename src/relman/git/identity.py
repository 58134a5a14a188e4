"""Reads who would commit here, and whether they sign."""

from msgspec import Struct

from relman.git.repo import Repository
from relman.model.identity import Identity


class Signing(Struct, frozen=True, kw_only=True):
    """Which objects are to be signed."""

    commits: bool = False
    tags: bool = False


def read_identity(repo: Repository) -> Identity | None:
    """Gives the committer as git would write it: `GIT_COMMITTER_*`, then the configuration, then `EMAIL`.

    None where git refuses, or would invent an address from the host's name: nobody could be asked about a
    release that `root@build-7` made. What counts as given is git's own rule
    (`committer_ident_sufficiently_given` in its ident.c: the address; a name may come from the system).
    """
    strict = repo.looking.run("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT", ok=(0, 128))
    if strict.returncode == 0:
        return _parse(strict.stdout)
    lenient = repo.looking.run("var", "GIT_COMMITTER_IDENT", ok=(0, 128))
    if lenient.returncode != 0 or not _has_address(repo):
        return None
    return _parse(lenient.stdout)


def _has_address(repo: Repository) -> bool:
    children = repo.looking.env()
    if children.get("GIT_COMMITTER_EMAIL") or children.get("EMAIL"):
        return True
    done = repo.looking.run("config", "--get-regexp", r"^(user|committer)\.email$", ok=(0, 1))
    return done.returncode == 0


def _parse(line: bytes) -> Identity:
    name, _, rest = line.decode("utf-8", "replace").rpartition(" <")
    return Identity(name=name, email=rest.partition(">")[0])


def signing(repo: Repository) -> Signing:
    """Reads `commit.gpgSign`, `tag.gpgSign` and `tag.forceSignAnnotated`, the last value of each.

    A value that is not a boolean is an error with git's words.
    """
    found = repo.looking.text(
        "config",
        "--type=bool",
        "--get-regexp",
        r"^(commit\.gpgsign|tag\.(gpgsign|forcesignannotated))$",
        ok=(0, 1),
    )
    values = dict(line.split(" ", 1) for line in found.splitlines())
    return Signing(
        commits=values.get("commit.gpgsign") == "true",
        tags="true" in {values.get("tag.gpgsign"), values.get("tag.forcesignannotated")},
    )
