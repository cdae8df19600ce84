"""A spine of any kind: the columns that a training set needs of it, and the answer joined to it as a frame of its kind.

Only key, time and input columns travel. The others are joined to the answer here, so they are what they were: dtypes, index,
objects that Arrow has no type for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from featuregrid.errors import FeatureGridError
from featuregrid.frames import arrow_of_pandas, arrow_table, check_names, is_pandas, is_polars, open_parquet, row_stream

REPORT_KEY = b"featuregrid.report"


class Spine(Protocol):
    """One spine: its column ``names``, its number of ``rows``, and what becomes of it."""

    names: list[str]
    rows: int

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Some columns as Arrow, every row in order."""

    def joined(self, features: pa.Table, kept: Sequence[int] | None, report: Mapping[str, Any]) -> Any:
        """A frame of the spine's kind: its rows, or those kept, then the feature columns, with the report attached."""


def spine_of(frame: Any) -> Spine:
    """The spine that a pandas or polars DataFrame, Arrow data or the path of a Parquet file is.

    Anything but pandas and polars becomes an Arrow Table. Raises FeatureGridError INVALID_QUERY for another kind, or for column
    names that are no unique texts.
    """
    if is_pandas(frame):
        return PandasSpine(frame)
    if is_polars(frame):
        return PolarsSpine(frame)
    if isinstance(frame, str | Path):
        with open_parquet(frame) as file:
            frame = file.read()
    elif not isinstance(frame, pa.Table | pa.RecordBatch):
        stream = row_stream(frame)
        frame = pa.Table.from_batches(list(stream.batches), stream.schema)
    return ArrowSpine(arrow_table(frame))


class PandasSpine:
    """A pandas spine. The answer keeps its index and dtypes; its own columns are those of `features_in_pandas`."""

    def __init__(self, frame: Any) -> None:
        check_names(list(frame.columns))
        self.names = list(frame.columns)
        self.rows = len(frame)
        self._frame = frame

    def columns(self, names: Sequence[str]) -> pa.Table:
        return arrow_of_pandas(self._frame[list(names)])

    def joined(self, features: pa.Table, kept: Sequence[int] | None, report: Mapping[str, Any]) -> Any:
        import pandas

        rows = self._frame if kept is None else self._frame.iloc[list(kept)]
        answered = features_in_pandas(features)
        answered.index = rows.index
        joined = pandas.concat([rows, answered], axis=1)
        joined.attrs = {**self._frame.attrs, "report": dict(report)}
        if "report" not in joined.columns:
            # Past the frame's own __setattr__, which warns that this makes no column.
            object.__setattr__(joined, "report", dict(report))
        return joined


def features_in_pandas(features: pa.Table) -> Any:
    """Feature columns in pandas: int64 as ``Int64`` and bool as ``boolean``, with or without nulls, so that a missing integer
    stays an integer's absence and no dtype depends on the data; timestamps as ``datetime64[us, UTC]``, dates as objects, float64
    with NaN for null.
    """
    import pandas

    nullable = {pa.int64(): pandas.Int64Dtype(), pa.bool_(): pandas.BooleanDtype()}
    return features.to_pandas(types_mapper=nullable.get)


class PolarsSpine:
    """A polars spine."""

    def __init__(self, frame: Any) -> None:
        self.names = list(frame.columns)
        self.rows = frame.height
        self._frame = frame

    def columns(self, names: Sequence[str]) -> pa.Table:
        return arrow_table(self._frame.select(list(names)))

    def joined(self, features: pa.Table, kept: Sequence[int] | None, report: Mapping[str, Any]) -> Any:
        import polars

        rows = self._frame if kept is None else self._frame[list(kept)]
        joined = rows.hstack(polars.from_arrow(features))
        joined.report = dict(report)
        return joined


class ArrowSpine:
    """An Arrow spine. The report stands as JSON in the schema's metadata, under ``featuregrid.report``."""

    def __init__(self, table: pa.Table) -> None:
        self.names = table.schema.names
        self.rows = table.num_rows
        self._table = table

    def columns(self, names: Sequence[str]) -> pa.Table:
        return self._table.select(list(names))

    def joined(self, features: pa.Table, kept: Sequence[int] | None, report: Mapping[str, Any]) -> Any:
        joined = self._table if kept is None else self._table.take(pa.array(kept, pa.int64()))
        for field, column in zip(features.schema, features.columns, strict=True):
            joined = joined.append_column(field, column)
        metadata = {**(self._table.schema.metadata or {}), REPORT_KEY: json.dumps(report).encode()}
        return joined.replace_schema_metadata(metadata)


def check_clash(names: Sequence[str], features: Sequence[str]) -> None:
    """Raises FeatureGridError INVALID_QUERY if a feature's column would have the name of one of the spine's."""
    clashing = sorted(set(names) & set(features))
    if clashing:
        raise FeatureGridError(
            "INVALID_QUERY", f"the spine has columns named as features: {', '.join(clashing)} (rename them in the spine)"
        )
