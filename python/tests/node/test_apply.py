"""Applying definitions to a node: differences, refusals with every mistake, and the commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from node_process import LAUNCHER, NodeProcess

import featuregrid
from featuregrid import FeatureGridError
from featuregrid.definitions import load

Applied = Callable[..., str]
IMPORTS = "import datetime\nfrom featuregrid import FeatureTime, Primary, feature, features, has_one\n"


def write(path: Path, text: str) -> Path:
    path.write_text(IMPORTS + textwrap.dedent(text).lstrip("\n"))
    return path


def test_differences_are_told_and_the_version_moves_only_with_them(grid: featuregrid.Grid, tmp_path: Path) -> None:
    path = write(
        tmp_path / "d.py",
        """
        @features
        class Alpha:
            id: Primary[int]
            x: int
            y: int
        @features
        class Beta:
            a: "Alpha.id"
            alpha: "Alpha"
        """,
    )
    first = grid.apply(path)
    assert {"alpha", "alpha.id", "alpha.x", "alpha.y", "beta", "beta.a", "beta.alpha"} <= set(first.added)
    again = grid.apply(path)
    assert (again.version, again.added, again.changed, again.removed) == (first.version, [], [], [])
    write(path, '@features\nclass Alpha:\n    id: Primary[int]\n    x: int = feature(max_staleness="1h")\n    z: int\n')
    planned = grid.apply(path, dry_run=True)
    assert grid.catalog()["version"] == first.version
    changed = grid.apply(path)
    assert changed == planned
    assert changed.version == first.version + 1
    assert changed.added == ["alpha.z"]
    assert changed.changed == ["alpha.x"]
    assert set(changed.removed) == {"alpha.y", "beta", "beta.a", "beta.alpha"}
    assert "1h" in changed.details["alpha.x"]
    catalog = {each["name"]: each for each in grid.catalog()["sets"]}
    assert list(catalog) == ["alpha"]
    assert [each["name"] for each in catalog["alpha"]["features"]] == ["id", "x", "z"]


def test_every_option_arrives_in_the_catalog(grid: featuregrid.Grid, tmp_path: Path) -> None:
    path = write(
        tmp_path / "d.py",
        """
        @features(owner="o", tags=["t"], offline_ttl="infinity")
        class Gamma:
            id: Primary[str]
            at: FeatureTime
            x: float | None = feature(
                default=1.5, min=-1, max=2, max_staleness=datetime.timedelta(hours=1), description="d", deprecated="use y"
            )
        """,
    )
    grid.apply(path)
    gamma = next(each for each in grid.catalog()["sets"] if each["name"] == "gamma")
    assert (gamma["key"], gamma["feature_time"]) == (["id"], "at")
    x = next(each for each in gamma["features"] if each["name"] == "x")
    wanted = {
        "type": "float64", "nullable": True, "default": 1.5, "min": -1, "max": 2, "max_staleness_us": 3_600_000_000,
        "offline_ttl_us": 2**63 - 1, "owner": "o", "tags": ["t"], "description": "d", "deprecated": "use y",
    }  # fmt: skip
    assert {name: x[name] for name in wanted} == wanted


def test_three_mistakes_are_told_at_once_with_their_lines(grid: featuregrid.Grid, tmp_path: Path) -> None:
    path = write(
        tmp_path / "definitions.py",
        """
        @features
        class Delta:
            id: Primary[int]
            x: complex
            y: "Nowhere.id"
            z: int = feature(max_staleness="10x")
        """,
    )
    before = grid.catalog()
    with pytest.raises(FeatureGridError) as caught:
        grid.apply(path)
    lines = caught.value.message.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["definitions.py:6", "definitions.py:7", "definitions.py:8"]
    assert [error["feature"] for error in caught.value.errors] == ["delta.x", "delta.y", "delta.z"]
    for line, told in zip(lines, ("complex", "Nowhere", "10x"), strict=True):
        assert told in line
    assert grid.catalog() == before


@pytest.mark.parametrize(
    ("body", "object_name"),
    [
        ("Upper: int", "epsilon.Upper"),
        ("a__b: int", "epsilon.a__b"),
        ("self: int", "epsilon.self"),
        ("at: FeatureTime | None", "epsilon.at"),
        ("x: str = feature(default=3)", "epsilon.x"),
        ("x: int = feature(min=2, max=1)", "epsilon.x"),
    ],
)
def test_what_the_node_refuses(grid: featuregrid.Grid, tmp_path: Path, body: str, object_name: str) -> None:
    path = write(tmp_path / "d.py", f"@features\nclass Epsilon:\n    id: Primary[int]\n    {body}\n")
    with pytest.raises(FeatureGridError) as caught:
        grid.apply(path)
    (error,) = caught.value.errors
    assert error["message"].startswith("d.py:6: ")
    assert error["feature"] == object_name


def test_a_type_changes_only_with_replace_and_starts_empty(grid: featuregrid.Grid, tmp_path: Path) -> None:
    path = write(tmp_path / "d.py", "@features\nclass Zeta:\n    id: Primary[int]\n    x: int | None\n")
    grid.apply(path)
    grid.ingest("zeta", pa.table({"id": [1], "x": [1]}), observed_at="2020-01-01")
    write(path, "@features\nclass Zeta:\n    id: Primary[int]\n    x: str | None\n")
    with pytest.raises(FeatureGridError) as caught:
        grid.apply(path)
    assert caught.value.errors[0]["message"].startswith("d.py:6: ")
    result = grid.apply(path, replace=True)
    assert (result.added, result.removed) == (["zeta.x"], ["zeta.x"])
    spine = pa.table({"id": [1], "ts": ["2021-01-01"]})
    assert grid.training_set(spine, ["zeta.x"], time="ts", keys={"zeta.id": "id"}).column("zeta.x").to_pylist() == [None]
    grid.ingest("zeta", pa.table({"id": [1], "x": ["new"]}), observed_at="2020-01-01")
    assert grid.training_set(spine, ["zeta.x"], time="ts", keys={"zeta.id": "id"}).column("zeta.x").to_pylist() == ["new"]


def test_a_catalog_that_moved_on_is_a_conflict(grid: featuregrid.Grid, tmp_path: Path) -> None:
    path = write(tmp_path / "d.py", "@features\nclass Eta:\n    id: Primary[int]\n")
    stale = grid.catalog()["version"] - 1
    with pytest.raises(FeatureGridError, match="^CONFLICT: "):
        grid._node.post("/v1/apply", {"base_version": stale, "replace": False, **load(path).document})


def test_the_node_is_found_by_its_home(node: NodeProcess) -> None:
    with featuregrid.connect(home=node.home) as grid:
        assert grid.url == node.http_url


def command(node: NodeProcess, *arguments: object, status: int = 0) -> tuple[list[str], str]:
    """Runs the launcher; stdout's lines and stderr."""
    environment = {**os.environ, "FEATUREGRID_PYTHON": sys.executable}
    line = [str(LAUNCHER), *map(str, arguments), "--home", str(node.home)]
    done = subprocess.run(line, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout.splitlines(), done.stderr


def test_the_commands(node: NodeProcess, grid: featuregrid.Grid, tmp_path: Path) -> None:
    path = write(tmp_path / "d.py", "@features\nclass Theta:\n    id: Primary[int]\n    x: int | None\n")
    out, _ = command(node, "apply", path, "--dry-run")
    assert "+ theta.x" in out
    out, _ = command(node, "apply", path, "--json")
    answer: dict[str, Any] = json.loads(out[-1])
    assert {"theta", "theta.id", "theta.x"} <= set(answer["added"])
    assert answer["errors"] == []
    parquet.write_table(pa.table({"id": [1, 2], "x": [10, 20], "at": ["2020-01-01", "2020-01-02"]}), tmp_path / "x.parquet")
    out, _ = command(node, "ingest", "theta", tmp_path / "x.parquet", "--observed-at", "at", "--json")
    counts = json.loads(out[-1])
    assert (counts["rows"], counts["history"], counts["online"]) == (2, 2, 2)
    parquet.write_table(pa.table({"theta_id": [2, 1], "ts": ["2020-01-01T12:00:00Z"] * 2}), tmp_path / "spine.parquet")
    asked = ["training-set", "--spine", tmp_path / "spine.parquet", "--time", "ts", "--features", "theta.x"]
    out, _ = command(node, *asked, "--out", tmp_path / "train.parquet", "--json")
    written = json.loads(out[-1])
    assert (written["rows"], written["dropped"]) == (2, 0)
    assert written["seconds"] >= 0
    assert parquet.read_table(tmp_path / "train.parquet").column("theta.x").to_pylist() == [None, 10]


def test_the_commands_fail_in_a_line(node: NodeProcess, tmp_path: Path) -> None:
    path = write(tmp_path / "d.py", "@features\nclass Iota:\n    id: Primary[int]\n    x: complex\n")
    out, err = command(node, "apply", path, "--json", status=1)
    answer = json.loads(out[-1])
    assert (answer["added"], len(answer["errors"])) == ([], 1)
    assert err.splitlines()[-1].startswith("PARSE_FAILED: d.py:6: ")
    _, err = command(node, "ingest", "nothing", tmp_path / "no.parquet", status=1)
    assert err.splitlines()[-1].startswith("INVALID_QUERY: ")
    command(node, "apply", status=2)
