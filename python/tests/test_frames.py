"""Tables of every kind as the rows that travel: types, nulls, sizes of messages."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from featuregrid.errors import FeatureGridError
from featuregrid.frames import ROWS_A_MESSAGE, arrow_of_pandas, arrow_table, messages, row_stream

UTC = datetime.UTC


def rows_of(table: Any) -> list[dict[str, Any]]:
    stream = row_stream(table)
    return pa.Table.from_batches(list(stream.batches), stream.schema).to_pylist()


def test_nan_nat_and_none_of_pandas_are_null_whatever_the_dtype() -> None:
    frame = pandas.DataFrame(
        {
            "f": [1.5, numpy.nan, None],
            "t": pandas.to_datetime(["2020-01-01", None, "2020-01-02"]),
            "o": ["a", numpy.nan, None],
            "i": pandas.array([1, None, 3], dtype="Int64"),
            "m": pandas.array([1.0, None, float("nan")], dtype="Float64"),
            "a": pandas.Series(pandas.arrays.ArrowExtensionArray(pa.array([1.0, float("nan"), None]))),
            "b": [True, None, pandas.NA],
        }
    )
    table = arrow_of_pandas(frame)
    assert {name: table.column(name).null_count for name in table.column_names} == {
        "f": 2, "t": 1, "o": 2, "i": 1, "m": 2, "a": 2, "b": 2,
    }  # fmt: skip
    assert table.schema.field("i").type == pa.int64()
    assert table.schema.field("b").type == pa.bool_()


def test_nan_of_arrow_and_polars_is_a_value() -> None:
    values = [1.0, float("nan"), None]
    for table in (pa.table({"f": values}), polars.DataFrame({"f": values})):
        assert arrow_table(table).column("f").null_count == 1


def test_datetime_objects_of_mixed_zones_become_utc() -> None:
    east = datetime.timezone(datetime.timedelta(hours=13))
    times = [
        datetime.datetime(2020, 1, 1, 13, tzinfo=east),
        datetime.datetime(2020, 1, 1, 0, tzinfo=UTC),
        datetime.datetime(2020, 1, 1, 0),
        pandas.Timestamp("2019-12-31 19:00:00", tz="America/New_York"),
        None,
    ]
    for order in (times, times[::-1], times[2:]):
        column = arrow_of_pandas(pandas.DataFrame({"t": pandas.Series(order, dtype=object)})).column("t")
        assert pa.types.is_timestamp(column.type)
        assert column.type.tz == "UTC"
        assert {value for value in column.to_pylist() if value is not None} == {datetime.datetime(2020, 1, 1, tzinfo=UTC)}


def test_nanoseconds_are_not_lost_on_the_way() -> None:
    frame = pandas.DataFrame({"t": pandas.Series([pandas.Timestamp("2020-01-01 00:00:00.000000001"), None], dtype=object)})
    assert arrow_of_pandas(frame).column("t").type.unit == "ns"


def test_values_without_an_arrow_type_are_named_by_their_column() -> None:
    with pytest.raises(FeatureGridError, match="VALIDATION_FAILED: column 'x' of dtype object has no Arrow type") as caught:
        row_stream(pandas.DataFrame({"x": [1, "a", object()]}))
    assert caught.value.code == "VALIDATION_FAILED"


@pytest.mark.parametrize("table", [pandas.DataFrame([[1, 2]]), pandas.DataFrame([[1, 2]], columns=["a", "a"])])
def test_column_names_are_unique_texts(table: pandas.DataFrame) -> None:
    with pytest.raises(FeatureGridError, match="INVALID_QUERY: column"):
        row_stream(table)
    with pytest.raises(FeatureGridError, match="INVALID_QUERY: column 'a' is there twice"):
        row_stream(pa.table([[1], [2]], names=["a", "a"]))


def test_dictionaries_and_other_layouts_travel_as_plain_values() -> None:
    table = pa.table(
        {
            "d": pa.array(["a", None, "a"]).dictionary_encode(),
            "l": pa.array(["a", None, "b"], pa.large_string()),
            "v": pa.array(["a", None, "b"], pa.string_view()),
            "b": pa.array([b"a", None, b"b"], pa.large_binary()),
        }
    )
    stream = row_stream(table)
    assert stream.schema.types == [pa.string(), pa.string(), pa.string(), pa.binary()]
    assert pa.Table.from_batches(list(stream.batches), stream.schema).to_pylist() == table.to_pylist()
    frame = polars.DataFrame({"c": polars.Series(["a", None, "b"], dtype=polars.Categorical), "s": ["x", "y", None]})
    assert row_stream(frame).schema.types == [pa.string(), pa.string()]
    assert rows_of(frame) == frame.to_dicts()
    assert rows_of(pandas.DataFrame({"c": pandas.Categorical(["a", None, "b"])})) == [{"c": "a"}, {"c": None}, {"c": "b"}]


def test_a_pandas_index_is_ignored() -> None:
    assert rows_of(pandas.DataFrame({"a": [1]}, index=pandas.Index([7], name="key"))) == [{"a": 1}]


def test_every_kind_of_table(tmp_path: Path) -> None:
    table = pa.table({"id": [1, 2, 3], "s": ["a", None, "c"]})
    path = tmp_path / "table.parquet"
    parquet.write_table(table, path, row_group_size=2)
    kinds = [
        table,
        table.to_batches()[0],
        pa.RecordBatchReader.from_batches(table.schema, table.to_batches()),
        table.to_pandas(),
        polars.from_arrow(table),
        path,
        str(path),
        StreamOnly(table),
    ]
    for kind in kinds:
        assert rows_of(kind) == table.to_pylist()
    assert row_stream(path).rows == 3


class StreamOnly:
    """Another library's table: Arrow's C stream and nothing else."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("table", [None, 3, {"a": [1]}, [{"a": 1}], polars.LazyFrame({"a": [1]})])
def test_something_that_is_no_table(table: object) -> None:
    with pytest.raises(FeatureGridError, match="expected a pandas or polars DataFrame"):
        row_stream(table)


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    with pytest.raises(FeatureGridError, match="does not exist"):
        row_stream(tmp_path / "nothing.parquet")
    (tmp_path / "text.parquet").write_text("text")
    with pytest.raises(FeatureGridError, match="is no readable Parquet file"):
        row_stream(tmp_path / "text.parquet")


def test_messages_are_bounded_in_rows_and_bytes() -> None:
    many = row_stream(pa.table({"a": pa.array(range(150_000), pa.int64())}))
    assert [batch.num_rows for batch in many.batches] == [ROWS_A_MESSAGE, ROWS_A_MESSAGE, 150_000 - 2 * ROWS_A_MESSAGE]
    wide = list(row_stream(pa.table({"a": ["x" * 1_000_000] * 20})).batches)
    assert sum(batch.num_rows for batch in wide) == 20
    assert all(batch.nbytes <= 8 << 20 for batch in wide)
    assert len(list(row_stream(pa.table({"a": ["x" * 20_000_000]})).batches)) == 1


def test_tiny_chunks_are_sent_together() -> None:
    table = pa.concat_tables([pa.table({"a": [number]}) for number in range(3000)])
    assert table.column("a").num_chunks == 3000
    stream = row_stream(table)
    sent = list(stream.batches)
    assert len(sent) == 1
    assert sent[0].column(0).to_pylist() == list(range(3000))


def test_slices_are_sent_as_slices() -> None:
    whole = pa.record_batch({"a": list(range(10))})
    assert [batch.to_pydict() for batch in messages([whole.slice(7)], whole.schema)] == [{"a": [7, 8, 9]}]


def test_a_table_without_rows_keeps_its_types() -> None:
    assert row_stream(pandas.DataFrame({"a": pandas.Series([], dtype="float64")})).schema.types == [pa.float64()]
    assert rows_of(pa.table({"a": pa.array([], pa.int64())})) == []
