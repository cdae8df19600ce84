"""Tables of any kind as Arrow: pandas, polars, Arrow, and Parquet files, in messages of bounded size.

Nulls: pandas' NaN, NaT and None are null, whatever their dtype; in Arrow and polars NaN is a value and null is null. A pandas
index is ignored. Dictionary columns are sent as their values, large and view layouts as plain ones: the same values in the one
layout that every reader has.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet

from featuregrid.errors import FeatureGridError

ROWS_A_MESSAGE = 65_536
BYTES_A_MESSAGE = 8 << 20


@dataclass
class RowStream:
    """Rows to send: their schema, their number where it is known, and the batches, which can be taken once."""

    schema: pa.Schema
    rows: int | None
    batches: Iterable[pa.RecordBatch]


def is_pandas(table: Any) -> bool:
    """Whether it is a pandas DataFrame; pandas is not imported to find out."""
    # Another thread may be importing it at the moment: then nobody has a frame of its yet.
    frame = getattr(sys.modules.get("pandas"), "DataFrame", None)
    return frame is not None and isinstance(table, frame)


def is_polars(table: Any) -> bool:
    """Whether it is a polars DataFrame; polars is not imported to find out."""
    polars = sys.modules.get("polars")
    return polars is not None and isinstance(table, polars.DataFrame)


def row_stream(table: Any) -> RowStream:
    """The rows of a table of any kind, ready to be sent.

    ``table`` is a pandas or polars DataFrame, an Arrow Table, RecordBatch or RecordBatchReader, anything with Arrow's C stream
    interface, or the path of a Parquet file, which is read piece by piece. Raises FeatureGridError: INVALID_QUERY for another
    kind, column names that are no unique texts or a file that cannot be read; VALIDATION_FAILED for values without an Arrow
    type.
    """
    if isinstance(table, str | Path):
        return parquet_stream(table)
    if is_pandas(table) or is_polars(table) or isinstance(table, pa.Table | pa.RecordBatch):
        return _table_stream(arrow_table(table))
    if not isinstance(table, pa.RecordBatchReader):
        if not hasattr(table, "__arrow_c_stream__"):
            raise FeatureGridError(
                "INVALID_QUERY",
                f"the table is a {type(table).__module__}.{type(table).__name__} (expected a pandas or polars DataFrame, an Arrow "
                "Table, RecordBatch or RecordBatchReader, or the path of a Parquet file)",
            )
        table = pa.RecordBatchReader.from_stream(table)
    check_names(table.schema.names)
    schema = plain_schema(table.schema)
    return RowStream(schema, None, messages(table, schema))


def arrow_table(table: Any) -> pa.Table:
    """A table in memory of any kind as an Arrow Table. Raises as `row_stream` does."""
    if is_pandas(table):
        return arrow_of_pandas(table)
    if is_polars(table):
        return _of_polars(table)
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    check_names(table.schema.names)
    return table


def _of_polars(table: Any) -> pa.Table:
    import polars

    try:
        # The oldest layouts are those that every reader of Arrow has.
        return table.to_arrow(compat_level=polars.CompatLevel.oldest())
    except Exception as error:
        raise FeatureGridError("VALIDATION_FAILED", f"the polars frame has no Arrow form: {error}") from error


def _table_stream(table: pa.Table) -> RowStream:
    schema = plain_schema(table.schema)
    if table.num_rows and table.num_columns and max(column.num_chunks for column in table.columns) > 1 + table.num_rows // 1024:
        # Thousands of tiny chunks would be as many messages.
        table = table.combine_chunks()
    return RowStream(schema, table.num_rows, messages(table.to_batches(max_chunksize=ROWS_A_MESSAGE), schema))


def parquet_stream(path: str | Path) -> RowStream:
    """The rows of a Parquet file, read as they are taken."""
    file = open_parquet(path)
    check_names(file.schema_arrow.names)
    schema = plain_schema(file.schema_arrow)

    def batches() -> Iterator[pa.RecordBatch]:
        with file:
            try:
                yield from file.iter_batches(batch_size=ROWS_A_MESSAGE)
            except (pa.ArrowException, OSError) as error:
                raise FeatureGridError("INVALID_QUERY", f"{path} cannot be read: {error}") from error

    return RowStream(schema, file.metadata.num_rows, messages(batches(), schema))


def open_parquet(path: str | Path) -> parquet.ParquetFile:
    """An open Parquet file. Raises FeatureGridError INVALID_QUERY if it is none."""
    try:
        return parquet.ParquetFile(Path(path).expanduser())
    except FileNotFoundError:
        raise FeatureGridError("INVALID_QUERY", f"file {str(path)!r} does not exist (expected a Parquet file)") from None
    except (pa.ArrowException, OSError) as error:
        raise FeatureGridError("INVALID_QUERY", f"file {str(path)!r} is no readable Parquet file: {error}") from error


def check_names(names: Sequence[Any]) -> None:
    """Raises FeatureGridError INVALID_QUERY unless the column names are texts, each once."""
    seen: set[Any] = set()
    for name in names:
        if not isinstance(name, str):
            raise FeatureGridError("INVALID_QUERY", f"column name {name!r} is a {type(name).__name__} (expected text)")
        if name in seen:
            raise FeatureGridError("INVALID_QUERY", f"column {name!r} is there twice (expected unique names)")
        seen.add(name)


def arrow_of_pandas(frame: Any) -> pa.Table:
    """A pandas frame's columns as Arrow. Datetime objects of mixed zones become UTC, those without a zone are UTC already."""
    check_names(list(frame.columns))
    columns = {name: _of_series(frame[name]) for name in frame.columns}
    if not columns:
        return pa.table({}).select([])
    return pa.table(columns)


def _of_series(series: Any) -> pa.ChunkedArray:
    import pandas

    try:
        if series.dtype == object and pandas.api.types.infer_dtype(series, skipna=True) in ("datetime", "datetime64"):
            # One column may mix zones, and times with and without one; Arrow would take the first one's zone for all.
            series = pandas.to_datetime(series, utc=True)
        converted = pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise FeatureGridError(
            "VALIDATION_FAILED", f"column {series.name!r} of dtype {series.dtype} has no Arrow type: {error}"
        ) from error
    column = converted if isinstance(converted, pa.ChunkedArray) else pa.chunked_array([converted])
    if pa.types.is_floating(column.type):
        # Arrow-backed and masked dtypes keep NaN apart from NA; here both are pandas' word for null.
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return column


def plain_type(given: pa.DataType) -> pa.DataType:
    """The type that a column is sent as: a dictionary's values, plain in place of large and view layouts."""
    if pa.types.is_dictionary(given):
        return plain_type(given.value_type)
    if pa.types.is_large_string(given) or pa.types.is_string_view(given):
        return pa.string()
    if pa.types.is_large_binary(given) or pa.types.is_binary_view(given):
        return pa.binary()
    return given


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema that rows are sent with: plain types, all nullable, no metadata."""
    return pa.schema([pa.field(field.name, plain_type(field.type)) for field in schema])


def messages(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The batches in pieces of at most 65,536 rows and about 8 MB, a single row aside, cast to the schema."""
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS_A_MESSAGE):
            piece = batch.slice(start, ROWS_A_MESSAGE)
            columns = [_cast(column, field.type) for column, field in zip(piece.columns, schema, strict=True)]
            yield from _halved(pa.RecordBatch.from_arrays(columns, schema=schema))


def _cast(column: pa.Array, to: pa.DataType) -> pa.Array:
    return column if column.type == to else column.cast(to)


def _halved(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.nbytes <= BYTES_A_MESSAGE or batch.num_rows <= 1:
        yield batch
        return
    middle = batch.num_rows // 2
    yield from _halved(batch.slice(0, middle))
    yield from _halved(batch.slice(middle))
