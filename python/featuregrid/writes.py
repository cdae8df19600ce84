"""Observations on their way into an upload: rows, columns or a frame as the JSON that a node reads."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from featuregrid.bulk import json_columns
from featuregrid.errors import FeatureGridError
from featuregrid.frames import arrow_table, is_pandas, is_polars, row_stream
from featuregrid.query import named_values
from featuregrid.times import time_text
from featuregrid.value_types import json_value


def upload_document(given: Any, observed_at: str | datetime.datetime | None, ingest_id: str | None) -> dict[str, Any]:
    """What is sent for an upload of ``{feature: column}``, ``[{feature: value}]`` or a frame.

    In rows a feature that is absent is not carried; in columns and frames each one that is there is. Raises FeatureGridError:
    INVALID_QUERY for another kind, VALIDATION_FAILED for values without a JSON form.
    """
    document = _rows_or_columns(given)
    if observed_at is not None:
        document["observed_at"] = time_text(observed_at, "observed_at")
    if ingest_id is not None:
        document["ingest_id"] = ingest_id
    return document


def _rows_or_columns(given: Any) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return {"columns": {str(name): _column(column, str(name)) for name, column in given.items()}}
    if is_pandas(given) or is_polars(given) or isinstance(given, pa.Table | pa.RecordBatch):
        return {"columns": json_columns(arrow_table(given))}
    if isinstance(given, list | tuple):
        return {"rows": [named_values(row, f"row {place}") for place, row in enumerate(given)]}
    stream = row_stream(given)
    return {"columns": json_columns(pa.Table.from_batches(list(stream.batches), stream.schema))}


def _column(column: Any, name: str) -> Any:
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return json_columns(pa.table({name: column}))[name]
    if isinstance(column, str | bytes) or not hasattr(column, "__iter__"):
        raise FeatureGridError(
            "INVALID_QUERY", f"column {name!r} is {column!r} (expected a list of values; a single row is [{{feature: value}}])"
        )
    return [json_value(value, f"{name}[{place}]") for place, value in enumerate(column)]


def keys_document(given: Any) -> dict[str, Any]:
    """What is sent to erase one entity, ``{"flight.id": "a"}``, or a list of them."""
    listed = [given] if isinstance(given, Mapping) else given
    if not isinstance(listed, list | tuple):
        raise FeatureGridError(
            "INVALID_QUERY", f"keys is {given!r} (expected {{key column: value}}, like {{'flight.id': 'a'}}, or a list of them)"
        )
    return {"keys": [named_values(key, f"key {place}") for place, key in enumerate(listed)]}
