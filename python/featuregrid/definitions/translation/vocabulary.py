"""The functions, methods and attributes that formulas have, found as CPython finds them: by what a name stands for."""

from __future__ import annotations

import builtins
import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from featuregrid.definitions.translation.tree import BOOL, DATE, DATETIME, FLOAT, INT, TEXT, TIMEDELTA, Kinds


@dataclass(frozen=True)
class Known:
    """A function of the language: its word in formulas, how many arguments it takes, and the kinds of its result."""

    word: str
    least: int
    most: int
    kinds: Kinds = FLOAT
    not_negative: bool = False


@dataclass(frozen=True)
class Method:
    """A method or, with ``attribute``, an attribute of values of a few kinds. ``most`` counts the arguments in parentheses."""

    word: str
    owners: Kinds
    kinds: Kinds
    least: int = 0
    most: int = 0
    attribute: bool = False


def _math() -> dict[Any, Known]:
    one = [
        "sqrt",
        "exp",
        "log2",
        "log10",
        "log1p",
        "expm1",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "fabs",
        "degrees",
        "radians",
    ]
    known = {getattr(math, name): Known(f"math.{name}", 1, 1, not_negative=name in ("sqrt", "exp", "fabs")) for name in one}
    known[math.log] = Known("math.log", 1, 2)
    for name in ("pow", "atan2", "fmod", "copysign"):
        known[getattr(math, name)] = Known(f"math.{name}", 2, 2)
    known[math.hypot] = Known("math.hypot", 2, 2, not_negative=True)
    for name in ("floor", "ceil", "trunc"):
        known[getattr(math, name)] = Known(f"math.{name}", 1, 1, INT)
    for name in ("isnan", "isinf", "isfinite"):
        known[getattr(math, name)] = Known(f"math.{name}", 1, 1, BOOL)
    return known


# Functions whose arguments are what they seem; those of the language that need a closer look are in `translation.calls`.
FUNCTIONS: Mapping[Any, Known] = {
    **_math(),
    builtins.len: Known("len", 1, 1, INT, not_negative=True),
    builtins.str: Known("str", 1, 1, TEXT),
    builtins.int: Known("int", 1, 1, INT),
    builtins.float: Known("float", 1, 1, FLOAT),
    builtins.bool: Known("bool", 1, 1, BOOL, not_negative=True),
}

_EITHER: Kinds = DATETIME | DATE

METHODS: Mapping[str, Method] = {
    **{name: Method(f"str.{name}", TEXT, TEXT) for name in ("upper", "lower", "capitalize", "title")},
    **{name: Method(f"str.{name}", TEXT, TEXT, 0, 1) for name in ("strip", "lstrip", "rstrip")},
    **{name: Method(f"str.{name}", TEXT, TEXT, 1, 1) for name in ("zfill", "removeprefix", "removesuffix")},
    **{name: Method(f"str.{name}", TEXT, BOOL, 1, 1) for name in ("startswith", "endswith")},
    **{name: Method(f"str.{name}", TEXT, INT, 1, 1) for name in ("find", "count")},
    **{name: Method(f"str.{name}", TEXT, BOOL) for name in ("isdigit", "isalpha", "isalnum", "isspace")},
    "replace": Method("str.replace", TEXT, TEXT, 2, 2),
    **{name: Method(f"datetime.{name}", _EITHER, INT, attribute=True) for name in ("year", "month", "day")},
    **{name: Method(f"datetime.{name}", DATETIME, INT, attribute=True) for name in ("hour", "minute", "second", "microsecond")},
    **{name: Method(f"datetime.{name}", _EITHER, INT) for name in ("weekday", "isoweekday")},
    "date": Method("datetime.date", DATETIME, DATE),
    "timestamp": Method("datetime.timestamp", DATETIME, FLOAT),
    "isoformat": Method("datetime.isoformat", _EITHER, TEXT),
    **{name: Method(f"timedelta.{name}", TIMEDELTA, INT, attribute=True) for name in ("days", "seconds", "microseconds")},
    "total_seconds": Method("timedelta.total_seconds", TIMEDELTA, FLOAT),
}

# The exceptions whose text is their one argument's.
EXCEPTIONS: Mapping[Any, str] = {
    exception: exception.__name__
    for exception in (
        Exception,
        ArithmeticError,
        AssertionError,
        AttributeError,
        BufferError,
        FloatingPointError,
        IndexError,
        LookupError,
        MemoryError,
        NotImplementedError,
        OverflowError,
        RecursionError,
        RuntimeError,
        TypeError,
        ValueError,
        ZeroDivisionError,
    )
}

# The order of timedelta's parameters.
TIMEDELTA_UNITS = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
MOMENT_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
UTC = datetime.UTC
