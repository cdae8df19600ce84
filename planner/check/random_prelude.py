"""What random functions have around them: their inputs, and constants and helpers of their module."""

import datetime

UTC = datetime.UTC

# The inputs by name: kind, type as a definition has it, and whether it may be null.
INPUTS = {
    "i": ("int", "int", False),
    "j": ("int", "int", False),
    "k": ("int", "int | None", True),
    "x": ("float", "float", False),
    "y": ("float", "float", False),
    "z": ("float", "float | None", True),
    "p": ("bool", "bool", False),
    "q": ("bool", "bool | None", True),
    "s": ("str", "str", False),
    "u": ("str", "str", False),
    "v": ("str", "str | None", True),
    "e": ("str", 'Literal["red", "green", "dark blue"] | None', True),
    "t": ("datetime", "datetime.datetime", False),
    "w": ("datetime", "datetime.datetime | None", True),
    "d": ("date", "datetime.date", False),
    "g": ("date", "datetime.date | None", True),
}

PRELUDE = '''\
BASE = 7
RATIO = 0.25
LABEL = "n\\u00e4he"
LEVELS = {"a": 1, "red": 2, "": 3, "Z": -4}
WEIGHTS = {1: 0.5, 2: None, -3: 4.0, 0: -0.0}
WORDS = ("zero", "one", "two")
PRIMES = {2, 3, 5, 7, 11}
NAMES = ["red", "a", "b"]
DAY = datetime.timedelta(days=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def half(value, by=2):
    return value / by


def label(number, *, prefix="#"):
    """A text of a number."""
    if number is None:
        return prefix
    text: str = f"{prefix}{number}"
    return text


def grade(number):
    if number > 100:
        grade_of = "high"
    elif number > 0:
        grade_of = "low"
    else:
        return "none"
    return grade_of


def clamp(value, low, high):
    assert low <= high, "bounds"
    value = max(low, value)
    return min(value, high)


def abs_of(value, *, scale=1):
    return abs(value) * scale
'''
