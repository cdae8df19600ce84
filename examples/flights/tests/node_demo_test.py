"""The example against a running node: every value of its training set, and the plain Arrow Flight client."""

import json
import os
import random
import re
import struct
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import expected
import featuregrid
import nbclient
import nbformat
import pandas
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

EXAMPLE = Path(__file__).resolve().parents[1]
PROJECT = EXAMPLE.parents[1]
LAUNCHER = PROJECT / "bin" / "featuregrid"
SEED = 20131103
LIMIT_SECONDS = 600


def launch(folder: Path, *arguments: str) -> str:
    """Runs the launcher with its home in the folder; answers its last line of stdout.

    Its output goes to files: a node that stays would hold a pipe open.
    """
    environment = {
        name: value for name, value in os.environ.items() if name not in ("FEATUREGRID_HOME", "FEATUREGRID_URL")
    }
    out, err = folder / f"{arguments[0]}.out", folder / f"{arguments[0]}.err"
    with out.open("w") as stdout, err.open("w") as stderr:
        status = subprocess.run(
            [LAUNCHER, *arguments, "--home", folder / "home", "--json"],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=environment,
            timeout=LIMIT_SECONDS,
        ).returncode
    assert status == 0, f"{arguments} ended with {status}:\n{err.read_text()}"
    return out.read_text().splitlines()[-1]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """What `start` says of a node of its own, which is stopped afterwards."""
    folder = tmp_path_factory.mktemp("node")
    described = launch(folder, "start", "--detach", "--set", "http.port=0", "--set", "flight.port=0", "--set", "thin.port=0")
    try:
        yield json.loads(described)
    finally:
        launch(folder, "stop")
    assert not (folder / "home" / "node.json").exists(), "the node still says that it runs"


def run_script(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of the example with the package on its path."""
    path = os.pathsep.join(filter(None, [str(PROJECT / "python"), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, EXAMPLE / script, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=LIMIT_SECONDS,
    )


def write_some_flights(file: Path) -> None:
    """Writes three days around the end of summer time, in file order, with oddities put in.

    Planes are forgotten, flights cancelled, and some flights come twice, the second time with another plane.
    """
    choice = random.Random(SEED)
    flights = pandas.read_parquet(expected.DATA / "flights.parquet")
    some = flights[(flights.month == 11) & flights.day.isin([2, 3, 4])].reset_index(drop=True)
    forgotten = choice.sample(range(len(some)), 100)
    cancelled = choice.sample(range(len(some)), 100)
    some.loc[forgotten, "tailnum"] = None
    some.loc[cancelled, ["dep_delay", "arr_time", "arr_delay"]] = None
    some["arr_delay"] = some["arr_delay"] + 0.5
    again = some.iloc[choice.sample(range(len(some)), 50)].assign(tailnum="N14228")
    pandas.concat([some, again]).to_parquet(file, index=False)


@pytest.fixture(scope="module")
def demo(node: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict, pa.Table]:
    """A run of the demo on some flights: their file, the figures that it printed, and its training set."""
    folder = tmp_path_factory.mktemp("demo")
    file, out = folder / "flights.parquet", folder / "training.parquet"
    write_some_flights(file)
    done = run_script("demo.py", "--url", f"http://{node['http']}", "--flights", str(file), "--out", str(out))
    assert done.returncode == 0, done.stderr
    return file, json.loads(done.stdout.splitlines()[-1]), parquet.read_table(out)


def test_every_value_of_the_training_set_is_the_one_that_plain_pandas_finds(
    demo: tuple[Path, dict, pa.Table],
) -> None:
    file, figures, training = demo
    flights = expected.read_flights(file, expected.DATA)
    wanted = expected.expected_training_set(flights)
    assert training.column_names == list(wanted.columns)
    for name in wanted.columns:
        column = [None if pandas.isna(value) else value for value in wanted[name].tolist()]
        assert training.column(name).to_pylist() == column, f"seed {SEED}: {name}"
    assert set(figures) == {"rows", "features", "non_null", "engines", "observations", "online", "seconds"}
    assert figures["rows"] == len(wanted)
    assert figures["features"] == len(expected.FEATURES)
    assert figures["non_null"] == {name: int(wanted[name].notna().sum()) for name in expected.FEATURES}
    assert figures["engines"] == {
        name: "worker" if name == "flight.weather_score" else "interpreter" for name in expected.COMPUTED
    }
    assert figures["observations"] == expected.expected_observations(flights)
    assert set(figures["seconds"]) == {"apply", "ingest", "online", "training_set"}


def bits(value: object) -> object:
    """A value that is equal to another one only if it is the same: floats by their bits."""
    return struct.pack("<d", value) if isinstance(value, float) else (type(value), value)


def test_what_is_known_now_is_what_a_training_set_finds_at_that_very_instant(
    node: dict[str, object], demo: tuple[Path, dict, pa.Table]
) -> None:
    file, figures, _ = demo
    flights = expected.read_flights(file, expected.DATA)
    asked = figures["online"]
    assert asked["inputs"] == {"flight.id": flights["id"].iloc[-1]}
    assert asked["trace_id"]
    assert list(asked["values"]) == expected.FEATURES
    choice = random.Random(SEED)
    ids = [asked["inputs"]["flight.id"], *choice.sample(flights["id"].tolist(), 50), "no-such-flight"]

    def then(asked_for: list[str], answers: list[featuregrid.QueryReply]) -> list[dict[str, object]]:
        times = pa.array([reply.query_timestamp for reply in answers], pa.timestamp("us", "UTC"))
        spine = pa.table({"flight_id": asked_for, "at": times})
        return grid.training_set(spine, "delay_model@1", time="at", keys={"flight.id": "flight_id"}).to_pylist()

    known = 0
    with featuregrid.connect(f"http://{node['http']}") as grid:
        replies = [grid.query({"flight.id": flight}, "delay_model@1") for flight in ids]
        assert [reply.errors for reply in replies] == [[] for _ in ids]
        # A row by itself, and all at once: how many rows a call of a function has changes nothing.
        rows = [*then(ids[:1], replies[:1]), *then(ids, replies)]
    for flight, reply, joined in zip([ids[0], *ids], [replies[0], *replies], rows, strict=True):
        for name in expected.FEATURES:
            assert bits(reply[name]) == bits(joined[name]), f"seed {SEED}: {name} of {flight} at {reply.query_timestamp}"
            known += joined[name] is not None
    assert {name: bits(value) for name, value in asked["values"].items()} == {
        name: bits(value) for name, value in rows[0].items() if name in expected.FEATURES
    }
    assert known > 200


def test_any_flight_may_be_asked_for(node: dict[str, object], demo: tuple[Path, dict, pa.Table]) -> None:
    file, figures, _ = demo
    flights = expected.read_flights(file, expected.DATA)
    asked = flights["id"].iloc[7]
    done = run_script("demo.py", "--url", f"http://{node['http']}", "--flights", str(file), "--ask", asked)
    assert done.returncode == 0, done.stderr
    online = json.loads(done.stdout.splitlines()[-1])["online"]
    assert online["inputs"] == {"flight.id": asked}
    assert online["values"]["flight.origin_airport.visib"] is not None
    assert online["trace_id"] != figures["online"]["trace_id"]


def test_a_plain_arrow_flight_client_reads_history_and_a_training_set(
    node: dict[str, object], demo: tuple[Path, dict, pa.Table]
) -> None:
    done = run_script("plain_flight.py", str(node["flight"]))
    assert done.returncode == 0, done.stderr
    assert "flight.airline.last_arr_delay" in done.stdout
    report = json.loads(done.stdout.splitlines()[-1].removeprefix("report: "))
    assert report["rows"] == 5
    assert report["dropped"] == 0


NOTEBOOK = EXAMPLE / "flights.ipynb"


def test_the_notebook_runs_from_end_to_end_and_its_own_assertions_hold(
    node: dict[str, object], demo: tuple[Path, dict, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = os.pathsep.join(filter(None, [str(PROJECT / "python"), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("FEATUREGRID_URL", f"http://{node['http']}")
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(EXAMPLE)}}
    nbclient.NotebookClient(notebook, timeout=LIMIT_SECONDS, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    told = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    assert f"{20 * len(expected.FEATURES)} inputs of 20 flights: served as a training set has them" in told
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert [cell for cell in cells if cell.outputs or cell.execution_count is not None] == []


def test_a_file_that_is_no_flights_file_fails_with_one_line_of_reason(
    node: dict[str, object], tmp_path: Path
) -> None:
    file = tmp_path / "other.parquet"
    parquet.write_table(pa.table({"year": [2013]}), file)
    done = run_script("demo.py", "--url", f"http://{node['http']}", "--flights", str(file))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("INVALID_QUERY: ") and done.stderr.count("\n") == 1


def test_what_a_node_measures_after_the_demo_is_what_the_page_of_metrics_lists(
    node: dict[str, object], demo: tuple[Path, dict, pa.Table]
) -> None:
    with urllib.request.urlopen(f"http://{node['http']}/metrics", timeout=30) as reply:
        told = set(re.findall(r"^# TYPE (\w+) ", reply.read().decode(), flags=re.MULTILINE))
    listed = set(re.findall(r"^\| `(\w+)` \|", (PROJECT / "docs" / "METRICS.md").read_text(), flags=re.MULTILINE))
    assert told == listed
