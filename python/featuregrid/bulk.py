"""Bulk queries: columns up and columns down, for frames of any kind, in requests of bounded size."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from featuregrid.declared_types import DeclaredTypes
from featuregrid.errors import FeatureGridError
from featuregrid.frames import check_names, plain_type
from featuregrid.query import UnexpectedType
from featuregrid.spine import ArrowSpine, PandasSpine, Spine, features_in_pandas, spine_of
from featuregrid.value_types import ValueType, json_value

# A request's body is bounded by the node (16 MiB unless configured).
ROWS_A_REQUEST = 10_000


class BulkInput:
    """The rows of a bulk query: a frame of any kind, or a mapping of features to columns.

    Columns whose names have a dot are the query's inputs; others are the caller's own and do not travel. Raises
    FeatureGridError: INVALID_QUERY for another kind or columns of different lengths, VALIDATION_FAILED for values without an
    Arrow type.
    """

    def __init__(self, given: Any) -> None:
        self._mapping = isinstance(given, Mapping)
        self._spine: Spine = ArrowSpine(_table_of(given)) if self._mapping else spine_of(given)
        self.names = [name for name in self._spine.names if "." in name]
        self.rows = self._spine.rows
        if not self.names:
            raise FeatureGridError(
                "INVALID_QUERY",
                f"the inputs have no column that is named as a feature (they have {self._spine.names}; expected names like "
                "flight.id)",
            )

    def columns(self) -> dict[str, list[Any]]:
        """The inputs as JSON has them, by name."""
        return json_columns(self._spine.columns(self.names))

    def joined(self, answer: pa.Table, report: Mapping[str, Any]) -> Any:
        """The caller's frame with the answer's columns behind; a mapping becomes pandas if it is installed, else Arrow."""
        own = set(self._spine.names)
        fresh = answer.select([name for name in answer.schema.names if name not in own])
        if self._mapping and isinstance(self._spine, ArrowSpine) and importlib.util.find_spec("pandas") is not None:
            columns = self._spine.columns(self._spine.names)
            return PandasSpine(features_in_pandas(columns)).joined(fresh, None, report)
        return self._spine.joined(fresh, None, report)


def _table_of(given: Mapping[Any, Any]) -> pa.Table:
    columns = {}
    for name, column in given.items():
        columns[str(name)] = array_of(str(name), column)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise FeatureGridError("INVALID_QUERY", f"the columns have different lengths: {lengths} (expected the same)")
    check_names(list(columns))
    return pa.table(columns)


def array_of(name: str, column: Any) -> pa.Array | pa.ChunkedArray:
    """A column of any kind as Arrow. Raises FeatureGridError as `BulkInput` does."""
    if isinstance(column, str | bytes) or not hasattr(column, "__len__"):
        raise FeatureGridError("INVALID_QUERY", f"column {name!r} is {column!r} (expected a list of values)")
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return column
    try:
        return pa.array(column)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise FeatureGridError("VALIDATION_FAILED", f"column {name!r} has no Arrow type: {error}") from error


def json_columns(table: pa.Table) -> dict[str, list[Any]]:
    """The columns of a table as JSON has them, by name."""
    return {name: _json_column(table.column(name), name) for name in table.schema.names}


def _json_column(column: pa.ChunkedArray, name: str) -> list[Any]:
    try:
        column = column.cast(plain_type(column.type))
        if pa.types.is_timestamp(column.type):
            # One without a zone is UTC.
            column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).cast(pa.timestamp("us", "UTC"))
        values = column.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise FeatureGridError("VALIDATION_FAILED", f"column {name!r} of type {column.type}: {error}") from error
    if pa.types.is_integer(column.type) or pa.types.is_string(column.type) or pa.types.is_boolean(column.type):
        return list(values)
    return [json_value(value, name) for value in values]


def ask_in_pieces(
    inputs: Mapping[str, list[Any]],
    rows: int,
    ask: Callable[[Mapping[str, list[Any]]], Mapping[str, Any]],
    advance: Callable[[int], None],
) -> dict[str, Any]:
    """One answer ``{data, errors, meta}`` out of as many requests as the rows need; the rows of errors are the caller's.

    ``meta`` is the last one's. A request that the node finds too large is made again in halves.
    """
    data: dict[str, list[Any]] = {}
    errors: list[dict[str, Any]] = []
    meta: dict[str, Any] = {}
    # Last in, first out: the pieces are asked in the order of the rows.
    pieces = [(start, min(ROWS_A_REQUEST, rows - start)) for start in range(0, max(rows, 1), ROWS_A_REQUEST)][::-1]
    while pieces:
        start, count = pieces.pop()
        try:
            answer = ask({name: column[start : start + count] for name, column in inputs.items()})
        except FeatureGridError as error:
            if error.code != "TOO_LARGE" or count <= 1:
                raise
            half = count // 2
            pieces += [(start + half, count - half), (start, half)]
            continue
        for name, column in answer["data"].items():
            if len(column) != count:
                raise FeatureGridError(
                    "INTERNAL_SERVER_ERROR", f"the node answered {len(column)} values of {name!r} (expected {count}, one a row)"
                )
            data.setdefault(name, []).extend(column)
        for met in answer.get("errors") or ():
            row = met.get("row")
            errors.append({**met, "row": row + start} if isinstance(row, int) else dict(met))
        meta = dict(answer.get("meta") or {})
        advance(count)
    return {"data": data, "errors": errors, "meta": meta}


def answer_table(answer: Mapping[str, Any], outputs: Sequence[str], types: DeclaredTypes) -> pa.Table:
    """The answer's columns as Arrow, each of its feature's declared type, in the order asked for."""
    data, version = answer["data"], answer["meta"].get("deployment_id")
    missing = [name for name in outputs if name not in data]
    if missing:
        raise FeatureGridError("INTERNAL_SERVER_ERROR", f"the node's answer lacks {missing} (expected every output)")
    outputs = list(dict.fromkeys(outputs))
    try:
        return _typed(data, outputs, types.of(outputs, version))
    except UnexpectedType:
        types.forget()
        return _typed(data, outputs, types.of(outputs, version))


def _typed(data: Mapping[str, list[Any]], outputs: Sequence[str], types: Mapping[str, ValueType | None]) -> pa.Table:
    columns = {}
    for name in outputs:
        declared = types[name]
        if declared is None:
            columns[name] = array_of(name, data[name])
            continue
        try:
            columns[name] = declared.column(data[name])
        except (pa.ArrowException, ValueError, TypeError, ArithmeticError) as error:
            raise UnexpectedType(name, data[name][:3], declared) from error
    return pa.table(columns) if columns else pa.table({}).select([])
