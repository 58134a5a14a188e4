"""`relman log`: operations, newest first, and the evidence of one."""

from typing import Annotated

import typer

from relman.cli.context import Context


def log(
    context: typer.Context,
    show: Annotated[
        str | None, typer.Option(help="All that is known of one operation.", metavar="OP")
    ] = None,
) -> int:
    """List what relman did here, newest first.

    Examples: relman log · relman log --show 1a2b · relman log --json
    """
    from relman.job.log import read_log, read_operation
    from relman.render.log import log_document, log_page, operation_page

    here: Context = context.obj
    start = here.options.start
    if show is not None:
        one = read_operation(start, show)
        here.document(log_document([one], []))
        here.say(*operation_page(one, offset=here.offset))
        return 0
    operations, unreadable = read_log(start)
    here.document(log_document(operations, unreadable))
    here.say(*log_page(operations, offset=here.offset))
    here.hint(*(f"warning: {sentence}" for sentence in unreadable))
    if not operations:
        here.hint("relman did nothing in this repository yet")
    return 0
