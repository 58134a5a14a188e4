"""`relman hooks`: which hooks stand, and the plans that put relman's there and take them away again."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from relman.errors import Kind, RelmanError, usage
from relman.git.hook_folder import Found, HookFolder, hook_folder
from relman.git.repo import Repository
from relman.job.facts import Facts
from relman.model.count import newest_commits
from relman.model.hooks import (
    HOOKS,
    KEPT,
    USUAL,
    USUAL_BARE,
    Hook,
    Owner,
    is_ours,
    line_for_script,
    lines_for,
    script,
    wrote,
)
from relman.model.message import parse
from relman.plan.plan import Plan
from relman.plan.steps import EditFile

State = Literal["absent", "relman", "other", "link", "off"]
"""`off`: relman's, and not executable, so that git passes it over."""

_SAMPLE = 200
_CONVENTIONAL = 80
"""In per cent: with fewer conventional subjects a repository is free-form."""
_CONFIGS: dict[Owner, tuple[str, ...]] = {
    "pre-commit": (".pre-commit-config.yaml", ".pre-commit-config.yml"),
    "husky": (".husky",),
    "lefthook": tuple(f"{dot}lefthook.{end}" for dot in ("", ".") for end in ("yml", "yaml", "toml", "json")),
}


class Standing(Struct, frozen=True, kw_only=True):
    """One hook: whose it is, and whether one that was there before is kept and called."""

    hook: Hook
    state: State
    kept: bool


class Hooks(Struct, frozen=True, kw_only=True):
    """The hooks of a repository. `owner` is the manager that writes them, `evidence` how that is known."""

    folder: HookFolder
    bare: bool
    owner: Owner | None
    evidence: str
    all: tuple[Standing, ...]


def read_hooks(repo: Repository) -> Hooks:
    """Looks at the folder that git takes hooks from."""
    folder = hook_folder(repo)
    found = {hook: folder.read(hook) for hook in HOOKS}
    owner, evidence = _owner(repo, folder, found)
    return Hooks(
        folder=folder,
        bare=repo.work_tree is None,
        owner=owner,
        evidence=evidence,
        all=tuple(
            Standing(hook=hook, state=_state(found[hook]), kept=folder.read(hook + KEPT) is not None)
            for hook in HOOKS
        ),
    )


def install_plan(hooks: Hooks, wanted: Sequence[Hook], python: str, *, fills: bool = False) -> Plan:
    """Plans relman's hooks; one that is there already is kept beside it and called first.

    `fills`: the configuration wants messages begun by the branch's name, so that hook is one of the usual ones.

    Errors (refused): a manager owns the hooks, other repositories share the folder, or a hook is a symbolic
    link; each with the exact lines that make it call relman.
    """
    begins: tuple[Hook, ...] = ("prepare-commit-msg",) if fills else ()
    wanted = tuple(wanted) or (USUAL_BARE if hooks.bare else (*USUAL, *begins))
    _check_owner(hooks, wanted)
    steps: list[EditFile] = []
    for hook in wanted:
        steps += _put(hooks.folder, hook, script(hook, python))
    return Plan(operation="hooks", title=f"hooks install {' '.join(wanted)}", steps=tuple(steps))


def uninstall_plan(hooks: Hooks, wanted: Sequence[Hook]) -> Plan:
    """Plans the way back: what was there before stands again, byte for byte; only relman's own is taken away."""
    wanted = tuple(wanted) or HOOKS
    steps = tuple(step for hook in wanted for step in _take(hooks.folder, hook))
    return Plan(operation="hooks", title=f"hooks uninstall {' '.join(_names(steps))}", steps=steps)


def _names(steps: Sequence[EditFile]) -> list[str]:
    return [step.path for step in steps if not step.path.endswith(KEPT)]


def _state(found: Found | None) -> State:
    if found is None:
        return "absent"
    if found.link:
        return "link"
    if not is_ours(found.content):
        return "other"
    return "relman" if found.runs else "off"


def _owner(repo: Repository, folder: HookFolder, found: dict[Hook, Found | None]) -> tuple[Owner | None, str]:
    for hook, there in found.items():
        if there and not is_ours(there.content) and (owner := wrote(there.content)):
            return owner, f"it wrote {folder.path / hook}"
    if repo.work_tree is None:
        return None, ""
    for owner, names in _CONFIGS.items():
        for name in names:
            if (repo.work_tree / name).exists():
                return owner, f"{name} is here"
    return None, ""


def _check_owner(hooks: Hooks, wanted: Sequence[Hook]) -> None:
    if hooks.owner is not None:
        raise RelmanError(
            Kind.REFUSED,
            f"{hooks.owner} owns the hooks of this repository ({hooks.evidence}), and relman leaves them to it; "
            f"so that it calls relman, add to {lines_for(hooks.owner, wanted)}",
            hints=("relman hooks status",),
            facts={"owner": hooks.owner, "lines": lines_for(hooks.owner, wanted)},
        )
    if hooks.folder.shared:
        rows = "\n".join(f"{hooks.folder.path / hook}:\n{line_for_script(hook)}" for hook in wanted)
        own = f"git config --local core.hooksPath {shlex.quote(str(hooks.folder.path))}"
        raise RelmanError(
            Kind.REFUSED,
            f"core.hooksPath is a {hooks.folder.scope} setting: other repositories take their hooks from "
            f"{hooks.folder.path} too, and relman leaves it alone; so that those call relman, add to\n{rows}",
            hints=(f"{own}   (and then relman hooks install, if that folder is meant for relman)",),
        )


def _put(folder: HookFolder, hook: Hook, wanted: bytes) -> Iterator[EditFile]:
    there = folder.read(hook)
    at = str(folder.path)
    if there is None:
        yield EditFile(path=hook, before=None, after=wanted, folder=at)
    elif there.link:
        raise RelmanError(
            Kind.REFUSED,
            f"{folder.path / hook} is a symbolic link, and relman does not write through one; so that what it "
            f"leads to calls relman, add there, as the last line:\n{line_for_script(hook)}",
            hints=("relman hooks status",),
        )
    elif is_ours(there.content):
        if there.content != wanted or not there.runs:
            runs = there.mode | 0o111
            yield EditFile(
                path=hook,
                before=there.content,
                after=wanted,
                folder=at,
                mode_before=there.mode,
                mode_after=runs,
            )
    else:
        if folder.read(hook + KEPT) is not None:
            raise usage(
                f"{folder.path / hook} is not relman's, and there is a {hook + KEPT} beside it: something was "
                "put over relman's hook",
                f"move one of the two away, and then: relman hooks install {hook}",
            )
        yield EditFile(path=hook + KEPT, before=None, after=there.content, folder=at, mode_after=there.mode)
        yield EditFile(
            path=hook,
            before=there.content,
            after=wanted,
            folder=at,
            mode_before=there.mode,
            mode_after=there.mode | 0o111,
        )


def _take(folder: HookFolder, hook: Hook) -> Iterator[EditFile]:
    there, kept = folder.read(hook), folder.read(hook + KEPT)
    at = str(folder.path)
    if there is None or there.link or not is_ours(there.content):
        return
    if kept is None:
        yield EditFile(path=hook, before=there.content, after=None, folder=at, mode_before=there.mode)
        return
    yield EditFile(
        path=hook,
        before=there.content,
        after=kept.content,
        folder=at,
        mode_before=there.mode,
        mode_after=kept.mode,
    )
    yield EditFile(path=hook + KEPT, before=kept.content, after=None, folder=at, mode_before=kept.mode)


def is_in_work_tree(repo: Repository, folder: Path) -> bool:
    """Tells whether the team shares the folder by committing it."""
    top = repo.work_tree
    return top is not None and folder.is_relative_to(top) and not folder.is_relative_to(repo.common_dir)


def free_form(facts: Facts) -> str | None:
    """Says how few of the newest subjects are conventional, where that is under 80 %; else nothing."""
    tip = facts.refs.head.commit
    newest = newest_commits(facts.graph, tip, _SAMPLE) if tip else []
    good = sum(parse(commit.message).type is not None for commit in newest)
    if good * 100 >= len(newest) * _CONVENTIONAL:
        return None
    return f"{good} of the last {len(newest)} subjects are conventional"
