"""``_`` and what is made of it: ``speed: float | None = _.distance / (_.air_time / 60)``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from featuregrid.definitions.translation import operators
from featuregrid.definitions.translation.expressions import compared, either
from featuregrid.definitions.translation.tree import (
    BOOL,
    NUMBER,
    TIMEDELTA,
    Kinds,
    Node,
    Typed,
    call,
    finished,
    known,
    literal,
)
from featuregrid.definitions.translation.untranslatable import Untranslatable

_AGGREGATED = "windows and aggregations of expressions are not supported by this version"


class Expression:
    """``_`` and whatever is made of it: noted, and computed by a node of the grid.

    ``_.distance`` is a feature of the set in whose class it stands, ``_.plane.year`` one through a relation. Operators mean what
    they mean between values in Python: ``+ - * / // % **``, comparisons, ``& | ^ ~`` (on bools: and, or, unequal, not), ``abs``,
    ``round``. If any of its features is null, so is the result. For everything else there are functions.
    """

    __slots__ = ("_tree",)

    def __init__(self, tree: tuple[Any, ...] = ("path",)) -> None:
        self._tree = tree

    def __getattr__(self, name: str) -> Expression:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._tree[0] == "wrong":
            return self
        if self._tree[0] == "path":
            return Expression((*self._tree, name))
        return _wrong(f"'.{name}' stands behind a computation (expected a feature such as _.{name}; write a function)")

    def __call__(self, *_: object, **__: object) -> Expression:
        return self if self._tree[0] == "wrong" else _wrong(_AGGREGATED)

    __getitem__ = __call__

    def __eq__(self, other: object) -> Expression:  # type: ignore[override]
        return Expression(("compare", "equal", self, other))

    def __ne__(self, other: object) -> Expression:  # type: ignore[override]
        return Expression(("compare", "not_equal", self, other))

    def __lt__(self, other: object) -> Expression:
        return Expression(("compare", "less", self, other))

    def __le__(self, other: object) -> Expression:
        return Expression(("compare", "less_or_equal", self, other))

    def __gt__(self, other: object) -> Expression:
        return Expression(("compare", "greater", self, other))

    def __ge__(self, other: object) -> Expression:
        return Expression(("compare", "greater_or_equal", self, other))

    def __neg__(self) -> Expression:
        return Expression(("unary", "negate", self))

    def __pos__(self) -> Expression:
        return Expression(("unary", "plus", self))

    def __invert__(self) -> Expression:
        return Expression(("unary", "invert", self))

    def __abs__(self) -> Expression:
        return Expression(("call", "abs", self))

    def __round__(self, digits: int | None = None) -> Expression:
        return Expression(("call", "round", self, *([] if digits is None else [digits])))

    def __bool__(self) -> bool:
        raise TypeError(
            "an expression has no truth value (write & and | in place of 'and' and 'or', each comparison in parentheses, and no "
            "chain of comparisons)"
        )

    def __iter__(self) -> Iterator[Expression]:
        raise TypeError("an expression cannot be iterated")

    __hash__ = object.__hash__


def _operator(word: str) -> tuple[Callable[[Any, Any], Expression], Callable[[Any, Any], Expression]]:
    def forwards(self: Any, other: Any) -> Expression:
        return Expression(("binary", word, self, other))

    def backwards(self: Any, other: Any) -> Expression:
        return Expression(("binary", word, other, self))

    return forwards, backwards


for _name, _word in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "power", "and": "bit_and", "or": "bit_or", "xor": "bit_xor",
}.items():  # fmt: skip
    _forwards, _backwards = _operator(_word)
    setattr(Expression, f"__{_name}__", _forwards)
    setattr(Expression, f"__r{_name}__", _backwards)


def _wrong(text: str) -> Expression:
    return Expression(("wrong", text))


_: Any = Expression()


class ExpressionProblem(Exception):
    """An expression that is none; the message says why."""


class Formula:
    """The formula of an expression: ``paths`` are its inputs, each a tuple of names from the set on, ``tree`` the JSON.

    ``kinds_of`` tells the kinds of a path's values. Raises ExpressionProblem.
    """

    def __init__(self, expression: Expression, kinds_of: Callable[[tuple[str, ...]], Kinds]) -> None:
        self.paths: list[tuple[str, ...]] = []
        self._kinds_of = kinds_of
        try:
            computed = self._node(expression)
            self.tree: Node = finished(self._null_if_any(computed).node)
        except Untranslatable as problem:
            raise ExpressionProblem(problem.reason) from None

    def _null_if_any(self, computed: Typed) -> Typed:
        tests = [
            compared("is", Typed({"op": "input", "index": index}, frozenset()), known(None)) for index in range(len(self.paths))
        ]
        if not tests:
            return computed
        test = tests[0] if len(tests) == 1 else Typed({"op": "or", "operands": [test.node for test in tests]}, BOOL)
        return either(test, known(None), computed)

    def _node(self, given: Any) -> Typed:
        if not isinstance(given, Expression):
            found = None if given is None else literal(given)
            if found is None:
                expected = "a text, a number, a bool, an aware datetime in UTC, a date or a timedelta"
                raise ExpressionProblem(f"{given!r} stands in it (expected features as _.name, or {expected})")
            return found
        kind, *parts = given._tree
        if kind == "path":
            return self._input(tuple(parts))
        if kind == "wrong":
            raise ExpressionProblem(parts[0])
        word, operands = parts[0], [self._node(operand) for operand in parts[1:]]
        if kind == "binary":
            return operators.binary(word, *operands)
        if kind == "compare":
            return compared(word, *operands)
        if kind == "call":
            kinds = operands[0].kinds & (NUMBER | TIMEDELTA)
            return Typed(call(word, *operands), frozenset("int" if each == "bool" else each for each in kinds), word == "abs")
        if word == "invert" and operands[0].kinds == BOOL:
            return operators.unary("not", operands[0])
        return operators.unary(word, operands[0])

    def _input(self, path: tuple[str, ...]) -> Typed:
        if not path:
            raise ExpressionProblem("'_' stands alone in it (expected a feature as _.name)")
        if path not in self.paths:
            self.paths.append(path)
        return Typed({"op": "input", "index": self.paths.index(path)}, self._kinds_of(path) - {"none"})
