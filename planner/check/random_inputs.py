"""Random values of each kind, with the edges of the kind among them."""

from __future__ import annotations

import datetime
import math
import random

from random_prelude import INPUTS, UTC

INTS = [0, 1, -1, 2, 7, 10, 100, 255, -3, 2**31, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 2**62, 999_999_999_999]
FLOATS = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    2.675,
    1e16,
    1e22,
    5e-324,
    -2.2250738585072014e-308,
    1.7976931348623157e308,
    math.nan,
    math.inf,
    -math.inf,
    0.5,
    2.5,
    1e-7,
    123456789.125,
    9007199254740993.0,
    4.35,
]
TEXTS = [
    "",
    "a",
    "red",
    "Z",
    " x ",
    "12",
    "-7",
    "3.5",
    "1_000",
    "nan",
    "\u00e9",
    "e\u0301",
    "\U0001f600",
    "\U00010400x",
    "stra\u00dfe",
    "\u0130i",
    "\u01c6",
    "\ufb01ne",
    "\u0661\u0662",
    "a\tb\n",
    "\u2003wide\u2003",
    "\uff41",
    "b'\"\\",
    "\u0000",
    "AbC dEf",
    "\u00ad",
    "\u1e9e",
    "\u03a3\u03c3\u03c2",
]
MOMENTS = [
    datetime.datetime(1, 1, 1, tzinfo=UTC),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime.datetime(1970, 1, 1, tzinfo=UTC),
    datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime.datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=UTC),
    datetime.datetime(1900, 2, 28, 23, 0, tzinfo=UTC),
    datetime.datetime(2000, 3, 1, tzinfo=UTC),
]


def value(source: random.Random, kind: str) -> object:
    """A value of a kind: in a third of the cases one of the edges."""
    edge = source.random() < 0.35
    if kind == "int":
        return source.choice(INTS) if edge else source.randint(-50, 200)
    if kind == "float":
        return source.choice(FLOATS) if edge else round(source.uniform(-100, 100), source.randint(0, 6))
    if kind == "bool":
        return source.random() < 0.5
    if kind == "str":
        return source.choice(TEXTS) if edge else "".join(source.choices("ab Z1r\u00e9\U0001f600", k=source.randint(0, 6)))
    moment = (
        source.choice(MOMENTS)
        if edge
        else MOMENTS[2] + datetime.timedelta(days=source.randint(-40_000, 40_000), microseconds=source.randrange(86_400_000_000))
    )
    return moment if kind == "datetime" else moment.date()


def row(source: random.Random) -> dict[str, object]:
    """One value for each input; a third of what may be null is."""
    made: dict[str, object] = {}
    for name, (kind, _, nullable) in INPUTS.items():
        if nullable and source.random() < 0.33:
            made[name] = None
        elif name == "e":
            made[name] = source.choice(["red", "green", "dark blue"])
        else:
            made[name] = value(source, kind)
    return made
