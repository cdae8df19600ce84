"""Connecting, applying, ingesting and reading history, against a node that answers what the test says."""

from __future__ import annotations

import datetime
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from definition_files import IMPORTS, write
from fake_node import FakeNode, Script, interrupt, refusal

import featuregrid
from featuregrid import FeatureGridError
from featuregrid.errors import mistake
from featuregrid.node import DEFAULT_URL, find_url

DEFINITIONS = IMPORTS + "@features\nclass Thing:\n    id: Primary[int]\n    x: float | None\n"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_no_node_is_told_with_what_to_do() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(FeatureGridError) as caught:
        featuregrid.connect(url)
    assert caught.value.code == "UPSTREAM_FAILED"
    assert caught.value.message == f"no node answers at {url} (Connection refused); start one with `featuregrid start`"


@pytest.mark.parametrize("url", ["grpc://127.0.0.1:8815", "http://", "http://host:port", ""])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(FeatureGridError, match="INVALID_QUERY: url is"):
        featuregrid.connect(url)


def test_where_the_address_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    write(home, "node.json", json.dumps({"pid": 1, "http": "127.0.0.1:1", "flight": "127.0.0.1:2"}))
    write(other, "node.json", json.dumps({"pid": 1, "http": "127.0.0.1:3", "flight": "127.0.0.1:4"}))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_url(None, None)[0] == DEFAULT_URL
    monkeypatch.setenv("FEATUREGRID_HOME", str(home))
    assert find_url(None, None)[0] == "http://127.0.0.1:1"
    monkeypatch.setenv("FEATUREGRID_URL", "http://h:5")
    assert find_url(None, None)[0] == "http://h:5"
    assert find_url(None, other)[0] == "http://127.0.0.1:3"
    assert find_url("http://g:6", other)[0] == "http://g:6"
    with pytest.raises(FeatureGridError, match="no node runs in .*start one with `featuregrid start --home"):
        find_url(None, tmp_path)


def test_the_scheme_may_be_left_out(fake_node: FakeNode) -> None:
    with featuregrid.connect(fake_node.url.removeprefix("http://")) as grid:
        assert grid.catalog()["version"] == 3


def test_apply_sends_the_document_and_returns_the_difference(
    fake_grid: featuregrid.Grid, script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.apply = lambda document, plan: (
        200,
        {"version": 4, "added": ["thing"], "changed": [], "removed": [], "details": {"thing": "new"}, "errors": []},
    )
    path = write(tmp_path, "definitions.py", DEFINITIONS)
    result = fake_grid.apply(path)
    assert result == featuregrid.ApplyResult(4, ["thing"], [], [], {"thing": "new"})
    fake_grid.apply(path, replace=True, dry_run=True)
    (first, plan), (second, second_plan) = script.applied
    assert (first["base_version"], first["replace"], plan) == (3, False, False)
    assert (second["replace"], second_plan) == (True, True)
    assert [each["name"] for each in first["sets"]] == ["thing"]
    assert first["sources"]["thing.x"] == "definitions.py:5"
    assert capsys.readouterr() == ("", "")


def test_all_mistakes_are_raised_together(fake_grid: featuregrid.Grid, script: Script, tmp_path: Path) -> None:
    def check(document: dict[str, Any], plan: bool) -> tuple[int, dict[str, Any]]:
        assert plan
        errors = [
            mistake("PARSE_FAILED", "definitions.py:9: type of 'thing.y' is \"Nothing\"", feature="thing.y"),
            mistake("INVALID_QUERY", 'definitions.py:7: staleness is "10x"', feature="thing.z"),
        ]
        return 400, {"detail": "", "message": "", "trace": "", "errors": errors}

    script.apply = check
    text = DEFINITIONS + "\n    z: int = feature(max_staleness='10x')\n    a: int = feature(default=object())\n    y: 'Nothing'\n"
    with pytest.raises(FeatureGridError) as caught:
        fake_grid.apply(write(tmp_path, "definitions.py", text))
    lines = caught.value.message.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["definitions.py:7", "definitions.py:8", "definitions.py:9"]
    assert [error["feature"] for error in caught.value.errors] == ["thing.z", "thing.a", "thing.y"]
    assert "'Nothing' is neither a feature set" in lines[2]
    assert len(script.applied) == 1


def test_the_nodes_mistakes_alone(fake_grid: featuregrid.Grid, script: Script, tmp_path: Path) -> None:
    errors = [mistake("CONFLICT", "the catalog is at 5")]
    script.apply = lambda document, plan: (409, {"detail": "", "message": "", "trace": "", "errors": errors})
    with pytest.raises(FeatureGridError, match="^CONFLICT: the catalog is at 5$") as caught:
        fake_grid.apply(write(tmp_path, "definitions.py", DEFINITIONS))
    assert caught.value.trace_id == "trace-1"


def test_a_file_that_does_not_run_is_not_sent(fake_grid: featuregrid.Grid, script: Script, tmp_path: Path) -> None:
    with pytest.raises(FeatureGridError, match=r"^PARSE_FAILED: definitions.py:1: SyntaxError"):
        fake_grid.apply(write(tmp_path, "definitions.py", "x = = 3"))
    assert script.applied == []


def test_ingest_sends_rows_and_options_and_returns_counts(fake_grid: featuregrid.Grid, script: Script) -> None:
    frame = pandas.DataFrame({"id": [1, 2], "x": [1.0, None], "at": pandas.to_datetime(["2020-01-01", "2020-01-02"])})
    counts = fake_grid.ingest("thing", frame, observed_at="at")
    assert counts == {"rows": 2, "history": 2, "online": 0, "inserted_at": "2020-01-01T00:00:00Z", "ingest_id": "made"}
    fake_grid.ingest(
        "thing", frame, observed_at=datetime.datetime(2020, 1, 1), nulls="skip", ingest_id="i", round="floor",
        preserve_inserted_at="at", allow_future=True, tombstone="x",
    )  # fmt: skip
    first, second = script.ingested
    assert (first.feature_set, first.options) == ("thing", {"observed_at": "at", "nulls": "keep"})
    assert first.table.to_pylist()[1]["x"] is None
    assert second.options == {
        "observed_at": "2020-01-01T00:00:00Z", "nulls": "skip", "ingest_id": "i", "round": "floor",
        "preserve_inserted_at": "at", "allow_future": True, "tombstone": "x",
    }  # fmt: skip


def test_an_ingest_without_rows_carries_its_options(fake_grid: featuregrid.Grid, script: Script) -> None:
    assert fake_grid.ingest("thing", pa.table({"id": pa.array([], pa.int64())}), ingest_id="none")["rows"] == 0
    assert script.ingested[0].options["ingest_id"] == "none"


def test_a_large_ingest_is_many_messages(fake_grid: featuregrid.Grid, script: Script, tmp_path: Path) -> None:
    table = pa.table({"id": range(200_000)})
    parquet.write_table(table, tmp_path / "t.parquet")
    for given in (table, tmp_path / "t.parquet"):
        fake_grid.ingest("thing", given)
    for ingested in script.ingested:
        assert max(ingested.messages) <= 65_536
        assert ingested.table.column("id").to_pylist() == list(range(200_000))


def test_a_refused_ingest_is_raised_with_its_code(
    fake_grid: featuregrid.Grid, script: Script, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FeatureGridError, match="^VALIDATION_FAILED: a key is null") as caught:
        fake_grid.ingest("thing", pa.table({"id": pa.array([1, None], pa.int64())}))
    assert caught.value.feature == "thing.id"
    script.refuse_ingest = refusal("PARSE_FAILED", "no set 'thing'")
    with pytest.raises(FeatureGridError, match="^PARSE_FAILED: no set 'thing'$"):
        fake_grid.ingest("thing", pa.table({"id": range(2_000_000)}))
    assert capfd.readouterr().err == ""


def failing() -> Iterator[pa.RecordBatch]:
    yield pa.record_batch({"id": [1]})
    raise ValueError("the source broke")


def test_a_source_that_fails_midway_stores_nothing(fake_grid: featuregrid.Grid, script: Script) -> None:
    reader = pa.RecordBatchReader.from_batches(pa.schema([("id", pa.int64())]), failing())
    with pytest.raises(ValueError, match="the source broke"):
        fake_grid.ingest("thing", reader)
    assert [ingested.stored for ingested in script.ingested] == [False]
    assert script.ingested[0].table.column("id").to_pylist() == [1]


def test_an_interrupt_midway_stores_nothing(fake_grid: featuregrid.Grid, script: Script) -> None:
    going = threading.Event()

    def endless() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"id": [1]})
        interrupt()
        while not going.wait(0.01):
            yield pa.record_batch({"id": [2]})

    reader = pa.RecordBatchReader.from_batches(pa.schema([("id", pa.int64())]), endless())
    try:
        with pytest.raises(KeyboardInterrupt):
            fake_grid.ingest("thing", reader)
    finally:
        going.set()
    assert [ingested.stored for ingested in script.ingested] == [False]


def test_a_set_may_be_named_by_its_class(fake_grid: featuregrid.Grid, script: Script) -> None:
    @featuregrid.features(name="thing")
    class Something:
        id: featuregrid.Primary[int]

    fake_grid.ingest(Something, pa.table({"id": [1]}))
    assert script.ingested[0].feature_set == "thing"
    with pytest.raises(TypeError, match="is no feature set"):
        fake_grid.ingest(int, pa.table({"id": [1]}))


def test_history_is_all_endpoints_in_order(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.history = pa.table({"id": [1, 2, 3], "x": [1.0, float("nan"), None]})
    history = fake_grid.history("thing")
    assert history.column("id").to_pylist() == [1, 2, 3]
    assert history.schema.equals(script.history.schema)
    script.history = None
    with pytest.raises(FeatureGridError, match="PARSE_FAILED: no set 'thing'"):
        fake_grid.history("thing")


def test_a_path_that_the_node_does_not_know(fake_grid: featuregrid.Grid) -> None:
    with pytest.raises(FeatureGridError, match="answered with status 404: no such path") as caught:
        fake_grid._node.get("/v1/nothing")
    assert caught.value.trace_id == "trace-1"
