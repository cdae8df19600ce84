"""Values go in and come out as they were: every type, from and to every kind of table."""

from __future__ import annotations

import datetime
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

import featuregrid
from featuregrid import FeatureGridError

UTC = datetime.UTC
Applied = Callable[[str], str]

TYPES = """
    @features
    class Name:
        id: Primary[int]
        i: int | None
        f: float | None
        s: str | None
        b: bool | None
        t: datetime.datetime | None
        d: datetime.date | None
"""
FEATURES = ("i", "f", "s", "b", "t", "d")


def every_type() -> pa.Table:
    """A row of ordinary values, one of extreme ones, one of nulls."""
    return pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int64()),
            "i": pa.array([7, -(2**63), None], pa.int64()),
            "f": pa.array([1.5, -0.0, None], pa.float64()),
            "s": pa.array(["é\u4e2d\U0001f600", "", None], pa.string()),
            "b": pa.array([True, False, None], pa.bool_()),
            "t": pa.array([1, -62_135_596_800_000_000, None], pa.timestamp("us", "UTC")),
            "d": pa.array([0, -719_162, None], pa.date32()),
        }
    )


def spine_of(ids: list[Any]) -> pa.Table:
    return pa.table({"id": ids, "ts": [datetime.datetime(2021, 1, 1)] * len(ids)})


def train(grid: featuregrid.Grid, name: str, spine: Any, **options: Any) -> Any:
    return grid.training_set(spine, [f"{name}.{each}" for each in FEATURES], time="ts", keys={f"{name}.id": "id"}, **options)


def bits(value: Any) -> Any:
    return struct.pack(">d", value) if isinstance(value, float) else value


def test_arrow_in_arrow_out(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    given = every_type()
    counts = grid.ingest(name, given, observed_at="2020-01-01")
    assert (counts["rows"], counts["history"], counts["online"]) == (3, 3, 3)
    answer = train(grid, name, spine_of([1, 2, 3]))
    for each in FEATURES:
        column = answer.column(f"{name}.{each}")
        assert column.type == given.column(each).type
        assert [bits(value) for value in column.to_pylist()] == [bits(value) for value in given.column(each).to_pylist()]


def test_nan_of_arrow_is_a_value_and_nan_of_pandas_is_null(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    grid.ingest(name, pa.table({"id": [1, 2], "f": [float("nan"), None]}), observed_at="2020-01-01")
    grid.ingest(name, pandas.DataFrame({"id": [3], "f": [float("nan")]}), observed_at="2020-01-01")
    grid.ingest(name, polars.DataFrame({"id": [4], "f": [float("nan")]}), observed_at="2020-01-01")
    grid.ingest(name, pa.table({"id": [5], "f": [float("inf")]}), observed_at="2020-01-01")
    values = train(grid, name, spine_of([1, 2, 3, 4, 5])).column(f"{name}.f").to_pylist()
    assert [value is not None and math.isnan(value) for value in values] == [True, False, False, True, False]
    assert values[1:3] == [None, None]
    assert values[4] == float("inf")


def test_pandas_in_pandas_out(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    frame = every_type().slice(0, 1).to_pandas()
    frame["t"] = frame["t"].astype("datetime64[ns, UTC]")
    frame["s"] = frame["s"].astype("category")
    grid.ingest(name, frame, observed_at=datetime.datetime(2020, 1, 1))
    spine = pandas.DataFrame(
        {"id": [1, 9], "ts": pandas.to_datetime(["2021-01-01"] * 2), "label": ["x", object()]}, index=pandas.Index(["a", "b"])
    )
    answer = train(grid, name, spine)
    pandas.testing.assert_frame_equal(answer[["id", "ts", "label"]], spine)
    assert answer[f"{name}.i"].dtype == "Int64"
    assert answer.loc["a", f"{name}.i"] == 7
    assert answer.loc["a", f"{name}.t"] == pandas.Timestamp(1, unit="us", tz="UTC")
    assert answer.loc["b", [f"{name}.{each}" for each in FEATURES]].isna().all()
    assert answer.report["missing"] == {f"{name}.{each}": 1 for each in FEATURES}
    assert answer.attrs["report"]["rows"] == 2


def test_polars_in_polars_out(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    frame = polars.from_arrow(every_type())
    grid.ingest(name, frame.with_columns(polars.col("s").cast(polars.Categorical)), observed_at="2020-01-01")
    answer = train(grid, name, polars.from_arrow(spine_of([3, 1, 2])))
    renamed = frame.rename({each: f"{name}.{each}" for each in FEATURES})
    assert answer.drop("ts").equals(renamed[[2, 0, 1]])
    assert answer.report["rows"] == 3


def test_parquet_in_parquet_out(grid: featuregrid.Grid, applied: Applied, tmp_path: Path) -> None:
    name = applied(TYPES)
    rows = 300_000
    values = pa.table({"id": range(rows), "i": range(rows), "s": [f"s{number}" for number in range(rows)]})
    parquet.write_table(values, tmp_path / "values.parquet", row_group_size=50_000)
    assert grid.ingest(name, tmp_path / "values.parquet", observed_at="2020-01-01")["history"] == rows
    backwards = pa.table(
        {"id": range(rows - 1, -1, -1), "ts": pa.array([1_700_000_000_000_000] * rows, pa.timestamp("us")), "x": range(rows)}
    )
    parquet.write_table(backwards, tmp_path / "spine.parquet")
    out = tmp_path / "train.parquet"
    names = [f"{name}.i", f"{name}.s"]
    report = grid.training_set_file(tmp_path / "spine.parquet", out, names, time="ts", keys={f"{name}.id": "id"})
    assert (report["rows"], report["dropped"]) == (rows, 0)
    written = parquet.read_table(out)
    assert written.column_names == ["id", "ts", "x", *names]
    assert written.column("x").to_pylist() == list(range(rows))
    assert written.column(f"{name}.i").equals(written.column("id"))
    assert written.column(f"{name}.s").to_pylist() == [f"s{number}" for number in range(rows - 1, -1, -1)]


@pytest.mark.parametrize(
    ("column", "values", "feature"),
    [
        ("i", pa.array([1, 2, 3], pa.int8()), [1, 2, 3]),
        ("i", pa.array([1.0, 2.0, None]), [1, 2, None]),
        ("f", pa.array([1, 2, None], pa.int64()), [1.0, 2.0, None]),
        ("s", pa.array(["a", "b", None]).dictionary_encode(), ["a", "b", None]),
        ("s", pa.array(["a", "b", None], pa.large_string()), ["a", "b", None]),
        ("s", pa.nulls(3), [None, None, None]),
        ("t", pa.array([1, 2, None], pa.timestamp("s", "Asia/Tokyo")), [1_000_000, 2_000_000, None]),
        ("t", pa.array([1_000, 2_000, None], pa.timestamp("ns")), [1, 2, None]),
        ("t", pa.array(["1970-01-01T01:00:00.000001+01:00", "1970-01-01", None]), [1, 0, None]),
        ("d", pa.array(["1970-01-02", "1969-12-31", None]), [1, -1, None]),
    ],
)
def test_lossless_conversions(grid: featuregrid.Grid, applied: Applied, column: str, values: pa.Array, feature: list[Any]) -> None:
    name = applied(TYPES)
    grid.ingest(name, pa.table({"id": [1, 2, 3], column: values}), observed_at="2020-01-01")
    answer = train(grid, name, spine_of([1, 2, 3])).column(f"{name}.{column}")
    raw = answer.cast(pa.int64()) if column == "t" else answer.cast(pa.int32()) if column == "d" else answer
    assert raw.to_pylist() == feature


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("i", pa.array([1.0, 2.5]), "2.5"),
        ("f", pa.array([1, 2**53 + 1], pa.int64()), str(2**53 + 1)),
        ("i", pa.array(["1", "x"]), "1"),
        ("t", pa.array([1_000, 1_001], pa.timestamp("ns")), "round"),
        ("b", pa.array([1, 0], pa.int64()), "bool"),
    ],
)
def test_a_lossy_value_refuses_the_whole_batch(
    grid: featuregrid.Grid, applied: Applied, column: str, values: pa.Array, told: str
) -> None:
    name = applied(TYPES)
    with pytest.raises(FeatureGridError) as caught:
        grid.ingest(name, pa.table({"id": [1, 2], column: values}), observed_at="2020-01-01")
    assert caught.value.code == "VALIDATION_FAILED"
    assert told in caught.value.message
    assert f"'{column}'" in caught.value.message
    assert grid.history(name).num_rows == 0


def test_times_of_four_zones_and_none_are_the_same_instants(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    instant = datetime.datetime(2020, 7, 1, 12, tzinfo=UTC)
    grid.ingest(name, pa.table({"id": [1], "i": [1]}), observed_at=instant)
    grid.ingest(name, pa.table({"id": [1], "i": [2]}), observed_at=instant + datetime.timedelta(microseconds=1))
    zones = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", None]
    for zone in zones:
        series = pandas.Series([pandas.Timestamp(instant)] * 2)
        series = series.dt.tz_localize(None) if zone is None else series.dt.tz_convert(zone)
        for unit in ("s", "ms", "us", "ns"):
            spine = pandas.DataFrame({"id": [1, 1], "ts": series.dt.as_unit(unit)})
            assert train(grid, name, spine)[f"{name}.i"].tolist() == [1, 1], (zone, unit)
            frame = polars.from_pandas(spine)
            assert train(grid, name, frame)[f"{name}.i"].to_list() == [1, 1], (zone, unit)
    mixed = [pandas.Timestamp(instant).tz_convert(zone).to_pydatetime() for zone in zones[:4]]
    mixed += [instant.replace(tzinfo=None), instant + datetime.timedelta(microseconds=1)]
    spine = pandas.DataFrame({"id": [1] * 6, "ts": pandas.Series(mixed, dtype=object)})
    assert train(grid, name, spine)[f"{name}.i"].tolist() == [1, 1, 1, 1, 1, 2]
    texts = [
        "2020-07-01T12:00:00Z",
        "2020-07-01T12:00:00",
        "2020-07-01 14:00:00+02:00",
        "2020-07-01T12:00:00.000001Z",
        "2020-07-01",
        None,
    ]
    spine = pandas.DataFrame({"id": [1] * 6, "ts": texts})
    assert train(grid, name, spine)[f"{name}.i"].fillna(0).tolist() == [1, 1, 1, 2, 0, 0]


def test_a_spine_time_below_a_microsecond_is_floored(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    grid.ingest(name, pa.table({"id": [1], "i": [1], "at": pa.array([5], pa.timestamp("us"))}), observed_at="at")
    spine = pa.table({"id": [1, 1], "ts": pa.array([4_999, 5_999], pa.timestamp("ns"))})
    assert train(grid, name, spine).column(f"{name}.i").to_pylist() == [None, 1]


@pytest.mark.parametrize(
    "ids",
    [
        pa.array([1, 9, None, 1], pa.int32()),
        pa.array([1.0, 9.0, None, 1.0]),
        pa.array([1, 9, None, 1], pa.int64()).dictionary_encode(),
        pa.array([1, 9, None, 1], pa.uint8()),
    ],
)
def test_keys_of_other_layouts(grid: featuregrid.Grid, applied: Applied, ids: pa.Array) -> None:
    name = applied(TYPES)
    grid.ingest(name, pa.table({"id": [1], "i": [7]}), observed_at="2020-01-01")
    spine = pa.table({"id": ids, "ts": [datetime.datetime(2021, 1, 1)] * 4})
    answer = train(grid, name, spine)
    assert answer.column(f"{name}.i").to_pylist() == [7, None, None, 7]
    assert answer.column("id").type == ids.type


def test_a_key_that_is_no_integer_is_refused(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    with pytest.raises(FeatureGridError, match=r"^VALIDATION_FAILED: .*1\.5"):
        train(grid, name, spine_of([1.0, 1.5]))


def test_a_plain_flight_client_does_it_in_a_dozen_lines(node: Any, grid: featuregrid.Grid, applied: Applied) -> None:
    import json

    import pyarrow.flight as flight

    name = applied(TYPES)
    client = flight.connect(node.flight_url)
    rows = pa.table({"id": [1, 2], "s": pa.array(["a", "b"]).dictionary_encode()})
    writer, answers = client.do_put(flight.FlightDescriptor.for_path("observations", name), rows.schema)
    writer.write_with_metadata(rows.to_batches()[0], json.dumps({"observed_at": "2020-01-01"}).encode())
    writer.done_writing()
    assert json.loads(answers.read().to_pybytes())["history"] == 2
    writer.close()
    spine = pa.table(
        {"ts": ["2021-01-01", None, "2021-01-01"], "who": pa.array([2, 1, 3]).dictionary_encode(), "d": ["x", "y", None]}
    )
    spine = spine.set_column(2, "d", spine.column("d").dictionary_encode())
    command = {"type": "training_set", "time": "ts", "keys": {f"{name}.id": "who"}, "features": [f"{name}.s"]}
    writer, reader = client.do_exchange(flight.FlightDescriptor.for_command(json.dumps(command).encode()))
    writer.begin(spine.schema)
    writer.write_table(spine)
    writer.done_writing()
    chunks = list(reader)
    writer.close()
    answer = pa.Table.from_batches([chunk.data for chunk in chunks if chunk.data is not None])
    assert answer.column_names == ["ts", "who", "d", f"{name}.s"]
    assert [row["d"] for row in answer.to_pylist()] == ["x", "y", None]
    assert answer.column(f"{name}.s").to_pylist() == ["b", None, None]
    assert json.loads(chunks[-1].app_metadata.to_pybytes())["rows"] == 3
    client.close()
