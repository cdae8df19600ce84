"""The commands: what they print where, their exit status, and what they pass on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from definition_files import IMPORTS, write
from fake_node import FakeNode, Script, refusal

from featuregrid.command_line import main
from featuregrid.errors import mistake

Captured = pytest.CaptureFixture[str]
DIFFERENCE = {
    "version": 4,
    "added": ["flight.distance"],
    "changed": ["flight.x"],
    "removed": ["flight.y"],
    "details": {"flight.x": "max_staleness 1h -> 2h"},
    "breaks": [
        {"object": "resolver:z", "because": "flight.y", "through": "flight.y", "stays": False},
        {"object": "query:model@2", "because": "flight.y", "through": "flight.z", "stays": True},
    ],
    "costs": {"flight.x": "values no longer count"},
    "errors": [],
}

NOTHING: dict[str, object] = {"added": [], "changed": [], "removed": [], "breaks": [], "costs": {}}


@pytest.fixture
def definitions(tmp_path: Path) -> str:
    text = "print('told by the file')\n@features\nclass Flight:\n    id: Primary[str]\n"
    return str(write(tmp_path, "definitions.py", IMPORTS + text))


def run(fake_node: FakeNode, *arguments: str) -> int:
    return main([*arguments, "--url", fake_node.url])


def test_apply_prints_the_difference(fake_node: FakeNode, script: Script, definitions: str, capsys: Captured) -> None:
    script.apply = lambda document, plan: (200, DIFFERENCE)
    assert run(fake_node, "apply", definitions) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "+ flight.distance",
        "~ flight.x: max_staleness 1h -> 2h",
        "- flight.y",
        "! resolver:z depends on flight.y: goes with it",
        "! query:model@2 depends on flight.y through flight.z: stays, and finds nothing until that is written again",
        "$ flight.x: values no longer count",
        "the catalog is at version 4",
    ]
    assert err == "told by the file\n"
    assert run(fake_node, "apply", definitions, "--dry-run", "--replace") == 0
    assert "nothing is changed yet" in capsys.readouterr().out
    assert (script.applied[1][0]["replace"], script.applied[1][1]) == (True, True)


def test_operands_may_follow_two_dashes(fake_node: FakeNode, script: Script, definitions: str) -> None:
    script.apply = lambda document, plan: (200, DIFFERENCE)
    assert main(["apply", "--url", fake_node.url, "--", definitions]) == 0


def test_apply_without_a_difference(fake_node: FakeNode, script: Script, definitions: str, capsys: Captured) -> None:
    script.apply = lambda document, plan: (200, {**DIFFERENCE, "version": 3, **NOTHING})
    assert run(fake_node, "apply", definitions) == 0
    assert capsys.readouterr().out == "no difference; the catalog is at version 3\n"


def test_apply_as_json(fake_node: FakeNode, script: Script, definitions: str, capsys: Captured) -> None:
    script.apply = lambda document, plan: (200, DIFFERENCE)
    assert run(fake_node, "apply", definitions, "--json") == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed == {name: DIFFERENCE[name] for name in ("version", "added", "changed", "removed", "breaks", "costs", "errors")}


def test_apply_tells_every_mistake_on_a_line_of_its_own(
    fake_node: FakeNode, script: Script, definitions: str, capsys: Captured
) -> None:
    errors = [mistake("PARSE_FAILED", "definitions.py:5: one\nmore"), mistake("INVALID_QUERY", "definitions.py:4: two")]
    script.apply = lambda document, plan: (400, {"detail": "", "message": "", "trace": "", "errors": errors})
    assert run(fake_node, "apply", definitions, "--json") == 1
    out, err = capsys.readouterr()
    assert err.splitlines()[1:] == ["INVALID_QUERY: definitions.py:4: two", "PARSE_FAILED: definitions.py:5: one more"]
    printed = json.loads(out.splitlines()[-1])
    assert (printed["version"], printed["added"], len(printed["errors"])) == (None, [], 2)
    assert printed["errors"][0]["message"] == "definitions.py:4: two"


def test_ingest_passes_everything_on(fake_node: FakeNode, script: Script, tmp_path: Path, capsys: Captured) -> None:
    path = str(tmp_path / "t.parquet")
    parquet.write_table(pa.table({"id": [1, 2]}), path)
    assert run(
        fake_node, "ingest", "thing", path, "--observed-at", "at", "--nulls", "skip", "--ingest-id", "i", "--round", "floor",
        "--preserve-inserted-at", "ins", "--allow-future", "--tombstone", "gone", "--json",
    ) == 0  # fmt: skip
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (printed["rows"], printed["history"], printed["online"]) == (2, 2, 0)
    assert script.ingested[0].options == {
        "observed_at": "at", "nulls": "skip", "ingest_id": "i", "round": "floor", "preserve_inserted_at": "ins",
        "allow_future": True, "tombstone": "gone",
    }  # fmt: skip


def test_ingest_fails_in_one_line(fake_node: FakeNode, script: Script, tmp_path: Path, capsys: Captured) -> None:
    script.refuse_ingest = refusal("VALIDATION_FAILED", "row 3 of\n'x' is 7")
    path = str(tmp_path / "t.parquet")
    parquet.write_table(pa.table({"id": [1]}), path)
    assert run(fake_node, "ingest", "thing", path) == 1
    assert capsys.readouterr() == ("", "VALIDATION_FAILED: row 3 of 'x' is 7\n")
    assert run(fake_node, "ingest", "thing", str(tmp_path / "none.parquet")) == 1
    assert capsys.readouterr().err.startswith("INVALID_QUERY: file ")


def test_training_set(fake_node: FakeNode, script: Script, tmp_path: Path, capsys: Captured) -> None:
    def train(command: dict[str, Any], spine: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
        for name in command["features"]:
            spine = spine.append_column(name, pa.nulls(spine.num_rows, pa.int64()))
        return spine, {"rows": 2, "dropped": 1, "missing": {"flight.a": 2}, "failed": {}}

    script.train = train
    script.catalog["sets"] = [{"name": "flight", "key": ["id"]}]
    columns = {"flight_id": ["a", "b"], "ts": ["2020", "2021"], "origin": ["x", "y"], "part": ["x", "y"], "amount": [1, 2]}
    parquet.write_table(pa.table(columns), tmp_path / "spine.parquet")
    out = tmp_path / "train.parquet"
    asked = [
        "training-set", "--spine", str(tmp_path / "spine.parquet"), "--time", "ts", "--features", "flight.a,from.b",
        "--features", "from.c", "--out", str(out), "--role", "from=airport:faa=origin,part=part", "--input",
        "flight.amount=amount", "--end", "exclusive", "--delay", "1h", "--cutoff", "spine", "--required", "flight.a",
        "--no-defaults", "--errors", "raise",
    ]  # fmt: skip
    assert run(fake_node, *asked, "--json") == 0
    out_text, err = capsys.readouterr()
    printed = json.loads(out_text.splitlines()[-1])
    assert list(printed) == ["rows", "dropped", "seconds"]
    assert (printed["rows"], printed["dropped"]) == (2, 1)
    assert err == "key flight.id: spine column 'flight_id'\n"
    assert script.trained[0][0] == {
        "type": "training_set", "time": "ts", "features": ["flight.a", "from.b", "from.c"],
        "keys": {"flight.id": "flight_id"}, "sets": {"from": {"set": "airport", "keys": {"faa": "origin", "part": "part"}}},
        "inputs": {"flight.amount": "amount"}, "end": "exclusive", "delay": "1h", "cutoff": "spine",
        "required": ["flight.a"], "defaults": False, "errors": "raise",
    }  # fmt: skip
    assert parquet.read_table(out).column_names == [*columns, "flight.a", "from.b", "from.c"]
    assert main([*asked, "--key", "flight.id=origin", "--url", fake_node.url, "--"]) == 0
    assert "2 rows written" in capsys.readouterr().out
    assert script.trained[1][0]["keys"] == {"flight.id": "origin"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["apply"],
        ["ingest", "thing"],
        ["ingest", "thing", "f", "--nulls", "maybe"],
        ["training-set", "--spine", "s"],
        ["training-set", "--spine", "s", "--time", "t", "--features", "a,,b", "--out", "o"],
        ["training-set", "--spine", "s", "--time", "t", "--features", "a", "--out", "o", "--key", "flight.id"],
        ["training-set", "--spine", "s", "--time", "t", "--features", "a", "--out", "o", "--role", "a=b"],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: featuregrid")


def test_no_node(tmp_path: Path, capsys: Captured, definitions: str) -> None:
    assert main(["apply", definitions, "--home", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"UPSTREAM_FAILED: no node runs in {tmp_path}")
