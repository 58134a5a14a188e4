"""The history's part of `relman check`: the clock and the cache folder, and the baseline file."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from relman.cli.context import Context, cache_folder
from relman.errors import RelmanError, usage

if TYPE_CHECKING:
    from relman.model.finding import Check
    from relman.run.recall import Recall

_USUAL = "relman-baseline.txt"
_LIMIT = 1 << 26
"""The largest baseline that is read, in bytes."""


def recall(here: Context) -> "Recall":
    """What earlier runs read of this repository's commits."""
    import relman
    from relman.run.recall import Recall

    return Recall(here.facts.repo, here.facts.graph, cache_folder(here.environ), relman.__version__)


def look_back(here: Context, lines: list[str]) -> "Check":
    """Holds the history against the strategy."""
    from relman.job.history_check import check_history

    named = [name for text in lines for name in text.split(",") if name]
    with here.progress("reading the history") as told:
        return check_history(here.facts, recall(here), lines=named, now=here.now, told=told)


def known_findings(here: Context, given: Path | None) -> frozenset[str]:
    """The lines of the baseline: the given file, else the configured one, which may be missing in no case."""
    from relman.model.baseline import read

    if given is not None:
        return read(_text(given), str(given))
    configured = here.facts.config.check.baseline
    if configured is None:
        return frozenset()
    return read(_configured(here, configured), configured)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
    except OSError as error:
        hint = "relman check --history --write-baseline"
        raise usage(f"{file} cannot be read", hint, cause=error.strerror or str(error)) from error
    if len(data) > _LIMIT:
        raise usage(f"a baseline of more than {_LIMIT} bytes is none", "relman check --history")
    return data.decode("utf-8", "replace")


def _configured(here: Context, path: str) -> str:
    """The file in the work tree, never through a link out of it; in a bare repository the one on trunk."""
    from relman.edit.safe_path import safe_path
    from relman.git.trees import blob

    tree = here.facts.repo.work_tree
    if tree is None:
        data = blob(here.facts.repo, here.facts.trunk.commit, safe_path(path))
        if data is None:
            raise usage(f"{path} is not on {here.facts.trunk_name}", "relman check --history --baseline FILE")
        return data.decode("utf-8", "replace")
    file = (tree / safe_path(path)).resolve()
    if not file.is_relative_to(tree.resolve()):
        raise usage(f"{path} leads out of the repository", "relman check --history --baseline FILE")
    return _text(file)


def record_baseline(here: Context, checked: "Check", given: Path | None) -> int:
    """Writes every finding to the baseline, as an operation that undo takes back."""
    from relman.cli.init import write_plan
    from relman.model.baseline import write
    from relman.plan.plan import Plan
    from relman.plan.steps import EditFile
    from relman.render.findings import baseline_document

    path = _inside(here, given)
    tree = here.facts.repo.work_tree or Path()
    try:
        before = (tree / path).read_bytes() if (tree / path).exists() else None
    except OSError as error:
        raise usage(f"{path} cannot be read", cause=error.strerror or str(error)) from error
    after = write(checked.findings).encode()
    count = len(checked.findings)
    if before != after:
        step = EditFile(path=path, before=before, after=after)
        write_plan(here, here.facts, Plan(operation="baseline", title=f"baseline {path}", steps=(step,)))
    here.document(baseline_document(path, count, written=before != after))
    here.say(
        f"{path} holds {count:,} findings" + ("" if before != after else " already; nothing was changed")
    )
    if here.facts.config.check.baseline is None and given is None:
        here.hint(f'in relman.toml, below [check]:  baseline = "{path}"')
    return 0


def _inside(here: Context, given: Path | None) -> str:
    """The baseline's path below the root of the work tree."""
    from relman.edit.safe_path import safe_path

    tree = here.facts.repo.work_tree
    if tree is None:
        raise usage(
            "this is a bare repository; a baseline is a file that is committed",
            f"git clone {shlex.quote(str(here.facts.repo.common_dir))} DIR",
        )
    if given is None:
        return safe_path(here.facts.config.check.baseline or _USUAL)
    try:
        return safe_path(given.resolve().relative_to(tree.resolve()).as_posix())
    except (ValueError, RelmanError) as error:
        raise usage(
            f"{given} is not in this repository",
            f"relman check --history --write-baseline --baseline {_USUAL}",
        ) from error
