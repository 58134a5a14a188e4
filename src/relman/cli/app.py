"""The door: the commands, the global options, and the one place where errors become words and exit codes."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import relman


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Runs relman and exits with the codes of DESIGN section 12."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):  # answered before typer is imported
        sys.stdout.write(f"relman {relman.__version__}\n")
        sys.exit(0)
    sys.exit(run(words))


def run(argv: Sequence[str]) -> int:
    """Runs one command line in this process and gives its exit code; can be called again and again."""
    from typer import exceptions as said

    from relman.cli.argv import OTHER_TOOLS, globals_first
    from relman.cli.commands import command
    from relman.errors import Kind, RelmanError

    words = globals_first(argv)
    json = "--json" in words[: _until_command(words)]
    try:
        result = command().main(words, prog_name="relman", standalone_mode=False)
    except RelmanError as error:
        return _report(error, json=json)
    except said.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, said.Abort):
        sys.stderr.write("interrupted\n")
        return Kind.INTERRUPTED
    except said.TyperException as error:
        message = _message(error)
        wrong = next((w for w in OTHER_TOOLS if f"'{w}'" in message), None)
        hints = (f"relman {OTHER_TOOLS[wrong]}",) if wrong else (_help_for(error),)
        return _report(RelmanError(Kind.USAGE, message, hints=hints), json=json)
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # nobody listens; the flush at exit goes there
        return 128 + signal.SIGPIPE
    except Exception as error:  # noqa: BLE001  the boundary: a bug must not look like an answer
        return _bug(error, json=json)
    return result if isinstance(result, int) else 0


def _until_command(words: Sequence[str]) -> int:
    return next(
        (i for i, w in enumerate(words) if not w.startswith("-") and words[i - 1 : i] != ["-C"]), len(words)
    )


def _message(error: Exception) -> str:
    """The words of a wrong command line; the parser's own class for it has no public name."""
    words = getattr(error, "format_message", None)
    return str(words() if callable(words) else error).rstrip(".")


def _help_for(error: object) -> str:
    path = getattr(getattr(error, "ctx", None), "command_path", "relman")
    return f"{path} --help"


def _report(error: "relman.errors.RelmanError", *, json: bool) -> int:
    import msgspec

    from relman.render.words import printable_lines

    kind = error.kind.name.lower()
    if json:
        said = {"kind": kind, "message": error.message, "cause": error.cause, "hints": error.hints}
        document = {
            "schema": "relman/error/v1",
            "package": None,
            **said,
            "exit_code": int(error.kind),
            **error.facts,
        }
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
        return int(error.kind)
    lines = [f"error: {error.message}"]
    if error.cause:
        lines.append(f"cause: {error.cause}")
    lines += [f"hint:  {hint}" for hint in error.hints]
    sys.stderr.write("\n".join(printable_lines(line) for line in lines) + "\n")
    return int(error.kind)


def _bug(error: Exception, *, json: bool) -> int:
    import traceback

    from relman.errors import Kind, RelmanError

    trace = "".join(traceback.format_exception(error)[-12:])
    return _report(
        RelmanError(
            Kind.INTERNAL,
            f"this is a bug in relman {relman.__version__}: {type(error).__name__}: {error}",
            cause=trace.strip(),
            hints=("relman log", "relman resume, where an operation is open"),
        ),
        json=json,
    )
