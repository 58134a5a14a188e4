"""The door: the commands, the global options, and the one place where errors become words and exit codes."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import relman
from relman.errors import Kind, RelmanError, usage

if TYPE_CHECKING:  # nothing heavy before the command is known
    from relman.cli.context import Call


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Runs relman and exits with the codes of DESIGN section 12."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):  # answered before typer is imported
        sys.stdout.write(f"relman {relman.__version__}\n")
        sys.exit(0)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a path that is no text, or an arrow in an old locale, must not end the command
            reconfigure(errors="replace")
    # A command lives for a second and leaves few cycles; looking for them costs it a fifth of that.
    gc.set_threshold(100_000, 50, 1000)
    sys.exit(run(words))


def run(
    argv: Sequence[str], *, checkpoint: Callable[[str], None] | None = None, redoes: str | None = None
) -> int:
    """Runs one command line in this process and gives its exit code; can be called again and again.

    `checkpoint` is called after every single write. `redoes` is the aborted operation that this call repeats.
    """
    from relman.cli.argv import globals_first
    from relman.cli.context import Call

    front, rest = globals_first(argv)
    again = partial(run, checkpoint=checkpoint)
    call = Call(argv=("relman", *argv), checkpoint=checkpoint, redoes=redoes, again=again)
    try:
        code = _run(front, rest, call)
        sys.stdout.flush()  # a pipe that nobody reads is found out here, not by the interpreter at its end
    except BrokenPipeError:
        return _unheard()
    except SystemExit as end:  # rich ends the process itself when its pipe breaks
        if isinstance(end.__context__, BrokenPipeError):
            return _unheard()
        raise
    return code


def _run(front: list[str], rest: list[str], call: "Call") -> int:
    """One command, its errors told."""
    from typer import exceptions as said

    from relman.cli.commands import command

    json = "--json" in front
    try:
        result = command().main([*front, *rest], prog_name="relman", standalone_mode=False, obj=call)
    except RelmanError as error:
        return _report(error, json=json)
    except said.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, said.Abort):
        return _interrupted(json=json)
    except said.TyperException as error:
        where = getattr(error, "ctx", None)
        if not rest and not json and where is not None:
            sys.stderr.write(f"{where.get_help()}\n")
            return Kind.USAGE
        return _report(_wrong_words(error), json=json)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  the boundary: a bug must not look like an answer
        return _bug(error, json=json)
    sys.stdout.writelines(call.documents)
    if result == Kind.INTERRUPTED:  # typer makes a plain exit of Ctrl-C
        return _interrupted(json=json)
    return result if isinstance(result, int) else 0


def _unheard() -> int:
    """Nobody reads what is printed: the flush at the end goes nowhere, and the code is a pipe's."""
    with contextlib.suppress(OSError, ValueError):  # a stream without a descriptor has no such flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _wrong_words(error: Exception) -> RelmanError:
    from relman.cli.argv import OTHER_TOOLS

    message = _message(error)
    wrong = next((w for w in OTHER_TOOLS if f"No such command '{w}'" in message), None)
    if wrong is None:
        return usage(message, _help_for(error))
    here = (f"relman {words}" for words in OTHER_TOOLS[wrong])
    return usage(f"relman has no command {wrong!r}; what it does is here:", *here)


def _message(error: Exception) -> str:
    """The words of a wrong command line; the parser's own class for it has no public name."""
    words = getattr(error, "format_message", None)
    return str(words() if callable(words) else error).rstrip(".")


def _help_for(error: object) -> str:
    path = getattr(getattr(error, "ctx", None), "command_path", "relman")
    return f"{path} --help"


def _interrupted(*, json: bool) -> int:
    if not json:
        sys.stderr.write("\n")
    return _report(RelmanError(Kind.INTERRUPTED, "interrupted; nothing was moved"), json=json)


def _report(error: RelmanError, *, json: bool) -> int:
    from relman.render.words import printable_lines

    if json:
        from relman.render.data import document, json_text

        kind = error.kind.name.lower()
        said = {"kind": kind, "message": error.message, "cause": error.cause, "hints": error.hints}
        told = document("relman/error/v1", **said, exit_code=int(error.kind)) | error.facts
        sys.stdout.write(json_text(told) + "\n")
        return int(error.kind)
    lines = [("error", error.message), ("cause", error.cause), *(("hint", hint) for hint in error.hints)]
    for heading, words in lines:
        if words:
            # What goes over several lines stays below its heading.
            shown = "\n       ".join(line for line in printable_lines(words).split("\n") if line.strip())
            sys.stderr.write(f"{heading + ':':<6} {shown}\n")
    return int(error.kind)


def _bug(error: Exception, *, json: bool) -> int:
    import traceback

    trace = "".join(traceback.format_exception(error)[-12:])
    return _report(
        RelmanError(
            Kind.INTERNAL,
            f"this is a bug in relman {relman.__version__}: {type(error).__name__}: {error}",
            cause=trace.strip(),
            hints=("relman log",),
        ),
        json=json,
    )
