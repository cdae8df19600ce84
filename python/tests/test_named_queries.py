"""Queries under a name: how they are declared, and how queries and training sets ask for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from definition_files import messages, read
from fake_node import FakeNode, Script
from online_answers import CATALOG, reply

import featuregrid
from featuregrid import FeatureGridError, NamedQuery
from featuregrid.command_line import main

SET = """
import featuregrid as fg

@features
class Thing:
    id: Primary[str]
    x: int | None
"""


def test_a_named_query_stands_in_the_document(tmp_path: Path) -> None:
    text = (
        SET
        + 'model = fg.NamedQuery(name="model_a", version=2, outputs=[Thing.x, "thing.id"], tags="t", staleness={Thing.x: "1h"})\n'
    )
    loaded = read(tmp_path, text)
    assert messages(loaded) == []
    assert loaded.document["queries"] == [
        {
            "name": "model_a", "version": 2, "outputs": ["thing.x", "thing.id"], "tags": ["t"], "staleness": {"thing.x": "1h"},
            "owner": None, "description": None,
        }
    ]  # fmt: skip
    assert loaded.document["sources"]["query:model_a@2"] == "definitions.py:8"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('name="a@1", version=1, outputs=[Thing.x]', "name is 'a@1' (expected a text without '@')"),
        ('name="a", version="1", outputs=[Thing.x]', "version is '1' (expected an int from 1)"),
        ('name="a", version=1, outputs="thing.x"', "outputs is 'thing.x' (expected a list of features)"),
        ('name="a", version=1, outputs=[Thing.x], staleness={Thing.x: 3}', "staleness['thing.x'] is 3"),
    ],
)
def test_a_mistake_of_a_named_query(tmp_path: Path, given: str, told: str) -> None:
    (message,) = messages(read(tmp_path, f"{SET}fg.NamedQuery({given})\n"))
    assert message.startswith("definitions.py:8: query ") and told in message


def test_a_version_is_defined_once(tmp_path: Path) -> None:
    line = 'fg.NamedQuery(name="a", version=1, outputs=[Thing.x])\n'
    (message,) = messages(read(tmp_path, SET + line + line))
    assert "query 'a@1' is defined twice (first at definitions.py:8; give one another version)" in message


NAMED = {"query_name": "model_a", "query_name_version": "2"}


@pytest.mark.parametrize(
    ("outputs", "options"),
    [
        ("model_a@2", {}),
        (NamedQuery(name="model_a", version=2, outputs=["thing.count"]), {}),
        (None, {"query_name": "model_a", "version": 2}),
    ],
)
def test_a_query_asks_by_name(fake_grid: featuregrid.Grid, script: Script, outputs: Any, options: dict[str, Any]) -> None:
    script.catalog = CATALOG
    script.online = lambda path, document: (200, reply({"thing.count": 3}))
    assert fake_grid.query({"thing.id": "a"}, outputs, **options)["thing.count"] == 3
    assert script.asked == [("POST /v1/query/online", {"inputs": {"thing.id": "a"}, **NAMED})]


def test_a_bulk_query_asks_by_name(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.catalog = CATALOG
    script.online = lambda path, document: (200, {"data": {"thing.count": [3, None]}, "errors": [], "meta": {}})
    frame = fake_grid.query_bulk(pa.table({"thing.id": ["a", "b"]}), "model_a@2")
    assert frame.column("thing.count").to_pylist() == [3, None]
    assert script.asked[0][1] == {"inputs": {"thing.id": ["a", "b"]}, **NAMED}


@pytest.mark.parametrize(("outputs", "options"), [(None, {}), ("model_a@2", {"query_name": "b"}), ("thing.x", {})])
def test_nothing_and_two_things_are_refused(fake_grid: featuregrid.Grid, outputs: Any, options: dict[str, Any]) -> None:
    with pytest.raises(FeatureGridError, match="INVALID_QUERY"):
        fake_grid.query({}, outputs, **options)


def answer(command: dict[str, Any], spine: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
    return spine.append_column("thing.count", pa.array([7] * spine.num_rows)), {"rows": spine.num_rows, "dropped": 0}


def test_a_training_set_asks_by_name(fake_grid: featuregrid.Grid, script: Script) -> None:
    script.train = answer
    spine = pa.table({"id": ["a"], "ts": ["2026-01-01"], "label": [1]})
    table = fake_grid.training_set(spine, "model_a@2", time="ts", keys={"thing.id": "id"})
    assert table.to_pydict() == {"id": ["a"], "ts": ["2026-01-01"], "label": [1], "thing.count": [7]}
    command, _ = script.trained[0]
    assert command == {"type": "training_set", "time": "ts", "query": "model_a@2", "keys": {"thing.id": "id"}}


def test_commands_ask_by_name(fake_node: FakeNode, script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = {"name": "model_a", "version": 2, "outputs": ["thing.count"]}
    script.catalog = {**CATALOG, "queries": [query]}
    script.online = lambda path, document: (200, reply({"thing.count": 3}))
    script.train = answer
    url = ["--url", fake_node.url]
    assert main(["query", "--in", "thing.id=a", "--name", "model_a@2", "--require-tag", "t", *url]) == 0
    assert script.asked[0][1] == {"inputs": {"thing.id": "a"}, "context": {"required_resolver_tags": ["t"]}, **NAMED}
    spine, out = tmp_path / "spine.parquet", tmp_path / "out.parquet"
    parquet.write_table(pa.table({"thing_id": ["a"], "ts": ["2026-01-01"]}), spine)
    assert main(["training-set", "--spine", str(spine), "--time", "ts", "--query", "model_a@2", "--out", str(out), *url]) == 0
    assert script.trained[0][0]["query"] == "model_a@2" and script.trained[0][0]["keys"] == {"thing.id": "thing_id"}
    assert parquet.read_table(out).column("thing.count").to_pylist() == [7]


@pytest.mark.parametrize("arguments", [["query"], ["query", "--out", "a.b", "--name", "a@1"], ["query", "--name", "a"]])
def test_a_command_that_asks_for_nothing_or_two_things_is_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
