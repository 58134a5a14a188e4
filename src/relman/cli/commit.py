"""`relman commit`: a well-formed message, asked for or by flags; git itself commits."""

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.errors import Kind, RelmanError, usage

if TYPE_CHECKING:
    from relman.job.compose import Usual
    from relman.model.message_compose import Parts


def commit(
    context: typer.Context,
    description: Annotated[
        str | None, typer.Argument(help="What the commit does, in a few words.", metavar="[DESCRIPTION]")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--type", "-t", help="feat, fix, docs, ...", metavar="TYPE")
    ] = None,
    scope: Annotated[str | None, typer.Option(help="What part it is about.", metavar="SCOPE")] = None,
    body: Annotated[str | None, typer.Option(help="Why; long lines are wrapped.", metavar="TEXT")] = None,
    breaking: Annotated[
        str | None, typer.Option(help="It breaks something: what, and what to do.", metavar="TEXT")
    ] = None,
    issue: Annotated[list[str] | None, typer.Option(help="An issue that it is about.", metavar="KEY")] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="Every tracked file that changed.")] = False,
    amend: Annotated[bool, typer.Option("--amend", help="Instead of the newest commit.")] = False,
    signoff: Annotated[bool, typer.Option("--signoff", help="Add a Signed-off-by line.")] = False,
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Only print the message.")] = False,
) -> int:
    """Commit what is staged, with a message in order. What is not given is asked for; hooks run as git runs them.

    Examples: relman commit · relman commit -t fix "count every piece" ·
    relman commit -t feat --scope cart --breaking "prices are net" --issue PAY-12 "show the tax"
    """
    from relman.git.commit import commit as git_commit
    from relman.job.compose import check_committable, check_message, usual
    from relman.model.finding import failed
    from relman.model.message_compose import Parts, compose
    from relman.render.findings import findings_text
    from relman.render.words import printable, printable_lines

    here: Context = context.obj
    facts = here.facts
    if not (dry_run or every or amend):
        check_committable(facts)
    known = usual(facts)
    given = Parts(
        type=kind or "",
        scope=scope,
        description=description or "",
        body=body or "",
        breaking=breaking,
        issues=tuple(issue or ()),
    )
    text = compose(_asked(here, given, known) if here.asks else _completed(given, known))
    found = check_message(facts, text)
    if found.findings:
        here.hint(findings_text([found], "text"))
    if failed([found]):
        raise RelmanError(Kind.FINDINGS, "the message is not in order; nothing was committed", hints=(_HELP,))
    made = None
    if not dry_run:
        switches = (("--all", every), ("--amend", amend), ("--signoff", signoff))
        made = git_commit(here.options.start, text, [option for option, on in switches if on])
        if made is None:
            raise RelmanError(
                Kind.REFUSED,
                "git did not commit; what it said stands above",
                hints=(f"git commit -e -F {quote(str(facts.repo.git_dir / 'COMMIT_EDITMSG'))}", "git status"),
            )
    here.document(_document(made, text))
    if not here.json:
        here.plain(
            printable_lines(text.rstrip("\n"))
            if made is None
            else f"{made[:7]} {printable(text.splitlines()[0])}"
        )
    return 0


_HELP = "relman commit --help"


def _document(made: str | None, text: str) -> dict[str, object]:
    """`relman/commit/v1`; `commit` is null in a dry run."""
    from relman.render.data import document

    return document("relman/commit/v1", commit=made, message=text)


def _completed(given: "Parts", known: "Usual") -> "Parts":
    """Without a terminal: the branch's name may say the type; everything else must be given."""
    from msgspec.structs import replace

    kind = given.type or known.branch.type
    lacking = [
        word for word, there in (("--type TYPE", kind), ("DESCRIPTION", given.description)) if not there
    ]
    if lacking or not kind:
        raise usage(
            f"there is no terminal to ask on; missing: {', '.join(lacking)}",
            'relman commit --type fix "count every piece"',
        )
    return replace(given, type=kind)


def _asked(here: Context, given: "Parts", known: "Usual") -> "Parts":
    """Asks a person for what is not given; an empty answer takes what stands in brackets, or nothing."""
    from relman.job.compose import ABOUT
    from relman.model.message_compose import Parts

    kind = given.type
    if not kind:
        here.hint(
            *(f"  {number:>2}  {name:<10}{ABOUT.get(name, '')}" for number, name in enumerate(known.types, 1))
        )
        kind = _chosen(_ask(here, "type", known.branch.type or ""), known.types)
    scope = given.scope
    if scope is None:
        usual = known.scopes.get(kind, ())
        if usual:
            here.hint("      " + ", ".join(usual))
        scope = _chosen(_ask(here, "scope, if any", known.branch.scope or ""), usual)
    description = given.description or _ask(here, "what it does", "")
    if not description:
        raise RelmanError(Kind.INTERRUPTED, "no words, no commit")
    body = given.body or _ask(here, "why, if it is not plain", "")
    breaking = (
        given.breaking
        if given.breaking is not None
        else (_ask(here, "what it breaks, if anything", "") or None)
    )
    issues = given.issues or tuple(
        _ask(here, "issues, if any", known.branch.issue or "").replace(",", " ").split()
    )
    return Parts(
        type=kind, scope=scope or None, description=description, body=body, breaking=breaking, issues=issues
    )


def _ask(here: Context, what: str, usual: str) -> str:
    from relman.render.words import printable

    shown = f" [{printable(usual)}]" if usual else ""
    here.err.print(f"{what}{shown}: ", end="")
    return here.answer() or usual


def _chosen(answer: str, names: tuple[str, ...]) -> str:
    """A number of the list is its name; anything else is meant as it is."""
    return names[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(names) else answer
