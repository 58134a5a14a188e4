"""Going past a rule with a reason: what was asked for, and the record of it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.model.finding import Finding

LOG = "overrides.jsonl"
"""In relman's folder of the common git directory; one JSON document a line, oldest first."""


class Waiver(Struct, frozen=True, kw_only=True):
    """Rules that a person goes past, and why. Without a reason none is."""

    rules: frozenset[str] = frozenset()
    reason: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the record. `at` is seconds since 1970; `who` as far as the environment tells."""

    schema: str = "relman/override/v1"
    at: int
    hook: str
    who: str
    rules: tuple[str, ...]
    reason: str
    what: tuple[str, ...]


def asked_here(environ: Mapping[str, str]) -> Waiver:
    """What `RELMAN_ANYWAY` and `RELMAN_REASON` say."""
    return _waiver([environ.get("RELMAN_ANYWAY", "")], environ.get("RELMAN_REASON", ""))


def asked_by_push(environ: Mapping[str, str]) -> Waiver:
    """What the options of a push say, which git hands to a server's hook."""
    count = environ.get("GIT_PUSH_OPTION_COUNT", "0")
    options = [environ.get(f"GIT_PUSH_OPTION_{n}", "") for n in range(int(count) if count.isdigit() else 0)]
    pairs = [option.partition("=") for option in options]
    reasons = [value for key, _, value in pairs if key == "relman.reason"]
    return _waiver([value for key, _, value in pairs if key == "relman.anyway"], " ".join(reasons))


def _waiver(rules: Iterable[str], reason: str) -> Waiver:
    named = frozenset(rule.strip() for text in rules for rule in text.split(",") if rule.strip())
    return Waiver(rules=named, reason=reason.strip())


def part(
    findings: Iterable[Finding], waiver: Waiver, allowed: Iterable[str] | None = None
) -> tuple[list[Finding], list[Finding]]:
    """Parts what stands from the errors that are gone past; `allowed` limits which rules can be."""
    rules = waiver.rules if waiver.reason else frozenset()
    if allowed is not None:
        rules &= frozenset(allowed)
    stands: list[Finding] = []
    past: list[Finding] = []
    for finding in findings:
        (past if finding.level == "error" and finding.rule in rules else stands).append(finding)
    return stands, past


def record(
    common_dir: Path, past: Sequence[Finding], waiver: Waiver, *, hook: str, who: str, at: int
) -> None:
    """Writes down what was gone past. Error (refused): it cannot be written, and then nothing goes past."""
    entry = Entry(
        at=at,
        hook=hook,
        who=who,
        rules=tuple(sorted({finding.rule for finding in past})),
        reason=waiver.reason,
        what=tuple(dict.fromkeys(f"{finding.where}: {finding.message}" for finding in past)),
    )
    folder = common_dir / "relman"
    try:
        folder.mkdir(exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with os.fdopen(os.open(folder / LOG, flags, 0o666), "ab") as f:
            f.write(msgspec.json.encode(entry) + b"\n")
            f.flush()
            os.fsync(f.fileno())
    except OSError as e:
        raise RelmanError(
            Kind.REFUSED, f"going past a rule is written to {folder / LOG}, which failed", cause=str(e)
        ) from e
