"""Computes a formula in Python, node by node: what `featuregrid.testing` does, and what translations are tested against."""

from __future__ import annotations

import builtins
import datetime
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from featuregrid.definitions.translation.tree import EPOCH, EPOCH_DAY, GREATEST_INT, LEAST_INT, MICROSECOND, Node
from featuregrid.definitions.translation.vocabulary import TIMEDELTA_UNITS

_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "power": operator.pow,
    "bit_and": operator.and_,
    "bit_or": operator.or_,
    "bit_xor": operator.xor,
    "shift_left": operator.lshift,
    "shift_right": operator.rshift,
}
_UNARY: Mapping[str, Callable[[Any], Any]] = {
    "negate": operator.neg,
    "plus": operator.pos,
    "invert": operator.invert,
    "not": operator.not_,
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_or_equal": operator.le,
    "greater": operator.gt,
    "greater_or_equal": operator.ge,
    "is": operator.is_,
    "is_not": operator.is_not,
    "in": lambda left, right: left in right,
    "not_in": lambda left, right: left not in right,
}
_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {"": lambda value: value, "r": repr, "s": str, "a": ascii}
_MOST_BITS = 10_000


class FormulaError(Exception):
    """A formula that is none: an unknown word in it."""


def evaluate(formula: Mapping[str, Any], inputs: Sequence[Any], unbounded: bool = False) -> Any:
    """The value of a formula ``{format, root}``; several are a tuple. Raises what CPython raises.

    Inputs and results are CPython's values. An int beyond 64 bits raises OverflowError unless it is ``unbounded``.
    """
    return _Evaluation(inputs, unbounded).value(formula["root"], {})


def constant_value(constant: Mapping[str, Any]) -> Any:
    """The value that ``{kind, value}`` stands for."""
    kind = constant["kind"]
    if kind == "none":
        return None
    value = constant["value"]
    if kind in ("bool", "str"):
        return value
    if kind == "int":
        return int(value)
    if kind == "float":
        return float(value)
    if kind == "datetime":
        return EPOCH + int(value) * MICROSECOND
    if kind == "date":
        return datetime.date.fromordinal(int(value) + EPOCH_DAY)
    if kind == "timedelta":
        return int(value) * MICROSECOND
    raise FormulaError(f"the kind {kind!r} is none")


class _Evaluation:
    def __init__(self, inputs: Sequence[Any], unbounded: bool) -> None:
        self._inputs = inputs
        self._unbounded = unbounded

    def value(self, node: Node, bound: Mapping[str, Any]) -> Any:
        """The value of a node where locals are bound so."""
        operation = node["op"]
        if operation in _BINARY:
            left = self.value(node["left"], bound)
            return self._checked(self._binary(operation, left, self.value(node["right"], bound)))
        if operation in _UNARY:
            return self._checked(_UNARY[operation](self.value(node["operand"], bound)))
        method = getattr(self, f"_of_{operation}", None)
        if method is None:
            raise FormulaError(f"the operation {operation!r} is none")
        return method(node, bound)

    def _checked(self, value: Any) -> Any:
        if isinstance(value, complex):
            raise TypeError("a power of a negative number by a fraction is no number")
        if not self._unbounded and type(value) is int and not LEAST_INT <= value <= GREATEST_INT:
            raise OverflowError("int beyond 64 bits")
        return value

    def _binary(self, operation: str, left: Any, right: Any) -> Any:
        whole = isinstance(left, int) and isinstance(right, int)
        if whole and operation == "shift_left" and right > _MOST_BITS:
            raise OverflowError("int beyond 64 bits")
        if whole and operation == "power" and right > 0 and left.bit_length() * right > _MOST_BITS and left not in (0, 1, -1):
            raise OverflowError("int beyond 64 bits")
        return _BINARY[operation](left, right)

    def _of_literal(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return constant_value(node)

    def _of_input(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return self._inputs[node["index"]]

    def _of_local(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return bound[node["name"]]

    def _of_let(self, node: Node, bound: Mapping[str, Any]) -> Any:
        # A chain of lets is a function's statements: as many as there are, not as deep.
        while node["op"] == "let":
            bound = {**bound, node["name"]: self.value(node["value"], bound)}
            node = node["body"]
        return self.value(node, bound)

    def _of_if(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return self.value(node["then"] if self.value(node["test"], bound) else node["otherwise"], bound)

    def _of_compare(self, node: Node, bound: Mapping[str, Any]) -> Any:
        left = self.value(node["operands"][0], bound)
        result: Any = True
        for word, operand in zip(node["operators"], node["operands"][1:], strict=True):
            right = self.value(operand, bound)
            result = _COMPARISONS[word](left, right)
            if not result:
                break
            left = right
        return result

    def _of_and(self, node: Node, bound: Mapping[str, Any]) -> Any:
        value: Any = None
        for operand in node["operands"]:
            value = self.value(operand, bound)
            if not value:
                break
        return value

    def _of_or(self, node: Node, bound: Mapping[str, Any]) -> Any:
        value: Any = None
        for operand in node["operands"]:
            value = self.value(operand, bound)
            if value:
                break
        return value

    def _of_call(self, node: Node, bound: Mapping[str, Any]) -> Any:
        arguments = [self.value(argument, bound) for argument in node["arguments"]]
        return self._checked(_called(node["function"], arguments))

    def _of_member(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return self.value(node["value"], bound) in [constant_value(each) for each in node["constants"]]

    def _of_lookup(self, node: Node, bound: Mapping[str, Any]) -> Any:
        entries = {constant_value(key): constant_value(value) for key, value in node["entries"]}
        if "otherwise" not in node:
            return entries[self.value(node["value"], bound)]
        otherwise = self.value(node["otherwise"], bound)
        return entries.get(self.value(node["value"], bound), otherwise)

    def _of_index(self, node: Node, bound: Mapping[str, Any]) -> Any:
        text = self.value(node["value"], bound)
        return text[self.value(node["index"], bound)]

    def _of_slice(self, node: Node, bound: Mapping[str, Any]) -> Any:
        text = self.value(node["value"], bound)
        bounds = [self.value(node[name], bound) if name in node else None for name in ("lower", "upper", "step")]
        return text[slice(*bounds)]

    def _of_format(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return format(_CONVERSIONS[node["conversion"]](self.value(node["value"], bound)), node["specification"])

    def _of_join(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return "".join([self.value(part, bound) for part in node["parts"]])

    def _of_tuple(self, node: Node, bound: Mapping[str, Any]) -> Any:
        return tuple([self.value(item, bound) for item in node["items"]])

    def _of_raise(self, node: Node, bound: Mapping[str, Any]) -> Any:
        raise getattr(builtins, node["exception"])(self.value(node["message"], bound))


def _called(function: str, arguments: list[Any]) -> Any:
    owner, dot, name = function.partition(".")
    if not dot:
        if function == "timedelta":
            return datetime.timedelta(**dict(zip(TIMEDELTA_UNITS, arguments, strict=True)))
        return getattr(builtins, function)(*arguments)
    if owner == "math":
        return getattr(math, name)(*arguments)
    if function == "datetime.of":
        year, month, day, *time = arguments
        return datetime.datetime(year, month, day, *time, tzinfo=datetime.UTC)  # type: ignore[misc]
    if function == "date.of":
        return datetime.date(*arguments)
    if owner not in ("str", "datetime", "timedelta"):
        raise FormulaError(f"the function {function!r} is none")
    found = getattr(arguments[0], name)
    return found(*arguments[1:]) if callable(found) else found
