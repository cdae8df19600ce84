"""Functions on their way into the catalog: what an apply refuses and tells, and what a plan says of who runs what."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from function_definitions import IMPORTED_LINES, Functions
from node_process import LAUNCHER, NodeProcess

import featuregrid
from featuregrid import FeatureGridError

_numbers = itertools.count(4_001)


@pytest.fixture
def functions(grid: featuregrid.Grid, tmp_path: Path) -> Functions:
    """Definitions of the sets `thing` and `other`."""
    return Functions(grid, tmp_path, next(_numbers))


MISTAKEN = """
    @features
    class Thing:
        id: Primary[int]
        x: int
        first: int | None
        second: int | None
        third: int | None
        fourth: int | None

    @online
    def first(second: Thing.second) -> Thing.first:
        return second

    @online
    def second(first: Thing.first) -> Thing.second:
        return first

    @online
    def third(nothing: Thing.nothing) -> Thing.third:
        return nothing

    @online
    def fourth(x: Thing.x) -> Thing.fourth:
        return "four"
"""


def line_of(text: str, part: str) -> int:
    """The number of the line in the file on which something stands."""
    lines = text.lstrip("\n").splitlines()
    return IMPORTED_LINES + 1 + next(place for place, line in enumerate(lines) if part in line)


def test_a_cycle_an_unknown_feature_and_a_wrong_type_are_told_at_once_with_file_and_line(
    node: NodeProcess, functions: Functions
) -> None:
    before = functions.grid.catalog()
    path = functions.write(MISTAKEN)
    environment = {**os.environ, "FEATUREGRID_PYTHON": sys.executable}
    command = [str(LAUNCHER), "apply", str(path), "--home", str(node.home), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    messages = [error["message"] for error in json.loads(done.stdout.splitlines()[-1])["errors"]]

    def told(line: str) -> str:
        # A function stands where its decorator does.
        place = f"definitions.py:{line_of(MISTAKEN, line) - 1}: "
        return " ".join(message for message in messages if message.startswith(place)).lower()

    assert "first -> second -> first" in told("def first("), messages
    assert "nothing" in told("def third("), messages
    assert "expected a value of its type, int64" in told("def fourth("), messages
    assert functions.grid.catalog() == before


def test_a_function_that_no_worker_can_import_is_refused_by_apply(functions: Functions) -> None:
    text = """
        @features
        class Thing:
            id: Primary[int]
            x: int | None
            y: int | None

        if "featuregrid.worker.calls" in sys.modules:
            raise RuntimeError("not in a worker")

        @online(frame="pandas")
        def y(x: Thing.x) -> Thing.y:
            return x
    """
    before = functions.grid.catalog()
    with pytest.raises(FeatureGridError) as caught:
        functions.apply(text)
    (error,) = caught.value.errors
    assert error["message"].startswith("definitions.py:")
    assert "not in a worker" in error["message"]
    assert functions.grid.catalog() == before


def test_a_function_that_cannot_be_compiled_runs_in_a_worker_and_the_plan_says_so_and_why(functions: Functions) -> None:
    functions.apply(
        """
        @features
        class Thing:
            id: Primary[int]
            x: int
            formula: int | None
            worker: int | None

        @online
        def formula(x: Thing.x) -> Thing.formula:
            return x + 1

        @online
        def worker(x: Thing.x) -> Thing.worker:
            try:
                return x // 0
            except ZeroDivisionError:
                return os.getpid()
        """
    )
    functions.upload({"thing.id": [1], "thing.x": [1]})
    answer = functions.ask({"thing.id": 1}, "thing.formula", "thing.worker", explain=True)
    assert answer.values["formula"] == 2
    assert answer.values["worker"] > 1
    plan = answer.reply.explain
    assert plan is not None
    told = [line for line in plan.splitlines() if "worker" in line]
    assert any("python" in line.lower() for line in told), plan
    assert "definitions.py:" in plan and "try" in plan.lower(), plan


def test_what_a_function_says_it_computes_must_be_of_one_set(functions: Functions) -> None:
    text = """
        @features
        class Other:
            id: Primary[int]
            y: int | None

        @features
        class Thing:
            id: Primary[int]
            x: int | None

        @online
        def both(now: Now) -> fg.Features[Thing.x, Other.y]:
            return 1, 2
    """
    with pytest.raises(FeatureGridError) as caught:
        functions.apply(text)
    assert f"definitions.py:{line_of(text, '@online')}: " in caught.value.message


def test_definitions_are_replaced_whole_and_functions_that_went_compute_no_more(functions: Functions) -> None:
    text = """
        @features
        class Thing:
            id: Primary[int]
            x: int | None
            y: int | None

        @online
        def y(x: Thing.x) -> Thing.y:
            return x
    """
    added = functions.apply(text)
    assert functions.own("thing.y") in added.added
    functions.upload({"thing.id": [1], "thing.x": [3]})
    assert functions.ask({"thing.id": 1}, "thing.y").values == {"y": 3}
    functions.apply(text.partition("@online")[0])
    assert functions.ask({"thing.id": 1}, "thing.y").missing() == {"y": True}
