"""Enums, decimals, binaries, lists, structs and vectors: from every kind of table into files that others read, and back."""

from __future__ import annotations

import contextlib
import datetime
import math
import random
import sqlite3
import urllib.parse
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow as pa
import pytest
from pyiceberg.table import StaticTable

import featuregrid
from featuregrid import FeatureGridError

Applied = Callable[[str], str]

TYPES = """
    import dataclasses, decimal, typing
    import featuregrid as fg

    @dataclasses.dataclass
    class Point:
        x: int | None
        name: str | None
        at: list[datetime.datetime]

    @features
    class Name:
        id: Primary[int]
        kind: typing.Literal["a", "b c"] | None
        small: fg.Decimal[9, 2] | None
        middle: fg.Decimal[18, 4] | None = feature(min=-1_000_000_000, max=decimal.Decimal("1e9"))
        big: fg.Decimal[38, 10] | None
        raw: bytes | None
        numbers: list[int] | None
        texts: list[list[str]] | None
        point: Point | None
        points: list[Point] | None
        single: fg.Vector[3] | None
        double: fg.Vector[2, "float64"] | None
"""

POINT = pa.struct(
    [
        pa.field("x", pa.int64()),
        pa.field("name", pa.string()),
        pa.field("at", pa.list_(pa.timestamp("us", "UTC"))),
    ]
)
SCHEMA: dict[str, pa.DataType] = {
    "kind": pa.string(),
    "small": pa.decimal128(9, 2),
    "middle": pa.decimal128(18, 4),
    "big": pa.decimal128(38, 10),
    "raw": pa.binary(),
    "numbers": pa.list_(pa.int64()),
    "texts": pa.list_(pa.list_(pa.string())),
    "point": POINT,
    "points": pa.list_(POINT),
    "single": pa.list_(pa.float32(), 3),
    "double": pa.list_(pa.float64(), 2),
}


def random_value(generator: random.Random, kind: pa.DataType) -> Any:
    """A value of a type; inside of it a fifth is null."""
    if pa.types.is_decimal(kind):
        digits = generator.randint(0, 10**kind.precision - 1)
        return Decimal(generator.choice([-1, 1]) * min(digits, 10**13)).scaleb(-kind.scale)
    if pa.types.is_struct(kind):
        return {field.name: nullable_value(generator, field.type) for field in kind}
    if pa.types.is_fixed_size_list(kind):
        numbers = [generator.choice([generator.gauss(0, 1), -0.0, math.inf]) for _ in range(kind.list_size)]
        return numpy.array(numbers, dtype=kind.value_type.to_pandas_dtype()).tolist()
    if pa.types.is_list(kind):
        return [nullable_value(generator, kind.value_type) for _ in range(generator.randint(0, 3))]
    if pa.types.is_binary(kind):
        return generator.randbytes(generator.randint(0, 4))
    if pa.types.is_timestamp(kind):
        return datetime.datetime.fromtimestamp(generator.randint(0, 10**9), datetime.UTC)
    return generator.choice([-(2**63), 0, 7]) if pa.types.is_integer(kind) else generator.choice(["", "é\U0001f600", "x"])


def nullable_value(generator: random.Random, kind: pa.DataType) -> Any:
    return None if generator.random() < 0.2 else random_value(generator, kind)


def random_table(seed: int, rows: int) -> pa.Table:
    generator = random.Random(seed)
    columns = {"id": pa.array(range(rows), pa.int64())}
    for name, kind in SCHEMA.items():
        values = [nullable_value(generator, kind) for _ in range(rows)]
        if name == "kind":
            values = [None if value is None else generator.choice(["a", "b c"]) for value in values]
        columns[name] = pa.array(values, kind)
    return pa.table(columns)


def train(grid: featuregrid.Grid, name: str, ids: Any, **options: Any) -> Any:
    spine = pa.table({"id": ids, "ts": [datetime.datetime(2021, 1, 1)] * len(ids)})
    return grid.training_set(spine, [f"{name}.{each}" for each in SCHEMA], time="ts", keys={f"{name}.id": "id"}, **options)


def assert_same(found: pa.Table, prefix: str, expected: pa.Table) -> None:
    for each, kind in SCHEMA.items():
        column = found.column(prefix + each)
        assert column.type == kind, each
        assert repr(column.to_pylist()) == repr(expected.column(each).to_pylist()), each


@pytest.mark.parametrize("seed", [1, 2])
def test_values_of_every_type_come_back(grid: featuregrid.Grid, applied: Applied, seed: int) -> None:
    name = applied(TYPES)
    given = random_table(seed, 500)
    grid.ingest(name, given, observed_at="2020-01-01")
    backwards = list(range(499, -1, -1))
    assert_same(train(grid, name, backwards), f"{name}.", given.take(backwards))
    assert_same(grid.history(name).sort_by("id"), "", given)
    kept = train(grid, name, [3, 1000, 4], required=[f"{name}.raw"])
    assert_same(kept, f"{name}.", given.take([3, 4]))


def test_other_readers_see_the_same_values(grid: featuregrid.Grid, applied: Applied, node: Any) -> None:
    name = applied(TYPES)
    given = random_table(7, 400)
    grid.ingest(name, given, observed_at="2020-01-01")
    with contextlib.closing(sqlite3.connect(f"file:{node.home}/history/catalog.sqlite?mode=ro", uri=True)) as catalog:
        query = "select metadata_location from iceberg_tables where table_name = ?"
        ((location,),) = catalog.execute(query, [name]).fetchall()
    scan = StaticTable.from_metadata(location).scan()
    files = [urllib.parse.unquote(urllib.parse.urlparse(task.file.file_path).path) for task in scan.plan_files()]
    with duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        ducked = database.sql("select * from read_parquet(?, union_by_name = true)", params=[files]).to_arrow_table()
    for reader, other in {"pyiceberg": scan.to_arrow(), "DuckDB": ducked}.items():
        ordered = other.sort_by("id")
        for each in SCHEMA:
            expected = rows(given.column(each))
            if reader == "pyiceberg" and each == "points":
                # Its own: where it projects structs in a list, it makes an empty list of a null one.
                expected = ["[]" if value == "None" else value for value in expected]
            assert rows(ordered.column(each)) == expected, (reader, each)
    bounded = StaticTable.from_metadata(location).scan(row_filter="small > 0 and kind = 'a'").to_arrow()
    wanted = [row["id"] for row in given.to_pylist() if row["small"] is not None and row["small"] > 0 and row["kind"] == "a"]
    assert sorted(bounded.column("id").to_pylist()) == wanted


def rows(column: pa.ChunkedArray) -> list[str]:
    """Values spelled out, times in whatever zone object a reader has for UTC."""
    return [repr(plain(value)) for value in column.to_pylist()]


def plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def test_pandas_and_polars_bring_their_own_layouts(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(TYPES)
    frame = pandas.DataFrame(
        {
            "id": [1],
            "kind": pandas.Categorical(["a"]),
            "small": [Decimal("1.5")],
            "middle": [2],
            "big": ["3.25"],
            "raw": [b"\x00\xff"],
            "numbers": [numpy.array([1, 2], dtype="int16")],
            "texts": [[["a"], []]],
            "point": [{"x": 1.0, "name": None}],
            "points": [[{"name": "p", "x": 2}]],
            "single": [numpy.array([1, 2.5, 0.1], dtype="float32")],
            "double": [[1, 2]],
        }
    )
    grid.ingest(name, frame, observed_at="2020-01-01")
    grid.ingest(name, polars.from_pandas(frame.drop(columns="kind")).with_columns(id=two()), observed_at="2020-01-01")
    answer = train(grid, name, [1, 2]).to_pylist()
    for row in answer:
        assert row[f"{name}.small"] == Decimal("1.50")
        assert row[f"{name}.middle"] == Decimal(2)
        assert row[f"{name}.big"] == Decimal("3.25")
        assert row[f"{name}.raw"] == b"\x00\xff"
        assert row[f"{name}.numbers"] == [1, 2]
        assert row[f"{name}.texts"] == [["a"], []]
        assert row[f"{name}.point"] == {"x": 1, "name": None, "at": None}
        assert row[f"{name}.points"] == [{"x": 2, "name": "p", "at": None}]
        assert row[f"{name}.single"] == numpy.array([1, 2.5, 0.1], dtype="float32").tolist()
        assert row[f"{name}.double"] == [1.0, 2.0]
    assert [row[f"{name}.kind"] for row in answer] == ["a", None]


def two() -> Any:
    return polars.lit(2, dtype=polars.Int64)


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("kind", pa.array(["a", "c"]), r'"c" in row 1 \(expected enum<a\|"b c">'),
        ("small", pa.array([1.5, 0.1]), r"0\.1 in row 1 \(expected decimal\(9,2\)"),
        ("small", pa.array([Decimal("1"), Decimal("12345678")]), r"12345678 in row 1"),
        ("middle", pa.array([1, 1_000_000_001]), r"1000000001\.0000 in row 1 \(expected: a value in -1000000000\.0000\.\."),
        ("raw", pa.array(["x", "y"]), r"expected binary"),
        ("numbers", pa.array([[1.0], [1.5]]), r"\[1\.5\] in row 1 \(expected list<int64>"),
        ("single", pa.array([[1.0, 2.0, 3.0], [1.0]]), r"\[1\.0\] in row 1 \(expected vector<float32>\(3\)"),
        ("single", pa.array([[1.0, 2.0, 3.0], [0.1, 0.0, 0.0]]), r"in row 1"),
        ("point", pa.array([{"x": 1}, {"x": 2}]), None),
        ("point", pa.array([{"x": 1, "z": 1}, {"x": 2, "z": 2}]), r"expected struct<x: int64, name: string"),
    ],
)
def test_a_lossy_value_refuses_the_whole_batch(
    grid: featuregrid.Grid, applied: Applied, column: str, values: pa.Array, told: str | None
) -> None:
    name = applied(TYPES)
    table = pa.table({"id": [1, 2], column: values})
    if told is None:
        grid.ingest(name, table, observed_at="2020-01-01")
        return
    with pytest.raises(FeatureGridError, match=told) as caught:
        grid.ingest(name, table, observed_at="2020-01-01")
    assert caught.value.code == "VALIDATION_FAILED"
    assert grid.history(name).num_rows == 0


def test_defaults_of_every_type_are_shown(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(
        """
        import decimal, typing
        import featuregrid as fg

        @features
        class Name:
            id: Primary[int]
            kind: typing.Literal["a", "b"] = "b"
            price: fg.Decimal[9, 2] = decimal.Decimal("1.50")
            raw: bytes = b"x"
            numbers: list[int] = [1, 2]
            single: fg.Vector[2] = [0.5, 1]
        """
    )
    features = [f"{name}.{each}" for each in ("kind", "price", "raw", "numbers", "single")]
    spine = pa.table({"id": [1], "ts": ["2021-01-01"]})
    answer = grid.training_set(spine, features, time="ts", keys={f"{name}.id": "id"}).to_pylist()[0]
    assert [answer[each] for each in features] == ["b", Decimal("1.50"), b"x", [1, 2], [0.5, 1.0]]


def test_an_enum_gains_values_and_loses_none(grid: featuregrid.Grid, tmp_path: Path) -> None:
    def apply(values: str) -> Any:
        path = tmp_path / "definitions.py"
        path.write_text(
            "import typing\nfrom featuregrid import Primary, features\n@features\nclass Gaining:\n    id: Primary[int]\n"
            f"    kind: typing.Literal[{values}] | None\n"
        )
        return grid.apply(path, replace=False)

    apply("'a', 'b'")
    grid.ingest("gaining", pa.table({"id": [1], "kind": ["a"]}), observed_at="2020-01-01")
    assert apply("'c', 'b', 'a'").changed == ["gaining.kind"]
    grid.ingest("gaining", pa.table({"id": [2], "kind": ["c"]}), observed_at="2020-01-01")
    assert sorted(grid.history("gaining").column("kind").to_pylist()) == ["a", "c"]
    with pytest.raises(FeatureGridError, match=r"type of 'gaining\.kind' changes"):
        apply("'a'")
