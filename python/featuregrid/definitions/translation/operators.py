"""The operators of the language: the word of each, and the kinds of its result.

Raises Untranslatable where CPython means something that formulas do not have: texts repeated or filled in by ``%``, and whatever
would come of a complex number. A combination of kinds for which CPython raises TypeError yields nothing, and is left to the
formula.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from featuregrid.definitions.translation.tree import (
    BOOL,
    FLOAT,
    INT,
    NOTHING,
    NUMBER,
    WHOLE,
    Kinds,
    Typed,
)
from featuregrid.definitions.translation.untranslatable import Untranslatable

BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder",
    ast.Pow: "power",
    ast.BitAnd: "bit_and",
    ast.BitOr: "bit_or",
    ast.BitXor: "bit_xor",
    ast.LShift: "shift_left",
    ast.RShift: "shift_right",
}

COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
    ast.Lt: "less",
    ast.LtE: "less_or_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_or_equal",
    ast.Is: "is",
    ast.IsNot: "is_not",
    ast.In: "in",
    ast.NotIn: "not_in",
}

COMPLEX = "a complex number where the base is negative: write math.sqrt(x) or math.pow(x, y)"


def _number(left: str, right: str) -> str | None:
    if left not in NUMBER or right not in NUMBER:
        return None
    return "float" if "float" in (left, right) else "int"


def _add(left: str, right: str) -> str | None:
    if left == right == "str":
        return "str"
    for one, other in ((left, right), (right, left)):
        if one == "timedelta" and other in ("datetime", "date", "timedelta"):
            return other
    return _number(left, right)


def _subtract(left: str, right: str) -> str | None:
    if right == "timedelta" and left in ("datetime", "date", "timedelta"):
        return left
    if left == right and left in ("datetime", "date"):
        return "timedelta"
    return _number(left, right)


def _multiply(left: str, right: str) -> str | None:
    for one, other in ((left, right), (right, left)):
        if one == "str" and other in WHOLE:
            raise Untranslatable("a text is repeated by '*'")
        if one == "timedelta" and other in NUMBER:
            return "timedelta"
    return _number(left, right)


def _divide(left: str, right: str) -> str | None:
    if left == "timedelta" and right in NUMBER:
        return "timedelta"
    if left == right == "timedelta" or _number(left, right):
        return "float"
    return None


def _floor_divide(left: str, right: str) -> str | None:
    if left == "timedelta" and right in WHOLE:
        return "timedelta"
    return "int" if left == right == "timedelta" else _number(left, right)


def _remainder(left: str, right: str) -> str | None:
    if left == "str":
        raise Untranslatable("a text is filled in by '%' (write an f-string)")
    return "timedelta" if left == right == "timedelta" else _number(left, right)


def _bits(left: str, right: str) -> str | None:
    if left == right == "bool":
        return "bool"
    return _shift(left, right)


def _shift(left: str, right: str) -> str | None:
    return "int" if left in WHOLE and right in WHOLE else None


_RESULTS: Mapping[str, Callable[[str, str], str | None]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "floor_divide": _floor_divide,
    "remainder": _remainder,
    "bit_and": _bits,
    "bit_or": _bits,
    "bit_xor": _bits,
    "shift_left": _shift,
    "shift_right": _shift,
}

# What keeps a complex number one.
_COMPLEX_THROUGH = ("add", "subtract", "multiply", "divide", "power")


def binary(word: str, left: Typed, right: Typed) -> Typed:
    """``left word right``."""
    node = {"op": word, "left": left.node, "right": right.node}
    if word == "power":
        return Typed(node, _power(left, right), left.not_negative)
    kinds: set[str] = set()
    for one in left.kinds:
        for other in right.kinds:
            found = _RESULTS[word](one, other)
            kinds |= NOTHING if found is None else {found}
    if "complex" in left.kinds | right.kinds and word in _COMPLEX_THROUGH:
        kinds.add("complex")
    both = left.not_negative and right.not_negative
    return Typed(node, frozenset(kinds), both and word in ("add", "multiply", "divide", "floor_divide", "remainder"))


def _power(left: Typed, right: Typed) -> Kinds:
    kinds: set[str] = set()
    for one in left.kinds:
        for other in right.kinds:
            if one not in NUMBER or other not in NUMBER:
                continue
            if "float" in (one, other):
                kinds.add("float")
            else:
                # An int to a negative power is a float.
                kinds |= INT if right.not_negative else INT | FLOAT
    whole = right.kinds <= WHOLE or _is_whole_literal(right)
    if kinds and not left.not_negative and not whole:
        kinds.add("complex")
    if "complex" in left.kinds | right.kinds:
        kinds.add("complex")
    return frozenset(kinds)


def _is_whole_literal(value: Typed) -> bool:
    node = value.node
    return node["op"] == "literal" and node["kind"] == "float" and float(node["value"]).is_integer()


def unary(word: str, operand: Typed) -> Typed:
    """``-x``, ``+x``, ``~x`` and ``not x``."""
    node = {"op": word, "operand": operand.node}
    if word == "not":
        return Typed(node, BOOL)
    kinds: set[str] = set()
    for kind in operand.kinds:
        if kind in WHOLE:
            kinds.add("int")
        elif kind in ("float", "timedelta", "complex") and word != "invert":
            kinds.add(kind)
    return Typed(node, frozenset(kinds), word == "plus" and operand.not_negative)


def real(value: Typed, raises: bool = False) -> Typed:
    """The value where a complex number must not go: it would have a result there that formulas do not know.

    With ``raises`` CPython raises TypeError for a complex number, as a formula has done by then.
    """
    if "complex" not in value.kinds:
        return value
    if not raises:
        raise Untranslatable(f"'**' gives {COMPLEX}")
    return Typed(value.node, value.kinds - {"complex"}, value.not_negative)
