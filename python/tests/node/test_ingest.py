"""What an ingest stores, under each of its options, and what it refuses."""

from __future__ import annotations

import datetime
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest

import featuregrid
from featuregrid import FeatureGridError

UTC = datetime.UTC
Applied = Callable[[str], str]

THING = """
    @features
    class Name:
        id: Primary[int]
        x: int | None
        y: int | None = feature(default=-1)
        z: int = feature(min=0, max=10)
"""
TIMED = """
    @features
    class Name:
        id: Primary[int]
        at: FeatureTime
        x: int | None
"""
FAR = 4_000_000_000_000_000


def us(*times: int | None) -> pa.Array:
    return pa.array(times, pa.timestamp("us"))


def look(grid: featuregrid.Grid, name: str, times: list[int], features: tuple[str, ...] = ("x", "y"), **options: Any) -> list[Any]:
    """The features of entity 1 at each time, in microseconds."""
    spine = pa.table({"id": [1] * len(times), "ts": us(*times)})
    names = [f"{name}.{each}" for each in features]
    answer = grid.training_set(spine, names, time="ts", keys={f"{name}.id": "id"}, **options)
    return [tuple(row[each] for each in names) if len(names) > 1 else row[names[0]] for row in answer.to_pylist()]


def test_observed_at_is_a_column_a_time_the_feature_time_or_now(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    grid.ingest(name, pa.table({"id": [1, 1], "x": [1, 2], "at": us(10, 20)}), observed_at="at")
    grid.ingest(name, pa.table({"id": [1], "x": [3]}), observed_at="1970-01-01T00:00:00.000030Z")
    assert look(grid, name, [9, 10, 20, 30], ("x",)) == [None, 1, 2, 3]
    before = datetime.datetime.now(UTC)
    grid.ingest(name, pa.table({"id": [1], "x": [4]}))
    observed = max(grid.history(name).column("__observed_at").to_pylist())
    assert before - datetime.timedelta(seconds=60) <= observed <= datetime.datetime.now(UTC) + datetime.timedelta(seconds=60)
    timed = applied(TIMED)
    grid.ingest(timed, pa.table({"id": [1, 1], "at": us(10, 20), "x": [1, 2]}))
    spine = pa.table({"id": [1, 1], "ts": us(15, 25)})
    answer = grid.training_set(spine, [f"{timed}.at", f"{timed}.x"], time="ts", keys={f"{timed}.id": "id"})
    assert answer.column(f"{timed}.at").cast(pa.int64()).to_pylist() == [10, 20]
    with pytest.raises(FeatureGridError):
        grid.ingest(timed, pa.table({"id": [1], "at": us(10), "x": [1]}), observed_at="2020-01-01")


def test_nulls_are_carried_or_skipped(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    grid.ingest(name, pa.table({"id": [1], "x": [1], "y": [1], "at": us(10)}), observed_at="at")
    grid.ingest(name, pa.table({"id": [1], "x": [None], "y": [2], "at": us(20)}), observed_at="at", nulls="skip")
    grid.ingest(
        name, pa.table({"id": [1], "x": pa.nulls(1, pa.int64()), "y": pa.nulls(1, pa.int64()), "at": us(30)}), observed_at="at"
    )
    assert look(grid, name, [5, 10, 20, 30]) == [(None, -1), (1, 1), (1, 2), (None, None)]
    assert look(grid, name, [5], defaults=False) == [(None, None)]


def test_an_ingest_id_makes_a_retry_harmless(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    rows = pa.table({"id": [1, 2], "x": [1, 2]})
    first = grid.ingest(name, rows, observed_at="2020-01-01", ingest_id="batch-1")
    assert first["ingest_id"] == "batch-1"
    assert grid.ingest(name, rows, observed_at="2020-01-01", ingest_id="batch-1") == first
    assert grid.history(name).num_rows == 2
    with pytest.raises(FeatureGridError, match="^CONFLICT: "):
        grid.ingest(name, rows.slice(1), observed_at="2020-01-01", ingest_id="batch-1")
    made = grid.ingest(name, rows, observed_at="2020-01-01")["ingest_id"]
    assert made not in ("", None, "batch-1")
    assert grid.history(name).num_rows == 4


def test_times_below_a_microsecond_need_round(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    rows = pa.table({"id": [1], "x": [1], "at": pa.array([10_999], pa.timestamp("ns"))})
    with pytest.raises(FeatureGridError, match=r"^VALIDATION_FAILED: .*floor"):
        grid.ingest(name, rows, observed_at="at")
    grid.ingest(name, rows, observed_at="at", round="floor")
    assert look(grid, name, [9, 10], ("x",)) == [None, 1]


def test_another_stores_insertion_times(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    rows = pa.table({"id": [1, 1], "x": [1, 2], "at": us(10, 10), "ins": us(200, 100)})
    grid.ingest(name, rows, observed_at="at", preserve_inserted_at="ins")
    assert sorted(grid.history(name).column("__inserted_at").cast(pa.int64()).to_pylist()) == [100, 200]
    assert look(grid, name, [20], ("x",)) == [1]
    assert look(grid, name, [20], ("x",), cutoff="1970-01-01T00:00:00.000150Z") == [2]
    assert look(grid, name, [20, 99, 100, 200], ("x",), cutoff="spine") == [None, None, 2, 1]
    with pytest.raises(FeatureGridError, match="^VALIDATION_FAILED: "):
        grid.ingest(name, rows.set_column(3, "ins", us(FAR, FAR)), observed_at="at", preserve_inserted_at="ins")


def test_the_future_needs_permission(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    rows = pa.table({"id": [1], "x": [1], "at": us(FAR)})
    with pytest.raises(FeatureGridError, match="^VALIDATION_FAILED: "):
        grid.ingest(name, rows, observed_at="at")
    grid.ingest(name, rows, observed_at="at", allow_future=True)
    assert look(grid, name, [FAR - 1, FAR], ("x",)) == [None, 1]


def test_tombstones_of_everything_and_of_some_features(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    grid.ingest(name, pa.table({"id": [1], "x": [1], "y": [1], "at": us(10)}), observed_at="at")
    some = pa.table({"id": [1], "x": [None], "gone": [True], "at": us(20)})
    grid.ingest(name, some, observed_at="at", tombstone="gone")
    grid.ingest(name, pa.table({"id": [1], "gone": [True], "at": us(30)}), observed_at="at", tombstone="gone")
    mixed = pa.table({"id": [1, 1], "x": [5, 6], "gone": [False, None], "at": us(40, 50)})
    grid.ingest(name, mixed, observed_at="at", tombstone="gone")
    assert look(grid, name, [10, 20, 30, 40, 50]) == [(1, 1), (None, 1), (None, -1), (5, -1), (6, -1)]


@pytest.mark.parametrize(
    ("rows", "code", "told"),
    [
        ({"id": [1, None], "x": [1, 2]}, "VALIDATION_FAILED", "id"),
        ({"id": [1, 2], "z": [1, 11]}, "VALIDATION_FAILED", "11"),
        ({"id": [1, 2], "z": [1, None]}, "VALIDATION_FAILED", ".z'"),
        ({"id": [1, 2], "w": [1, 2]}, "PARSE_FAILED", "'w'"),
        ({"x": [1, 2]}, "INVALID_QUERY", "id"),
    ],
)
def test_one_bad_row_refuses_all(grid: featuregrid.Grid, applied: Applied, rows: dict[str, Any], code: str, told: str) -> None:
    name = applied(THING)
    with pytest.raises(FeatureGridError) as caught:
        grid.ingest(name, pa.table(rows), observed_at="2020-01-01")
    assert caught.value.code == code
    assert told in caught.value.message
    assert grid.history(name).num_rows == 0


def test_a_null_time_is_refused(grid: featuregrid.Grid, applied: Applied) -> None:
    name, timed = applied(THING), None
    with pytest.raises(FeatureGridError, match="^VALIDATION_FAILED: "):
        grid.ingest(name, pa.table({"id": [1, 1], "x": [1, 1], "at": us(1, None)}), observed_at="at")
    timed = applied(TIMED)
    with pytest.raises(FeatureGridError, match="^VALIDATION_FAILED: "):
        grid.ingest(timed, pa.table({"id": [1], "x": [1], "at": us(None)}))


@pytest.mark.parametrize("options", [{"nulls": "maybe"}, {"round": "up"}, {"observed_at": "no_column"}, {"tombstone": "no_column"}])
def test_an_option_that_is_none(grid: featuregrid.Grid, applied: Applied, options: dict[str, Any]) -> None:
    name = applied(THING)
    with pytest.raises(FeatureGridError) as caught:
        grid.ingest(name, pa.table({"id": [1], "x": [1]}), **options)
    assert caught.value.code in ("INVALID_QUERY", "PARSE_FAILED")


def test_an_unknown_set(grid: featuregrid.Grid) -> None:
    for call in (lambda: grid.ingest("nothing", pa.table({"id": [1]})), lambda: grid.history("nothing")):
        with pytest.raises(FeatureGridError, match="^PARSE_FAILED: .*nothing"):
            call()


def test_a_large_ingest_that_is_refused_early(grid: featuregrid.Grid) -> None:
    with pytest.raises(FeatureGridError, match="^PARSE_FAILED: .*nothing"):
        grid.ingest("nothing", pa.table({"id": range(3_000_000)}))


def test_a_source_that_fails_midway_stores_nothing(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)

    def failing() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"id": [1], "x": [1]})
        raise ValueError("the source broke")

    schema = pa.schema([("id", pa.int64()), ("x", pa.int64())])
    with pytest.raises(ValueError, match="the source broke"):
        grid.ingest(name, pa.RecordBatchReader.from_batches(schema, failing()), observed_at="2020-01-01")
    assert grid.history(name).num_rows == 0


def test_an_interrupt_midway_stores_nothing(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    done = threading.Event()

    def endless() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"id": [1], "x": [1]})
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        while not done.wait(0.01):
            yield pa.record_batch({"id": [2], "x": [1]})

    schema = pa.schema([("id", pa.int64()), ("x", pa.int64())])
    try:
        with pytest.raises(KeyboardInterrupt):
            grid.ingest(name, pa.RecordBatchReader.from_batches(schema, endless()), observed_at="2020-01-01")
    finally:
        done.set()
    assert grid.history(name).num_rows == 0


def test_history_shows_what_was_stored(grid: featuregrid.Grid, applied: Applied) -> None:
    name = applied(THING)
    assert grid.history(name).num_rows == 0
    counts = grid.ingest(name, pa.table({"id": [2, 1], "x": [20, 10]}), observed_at="2020-01-01")
    history = grid.history(name).sort_by("id")
    assert history.column("x").to_pylist() == [10, 20]
    assert history.column("__observed_at").to_pylist() == [datetime.datetime(2020, 1, 1, tzinfo=UTC)] * 2
    inserted = datetime.datetime.fromisoformat(counts["inserted_at"])
    assert history.column("__inserted_at").to_pylist() == [inserted] * 2
    assert history.column("__origin").to_pylist() == ["ingest"] * 2
    positions = [sequence & ((1 << 48) - 1) for sequence in history.column("__sequence").to_pylist()]
    assert positions == [1, 0]
