"""The values of a random world: pools that hit the edges of each type, their Arrow arrays and their spelling as text.

Here a timestamp is an int of microseconds since the epoch and a date an int of days; everything else is what Python calls it.
"""

from __future__ import annotations

import datetime
import math
import random
import struct
from collections.abc import Sequence

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MILLISECOND, SECOND, MINUTE, HOUR, DAY = 1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
INFINITE = 2**63 - 1
TIMESTAMP = pa.timestamp("us", "UTC")
ARROW_TYPES = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "string": pa.string(),
    "bool": pa.bool_(),
    "timestamp": TIMESTAMP,
    "date": pa.date32(),
}
PYTHON_TYPES = {
    "int64": "int",
    "float64": "float",
    "string": "str",
    "bool": "bool",
    "timestamp": "datetime.datetime",
    "date": "datetime.date",
}
# U+FFFF sorts before U+10000 by UTF-8 bytes and after it by UTF-16 units.
ODD_TEXTS = ["", "é", "\uffff", "\U00010000", "NaN", "null", "a b", "x" * 70]
ODD_VALUES = {
    "int64": [0, -1, 2**63 - 1, -(2**63), 2**53 + 1],
    "float64": [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 0.1, 2.0**53],
    "string": ODD_TEXTS,
    "bool": [True, False],
    "timestamp": [0, -1, 253_402_300_799_999_999, -62_135_596_800_000_000],
    "date": [0, -1, 2_932_896, -719_162],
}


def make_value(generator: random.Random, kind: str, serial: int) -> object:
    """A value of the type: mostly one that no other serial number has, so that a wrong pick shows; at times an odd one."""
    if kind == "bool" or generator.random() < 0.15:
        return generator.choice(ODD_VALUES[kind])
    if kind == "float64":
        return serial + 0.5
    if kind == "string":
        return f"v{serial}"
    return serial


def array_of(kind: str, values: Sequence[object]) -> pa.Array:
    """The values as the one Arrow type that the declared type has."""
    if kind == "timestamp":
        return pa.array(values, pa.int64()).cast(TIMESTAMP)
    if kind == "date":
        return pa.array(values, pa.int32()).cast(pa.date32())
    return pa.array(values, ARROW_TYPES[kind])


def plain_values(column: pa.ChunkedArray | pa.Array) -> list:
    """What an Arrow column holds, in this module's terms; any other type as pyarrow shows it."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.int64()).to_pylist()
    if pa.types.is_date32(column.type):
        return column.cast(pa.int32()).to_pylist()
    return column.to_pylist()


def same(left: object, right: object) -> bool:
    """Whether two values are the same one: bits for a float, except that any NaN is NaN; 1 is neither 1.0 nor True."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and isinstance(right, float):
        return (math.isnan(left) and math.isnan(right)) or struct.pack("<d", left) == struct.pack("<d", right)
    return repr(left) == repr(right) if isinstance(left, (list, dict)) else left == right


def dressed(generator: random.Random, kind: str, values: Sequence[object]) -> pa.Array:
    """The same values in another Arrow type that holds them without loss, or in the plain one."""
    plain = array_of(kind, values)
    known = [value for value in values if value is not None]
    if generator.random() < 0.6 or not known:
        return plain
    if kind == "int64":
        bits = next(bits for bits in (8, 16, 32, 64) if all(-(2 ** (bits - 1)) <= value < 2 ** (bits - 1) for value in known))
        return plain.cast(getattr(pa, f"int{bits}")())
    if kind == "float64" and all(fits_float32(value) for value in known):
        return plain.cast(pa.float32())
    if kind == "string":
        return generator.choice([plain.cast(pa.large_string()), plain.dictionary_encode()])
    if kind == "timestamp":
        if generator.random() < 0.2:
            return pa.array([None if value is None else iso_text(value) for value in values], pa.string())
        return dressed_timestamp(generator, values)
    return plain


def fits_float32(value: float) -> bool:
    if not math.isfinite(value):
        return True
    return abs(value) < 3e38 and struct.unpack("<f", struct.pack("<f", value))[0] == value


def dressed_timestamp(generator: random.Random, values: Sequence[int | None]) -> pa.Array:
    """Microseconds as a coarser unit when that loses nothing, in some zone or in none."""
    known = [value for value in values if value is not None]
    units = [unit for unit, size in (("s", SECOND), ("ms", MILLISECOND), ("us", 1)) if all(value % size == 0 for value in known)]
    unit = generator.choice(units)
    size = {"s": SECOND, "ms": MILLISECOND, "us": 1}[unit]
    scaled = pa.array([None if value is None else value // size for value in values], pa.int64())
    return scaled.cast(pa.timestamp(unit, random_zone(generator)))


def nanosecond_timestamp(generator: random.Random, values: Sequence[int | None]) -> pa.Array:
    """Microseconds with a random rest below one, which flooring takes away again."""
    finer = [None if value is None else value * 1000 + generator.choice([0, 1, 500, 999]) for value in values]
    return pa.array(finer, pa.int64()).cast(pa.timestamp("ns", random_zone(generator)))


def random_zone(generator: random.Random) -> str | None:
    return generator.choice([None, "UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "+05:30"])


def as_datetime(microseconds: int) -> datetime.datetime:
    return EPOCH + datetime.timedelta(microseconds=microseconds)


def as_date(days: int) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=days)


def iso_text(microseconds: int, generator: random.Random | None = None) -> str:
    """The instant as ISO-8601 text in UTC; with a generator in one of its other spellings."""
    moment = as_datetime(microseconds)
    if generator is None:
        return moment.isoformat().replace("+00:00", "Z")
    spelling = generator.randrange(4)
    if spelling == 0 and microseconds % DAY == 0:
        return moment.date().isoformat()
    if spelling == 1:
        return moment.replace(tzinfo=None).isoformat()
    if spelling == 2:
        offset = datetime.timezone(datetime.timedelta(minutes=generator.choice([-300, 60, 345])))
        return moment.astimezone(offset).isoformat()
    return moment.isoformat().replace("+00:00", "Z")


def duration_text(microseconds: int) -> str | None:
    """The duration as a person writes it (``1h30m``), or None when it is finer than text can say."""
    if microseconds >= INFINITE:
        return "infinity"
    if microseconds == 0:
        return "0s"
    if microseconds % MILLISECOND:
        return None
    text = ""
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", MILLISECOND)):
        count, microseconds = divmod(microseconds, size)
        text += f"{count}{unit}" if count else ""
    return text


def shown(kind: str | None, value: object) -> str:
    """A value as a difference shows it: instants and days also as a calendar has them."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            if kind == "timestamp":
                return f"{value} ({iso_text(value)})"
            if kind == "date":
                return f"{value} ({as_date(value)})"
        except OverflowError:
            return f"{value} (beyond the calendar)"
    return "null" if value is None else repr(value)
