"""The nodes of a formula, as the JSON that a node of the grid reads, each with the kinds of values that it may have.

A kind is CPython's name of a type: ``none``, ``bool``, ``int``, ``float``, ``str``, ``datetime``, ``date``, ``timedelta``. Beside
them stands ``complex``: what a power may be in CPython and never is in a formula (see `translation.operators`).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from featuregrid.definitions.translation.untranslatable import Untranslatable

Node: TypeAlias = dict[str, Any]
Kinds: TypeAlias = frozenset[str]

FORMAT = 1
DEEPEST = 200
MOST_NODES = 20_000
LONGEST_TEXT = 32_000

LEAST_INT, GREATEST_INT = -(2**63), 2**63 - 1
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
EPOCH_DAY = EPOCH.date().toordinal()
MICROSECOND = datetime.timedelta(microseconds=1)

NOTHING: Kinds = frozenset()
NONE: Kinds = frozenset({"none"})
BOOL: Kinds = frozenset({"bool"})
INT: Kinds = frozenset({"int"})
FLOAT: Kinds = frozenset({"float"})
TEXT: Kinds = frozenset({"str"})
WHOLE: Kinds = frozenset({"bool", "int"})
NUMBER: Kinds = frozenset({"bool", "int", "float"})
DATETIME: Kinds = frozenset({"datetime"})
DATE: Kinds = frozenset({"date"})
TIMEDELTA: Kinds = frozenset({"timedelta"})

KIND_OF_TYPE: Mapping[type, str] = {
    type(None): "none",
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    datetime.datetime: "datetime",
    datetime.date: "date",
    datetime.timedelta: "timedelta",
}


@dataclass(frozen=True)
class Typed:
    """A node and the kinds that its value may have: none at all where it always raises.

    ``not_negative`` if a number that it yields is never below zero.
    """

    node: Node
    kinds: Kinds
    not_negative: bool = False


def constant(value: Any) -> Node | None:
    """The JSON of a constant, ``{kind, value}``; None for a value that formulas do not have.

    That is any other type, also a subclass, an int beyond 64 bits, a text of more than 32,000 characters, a datetime that is not
    aware and in UTC, and a text with half of a surrogate pair, which has no UTF-8.
    """
    kind = KIND_OF_TYPE.get(type(value))
    if kind is None:
        return None
    if kind == "none":
        return {"kind": kind}
    if kind == "bool":
        return {"kind": kind, "value": value}
    if kind == "int":
        return {"kind": kind, "value": str(value)} if LEAST_INT <= value <= GREATEST_INT else None
    if kind == "float":
        return {"kind": kind, "value": repr(value)}
    if kind == "str":
        halves = any("\ud800" <= character <= "\udfff" for character in value)
        return None if halves or len(value) > LONGEST_TEXT else {"kind": kind, "value": value}
    if kind == "datetime":
        if value.tzinfo is not datetime.UTC or value.fold:
            return None
        return {"kind": kind, "value": str((value - EPOCH) // MICROSECOND)}
    if kind == "date":
        return {"kind": kind, "value": str(value.toordinal() - EPOCH_DAY)}
    micros = value // MICROSECOND
    return {"kind": kind, "value": str(micros)} if LEAST_INT <= micros <= GREATEST_INT else None


def literal(value: Any) -> Typed | None:
    """A constant as a node; None for a value that formulas do not have."""
    written = constant(value)
    if written is None:
        return None
    number = type(value) in (bool, int, float)
    return Typed({"op": "literal", **written}, frozenset({written["kind"]}), number and (value >= 0 or value != value))


def known(value: Any) -> Typed:
    """`literal` of a value that formulas surely have."""
    found = literal(value)
    assert found is not None, value
    return found


def is_simple(node: Node) -> bool:
    """Whether a node is a constant or a name: computing it again costs nothing, and it never fails."""
    return node["op"] in ("literal", "input", "local")


def call(function: str, *arguments: Typed) -> Node:
    """A call of one of the language's functions."""
    return {"op": "call", "function": function, "arguments": [argument.node for argument in arguments]}


def raising(exception: str, message: Typed) -> Typed:
    """``raise exception(message)``; the message is a text."""
    return Typed({"op": "raise", "exception": exception, "message": message.node}, NOTHING)


def children(node: Node) -> Sequence[Node]:
    """The nodes right below a node."""
    found: list[Node] = []
    for name, value in node.items():
        if name in ("constants", "entries"):
            continue
        if isinstance(value, dict):
            found.append(value)
        elif isinstance(value, list):
            found += [each for each in value if isinstance(each, dict)]
    return found


def finished(node: Node) -> Node:
    """A whole formula. Raises Untranslatable if it is deeper or larger than nodes of the grid take."""
    waiting, count = [(node, 1)], 0
    while waiting:
        inner, depth = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise Untranslatable(f"its formula is nested more than {DEEPEST} deep")
        if count > MOST_NODES:
            raise Untranslatable(f"its formula has more than {MOST_NODES} nodes")
        waiting += [(child, depth + 1) for child in children(inner)]
    return {"format": FORMAT, "root": node}
