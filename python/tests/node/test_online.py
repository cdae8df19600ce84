"""What a node answers online, asked from Python: values of every kind of write, and why one is missing."""

from __future__ import annotations

import datetime
import math
import struct
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pandas
import polars
import pyarrow as pa
import pytest
from node_process import NodeProcess

import featuregrid
from featuregrid import FeatureGridError

UTC = datetime.UTC
Applied = Callable[[str], str]

THING = """
    @features
    class Name:
        id: Primary[str]
        count: int | None
        score: float | None = feature(default=0.5)
        late: bool | None
        seen: datetime.datetime | None
        day: datetime.date | None
        brief: int | None = feature(max_staleness="1h")
"""
LINKED = """
    @features
    class Namep:
        part: Primary[str]
        number: Primary[int]
        seats: int | None

    @features
    class Name:
        id: Primary[int]
        part: str | None
        number: int | None
        leg: "Namep" = has_one(lambda: (Name.part == Namep.part) & (Name.number == Namep.number))
"""


def bits(value: object) -> object:
    return struct.pack("<d", value) if isinstance(value, float) else (type(value), value)


def test_what_was_uploaded_is_served_at_once_and_is_what_a_training_set_finds(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    seen = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
    row = {"count": 2**62, "score": math.nan, "late": False, "seen": seen, "day": datetime.date(2026, 1, 2), "brief": 1}
    counts = grid.upload([{f"{name}.id": "a", **{f"{name}.{feature}": value for feature, value in row.items()}}])
    assert counts["observations"] == 1
    outputs = [f"{name}.{feature}" for feature in row]
    reply = grid.query({f"{name}.id": "a"}, outputs)
    assert reply.errors == []
    assert [bits(reply[output]) for output in outputs] == [bits(value) for value in row.values()]
    at = pa.array([reply.query_timestamp], pa.timestamp("us", "UTC"))
    joined = grid.training_set(pa.table({"id": ["a"], "at": at}), outputs, time="at", keys={f"{name}.id": "id"}).to_pylist()[0]
    assert [bits(joined[output]) for output in outputs] == [bits(reply[output]) for output in outputs]


def test_what_was_ingested_is_served_and_newer_wins_whatever_came_last(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    times = pa.array([20, 10], pa.timestamp("us", "UTC"))
    grid.ingest(name, pa.table({"id": ["a", "a"], "count": [2, 1], "at": times}), observed_at="at")
    grid.upload({f"{name}.id": ["a"], f"{name}.count": [3], f"{name}.score": [None]}, observed_at="1970-01-01T00:00:00.000015Z")
    reply = grid.query({f"{name}.id": "a"}, [f"{name}.count", f"{name}.score", f"{name}.late"])
    assert reply.to_dict() == {f"{name}.count": 2, f"{name}.score": None, f"{name}.late": None}
    assert [reply.is_missing(feature) for feature in reply] == [False, False, True]


def test_missing_shows_the_default_and_says_so(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    reply = grid.query({f"{name}.id": "nobody"}, [f"{name}.score", f"{name}.count"])
    assert (reply[f"{name}.score"], reply.is_missing(f"{name}.score")) == (0.5, True)
    assert reply[f"{name}.count"] is None
    assert grid.query({f"{name}.id": "nobody"}, [f"{name}.score"], defaults=False)[f"{name}.score"] is None


def test_staleness_and_an_earlier_now(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    written = datetime.datetime.now(UTC) - datetime.timedelta(hours=2)
    grid.upload({f"{name}.id": ["a"], f"{name}.brief": [7]}, observed_at=written)
    asked: Any = ({f"{name}.id": "a"}, [f"{name}.brief"])
    assert grid.query(*asked)[f"{name}.brief"] is None
    assert grid.query(*asked, staleness={f"{name}.brief": "3h"})[f"{name}.brief"] == 7
    assert grid.query(*asked, now=written + datetime.timedelta(hours=1))[f"{name}.brief"] == 7
    assert grid.query(*asked, now=written - datetime.timedelta(hours=1))[f"{name}.brief"] is None


def test_paths_are_followed_and_links_may_be_given(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(LINKED)
    grid.upload({f"{name}p.part": ["x", "y"], f"{name}p.number": [1, 1], f"{name}p.seats": [10, 20]})
    grid.upload({f"{name}.id": [1], f"{name}.part": ["x"], f"{name}.number": [1]})
    path = f"{name}.leg.seats"
    assert grid.query({f"{name}.id": 1}, [path])[path] == 10
    assert grid.query({f"{name}.id": 1, f"{name}.part": "y"}, [path])[path] == 20
    assert grid.query({f"{name}.id": 2}, [path])[path] is None
    plan = grid.query({f"{name}.id": 1}, [path], explain=True).explain
    assert plan is not None and f"{name}p" in plan


@pytest.mark.parametrize("kind", ["columns", "pandas", "arrow", "polars"])
def test_bulk_answers_in_the_kind_of_the_question(grid: featuregrid.Grid, applied: Applied, kind: str) -> None:
    name = applied(THING)
    seen = [datetime.datetime(2026, 1, 1, tzinfo=UTC)] * 2
    grid.upload({f"{name}.id": ["a", "b"], f"{name}.count": [1, 2], f"{name}.seen": seen})
    ids = {f"{name}.id": ["b", None, "a", "nobody"]}
    given = {"columns": dict, "pandas": pandas.DataFrame, "arrow": pa.table, "polars": polars.DataFrame}[kind](ids)
    frame = grid.query_bulk(given, [f"{name}.count", f"{name}.seen"])
    assert isinstance(frame, {"arrow": pa.Table, "polars": polars.DataFrame}.get(kind, pandas.DataFrame))
    table = frame if kind == "arrow" else pa.Table.from_pandas(frame) if kind in ("columns", "pandas") else frame.to_arrow()
    assert table.column(f"{name}.count").to_pylist() == [2, None, 1, None]
    assert pa.types.is_timestamp(table.column(f"{name}.seen").type)
    assert grid.last_report is not None and grid.last_report["errors"] == []


def test_a_retry_under_the_same_id_writes_nothing_twice(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    rows: Any = {f"{name}.id": ["a", "b"], f"{name}.count": [1, 2]}
    first = grid.upload(rows, ingest_id=f"{name}-once")
    again = grid.upload(rows, ingest_id=f"{name}-once")
    assert (again["observations"], again["inserted_at"]) == (first["observations"], first["inserted_at"])
    assert grid.history(name).num_rows == 2
    with pytest.raises(FeatureGridError, match="^CONFLICT"):
        grid.upload({f"{name}.id": ["a"], f"{name}.count": [1]}, ingest_id=f"{name}-once")


def test_get_tells_what_a_value_is_or_why_there_is_none(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    written = datetime.datetime.now(UTC) - datetime.timedelta(hours=2)
    grid.upload({f"{name}.id": ["a"], f"{name}.count": [3], f"{name}.brief": [1], f"{name}.late": [None]}, observed_at=written)
    grid.upload([{f"{name}.id": "a", f"{name}.day": None, "__tombstone": True}])
    view = grid.get(name, "a")
    told = view[f"{name}.count"]
    assert (told["value"], told["valid"], told["missing"], told["origin"]) == (3, True, None, "upload")
    assert told["observed_at"] == written.replace(microsecond=written.microsecond)
    assert 7_200 <= told["age_seconds"] < 7_500
    assert (view[f"{name}.late"]["value"], view[f"{name}.late"]["missing"]) == (None, None)
    assert view[f"{name}.seen"]["missing"] == "never written"
    assert view[f"{name}.day"]["missing"] == "tombstone"
    assert view[f"{name}.brief"]["missing"] == "older than max staleness 1h"
    earlier = grid.get(name, "a", at=written - datetime.timedelta(seconds=1))
    assert earlier[f"{name}.count"]["value"] is None
    assert earlier[f"{name}.count"]["missing"] is not None


def test_what_is_erased_is_gone_on_both_sides_and_can_be_written_anew(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    grid.upload({f"{name}.id": ["a", "b"], f"{name}.count": [1, 2]})
    assert grid.erase({f"{name}.id": "a"})["erased"] == 1
    outputs = [f"{name}.count"]
    assert grid.query_bulk(pa.table({f"{name}.id": ["a", "b"]}), outputs).column(outputs[0]).to_pylist() == [None, 2]
    at = pa.array([datetime.datetime.now(UTC)] * 2, pa.timestamp("us", "UTC"))
    spine = pa.table({"id": ["a", "b"], "at": at})
    assert grid.training_set(spine, outputs, time="at", keys={f"{name}.id": "id"}).column(outputs[0]).to_pylist() == [None, 2]
    grid.upload({f"{name}.id": ["a"], f"{name}.count": [3]})
    assert grid.query({f"{name}.id": "a"}, outputs)[outputs[0]] == 3


def test_a_load_brings_history_into_the_grid_and_keeps_what_is_newer(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    grid.ingest(name, pa.table({"id": ["a", "b"], "count": [1, 2]}), observed_at="2026-01-01")
    grid.upload({f"{name}.id": ["a"], f"{name}.count": [3]})
    heard: list[dict[str, Any]] = []
    loaded = grid.load(name, progress=heard.append)
    assert loaded["rows"] == 2
    assert heard and heard[-1]["buckets"] == heard[-1]["of"] == 16
    answer = grid.query_bulk(pa.table({f"{name}.id": ["a", "b"]}), [f"{name}.count"])
    assert answer.column(f"{name}.count").to_pylist() == [3, 2]


@pytest.mark.parametrize(
    ("inputs", "outputs", "code"),
    [
        ({"NAME.id": "a"}, ["NAME.nothing"], "PARSE_FAILED"),
        ({}, ["NAME.count"], "RESOLVER_NOT_FOUND"),
        ({"NAME.id": 42}, ["NAME.count"], "VALIDATION_FAILED"),
        ({"NAME.id": "a"}, ["NAME.count", "NAME.count.x"], "PARSE_FAILED"),
    ],
)
def test_what_cannot_be_answered_is_raised(
    grid: featuregrid.Grid, applied: Applied, inputs: dict[str, Any], outputs: list[str], code: str
) -> None:
    name = applied(THING)
    given = {key.replace("NAME", name): value for key, value in inputs.items()}
    with pytest.raises(FeatureGridError) as caught:
        grid.query(given, [output.replace("NAME", name) for output in outputs])
    assert caught.value.code == code
    assert caught.value.trace_id


def test_a_bad_row_refuses_its_upload_and_nothing_is_stored(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    with pytest.raises(FeatureGridError, match="VALIDATION_FAILED") as caught:
        grid.upload({f"{name}.id": ["a", None], f"{name}.count": [1, 2]})
    assert caught.value.code == "VALIDATION_FAILED"
    with pytest.raises(FeatureGridError, match="VALIDATION_FAILED"):
        grid.upload({f"{name}.id": ["a"]}, observed_at=datetime.datetime.now(UTC) + datetime.timedelta(hours=1))
    assert grid.query({f"{name}.id": "a"}, [f"{name}.count"])[f"{name}.count"] is None
    assert grid.history(name).num_rows == 0


def test_the_commands_ask_and_write(node: NodeProcess, applied: Applied) -> None:
    name = applied(THING)

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "featuregrid.command_line", *arguments, "--url", node.http_url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("upload", f"{name}.id=a", f"{name}.count=3", f"{name}.seen=2026-01-01")
    assert f"{name}.count  3" in run("query", "--in", f"{name}.id=a", "--out", f"{name}.count,{name}.seen")
    assert "(never written)" in run("get", name, "a")
    assert "1 rows" in run("load", name)
    run("erase", name, "a")
    assert "(missing)" in run("query", "--in", f"{name}.id=a", "--out", f"{name}.count")
