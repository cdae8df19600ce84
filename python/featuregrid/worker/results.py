"""Results of functions as values of the declared types: only conversions that lose nothing."""

from __future__ import annotations

import datetime
import decimal
import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from featuregrid.value_types import ValueType, enum_values

if TYPE_CHECKING:
    from featuregrid.worker.calls import Failures

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)


class Refused(Exception):
    """A result that does not fit; the message says what came and what was expected."""


class Target:
    """One output: its name and its type, whose text is the catalog's."""

    def __init__(self, name: str, declared: ValueType | None, text: str) -> None:
        if declared is None:
            raise ValueError(f"type {text} of {name} is not known (expected one of this version's)")
        self.name = name
        self.type = declared
        self._text = text
        self._convert = converter(text, declared)

    def array(self, values: list[Any] | pa.Array, output: int, failures: Failures) -> pa.Array:
        """The column of values, null where one does not fit, which is noted."""
        if isinstance(values, pa.Array) and values.type == self.type.arrow:
            return values
        found = values.to_pylist() if isinstance(values, pa.Array) else values
        converted: list[Any] = []
        for row, value in enumerate(found):
            try:
                converted.append(None if value is None else self._convert(_plain(value)))
            except Exception:  # whatever a value of a class of the user's raises
                failures.refused(row, output, f"{_shown(value)} for '{self.name}' (expected a value of type {self._text})")
                converted.append(None)
        if self.type.arrow == pa.timestamp("us", "UTC"):
            return pa.array(converted, pa.int64()).cast(self.type.arrow)
        try:
            return pa.array(converted, self.type.arrow)
        except Exception:  # Arrow's own errors, and others: UnicodeEncodeError of half a surrogate pair
            return self._one_by_one(converted, output, failures)

    def _one_by_one(self, values: list[Any], output: int, failures: Failures) -> pa.Array:
        kept: list[Any] = []
        for row, value in enumerate(values):
            try:
                pa.array([value], self.type.arrow)
                kept.append(value)
            except Exception:
                failures.refused(row, output, f"{_shown(value)} for '{self.name}' (expected a value of type {self._text})")
                kept.append(None)
        return pa.array(kept, self.type.arrow)


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__qualname__}"
    return text if len(text) <= 200 else text[:200] + "..."


def _plain(value: Any) -> Any:
    """A numpy scalar as Python's own."""
    numpy = sys.modules.get("numpy")
    return value.item() if numpy is not None and isinstance(value, numpy.generic) else value


def converter(text: str, declared: ValueType) -> Callable[[Any], Any]:
    """What makes a result, never None, a value of a declared type; it raises `Refused` or another error for one that does not fit.

    A timestamp becomes microseconds since the epoch.
    """
    arrow = declared.arrow
    if text.strip().startswith("enum"):
        words = frozenset(enum_values(text))
        return lambda value: _word(value, words)
    if pa.types.is_int64(arrow):
        return _whole
    if pa.types.is_float64(arrow):
        return _real
    if pa.types.is_timestamp(arrow):
        return _microseconds
    exact: dict[Any, type] = {pa.bool_(): bool, pa.string(): str, pa.binary(): bytes}
    if arrow in exact:
        return lambda value: _of(value, exact[arrow])
    if pa.types.is_date32(arrow):
        return _date
    if pa.types.is_decimal(arrow):
        return lambda value: _of(decimal.Decimal(value) if type(value) is int else value, decimal.Decimal)
    return lambda value: value


def _of(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise Refused
    return value


def _word(value: Any, words: frozenset[str]) -> str:
    if type(value) is not str or value not in words:
        raise Refused
    return value


def _whole(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or not -(1 << 63) <= value < 1 << 63:
        raise Refused
    return int(value)


def _real(value: Any) -> float:
    if isinstance(value, float):
        return value
    if not isinstance(value, int) or int(float(value)) != value:
        raise Refused
    return float(value)


def _microseconds(value: Any) -> int:
    if not isinstance(value, datetime.datetime) or value.tzinfo is None:
        raise Refused
    return (value - _EPOCH) // _MICROSECOND


def _date(value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        raise Refused
    return value


def is_absent(value: Any) -> bool:
    """Whether a cell of a frame is null: None, NaN, NaT or pandas' NA."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    pandas = sys.modules.get("pandas")
    return pandas is not None and (value is pandas.NA or value is pandas.NaT)
