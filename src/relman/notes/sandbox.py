"""Templates that come with a repository, run as data: no way into Python, and bounded work and output.

jinja2's sandbox stops a template from reaching Python's internals. It does not stop `"x" * 10 ** 10` or loops
in loops, so everything that can grow or repeat is counted here: expressions as they are printed, rounds of a
loop, calls, filters, and the operators that make long values.
"""
# ruff: noqa: ANN401  (a template's values may be anything, and jinja2's hooks say so)

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, wraps
from itertools import islice
from types import CodeType, TracebackType
from typing import Any, NoReturn, cast

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from relman.errors import RelmanError, usage
from relman.notes.bounds import (
    VALUE_LIMIT,
    check_length,
    check_operands,
    flat,
    indent,
    replace,
    scalar,
    weight,
)
from relman.notes.text import one_line

SOURCE_LIMIT = 64 * 1024
"""Characters of a template."""
WORK_LIMIT = 32 * 1024 * 1024
"""Characters printed, on the way and at last; more where there is more to print."""
WORK_PER_ITEM = 512
"""Characters allowed besides for each value in the variables."""
STEP = 128
"""What a round of a loop, a call or a filter counts for, since it takes time though it prints nothing."""
RANGE_LIMIT = 10_000

_OF_TEXT = (
    *("capitalize", "lower", "title", "upper", "string", "trim", "truncate", "wordcount"),
    *("e", "escape", "safe", "urlencode"),
)
_FILTERS = (
    *("abs", "float", "int", "max", "min", "count", "length", "tojson"),
    *(
        "d",
        "default",
        "dictsort",
        "first",
        "groupby",
        "items",
        "last",
        "list",
        "map",
        "reverse",
        "sort",
        "unique",
    ),
    *("reject", "rejectattr", "select", "selectattr"),
)
_OF_DICTS = frozenset({"items", "keys", "values", "get"})
_SIZED = (str, list, tuple, dict)
_NOT_HERE = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


def render(source: str, name: str, variables: Mapping[str, object]) -> str:
    """Renders a template; any failure is a `RelmanError` of usage that names the template and the line."""
    shown = one_line(name)
    if len(source) > SOURCE_LIMIT:
        raise usage(f"the template {shown} is longer than {SOURCE_LIMIT} characters")
    environment = _Bounded(WORK_LIMIT + WORK_PER_ITEM * _items(variables))
    try:
        code = _compiled(source, name)
        template = environment.template_class.from_code(environment, code, dict(environment.globals))
        text = template.render(variables)
    except Exception as error:  # a stranger's template can fail in any way, and none of them is our bug
        raise _failure(error, name, shown) from error
    return text


@lru_cache(maxsize=4)
def _compiled(source: str, name: str) -> CodeType:
    """The code of a template; it holds nothing of the environment, so hundreds of releases share it."""
    environment = _Bounded(WORK_LIMIT)
    tree = _Counted(environment).visit(environment.parse(source, name=name, filename=name))
    return environment.compile(tree, name=name, filename=name)


def _failure(error: Exception, name: str, shown: str) -> RelmanError:
    line = error.lineno if isinstance(error, TemplateSyntaxError) else _line(error.__traceback__, name)
    where = f"{shown}, line {line}" if line else shown
    if isinstance(error, RecursionError):
        said = "it is nested too deeply, or calls itself without end"
    else:
        words = error.message if isinstance(error, TemplateError) else str(error)
        said = one_line(words or "") or type(error).__name__
    return usage(f"the template {where}: {said}", "relman changelog --context")


def _line(traceback: TracebackType | None, name: str) -> int | None:
    """The template's line; jinja2 writes it into the traceback."""
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == name:
            found = traceback.tb_lineno
        traceback = traceback.tb_next
    return found


class _Bounded(ImmutableSandboxedEnvironment):
    """A sandbox for one rendering."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, limit: int) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
            finalize=self._printed,
            optimized=False,
            autoescape=False,
            cache_size=0,
        )
        self._left = limit
        self.globals = {"range": self._range, "namespace": Namespace}
        bounded = {key: self._filter(self.filters[key]) for key in _FILTERS}
        bounded |= {key: self._filter(self.filters[key], texts=True) for key in _OF_TEXT}
        self.filters = bounded | {
            "join": self._filter(self._join),
            "replace": self._filter(replace, texts=True),
            "indent": self._filter(indent, texts=True),
            _CONCAT: self._concat,
            _ROUNDS: self._rounds,
            _FLAT: flat,
        }

    def charge(self, amount: int) -> None:
        """Counts work, and stops at the limit."""
        self._left -= amount
        if self._left < 0:
            raise SecurityError("it does too much; loops and texts are bounded")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Lets no method of a plain value be called: `"".format` and its like make texts of any length."""
        if isinstance(obj, dict):
            return attr in _OF_DICTS
        if isinstance(obj, (str, bytes, int, float, list, tuple)):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Gives no bounded-by-nobody `str.format` in the place of the one that is refused."""

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Counts calls and the length of what they give."""
        self.charge(4 * STEP)
        return self._sized(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuses the operators where the result would be enormous, before it is made."""
        check_operands(operator, left, right)
        return self._sized(super().call_binop(context, operator, left, right))

    @property
    def _printed(self) -> Callable[[Context, object], object]:
        @pass_context
        def printed(_: Context, value: object) -> object:
            if value is None:
                return ""
            text = str(scalar(value))
            self.charge(len(text))
            return text

        return printed

    def _sized(self, value: Any) -> Any:
        if isinstance(value, (str, list, tuple)):
            self.charge(len(value))
            check_length(len(value))
        return value

    def _filter(self, function: Callable[..., Any], *, texts: bool = False) -> Callable[..., Any]:
        @wraps(function)  # keeps jinja2's mark of filters that want the context
        def bounded(*args: Any, **kwargs: Any) -> Any:
            sized = [value for value in args if isinstance(value, _SIZED)]
            self.charge(STEP + sum(map(len, sized)))
            if texts:
                flat(sized)
            elif function.__name__ == "do_tojson":
                self.charge(sum(map(weight, sized)))
            return self._sized(function(*args, **kwargs))

        return bounded

    def _join(self, value: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
        items = islice(value, VALUE_LIMIT)
        parts = [item if attribute is None else self.getitem(item, attribute) for item in items]
        texts = [str(scalar(part)) for part in parts]
        check_length(sum(map(len, texts)) + len(texts) * len(str(scalar(d))))
        return str(d).join(texts)

    def _concat(self, parts: list[object]) -> str:
        texts = [str(scalar(part)) for part in parts]
        check_length(sum(map(len, texts)))
        return cast("str", self._sized("".join(texts)))

    def _rounds(self, value: Iterable[Any], text: int) -> list[Any]:
        items = list(islice(value, VALUE_LIMIT + 1))
        check_length(len(items))
        self.charge(len(items) * (STEP + text))
        return items

    def _range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        if len(numbers) > RANGE_LIMIT:
            raise SecurityError(f"a range is longer than {RANGE_LIMIT}")
        self.charge(len(numbers))
        return numbers


_CONCAT = "relman concat"
_ROUNDS = "relman rounds"
_FLAT = "relman flat"


class _Counted(NodeTransformer):
    """Puts the counters into a template's tree, where jinja2 offers no hook: `~` and `for`."""

    def __init__(self, environment: _Bounded) -> None:
        self._environment = environment

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        """Refuses what would read other templates."""
        if isinstance(node, _NOT_HERE):
            _refuse(node, "a template stands alone: it cannot include, import or extend another")
        return super().generic_visit(node, *args, **kwargs)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  (jinja2's name)
        """Counts `~`."""
        self.generic_visit(node)
        return self._filtered(node, _CONCAT, nodes.List(node.nodes))

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802  (jinja2's name)
        """Keeps lists flat: nested ones double with each line, and comparing two of them never ends."""
        self.generic_visit(node)
        return self._filtered(node, _FLAT, node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802  (jinja2's name)
        """Keeps mappings flat."""
        self.generic_visit(node)
        return self._filtered(node, _FLAT, node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802  (jinja2's name)
        """Keeps tuples flat, where they are not the targets of an assignment."""
        self.generic_visit(node)
        return self._filtered(node, _FLAT, node) if node.ctx == "load" else node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802  (jinja2's name)
        """Refuses the tuples that a macro makes of its arguments."""
        if node.name in {"varargs", "kwargs"}:
            _refuse(node, f"{node.name} cannot be used here")
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  (jinja2's name)
        """Counts the rounds of a loop, and the text that each of them prints."""
        if node.recursive:
            _refuse(node, "a loop cannot be recursive")
        text = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        node.iter = cast("nodes.Expr", self._filtered(node, _ROUNDS, node.iter, nodes.Const(text)))
        return node

    def _filtered(self, node: nodes.Node, name: str, value: nodes.Node, *args: nodes.Expr) -> nodes.Node:
        made = nodes.Filter(cast("nodes.Expr", value), name, list(args), [], None, None)
        return made.set_lineno(node.lineno, override=False).set_environment(self._environment)


def _items(value: object) -> int:
    match value:
        case dict():
            return 1 + sum(map(_items, value.values()))
        case list():
            return 1 + sum(map(_items, value))
        case _:
            return 1


def _refuse(node: nodes.Node, said: str) -> NoReturn:
    raise TemplateSyntaxError(said, node.lineno)
