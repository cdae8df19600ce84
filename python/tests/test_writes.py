"""Uploads, erasures, loads, and looking at one entity."""

from __future__ import annotations

import datetime
from typing import Any

import pandas
import polars
import pyarrow as pa
import pytest
from fake_node import Script, refusal
from online_answers import CATALOG

import featuregrid
from featuregrid import FeatureGridError
from featuregrid.entity import age_text

UTC = datetime.UTC
WRITTEN = {"observations": 2, "inserted_at": "2026-01-01T00:00:00Z", "trace_id": "t"}


@pytest.fixture(autouse=True)
def declared(script: Script) -> None:
    script.catalog = CATALOG
    script.online = lambda path, document: (200, WRITTEN)


def sent(script: Script) -> Any:
    path, document = script.asked[-1]
    assert path == "POST /v1/upload"
    return document


def test_columns_rows_and_frames_are_uploaded(fake_grid: featuregrid.Grid, script: Script) -> None:
    columns = {"thing.id": ["a", "b"], "thing.score": [3.0, None]}
    assert fake_grid.upload(columns) == WRITTEN
    assert sent(script) == {"columns": columns}
    fake_grid.upload(pandas.DataFrame(columns), observed_at=datetime.datetime(2026, 1, 1), ingest_id="i")
    assert sent(script) == {"columns": columns, "observed_at": "2026-01-01T00:00:00Z", "ingest_id": "i"}
    fake_grid.upload(pa.table(columns), observed_at="thing.at")
    assert sent(script) == {"columns": columns, "observed_at": "thing.at"}
    fake_grid.upload(polars.DataFrame(columns))
    assert sent(script) == {"columns": columns}
    fake_grid.upload({"thing.id": pa.array(["a"]), "thing.at": pandas.Series(pandas.to_datetime(["2026-01-01"]))})
    assert sent(script) == {"columns": {"thing.id": ["a"], "thing.at": ["2026-01-01T00:00:00Z"]}}


def test_rows_carry_what_they_name(fake_grid: featuregrid.Grid, script: Script) -> None:
    fake_grid.upload([{"thing.id": "a", "thing.score": float("nan")}, {"thing.id": "b", "__tombstone": True}])
    assert sent(script) == {"rows": [{"thing.id": "a", "thing.score": "NaN"}, {"thing.id": "b", "__tombstone": True}]}


@pytest.mark.parametrize("given", [{"thing.id": "a"}, {"thing.id": 3}, ["a"], 3])
def test_what_makes_no_observations_is_refused_at_once(fake_grid: featuregrid.Grid, script: Script, given: Any) -> None:
    with pytest.raises(FeatureGridError, match="^INVALID_QUERY: "):
        fake_grid.upload(given)
    assert script.asked == []


def test_one_entity_or_a_list_of_them_is_erased(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.online = lambda path, document: (200, {"erased": len(document["keys"]), "mark": {}, "note": "datasets are not"})
    assert fake_grid.erase({"thing.id": "a"})["erased"] == 1
    assert fake_grid.erase([{"thing.id": "a"}, {"leg.part": "x", "leg.number": 3}])["erased"] == 2
    assert script.asked == [
        ("DELETE /v1/entities", {"keys": [{"thing.id": "a"}]}),
        ("DELETE /v1/entities", {"keys": [{"thing.id": "a"}, {"leg.part": "x", "leg.number": 3}]}),
    ]
    with pytest.raises(FeatureGridError, match="^INVALID_QUERY: keys is 'a'"):
        fake_grid.erase("a")


def told(value: Any, missing: str | None = None) -> dict[str, Any]:
    at = None if missing == "never written" else "2026-01-01T00:00:00.000001Z"
    return {
        "value": value, "valid": missing is None, "observed_at": at, "inserted_at": at, "missing": missing,
        "age_seconds": None if at is None else 97_261.5, "origin": None if at is None else "upload",
    }  # fmt: skip


def test_an_entity_is_shown_feature_by_feature(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.online = lambda path, document: (
        200,
        {
            "thing.count": told(3), "thing.late": told(None), "thing.day": told("2026-01-01"),
            "thing.score": told(None, "never written"), "thing.at": told(None, "older than max staleness 1h"),
        },
    )  # fmt: skip
    view = fake_grid.get("thing", "a")
    assert script.asked[0] == ("POST /v1/entity", {"set": "thing", "key": {"id": "a"}})
    assert view["thing.day"]["value"] == datetime.date(2026, 1, 1)
    assert view["thing.count"]["observed_at"] == datetime.datetime(2026, 1, 1, 0, 0, 0, 1, UTC)
    assert (view["thing.late"]["value"], view["thing.late"]["missing"], view["thing.late"]["valid"]) == (None, None, True)
    assert view["thing.score"]["missing"] == "never written"
    assert repr(view).splitlines() == [
        "feature      value                          observed at                  age    origin  inserted at",
        "thing.count  3                              2026-01-01T00:00:00.000001Z  1d 3h  upload  2026-01-01T00:00:00.000001Z",
        "thing.late   null                           2026-01-01T00:00:00.000001Z  1d 3h  upload  2026-01-01T00:00:00.000001Z",
        "thing.day    2026-01-01                     2026-01-01T00:00:00.000001Z  1d 3h  upload  2026-01-01T00:00:00.000001Z",
        "thing.score  (never written)                -                            -      -       -",
        "thing.at     (older than max staleness 1h)  2026-01-01T00:00:00.000001Z  1d 3h  upload  2026-01-01T00:00:00.000001Z",
    ]


def test_an_entity_is_named_by_its_key_whatever_its_columns(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.online = lambda path, document: (200, {})
    fake_grid.get("plane", 3, at=datetime.datetime(2026, 1, 1))
    fake_grid.get("leg", {"part": "x", "leg.number": 3})
    fake_grid.get("market")
    assert [document for _, document in script.asked] == [
        {"set": "plane", "key": {"id": 3}, "at": "2026-01-01T00:00:00Z"},
        {"set": "leg", "key": {"part": "x", "number": 3}},
        {"set": "market", "key": {}},
    ]
    with pytest.raises(FeatureGridError, match=r"the key of 'leg' is 'x' .expected {'part': value, 'number': value}"):
        fake_grid.get("leg", "x")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.0015, "0.0015s"), (59.94, "59.9s"), (60, "1m 0s"), (3_600, "1h 0m"), (90_061, "1d 1h"), (-5, "-5s")],
)
def test_ages_as_people_read_them(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


def test_a_load_tells_how_far_it_is(fake_grid: featuregrid.Grid, script: Script) -> None:
    ended = {"rows": 9, "as_of": "2026-01-01T00:00:00Z"}
    script.loading = [{"rows": 5, "buckets": 8, "of": 16}, {"rows": 9, "buckets": 16, "of": 16}, ended]
    heard: list[dict[str, Any]] = []
    assert fake_grid.load("thing", progress=heard.append) == ended
    assert heard == script.loading[:2]
    assert fake_grid.load("thing", as_of=datetime.datetime(2026, 1, 1))["rows"] == 9
    assert script.actions == [
        ("load", {"set": "thing", "as_of": "now"}),
        ("load", {"set": "thing", "as_of": "2026-01-01T00:00:00Z"}),
    ]


def test_a_load_that_fails_is_raised_as_the_node_said_it(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.loading = [{"rows": 5, "buckets": 8, "of": 16}, refusal("UPSTREAM_FAILED", "the disk is full")]
    with pytest.raises(FeatureGridError, match="^UPSTREAM_FAILED: the disk is full$"):
        fake_grid.load("thing")
    script.loading = []
    with pytest.raises(FeatureGridError, match="^INTERNAL_SERVER_ERROR: the load of 'thing' ended with {}"):
        fake_grid.load("thing")
