"""Types as catalogs write them."""

from __future__ import annotations

import decimal

import pyarrow as pa
import pytest

from featuregrid.value_types import value_type


@pytest.mark.parametrize(
    ("text", "arrow"),
    [
        ("int64", pa.int64()),
        ("timestamp", pa.timestamp("us", "UTC")),
        ("decimal(10,2)", pa.decimal128(10, 2)),
        ('enum<a|"b, c>"|"d\\"">', pa.string()),
        ("vector<float32>(128)", pa.list_(pa.float32(), 128)),
        ("list<list<date>>", pa.list_(pa.list_(pa.date32()))),
        (
            'struct<a: int64, b: struct<c: enum<"x, y: <"|z>, d: decimal(3, 1)>, e: list<string>>',
            pa.struct(
                [
                    ("a", pa.int64()),
                    ("b", pa.struct([("c", pa.string()), ("d", pa.decimal128(3, 1))])),
                    ("e", pa.list_(pa.string())),
                ]
            ),
        ),
    ],
)
def test_a_type_has_one_arrow_type(text: str, arrow: pa.DataType) -> None:
    declared = value_type(text)
    assert declared is not None
    assert declared.arrow == arrow


@pytest.mark.parametrize("text", ["", "int", "list<int>", "struct<a int64>", "vector<int64>(3)", "decimal(10)"])
def test_a_type_that_is_not_known_is_none(text: str) -> None:
    assert value_type(text) is None


def test_columns_of_nested_values() -> None:
    declared = value_type("struct<at: timestamp, prices: list<decimal(4,2)>>")
    assert declared is not None
    column = declared.column([{"at": "2026-01-01T00:00:00Z", "prices": ["1.5", None]}, None, {"at": None, "prices": None}])
    assert column.type == declared.arrow
    assert column.to_pylist()[0]["prices"] == [decimal.Decimal("1.50"), None]
    assert column.to_pylist()[1] is None


@pytest.mark.parametrize(
    ("text", "given"), [("float64", "nan"), ("bool", 1), ("timestamp", "soon"), ("date", 3), ("binary", "!"), ("decimal(4,2)", "x")]
)
def test_what_states_no_value_is_refused(text: str, given: object) -> None:
    declared = value_type(text)
    assert declared is not None
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        declared.read(given)
