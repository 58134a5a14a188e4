"""From a file of another tool to relman's settings: reads it, finds the tool, and carries over what it can."""

from typing import assert_never

from relman.config.from_commitizen import Read, from_commitizen
from relman.config.from_commitlint import from_commitlint
from relman.config.from_git_cliff import from_git_cliff
from relman.config.from_semantic_release import from_python_semantic_release, from_semantic_release
from relman.config.neighbour import Carry, Table, Tool, find_tools


def carry_over(name: str, data: bytes, read: Read) -> Carry:
    """Gives what a file says in relman's terms, and what is left. Error (usage): no file that can be read.

    `read` gives the bytes of a file of the repository, None for what is no file.
    """
    carry = Carry(name)
    for tool, values in find_tools(name, data):
        _carry(tool, values, carry, read)
    return carry


def _carry(tool: Tool, values: Table, carry: Carry, read: Read) -> None:
    match tool:
        case "commitlint":
            from_commitlint(values, carry)
        case "commitizen":
            from_commitizen(values, carry, read)
        case "semantic-release":
            from_semantic_release(values, carry)
        case "python-semantic-release":
            from_python_semantic_release(values, carry, read)
        case "git-cliff":
            from_git_cliff(values, carry)
        case _ as never:
            assert_never(never)
