"""Training sets as the client makes them: what is sent, and the frame that comes back, for spines of every kind."""

from __future__ import annotations

import datetime
import json
import threading
import warnings
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from fake_node import FakeNode, Script, interrupt, refusal

import featuregrid
from featuregrid import FeatureGridError, Primary, features
from featuregrid.training import keys_by_name, training_request

UTC = datetime.UTC
REPORT = {"rows": 4, "dropped": 0, "missing": {"thing.i": 1}, "failed": {}, "trace_id": "t"}
ANSWERED = ["thing.i", "thing.f", "thing.s", "thing.b", "thing.t", "thing.d"]
VALUES = {
    "thing.i": pa.array([2**53 + 1, None, 3, 4], pa.int64()),
    "thing.f": pa.array([1.5, None, float("nan"), -0.0], pa.float64()),
    "thing.s": pa.array(["é", None, "", "x"], pa.string()),
    "thing.b": pa.array([True, None, False, True], pa.bool_()),
    "thing.t": pa.array([0, None, 1, -1], pa.timestamp("us", "UTC")),
    "thing.d": pa.array([0, None, 1, -1], pa.date32()),
}


def answer(command: dict[str, Any], spine: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
    """The spine's columns, then VALUES."""
    table = spine
    for name in command["features"]:
        table = table.append_column(name, VALUES[name])
    return table, REPORT


def drop_second(command: dict[str, Any], spine: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
    """As `answer`, without row 1."""
    table, report = answer(command, spine)
    return table.take([0, 2, 3]), {**report, "rows": 3, "dropped": 1}


def pandas_spine() -> pandas.DataFrame:
    return pandas.DataFrame(
        {
            "id": [1, 2, 3, 4],
            "ts": pandas.to_datetime(["2020-01-01"] * 4).tz_localize("Europe/Berlin"),
            "category": pandas.Categorical(["a", "b", None, "a"]),
            "anything": [object(), {1: 2}, None, "x"],
            "small": pandas.array([1, None, 3, 4], dtype="Int8"),
        },
        index=pandas.Index([7, 7, 3, -1], name="label"),
    )


def ask(grid: featuregrid.Grid, spine: Any, **options: Any) -> Any:
    return grid.training_set(spine, ANSWERED, time="ts", keys={"thing.id": "id"}, **options)


def test_a_pandas_spine_keeps_its_columns_index_and_dtypes(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = answer
    spine = pandas_spine()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train = ask(fake_grid, spine)
    pandas.testing.assert_frame_equal(train[list(spine.columns)], spine)
    assert list(train.columns) == [*spine.columns, *ANSWERED]
    assert train["thing.i"].dtype == "Int64"
    assert train["thing.i"].iloc[0] == 2**53 + 1
    assert train["thing.i"].isna().tolist() == [False, True, False, False]
    assert train["thing.b"].dtype == "boolean"
    assert train["thing.f"].dtype == "float64"
    assert str(train["thing.t"].dtype) == "datetime64[us, UTC]"
    assert train["thing.d"].iloc[0] == datetime.date(1970, 1, 1)
    assert train.attrs["report"] == train.report == fake_grid.last_report == REPORT
    assert spine.attrs == {}


def test_only_the_columns_that_take_part_travel(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = answer
    ask(fake_grid, pandas_spine())
    command, spine = script.trained[0]
    assert command == {"type": "training_set", "time": "ts", "features": ANSWERED, "keys": {"thing.id": "id"}}
    assert spine.schema.names == ["ts", "id"]
    assert spine.schema.field("ts").type.tz == "Europe/Berlin"


def test_dropped_rows_are_dropped_from_the_spine(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = drop_second
    spine = pandas_spine()
    train = ask(fake_grid, spine, required=["thing.i"])
    assert script.trained[0][0]["required"] == ["thing.i"]
    pandas.testing.assert_frame_equal(train[list(spine.columns)], spine.iloc[[0, 2, 3]])
    assert train["thing.i"].tolist() == [2**53 + 1, 3, 4]
    table = ask(fake_grid, pa.table({"id": [1, 2, 3, 4], "ts": ["2020"] * 4}), required=["thing.i"])
    assert table.column("id").to_pylist() == [1, 3, 4]
    frame = ask(fake_grid, polars.DataFrame({"id": [1, 2, 3, 4], "ts": ["2020"] * 4}), required=["thing.i"])
    assert frame["id"].to_list() == [1, 3, 4]


def test_a_polars_spine(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = answer
    spine = polars.DataFrame(
        {
            "id": [1, 2, 3, None],
            "ts": [datetime.datetime(2020, 1, 1)] * 4,
            "category": polars.Series(["a", None, "b", "a"], dtype=polars.Categorical),
            "list": [[1], [], None, [2, 3]],
        }
    )
    train = ask(fake_grid, spine)
    assert train.select(spine.columns).equals(spine)
    assert train.schema["thing.i"] == polars.Int64
    assert train.schema["thing.t"] == polars.Datetime("us", "UTC")
    assert train["thing.f"].is_nan().to_list() == [False, None, True, False]
    assert train.report == fake_grid.last_report == REPORT


def test_an_arrow_spine(fake_grid: featuregrid.Grid, script: Script, tmp_path: Path) -> None:
    script.train = answer
    spine = pa.table({"id": [1, 2, 3, 4], "ts": ["2020"] * 4, "d": pa.array(["a", "b", None, "a"]).dictionary_encode()})
    spine = spine.replace_schema_metadata({b"own": b"kept"})
    train = ask(fake_grid, spine)
    assert train.select(spine.column_names).equals(spine)
    assert train.schema.metadata[b"own"] == b"kept"
    assert json.loads(train.schema.metadata[b"featuregrid.report"]) == REPORT
    assert train.column("thing.i").to_pylist() == VALUES["thing.i"].to_pylist()
    parquet.write_table(spine, tmp_path / "spine.parquet")
    for other in (spine.to_batches()[0], spine.to_reader(), tmp_path / "spine.parquet"):
        again = ask(fake_grid, other)
        assert again.column_names == train.column_names
        # NaN equals nothing.
        assert again.drop_columns("thing.f").to_pylist() == train.drop_columns("thing.f").to_pylist()


def test_every_option_travels(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = answer
    spine = pa.table({"id": [1] * 4, "ts": ["2020"] * 4, "o": [1] * 4, "p": [1] * 4, "amount": [1.0] * 4, "other": [0] * 4})
    fake_grid.training_set(
        spine, ["thing.i"], time="ts", keys={"thing.id": "id"},
        sets={"from": {"set": "airport", "keys": {"faa": "o", "part": "p"}}}, inputs={"thing.amount": "amount"},
        end="exclusive", delay=datetime.timedelta(hours=1, microseconds=5), cutoff=datetime.datetime(2020, 1, 1, tzinfo=UTC),
        required=[], defaults=False, recompute=["thing.a"], sample=["thing.b"], errors="raise",
    )  # fmt: skip
    command, sent = script.trained[0]
    assert command == {
        "type": "training_set", "time": "ts", "features": ["thing.i"], "keys": {"thing.id": "id"},
        "sets": {"from": {"set": "airport", "keys": {"faa": "o", "part": "p"}}}, "inputs": {"thing.amount": "amount"},
        "end": "exclusive", "delay": "3600000005us", "cutoff": "2020-01-01T00:00:00Z", "defaults": False,
        "recompute": ["thing.a"], "sample": ["thing.b"], "errors": "raise",
    }  # fmt: skip
    assert sent.schema.names == ["ts", "id", "o", "p", "amount"]


def test_references_stand_for_names() -> None:
    @features
    class Plane:
        tailnum: Primary[str]
        seats: int

    @features
    class Flight:
        id: Primary[str]
        tailnum: Plane.tailnum
        plane: Plane

    request = training_request([Flight.plane.seats, Flight.id], time="ts", keys={Flight.id: "f"}, cutoff="spine")
    assert request.command["features"] == ["flight.plane.seats", "flight.id"]
    assert request.command["keys"] == {"flight.id": "f"}
    assert request.command["cutoff"] == "spine"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"features": "thing.i"}, "features is 'thing.i' (expected a list of names)"),
        ({"time": 3}, "time is 3 (expected the name of a spine column)"),
        ({"keys": ["id"]}, "keys is ['id'] (expected {name: spine column})"),
        ({"keys": {"thing.id": 3}}, "keys['thing.id'] is 3"),
        ({"sets": {"a": "airport"}}, "sets['a'] is 'airport' (expected {'set': name, 'keys'"),
        ({"delay": 3}, "delay is 3 (expected a duration"),
        ({"cutoff": 3}, "cutoff is 3 (expected a text or a datetime)"),
        ({"keys": {"thing.id": "no"}}, "the spine has no column 'no' (it has 'id', 'ts', 'thing.s')"),
        ({"features": ["thing.s"]}, "the spine has columns named as features: thing.s"),
    ],
)
def test_what_the_client_refuses_itself(fake_grid: featuregrid.Grid, options: dict[str, Any], told: str) -> None:
    spine = pa.table({"id": [1], "ts": ["2020"], "thing.s": [1]})
    given = {"features": ["thing.i"], "time": "ts", "keys": {"thing.id": "id"}, **options}
    with pytest.raises(FeatureGridError) as caught:
        fake_grid.training_set(spine, given.pop("features"), **given)
    assert caught.value.code == "INVALID_QUERY"
    assert told in caught.value.message


def test_spine_columns_are_unique_texts(fake_grid: featuregrid.Grid) -> None:
    for spine in (pandas.DataFrame([[1, 2]], columns=["ts", "ts"]), pandas.DataFrame([[1]])):
        with pytest.raises(FeatureGridError, match="INVALID_QUERY: column"):
            fake_grid.training_set(spine, ["thing.i"], time="ts")


def test_an_empty_spine(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = lambda command, spine: (spine.append_column("thing.i", pa.array([], pa.int64())), {"rows": 0, "dropped": 0})
    train = fake_grid.training_set(pandas_spine().iloc[:0], ["thing.i"], time="ts", keys={"thing.id": "id"})
    assert (len(train), train["thing.i"].dtype) == (0, "Int64")


def test_a_refusal_is_raised_with_its_code(fake_grid: featuregrid.Grid, script: Script) -> None:
    def refuse(command: dict[str, Any], spine: pa.Table) -> Any:
        raise refusal("PARSE_FAILED", "no feature thing.x", feature="thing.x")

    script.train = refuse
    with pytest.raises(FeatureGridError, match="^PARSE_FAILED: no feature thing.x$") as caught:
        ask(fake_grid, pandas_spine())
    assert caught.value.feature == "thing.x"


def test_an_answer_of_another_shape_is_not_passed_on(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = lambda command, spine: (spine.slice(1), {})
    with pytest.raises(FeatureGridError, match="INTERNAL_SERVER_ERROR: the node answered 3 rows"):
        ask(fake_grid, pandas_spine())


def test_a_spine_of_many_messages_streams_both_ways(fake_grid: featuregrid.Grid, script: Script) -> None:
    rows = 300_000
    script.answer_rows = 10_000
    script.train = lambda command, spine: (spine.append_column("thing.i", spine.column("id")), {"rows": rows, "dropped": 0})
    spine = pa.table({"id": range(rows), "ts": pa.nulls(rows, pa.timestamp("us"))})
    train = fake_grid.training_set(spine, ["thing.i"], time="ts", keys={"thing.id": "id"})
    assert train.column("thing.i").to_pylist() == list(range(rows))


def test_an_interrupt_ends_the_call_at_the_node(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = answer
    script.hold.set()
    interrupter = threading.Thread(target=interrupt_when, args=(script.begun,))
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        ask(fake_grid, pandas_spine())
    interrupter.join()
    assert script.ended.wait(10)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("featuregrid-")] == []


def interrupt_when(event: threading.Event) -> None:
    """Sends this process what Ctrl-C sends, once the event has come."""
    assert event.wait(10)
    interrupt()


def test_from_file_to_file(fake_grid: featuregrid.Grid, script: Script, tmp_path: Path) -> None:
    script.train = answer
    spine = pa.table(
        {
            "id": [1, 2, 3, 4],
            "ts": pa.array([0, 1, 2, 3], pa.timestamp("ms")),
            "category": pa.array(["a", "b", None, "a"]).dictionary_encode(),
            "large": pa.array(["a", "b", None, "a"], pa.large_string()),
        }
    )
    parquet.write_table(spine, tmp_path / "spine.parquet", row_group_size=3)
    report = fake_grid.training_set_file(
        tmp_path / "spine.parquet", tmp_path / "train.parquet", ANSWERED, time="ts", keys={"thing.id": "id"}
    )
    written = parquet.read_table(tmp_path / "train.parquet")
    assert report == REPORT
    assert written.schema.names == [*spine.column_names, *ANSWERED]
    assert written.select(spine.column_names).schema.equals(spine.schema)
    assert written.select(spine.column_names).to_pylist() == spine.to_pylist()
    assert written.column("thing.i").to_pylist() == VALUES["thing.i"].to_pylist()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["spine.parquet", "train.parquet"]


def test_a_failure_leaves_the_old_file_and_no_other(fake_grid: featuregrid.Grid, script: Script, tmp_path: Path) -> None:
    def refuse(command: dict[str, Any], spine: pa.Table) -> Any:
        raise refusal("INVALID_QUERY", "no")

    script.train = refuse
    parquet.write_table(pa.table({"id": [1], "ts": ["2020"]}), tmp_path / "spine.parquet")
    (tmp_path / "train.parquet").write_text("old")
    with pytest.raises(FeatureGridError, match="^INVALID_QUERY: no$"):
        fake_grid.training_set_file(tmp_path / "spine.parquet", tmp_path / "train.parquet", ["thing.i"], time="ts")
    assert (tmp_path / "train.parquet").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(FeatureGridError, match="cannot be written"):
        fake_grid.training_set_file(tmp_path / "spine.parquet", tmp_path / "no" / "train.parquet", ["thing.i"], time="ts")


def test_keys_are_found_by_name() -> None:
    keys = {"flight": ["id"], "seat": ["row", "letter"], "rates": []}
    catalog = {"sets": [{"name": name, "key": key} for name, key in keys.items()]}
    names = ["flight_id", "id", "seat.row", "letter"]
    asked = ["flight.x", "seat.y", "rates.z", "role.a", "unknown.b"]
    assert keys_by_name(asked, {}, {"role": {}}, names, catalog) == {
        "flight.id": "flight_id",
        "seat.row": "seat.row",
        "seat.letter": "letter",
    }
    assert keys_by_name(["flight.x"], {"flight.id": "other"}, {}, names, catalog) == {"flight.id": "other"}
    with pytest.raises(FeatureGridError, match="looked for flight.id, flight_id, id; say which one"):
        keys_by_name(["flight.x"], {}, {}, ["x"], catalog)


def test_the_address_of_flight(fake_node: FakeNode) -> None:
    with featuregrid.connect(fake_node.url) as grid:
        assert grid._flight.address == f"127.0.0.1:{fake_node.flight.port}"
