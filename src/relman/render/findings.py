"""Findings of a check: rows for people, the JSON document, and what GitHub, GitLab and SARIF readers take."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import assert_never

import relman
from relman.model.baseline import Sifted
from relman.model.finding import Check, Finding, failed
from relman.render.data import document, json_text
from relman.render.form import Form
from relman.render.words import counted, listed, printable

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}
_LEVEL = 7
"""How wide the column of levels is."""


def check_document(checks: Sequence[Check], sifted: Sifted | None = None) -> dict[str, object]:
    """`relman/check/v1`."""
    return document(
        "relman/check/v1",
        checked=[check.what for check in checks],
        ok=not failed(checks),
        findings=[
            {
                "rule": f.rule,
                "level": f.level,
                "where": f.where,
                "message": f.message,
                "hint": f.hint,
                "commit": f.commit,
                "path": f.path,
                "line": f.line,
            }
            for f in _all(checks)
        ],
        known=sifted.known if sifted else 0,
        gone=list(sifted.gone) if sifted else [],
        says=[sentence for check in checks for sentence in check.says],
    )


def baseline_document(path: str, count: int, *, written: bool) -> dict[str, object]:
    """`relman/baseline/v1`."""
    return document("relman/baseline/v1", path=path, findings=count, written=written)


def findings_text(checks: Sequence[Check], form: Form) -> str:
    """All findings in one form, safe to print, without the last newline; no line where there is nothing to say."""
    match form:
        case "text":
            return "\n".join(_rows(checks))
        case "github":
            return "\n".join(_github(finding) for finding in _all(checks))
        case "gitlab":
            return json_text([_gitlab(finding) for finding in _all(checks)])
        case "sarif":
            return json_text(_sarif(_all(checks)))
        case _ as never:
            assert_never(never)


def summary(checks: Sequence[Check], sifted: Sifted | None = None) -> str:
    """One sentence: what was looked at, how much was found, and what a baseline has to do with it."""
    what = listed([printable(check.what) for check in checks])
    found = _all(checks)
    levels = Counter(finding.level for finding in found)
    words = [counted(levels["error"], "error"), counted(levels["warning"], "warning")] if found else []
    if levels["note"]:
        words.append(counted(levels["note"], "note"))
    if sifted and sifted.known:
        words.append(f"{sifted.known:,} known from the baseline")
    if sifted and sifted.gone:
        words.append(f"{counted(len(sifted.gone), 'line')} of the baseline not found any more")
    nothing = [] if found else ["nothing found"]
    sure = "".join(f"\n{printable(sentence)}" for check in checks for sentence in check.says)
    return f"checked {what}: {', '.join((*nothing, *words))}{sure}"


def _all(checks: Sequence[Check]) -> list[Finding]:
    return [finding for check in checks for finding in check.findings]


def _rows(checks: Sequence[Check]) -> Iterator[str]:
    for where, found in groupby(_all(checks), key=lambda finding: finding.where):
        yield printable(where)
        for finding in found:
            yield f"  {finding.level:<{_LEVEL}}  {_place(finding)}{printable(finding.message)} [{finding.rule}]"
            if finding.hint:
                yield f"  {'':<{_LEVEL}}  {printable(finding.hint)}"


def _place(finding: Finding) -> str:
    if finding.line is None:
        return f"{printable(finding.path)}: " if finding.path else ""
    return f"{printable(finding.path)}:{finding.line}: " if finding.path else f"line {finding.line}: "


def _sentence(finding: Finding) -> str:
    hint = f" ({printable(finding.hint)})" if finding.hint else ""
    line = f", line {finding.line}" if finding.line and not finding.path else ""
    return f"{printable(finding.where)}{line}: {printable(finding.message)}{hint}"


def _github(finding: Finding) -> str:
    """A workflow command; what it holds cannot begin another one.

    Source: GitHub's toolkit, which escapes values so; "##[" is the runner's older form, found anywhere in a line.
    """
    values = {"title": f"relman: {finding.rule}"}
    if finding.path:
        values = {"file": finding.path, **({"line": str(finding.line)} if finding.line else {}), **values}
    named = ",".join(f"{key}={_escaped(value, ',:')}" for key, value in values.items())
    level = "notice" if finding.level == "note" else finding.level
    return f"::{level} {named}::{_escaped(_sentence(finding))}"


def _escaped(text: str, more: str = "") -> str:
    safe = printable(text).replace("%", "%25").replace("##[", "## [")
    for char in more:
        safe = safe.replace(char, f"%{ord(char):02X}")
    return safe


def _gitlab(finding: Finding) -> dict[str, object]:
    """One entry of a code quality report; it wants a path, so a commit's or a branch's name stands in for it."""
    print_ = "\0".join((finding.rule, finding.where, finding.message, str(finding.line)))
    return {
        "description": _sentence(finding),
        "check_name": finding.rule,
        "fingerprint": hashlib.sha256(print_.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": _SEVERITIES[finding.level],
        "location": {
            "path": finding.path or printable(finding.where),
            "lines": {"begin": finding.line or 1},
        },
    }


def _sarif(found: Sequence[Finding]) -> dict[str, object]:
    rules = [{"id": rule} for rule in dict.fromkeys(finding.rule for finding in found)]
    driver = {"name": "relman", "version": relman.__version__, "rules": rules}
    results = [
        {
            "ruleId": finding.rule,
            "level": finding.level,
            "message": {"text": _sentence(finding)},
            "locations": [_location(finding)],
        }
        for finding in found
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _location(finding: Finding) -> dict[str, object]:
    if finding.path is None:
        return {"logicalLocations": [{"fullyQualifiedName": printable(finding.where)}]}
    region = {"region": {"startLine": finding.line}} if finding.line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": finding.path}, **region}}
