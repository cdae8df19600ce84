"""Feature types as catalogs write them, and values on their way into JSON and back.

A value in Python is what a training set's Arrow column gives: int, float, str, bool, an aware datetime in UTC, a date, Decimal,
bytes, a list (also for a vector), a dict for a struct; None for null and for what is missing.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import enum
import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from featuregrid.errors import FeatureGridError
from featuregrid.times import time_text

Reader = Callable[[Any], Any]

_DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_VECTOR = re.compile(r"vector<\s*(float32|float64)\s*>\(\s*(\d+)\s*\)")


@dataclass(frozen=True)
class ValueType:
    """One declared type: its Arrow type, and how its values are read out of JSON (None: they are what JSON has)."""

    arrow: pa.DataType
    reader: Reader | None = None

    def read(self, given: Any) -> Any:
        """The value that JSON states. Raises ValueError or TypeError if it states none of the type."""
        return given if given is None or self.reader is None else self.reader(given)

    def column(self, given: list[Any]) -> pa.Array:
        """A column of values out of JSON. Raises as `read` does."""
        values = given if self.reader is None else [None if value is None else self.reader(value) for value in given]
        if self.arrow == _TIMESTAMP.arrow:
            return pa.array([_microseconds(value) for value in values], pa.int64()).cast(self.arrow)
        return pa.array(values, self.arrow)


def _float(given: Any) -> float:
    # "NaN" and "Infinity" are texts in JSON; Python's own reading of text would also take others.
    if isinstance(given, str) and given not in ("NaN", "Infinity", "-Infinity"):
        raise ValueError(f"{given!r} is no float")
    return float(given)


def _timestamp(given: str) -> datetime.datetime | str:
    try:
        moment = datetime.datetime.fromisoformat(given)
    except ValueError:
        if re.match(r"[+-]\d", given):
            # Years that datetime does not have stay the text that they came as.
            return given
        raise
    return moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _microseconds(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, str):
        raise ValueError(f"{value!r} is a year that no column holds")
    return int((value - _EPOCH) // datetime.timedelta(microseconds=1))


def _boolean(given: Any) -> bool:
    if not isinstance(given, bool):
        raise ValueError(f"{given!r} is no bool")
    return given


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_TIMESTAMP = ValueType(pa.timestamp("us", "UTC"), _timestamp)
_PLAIN = {
    "int64": ValueType(pa.int64()),
    "float64": ValueType(pa.float64(), _float),
    "string": ValueType(pa.string()),
    "bool": ValueType(pa.bool_(), _boolean),
    "timestamp": _TIMESTAMP,
    "date": ValueType(pa.date32(), datetime.date.fromisoformat),
    "binary": ValueType(pa.binary(), lambda given: base64.b64decode(given, validate=True)),
}


def value_type(text: str) -> ValueType | None:
    """The type that a catalog's text names, such as ``int64`` or ``list<struct<a: int64>>``; None for one not known here."""
    text = text.strip()
    if text in _PLAIN:
        return _PLAIN[text]
    if found := _DECIMAL.fullmatch(text):
        return ValueType(pa.decimal128(int(found[1]), int(found[2])), decimal.Decimal)
    if found := _VECTOR.fullmatch(text):
        return ValueType(pa.list_(pa.float32() if found[1] == "float32" else pa.float64(), int(found[2])), _list_of(_float))
    if text.startswith("enum"):
        return _PLAIN["string"]
    if text.startswith("list<") and text.endswith(">"):
        element = value_type(text[5:-1])
        return None if element is None else ValueType(pa.list_(element.arrow), _list_of(element.reader))
    if text.startswith("struct<") and text.endswith(">"):
        return _struct(text[7:-1])
    return None


def enum_values(text: str) -> list[str]:
    """The words of an enum type's text, in their order."""
    listed = re.findall(r'"(?:[^"\\]|\\.)*"|[^|]+', text.strip()[5:-1])
    return [json.loads(word) if word.startswith('"') else word.strip() for word in listed]


def _list_of(reader: Reader | None) -> Reader | None:
    if reader is None:
        return None
    return lambda given: [None if value is None else reader(value) for value in given]


def _struct(text: str) -> ValueType | None:
    fields: dict[str, ValueType] = {}
    for part in _parts(text):
        name, colon, declared = part.partition(":")
        field = value_type(declared)
        if not colon or field is None:
            return None
        fields[name.strip()] = field

    def read(given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: field.read(given.get(name)) for name, field in fields.items()}

    return ValueType(pa.struct([pa.field(name, field.arrow) for name, field in fields.items()]), read)


def _parts(text: str) -> list[str]:
    """What stands between the commas that are outside of brackets and of quoted words."""
    parts, depth, start = [], 0, 0
    # A quoted word of an enum may hold anything; as long as it is, nothing in it counts.
    plain = _QUOTED.sub(lambda quoted: "x" * len(quoted[0]), text)
    for place, character in enumerate(plain):
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def json_value(given: Any, what: str) -> Any:
    """A Python value as JSON has it: times in UTC with Z, Decimal as text, bytes as base64, NaN and infinities as words.

    numpy's scalars and arrays are the numbers in them, pandas' NA and NaT are null; a NaN is a value. Raises FeatureGridError
    VALIDATION_FAILED for a value without a JSON form, with ``what`` it was given as.
    """
    if given is None or (isinstance(given, bool | str) and not isinstance(given, enum.Enum)):
        return given
    if isinstance(given, float):
        given = float(given)
        return given if math.isfinite(given) else "NaN" if math.isnan(given) else "Infinity" if given > 0 else "-Infinity"
    if isinstance(given, enum.Enum):
        return json_value(given.value, what)
    if isinstance(given, int):
        return int(given)
    if _is_null_of_pandas(given):
        return None
    if isinstance(given, datetime.datetime):
        return time_text(given, what)
    if isinstance(given, datetime.date):
        return given.isoformat()
    if isinstance(given, decimal.Decimal):
        return f"{given:f}" if given.is_finite() else str(given)
    if isinstance(given, bytes | bytearray | memoryview):
        return base64.b64encode(given).decode()
    if isinstance(given, Mapping):
        return {str(name): json_value(value, f"{what}.{name}") for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [json_value(value, f"{what}[{place}]") for place, value in enumerate(given)]
    return _of_other_libraries(given, what)


def _is_null_of_pandas(given: Any) -> bool:
    pandas = sys.modules.get("pandas")
    # Another thread may be importing it at the moment: then nobody has a value of its yet.
    missing = [getattr(pandas, name, None) for name in ("NA", "NaT")]
    return given is not None and any(given is value for value in missing)


def _of_other_libraries(given: Any, what: str) -> Any:
    kind = type(given)
    if kind.__module__.partition(".")[0] == "numpy":
        if kind.__name__ == "datetime64":
            return json_value(given.astype("datetime64[us]").item(), what)
        return json_value(given.tolist(), what)
    if hasattr(given, "as_py"):
        return json_value(given.as_py(), what)
    raise FeatureGridError(
        "VALIDATION_FAILED",
        f"{what} is {given!r}, a {kind.__module__}.{kind.__qualname__} (expected a number, text, bool, time, date, Decimal, bytes, "
        "list, dict or None)",
    )
