"""Columns as the values, arrays and series that functions take and give.

The kind of an array or series depends on the declared type only, never on the data: a numpy function gets float64 with NaN for
null of float64, masked arrays of int64 and bool, arrays of objects for everything else; a pandas function gets ``float64`` with
NaN, the nullable ``Int64`` and ``boolean``, ``datetime64[us, UTC]``, and objects for everything else. What comes back is null where
it is None, NaN, NaT, NA or masked.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from featuregrid.worker.results import Refused, Target, is_absent

if TYPE_CHECKING:
    from featuregrid.worker.calls import Failures

ALL = -1


class Unreadable:
    """In place of a value that Python cannot have: a datetime beyond the years 1 to 9999."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def python_values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column as Python's own, `Unreadable` for those that are none; datetimes are aware, in UTC."""
    if pa.types.is_timestamp(column.type):
        # to_pylist would look for a time zone's data base.
        return [None if each is None else _or_error(_instant, each) for each in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_date32(column.type):
        return [None if each is None else _or_error(_day, each) for each in column.cast(pa.int32()).to_pylist()]
    return column.to_pylist()


def _instant(micros: int) -> datetime.datetime:
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(microseconds=micros)


def _day(days: int) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=days)


def _or_error(read: Callable[[int], Any], number: int) -> Any:
    try:
        return read(number)
    except OverflowError as error:
        return Unreadable(error)


def run(
    function: Callable[..., Any], frame: str, table: pa.Table, targets: list[Target], failures: Failures
) -> list[list[Any] | pa.Array] | None:
    """The outputs of one call over all rows; None if it failed for all of them, which is noted."""
    try:
        return called(function, frame, table, targets)
    except Refused as refused:
        failures.refused(ALL, ALL, str(refused))
    except BaseException as error:  # a function's sys.exit() is a failure, not the end of the process
        failures.raised(ALL, error)
    return None


def called(function: Callable[..., Any], frame: str, table: pa.Table, targets: list[Target]) -> list[list[Any] | pa.Array]:
    """The outputs of one call over all rows. Raises `Refused` for a result of another shape, and what the function raises."""
    convert = _numpy if frame == "numpy" else _pandas
    return _columns(function(*(convert(column) for column in table.columns)), table.num_rows, targets)


def _columns(result: Any, rows: int, targets: list[Target]) -> list[list[Any] | pa.Array]:
    if hasattr(result, "columns") and hasattr(result, "__getitem__"):
        names = [target.name for target in targets]
        if not set(names) <= set(result.columns):
            raise Refused(f"a frame of the columns {list(result.columns)} (expected {names})")
        parts = [result[name] for name in names]
    elif len(targets) == 1:
        parts = [result]
    elif isinstance(result, tuple | list) and len(result) == len(targets):
        parts = list(result)
    else:
        raise Refused(f"{type(result).__name__} (expected a tuple of {len(targets)} columns, or a frame of them)")
    return [_cells(part, rows, target) for part, target in zip(parts, targets, strict=True)]


def _cells(part: Any, rows: int, target: Target) -> list[Any]:
    if isinstance(part, str | bytes) or not hasattr(part, "__len__"):
        raise Refused(f"{part!r} for '{target.name}' (expected a column of {rows} values)")
    shape = getattr(part, "shape", (len(part),))
    if tuple(shape) != (rows,):
        raise Refused(f"a column of shape {tuple(shape)} for '{target.name}' (expected ({rows},), a value a row)")
    if hasattr(part, "to_pydatetime"):
        part = list(part.to_pydatetime())
    cells = part.tolist() if hasattr(part, "tolist") else list(part)
    return [None if is_absent(cell) else _moment(cell) for cell in cells]


def _moment(cell: Any) -> Any:
    return cell.to_pydatetime() if hasattr(cell, "to_pydatetime") else cell


def _numpy(column: pa.ChunkedArray) -> Any:
    import numpy

    if pa.types.is_float64(column.type):
        return column.to_numpy()
    if pa.types.is_int64(column.type) or pa.types.is_boolean(column.type):
        kind: Any = numpy.int64 if pa.types.is_int64(column.type) else numpy.bool_
        values = column.fill_null(pa.scalar(0).cast(column.type)).to_numpy()
        return numpy.ma.masked_array(values.astype(kind), mask=column.is_null().to_numpy())
    objects = numpy.empty(len(column), dtype=object)
    objects[:] = _readable(column)
    return objects


def _pandas(column: pa.ChunkedArray) -> Any:
    import pandas

    if pa.types.is_float64(column.type):
        return column.to_pandas()
    if pa.types.is_int64(column.type):
        return pandas.Series(pandas.array(column.to_pylist(), dtype="Int64"))
    if pa.types.is_boolean(column.type):
        return pandas.Series(pandas.array(column.to_pylist(), dtype="boolean"))
    if pa.types.is_timestamp(column.type):
        return pandas.Series(pandas.to_datetime(pandas.Series(column.cast(pa.int64()).to_pylist(), dtype="Int64"), unit="us", utc=True))
    return pandas.Series(_readable(column), dtype=object)


def _readable(column: pa.ChunkedArray) -> list[Any]:
    values = python_values(column)
    for value in values:
        if isinstance(value, Unreadable):
            raise value.error
    return values
