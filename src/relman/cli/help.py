"""How `--help` looks: commands in their groups, and examples one to a line, in plain text."""

import inspect
from typing import Any

from typer.core import TyperCommand, TyperGroup

EXAMPLES = "Examples:"
"""What a command's docstring puts before its examples, which ` · ` and line ends part."""


def split_examples(help_text: str) -> tuple[str, tuple[str, ...]]:
    """Parts what a command says about itself from its examples."""
    words, _, rest = inspect.cleandoc(help_text).partition(EXAMPLES)
    lines = (part.strip() for line in rest.splitlines() for part in line.split(" · "))
    return " ".join(words.split()), tuple(line for line in lines if line)


class OneCommand(TyperCommand):
    """A command whose examples stand on lines of their own: wrapped, they could not be pasted."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002  typer exports neither class
        """Writes what the command does, then its examples."""
        words, examples = split_examples(self.help or "")
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(words)
        if examples:
            with formatter.section("Examples"):
                for example in examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class Groups(TyperGroup):
    """The list of commands under the headings that they were registered with."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  typer exports neither class
        """Writes nothing: the commands stand above the options."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  typer exports neither class
        """Writes what relman is, then each group under its heading, in the order of registration."""
        super().format_help_text(ctx, formatter)
        groups: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            one = self.commands[name]
            if not one.hidden:
                panel = getattr(one, "rich_help_panel", None) or "Commands"
                groups.setdefault(panel, []).append((name, split_examples(one.help or "")[0]))
        width = max((len(name) for rows in groups.values() for name, _ in rows), default=0)
        for heading, rows in groups.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{name:<{width}}", words) for name, words in rows])
