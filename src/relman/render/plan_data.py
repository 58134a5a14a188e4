"""Plans and outcomes as JSON: `relman/plan/v1` and `relman/outcome/v1` (CLI.md)."""

from collections.abc import Sequence
from typing import assert_never

from relman.model.shared import Deployment, Entry, Withdrawal
from relman.plan.outcome import Outcome
from relman.plan.plan import Pick, Sealed, TargetPlan, Wait
from relman.render.data import document


def plan_document(sealed: Sealed) -> dict[str, object]:
    """A dry run. `id` is null: an operation has one only when it is carried out."""
    return document("relman/plan/v1", **_shared(sealed, None), provisional=sealed.provisional)


def outcome_document(
    sealed: Sealed, outcome: Outcome, pages: Sequence[tuple[str, Sequence[str]]] = ()
) -> dict[str, object]:
    """What a real run did. `pages` are tags with the forge's command for the release page, notes on stdin."""
    told = _shared(sealed, outcome.id)
    told["pushes"] = [
        {
            "remote": p.remote,
            "refs": [{"ref": m.ref, "old": m.old, "new": m.new} for m in p.moves],
            "result": p.result,
            "reason": p.reason,
        }
        for p in outcome.pushes
    ]
    checkouts = [{"path": c.path, "ref": c.ref, "new": c.new} for c in outcome.checkouts]
    told["checkouts"], told["left"] = checkouts, list(outcome.left)
    return document(
        "relman/outcome/v1", **told, pages=[{"tag": tag, "command": list(command)} for tag, command in pages]
    )


def _shared(sealed: Sealed, identifier: str | None) -> dict[str, object]:
    plan = sealed.plan
    return {
        "operation": plan.operation,
        "id": identifier,
        "hash": sealed.hash,
        "title": plan.title,
        "production": plan.production,
        "targets": [_target(sealed, target) for target in plan.targets],
        "moves": [{"ref": m.ref, "old": m.old, "new": sealed.id_of(m.new)} for m in plan.moves()],
        "expects": [{"ref": e.ref, "value": e.value} for e in plan.expects],
        "debts": [
            {"commit": d.commit, "subject": d.subject, "missing_on": list(d.missing_on), "settle": d.settle}
            for d in plan.debts
        ],
        "warnings": [{"message": w.message, "rule": w.rule, "hint": w.hint} for w in plan.warnings],
        "assumptions": list(plan.assumptions),
        "proofs": [{"tag": p.tag, "statements": list(p.statements)} for p in plan.proofs],
        "overrides": [{"rule": o.rule, "reason": o.reason} for o in plan.overrides],
        "afterwards": list(plan.afterwards),
        "feature": plan.feature
        and {
            "name": plan.feature.name,
            "commits": list(plan.feature.commits),
            "before": plan.feature.before,
            "after": plan.feature.after,
        },
        "records": [_entry(entry) for entry in plan.records],
        "files": [f.path for f in plan.files()],
        "waits": [_wait(sealed, wait) for wait in plan.pause.waits] if plan.pause else [],
        "pushes": [
            {
                "remote": p.remote,
                "refs": [{"ref": m.ref, "old": m.expect, "new": sealed.id_of(m.new)} for m in p.moves],
                "result": None,
                "reason": "",
            }
            for p in plan.pushes()
        ],
    }


def _entry(entry: Entry) -> dict[str, object]:
    match entry:
        case Deployment(environment=name, version=version, open=is_open):
            return {"kind": "deployment", "environment": name, "version": version, "open": is_open}
        case Withdrawal(version=version, reason=reason, withdrawn=is_withdrawn):
            return {"kind": "withdrawal", "version": version, "reason": reason, "withdrawn": is_withdrawn}
        case _:
            assert_never(entry)


def _wait(sealed: Sealed, wait: Wait) -> dict[str, object]:
    return {
        "line": wait.line,
        "place": wait.place,
        "onto": sealed.id_of(wait.onto),
        "todo": wait.todo.commit if wait.todo else None,
        "branch": wait.branch,
        "merges": sealed.id_of(wait.merges),
        "resume": f"relman resume {wait.line}",
    }


def _target(sealed: Sealed, target: TargetPlan) -> dict[str, object]:
    return {
        "line": target.line,
        "base": {"name": target.base.name, "commit": target.base.commit},
        "branch": target.branch,
        "version": target.version,
        "tag": target.tag,
        "tip": sealed.id_of(target.tip),
        "ships": list(target.ships),
        "notes": target.notes,
        "picks": [_pick(sealed, pick) for pick in target.picks],
    }


def _pick(sealed: Sealed, pick: Pick) -> dict[str, object]:
    return {
        "source": pick.source,
        "from": pick.picked,
        "subject": pick.subject,
        "rung": pick.rung,
        "mainline": pick.mainline,
        "reverts": pick.reverts,
        "tree": pick.tree,
        "commit": sealed.id_of(pick.commit),
        "affected": pick.affected,
        "conflicts": [
            {
                "path": c.path,
                "kind": c.kind,
                "message": c.message,
                "hunks": [
                    {"line": h.line, "ours": h.ours, "base": h.base, "theirs": h.theirs} for h in c.hunks
                ],
                "causes": list(c.causes),
            }
            for c in pick.conflicts
        ],
        "prerequisites": list(pick.prerequisites),
        "evidence": list(pick.evidence),
    }
