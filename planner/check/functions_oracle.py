"""What a random function computes by CPython, which runs its text: the value as a feature of its declared type has it, or the
error.
"""

from __future__ import annotations

import ast
import datetime
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LEAST, GREATEST = -(2**63), 2**63 - 1
MICROSECOND = datetime.timedelta(microseconds=1)
MOST_TEXT = 2**20

TYPES = {
    int: "int",
    float: "float",
    bool: "bool",
    str: "str",
    datetime.datetime: "datetime.datetime",
    datetime.date: "datetime.date",
}


@dataclass
class Expected:
    """What one row of one function should give.

    ``codes`` are the errors of which one is right, empty for a value; ``exception`` is the name that the message tells. With
    ``or_failed`` RESOLVER_FAILED is right, too: CPython went through a number that does not fit the machine's.
    """

    value: object = None
    codes: tuple[str, ...] = ()
    exception: str | None = None
    or_failed: bool = False


class Oracle:
    """Runs the functions of one file. ``floors`` is False to round ``//`` toward zero, as C does and CPython does not."""

    def __init__(self, text: str, floors: bool = True):
        tree = ast.fix_missing_locations(_Watching(floors).visit(ast.parse(text)))
        self._beyond = False
        self._names: dict[str, object] = {"__name__": "functions", "_seen": self._seen, "_toward_zero": toward_zero}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, "functions.py", "exec"), self._names)

    def run(self, name: str, arguments: Sequence[object]) -> tuple[object, Exception | None, bool]:
        """The result, or the exception, of a call, and whether something on the way was beyond what 64 bits hold."""
        self._beyond = False
        function = self._names[name]
        assert isinstance(function, Callable)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return function(*arguments), None, self._beyond
        except Exception as error:
            return None, error, self._beyond

    def _seen(self, value: object) -> object:
        """Notes what a formula may refuse: ints beyond 64 bits, long spans, huge texts, complex numbers."""
        beyond = (
            (type(value) is int and not LEAST <= value <= GREATEST)
            or (isinstance(value, datetime.timedelta) and not LEAST <= value // MICROSECOND <= GREATEST)
            or (isinstance(value, str) and len(value) > MOST_TEXT)
            or isinstance(value, complex)
        )
        self._beyond = self._beyond or beyond
        return value


class _Watching(ast.NodeTransformer):
    """Puts ``_seen(...)`` around whatever computes; function by function the text means what it meant."""

    def __init__(self, floors: bool):
        self._floors = floors

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not self._floors and isinstance(node.op, ast.FloorDiv):
            return _called("_toward_zero", node.left, node.right)
        return _called("_seen", node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return _called("_seen", self.generic_visit(node))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return _called("_seen", self.generic_visit(node))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        assert isinstance(node.target, ast.Name)
        read = ast.Name(node.target.id, ast.Load())
        value = (
            _called("_toward_zero", read, node.value)
            if not self._floors and isinstance(node.op, ast.FloorDiv)
            else _called("_seen", ast.BinOp(read, node.op, node.value))
        )
        return ast.Assign([node.target], value, lineno=node.lineno)

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        for argument in (*node.args, *node.kwonlyargs):
            # What annotates parameters is of the definitions.
            argument.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns, node.decorator_list = None, []
        return self.generic_visit(node)


def _called(name: str, *arguments: ast.AST) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def toward_zero(left: object, right: object) -> object:
    """``left // right`` as C means it: the rule that ``--break floor-division`` puts in place."""
    floored = left // right  # type: ignore[operator]
    if isinstance(floored, int) and isinstance(left, int) and isinstance(right, int):
        return floored + 1 if floored < 0 and floored * right != left else floored
    return floored


def declared_type(results: Sequence[object]) -> str:
    """The type for a function's results: the one that they have, float for ints and floats, else that of most."""
    found = [type(result) for result in results if type(result) in TYPES]
    if not found:
        return "int"
    if set(found) == {int, float}:
        return "float"
    return TYPES[max(sorted(set(found), key=lambda each: each.__name__), key=found.count)]


def expected(kind: str, result: object, error: Exception | None, beyond: bool) -> Expected:
    """What a feature of a type shows for a call's result or exception."""
    if error is not None:
        return Expected(codes=("RESOLVER_FAILED",), exception=None if beyond else type(error).__name__, or_failed=beyond)
    if result is None:
        return Expected(or_failed=beyond)
    converted = _converted(kind, result)
    if converted is None:
        codes = ("VALIDATION_FAILED", "RESOLVER_FAILED") if beyond else ("VALIDATION_FAILED",)
        return Expected(codes=codes, or_failed=beyond)
    return Expected(value=converted, or_failed=beyond)


def _converted(kind: str, result: object) -> object:
    """The result in a feature's type; None where that would lose something."""
    if kind == "int" and isinstance(result, int | float):
        whole = result == result and abs(result) != float("inf") and int(result) == result
        # The float below the greatest int is far away; the one above it does not fit.
        return int(result) if whole and LEAST <= int(result) <= GREATEST else None
    if kind == "float" and isinstance(result, int | float):
        try:
            return float(result) if isinstance(result, float) or int(float(result)) == result else None
        except OverflowError:
            return None
    names = {"bool": bool, "str": str, "datetime.datetime": datetime.datetime, "datetime.date": datetime.date}
    return result if type(result) is names.get(kind) else None
