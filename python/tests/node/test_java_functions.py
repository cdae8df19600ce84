"""Features that methods of a jar compute: compiled here against the planner's jar, applied, asked for now and then."""

from __future__ import annotations

import datetime
import subprocess
import textwrap
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from node_process import LAUNCHER

import featuregrid
from featuregrid import FeatureGridError

UTC = datetime.UTC
ROOT = LAUNCHER.parents[1]

DEFINITIONS = """
import datetime
import featuregrid as fg
from featuregrid import Primary, features

@features
class Machine:
    id: Primary[int]
    built: datetime.datetime | None
    load: float = 0.0
    parts: list[str] | None
    age_days: int | None
    label: str | None
    heavy: bool | None

scores = fg.jar("scores.jar")
"""
SCORES = """
package example;

import io.featuregrid.planner.function.Input;
import io.featuregrid.planner.function.Now;
import io.featuregrid.planner.function.OnlineFunction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

public final class Scores {
    record Look(String label, boolean heavy) {}

    @OnlineFunction(outputs = "machine.age_days")
    static Long ageDays(@Input("machine.built") Instant built, @Now Instant now) {
        return built == null ? null : Duration.between(built, now).toDays();
    }

    @OnlineFunction(outputs = {"machine.label", "machine.heavy"})
    static Look look(@Input("machine.load") double load, @Input("machine.parts") List<String> parts) {
        if (load < 0) {
            throw new IllegalArgumentException("load " + load);
        }
        return new Look(parts == null ? "bare" : String.join("+", parts), load > 10);
    }
}
"""


@pytest.fixture(scope="module")
def java_home() -> Path:
    """The JDK that the commands of this repository use."""
    script = f'source "{ROOT}/bin/environment.sh" && find_java && printf %s "$FEATUREGRID_JAVA_HOME"'
    found = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return Path(found.stdout)


def make_jar(java_home: Path, folder: Path, source: str = SCORES) -> Path:
    """``scores.jar`` of the class ``example.Scores``."""
    planner = next((ROOT / "ops" / "target" / "lib").glob("planner-*.jar"))
    written = folder / "Scores.java"
    written.write_text(source)
    classes = folder / "classes"
    subprocess.run([java_home / "bin" / "javac", "-proc:none", "-cp", planner, "-d", classes, written], check=True)
    jar = folder / "scores.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for file in sorted(classes.rglob("*.class")):
            archive.write(file, file.relative_to(classes))
    return jar


def definitions(folder: Path, text: str = DEFINITIONS) -> Path:
    path = folder / "definitions.py"
    path.write_text(textwrap.dedent(text))
    return path


def test_methods_of_a_jar_compute_features_online_and_of_the_past(grid: featuregrid.Grid, java_home: Path, tmp_path: Path) -> None:
    make_jar(java_home, tmp_path)
    applied = grid.apply(definitions(tmp_path))
    assert {"resolver:ageDays", "resolver:look"} <= set(applied.added)
    built = datetime.datetime.now(UTC) - datetime.timedelta(days=10, hours=12)
    grid.upload({
        "machine.id": [1, 2, 3],
        "machine.built": [built, None, built],
        "machine.load": [12.5, 1.0, -1.0],
        "machine.parts": [["a", "b"], None, []],
    }, observed_at=built)  # fmt: skip
    outputs = ["machine.age_days", "machine.label", "machine.heavy"]
    assert grid.query({"machine.id": 1}, outputs).to_dict() == dict(zip(outputs, (10, "a+b", True), strict=True))
    assert grid.query({"machine.id": 2}, outputs).to_dict() == dict(zip(outputs, (None, "bare", False), strict=True))
    failed = grid.query({"machine.id": 3}, outputs)
    assert failed["machine.age_days"] == 10
    assert {error.code for error in failed.errors} == {"RESOLVER_FAILED"}
    assert "`look` raised java.lang.IllegalArgumentException: load -1.0" in failed.errors[0].message

    days = [1, 3]
    times = pa.array([built + datetime.timedelta(days=day, minutes=1) for day in days], pa.timestamp("us", "UTC"))
    spine = pa.table({"id": [1, 2], "at": times})
    joined = grid.training_set(spine, outputs, time="at", keys={"machine.id": "id"}).to_pylist()
    assert [[row[output] for output in outputs] for row in joined] == [[1, "a+b", True], [None, "bare", False]]


def test_mistakes_of_a_jar_are_told_together_with_the_others(grid: featuregrid.Grid, java_home: Path, tmp_path: Path) -> None:
    wrong = SCORES.replace("static Long ageDays", "Long ageDays").replace("@Input(\"machine.load\")", "@Input(\"machine.weight\")")
    make_jar(java_home, tmp_path, wrong)
    with pytest.raises(FeatureGridError) as refused:
        grid.apply(definitions(tmp_path))
    line = 1 + DEFINITIONS.splitlines().index('scores = fg.jar("scores.jar")')
    told = str(refused.value)
    assert f"definitions.py:{line}: example.Scores.ageDays: is not static (expected a static method)" in told
    assert f"definitions.py:{line} (example.Scores.look): resolver 'look': its input 'machine.weight' is unknown" in told


def test_a_parameter_that_does_not_fit_its_feature_is_refused(grid: featuregrid.Grid, java_home: Path, tmp_path: Path) -> None:
    make_jar(java_home, tmp_path, SCORES.replace("@Input(\"machine.built\") Instant", "@Input(\"machine.load\") Instant"))
    version = grid.catalog()["version"]
    with pytest.raises(FeatureGridError, match="parameter 1 is Instant, and 'machine.load' is of type float64"):
        grid.apply(definitions(tmp_path), dry_run=True)
    assert grid.catalog()["version"] == version
