"""Bulk queries: columns of every kind of frame, and frames of their kind back."""

from __future__ import annotations

import datetime
import json
from typing import Any

import numpy
import pandas
import polars
import pyarrow as pa
import pytest
from fake_node import Script
from online_answers import CATALOG

import featuregrid
from featuregrid import FeatureGridError
from featuregrid.errors import mistake

UTC = datetime.UTC
OUTPUTS = ["thing.count", "thing.at", "thing.late"]


@pytest.fixture(autouse=True)
def answering(script: Script) -> None:
    """The count of row i is i, null in every third; thing.at is a time; thing.late is null."""
    script.catalog = CATALOG

    def online(path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        rows = len(next(iter(document["inputs"].values())))
        columns = {
            "thing.id": document["inputs"].get("thing.id"),
            "thing.count": [None if row % 3 == 2 else row for row in range(rows)],
            "thing.at": ["2026-01-01T00:00:00.000001Z"] * rows,
            "thing.late": [None] * rows,
        }
        data = {name: columns[name] for name in document["outputs"]}
        return 200, {"data": data, "errors": None, "meta": {"trace_id": "trace-9"}}

    script.online = online


def test_columns_become_pandas_with_types_that_do_not_depend_on_the_data(fake_grid: featuregrid.Grid, script: Script) -> None:
    frame = fake_grid.query_bulk({"thing.id": ["a", "b", None]}, OUTPUTS, now="2026-01-01", tags=["t"])
    assert script.asked == [
        (
            "POST /v1/query/bulk",
            {"inputs": {"thing.id": ["a", "b", None]}, "outputs": OUTPUTS, "now": "2026-01-01", "context": {"tags": ["t"]}},
        )
    ]
    assert list(frame.columns) == ["thing.id", *OUTPUTS]
    assert frame["thing.count"].dtype == "Int64"
    assert frame["thing.count"].tolist()[:2] == [0, 1] and frame["thing.count"].isna().tolist() == [False, False, True]
    assert frame["thing.late"].dtype == "boolean"
    assert frame["thing.at"][0] == pandas.Timestamp("2026-01-01T00:00:00.000001Z")
    assert frame.report == fake_grid.last_report == {"errors": [], "meta": {"trace_id": "trace-9"}, "trace_id": "trace-9"}


def test_columns_become_arrow_where_there_is_no_pandas(fake_grid: featuregrid.Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("featuregrid.bulk.importlib.util.find_spec", lambda name: None)
    table = fake_grid.query_bulk({"thing.id": numpy.array(["a", "b"])}, OUTPUTS)
    assert isinstance(table, pa.Table)
    assert table.schema.field("thing.at").type == pa.timestamp("us", "UTC")
    assert table.column("thing.late").type == pa.bool_()


def test_a_pandas_frame_keeps_its_index_and_its_own_columns(fake_grid: featuregrid.Grid, script: Script) -> None:
    own = object()
    frame = pandas.DataFrame({"thing.id": ["a", "b"], "note": [own, own]}, index=[7, 3])
    frame["thing.score"] = [1.5, float("nan")]
    answer = fake_grid.query_bulk(frame, ["thing.id", "thing.count"])
    assert script.asked[0][1]["inputs"] == {"thing.id": ["a", "b"], "thing.score": [1.5, None]}
    assert list(answer.columns) == ["thing.id", "note", "thing.score", "thing.count"]
    assert answer.index.tolist() == [7, 3]
    assert answer["note"].tolist() == [own, own]


def test_arrow_gives_arrow_and_polars_polars(fake_grid: featuregrid.Grid, script: Script) -> None:
    times = pa.array([1, None], pa.timestamp("us"))
    sent = pa.table({"thing.id": ["a", "b"], "thing.at": times, "thing.score": [float("nan"), None]})
    table = fake_grid.query_bulk(sent, OUTPUTS[:1])
    assert script.asked[0][1]["inputs"] == {
        "thing.id": ["a", "b"], "thing.at": ["1970-01-01T00:00:00.000001Z", None], "thing.score": ["NaN", None],
    }  # fmt: skip
    assert table.column("thing.count").to_pylist() == [0, 1]
    assert json.loads(table.schema.metadata[b"featuregrid.report"])["trace_id"] == "trace-9"
    frame = fake_grid.query_bulk(polars.DataFrame({"thing.id": ["a", "b"]}), OUTPUTS)
    assert isinstance(frame, polars.DataFrame)
    assert frame["thing.count"].to_list() == [0, 1]
    assert frame["thing.at"].to_list() == [datetime.datetime(2026, 1, 1, 0, 0, 0, 1, UTC)] * 2


def test_many_rows_go_in_several_requests_and_errors_name_the_callers_rows(fake_grid: featuregrid.Grid, script: Script) -> None:
    def online(path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        ids = document["inputs"]["plane.id"]
        error = {**mistake("RESOLVER_FAILED", "no", feature="thing.count"), "row": 5}
        return 200, {"data": {"thing.count": ids}, "errors": [error], "meta": {"trace_id": "t"}}

    script.online = online
    table = fake_grid.query_bulk(pa.table({"plane.id": range(25_000)}), ["thing.count"])
    assert table.column("thing.count").to_pylist() == list(range(25_000))
    assert [len(document["inputs"]["plane.id"]) for _, document in script.asked] == [10_000, 10_000, 5_000]
    assert fake_grid.last_report is not None
    assert [error["row"] for error in fake_grid.last_report["errors"]] == [5, 10_005, 20_005]


def test_what_is_too_large_for_the_node_is_asked_in_halves(fake_grid: featuregrid.Grid, script: Script) -> None:
    def online(path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        ids = document["inputs"]["plane.id"]
        if len(ids) > 3:
            return 413, {"errors": [mistake("TOO_LARGE", f"{len(ids)} rows (expected at most 3)")]}
        return 200, {"data": {"thing.count": ids}, "errors": None, "meta": {}}

    script.online = online
    table = fake_grid.query_bulk(pa.table({"plane.id": range(11)}), ["thing.count"])
    assert table.column("thing.count").to_pylist() == list(range(11))
    script.online = lambda path, document: (413, {"errors": [mistake("TOO_LARGE", "0 rows")]})
    with pytest.raises(FeatureGridError, match="^TOO_LARGE"):
        fake_grid.query_bulk(pa.table({"plane.id": range(5)}), ["thing.count"])


def test_no_rows_are_asked_for_all_the_same(fake_grid: featuregrid.Grid, script: Script) -> None:
    table = fake_grid.query_bulk(pa.table({"thing.id": pa.array([], pa.string())}), OUTPUTS)
    assert (table.num_rows, table.column_names) == (0, ["thing.id", *OUTPUTS])
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("inputs", "code", "words"),
    [
        ({"thing.id": "a"}, "INVALID_QUERY", "column 'thing.id' is 'a'"),
        ({"thing.id": ["a"], "thing.x": [1, 2]}, "INVALID_QUERY", "different lengths: {'thing.id': 1, 'thing.x': 2}"),
        ({"thing.id": ["a", 3]}, "VALIDATION_FAILED", "column 'thing.id' has no Arrow type"),
        ({"flight_id": ["a"]}, "INVALID_QUERY", "no column that is named as a feature"),
        (3, "INVALID_QUERY", "the table is a builtins.int"),
    ],
)
def test_what_makes_no_columns_is_refused_at_once(
    fake_grid: featuregrid.Grid, script: Script, inputs: Any, code: str, words: str
) -> None:
    with pytest.raises(FeatureGridError) as caught:
        fake_grid.query_bulk(inputs, OUTPUTS)
    assert caught.value.code == code
    assert words in caught.value.message
    assert script.asked == []


def test_an_answer_that_is_short_of_rows_or_columns_is_told(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.online = lambda path, document: (200, {"data": {"thing.count": [1]}, "errors": None, "meta": {}})
    with pytest.raises(FeatureGridError, match="answered 1 values of 'thing.count' .expected 2"):
        fake_grid.query_bulk({"thing.id": ["a", "b"]}, ["thing.count"])
    with pytest.raises(FeatureGridError, match=r"lacks \['thing.late'\]"):
        fake_grid.query_bulk({"thing.id": ["a"]}, ["thing.count", "thing.late"])
