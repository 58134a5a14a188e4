"""The ways in which findings are written; the command line names them long before it needs what writes them."""

from typing import Literal

Form = Literal["text", "github", "gitlab", "sarif"]
