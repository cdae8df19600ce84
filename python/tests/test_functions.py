"""Functions of features: what their annotations and options become in the document, and the mistakes that only Python can see."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from definition_files import by_name, messages, read, write

import featuregrid as fg
from featuregrid.definitions import load

SETS = """
import datetime
import featuregrid as fg
from decimal import Decimal

@features
class Plane:
    tailnum: Primary[str]
    year: int | None

@features
class Flight:
    id: Primary[str]
    ts: FeatureTime
    distance: int | None
    air_time: float | None
    parts: list[int] | None
    tailnum: "Plane.tailnum"
    plane: "Plane"
    plane_age: int | None
    speed: float | None
    slow: bool | None
"""


def resolvers(folder: Path, text: str) -> dict[str, Any]:
    loaded = read(folder, SETS + textwrap.dedent(text))
    assert messages(loaded) == []
    return by_name(loaded.document["resolvers"])


@pytest.mark.parametrize("quoted", [False, True])
def test_annotations_name_inputs_and_outputs(tmp_path: Path, quoted: bool) -> None:
    year, returned = "Flight.plane.year | None", "tuple[Flight.plane_age, Flight.speed]"
    if quoted:
        year, returned = f'"{year}"', f'"{returned}"'
    text = f"""
        @online
        def both(year: {year}, at: Flight.ts, now: fg.Now) -> {returned}:
            \"\"\"Ages.\"\"\"
            return (now.year - year, 1.0) if year is not None else (None, None)
    """
    (found,) = resolvers(tmp_path, text).values()
    assert found["inputs"] == [
        {"feature": "flight.plane.year", "optional": True}, {"feature": "flight.ts", "optional": False}, {"now": True},
    ]  # fmt: skip
    assert (found["name"], found["set"], found["outputs"]) == ("both", "flight", ["plane_age", "speed"])
    assert found["expression"]["format"] == 1 and found["expression"]["root"]["op"] == "if"
    assert (found["tags"], found["timeout_us"], found["store_offline"]) == ([], None, True)
    assert (found["owner"], found["description"]) == (None, "Ages.")


def test_postponed_annotations_and_features_in_brackets(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom featuregrid import *\n"
        + SETS
        + textwrap.dedent("""
        @online(name="age", tags="x", timeout="1m30s", owner="me", store_offline=False)
        def plane_age(year: Flight.plane.year) -> fg.Features[Flight.plane_age]:
            return 2020 - year
    """)
    )
    loaded = load(write(tmp_path, "definitions.py", text))
    assert messages(loaded) == []
    (found,) = loaded.document["resolvers"]
    assert (found["name"], found["tags"], found["timeout_us"]) == ("age", ["x"], 90_000_000)
    assert (found["owner"], found["store_offline"]) == ("me", False)
    assert loaded.document["sources"]["resolver:age"].startswith("definitions.py:2")


def test_a_function_calls_as_ever() -> None:
    assert _doubled(4) == 8


@fg.online
def _doubled(x: int) -> int:
    return x * 2


def test_what_stays_python_names_its_artifact_and_why(tmp_path: Path) -> None:
    text = """
        @online
        def speed(distance: Flight.distance) -> Flight.speed:
            total = 0
            for part in range(distance):
                total += part
            return total

        @online(frame="pandas", requirements=["pandas==3"])
        def slow(distance: Flight.distance) -> Flight.slow:
            return distance > 3

        @online
        def plane_age(parts: Flight.parts) -> Flight.plane_age:
            return len(parts)
    """
    found = resolvers(tmp_path, text)
    reasons = {name: each["function"]["reason"].partition(": ")[2] for name, each in found.items()}
    assert reasons == {
        "speed": "a loop is not part of formulas",
        "slow": "frame='pandas'",
        "plane_age": "'flight.parts' is of type list<int64>",
    }
    assert found["speed"]["function"]["reason"].startswith("definitions.py:")
    function = found["slow"]["function"]
    assert (function["module"], function["name"], function["frame"]) == ("definitions", "slow", "pandas")
    assert function["requirements"] == ["pandas==3"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def f(x) -> Flight.speed: ...", "the parameter 'x' has no annotation"),
        ("def f(x: int) -> Flight.speed: ...", "the parameter 'x' is annotated 'int' (expected a feature"),
        ('def f(x: "Flight.nothing") -> Flight.speed: ...', "Flight has no feature 'nothing'"),
        ('def f(x: "Flihgt.id") -> Flight.speed: ...', "'Flihgt' is neither a feature set"),
        ("def f(*x: Flight.id) -> Flight.speed: ...", "the parameter '*x' is none by position"),
        ("def f(**x: Flight.id) -> Flight.speed: ...", "the parameter '**x' is none by position"),
        ("def f(*, x: Flight.id) -> Flight.speed: ...", "the parameter '*, x' is none by position"),
        ("def f(x: Flight.id = '') -> Flight.speed: ...", "the parameter 'x' has the default '', which nothing would use"),
        ("def f(x: Flight.id): ...", "it does not say what it computes"),
        ("def f(x: Flight.id) -> float: ...", "it computes 'float' (expected a feature"),
        ("def f(x: Flight.id) -> Flight.plane.year: ...", "a feature of another set"),
        ("def f(x: Flight.id) -> tuple[Flight.speed, Plane.year]: ...", "it computes features of Flight and Plane"),
        ("def f(x: Flight.id) -> tuple[Flight.speed, Flight.speed]: ...", "it computes a feature twice"),
        ("async def f(x: Flight.id) -> Flight.speed: ...", "it is async or a generator"),
        ("def f(x: Flight.id) -> Flight.speed: yield 1", "it is async or a generator"),
        ("class f: ...", "(expected a function)"),
    ],
)
def test_a_mistake_of_a_function_is_told_where_it_stands(tmp_path: Path, text: str, told: str) -> None:
    loaded = read(tmp_path, f"{SETS}\n@online\n{text}\n")
    line = 2 + SETS.strip("\n").count("\n") + 2
    (error,) = loaded.mistakes
    assert error["message"].startswith(f"definitions.py:{line}: ") and told in error["message"]
    assert error["resolver"] is not None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("timeout=3", "timeout is 3 (expected a duration such as '500ms'"),
        ('timeout="soon"', "timeout is 'soon'"),
        ('frame="polars"', "frame is 'polars' (expected one of scalar, numpy, pandas)"),
        ('requirements="numpy"', "requirements is 'numpy' (expected a list"),
    ],
)
def test_a_mistake_of_an_option(tmp_path: Path, options: str, told: str) -> None:
    loaded = read(tmp_path, f"{SETS}\n@online({options})\ndef f(x: Flight.id) -> Flight.speed: return 1.0\n")
    (message,) = messages(loaded)
    assert told in message


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    text = "\n@online\ndef f(x, *y): ...\n@online\ndef f(x: Flight.id) -> Flight.speed: return 1.0\n"
    told = " ".join(messages(read(tmp_path, SETS + text)))
    assert "'x' has no annotation" in told and "'*y'" in told and "does not say" in told and "defined twice" in told


def test_a_worker_imports_a_function_by_name(tmp_path: Path) -> None:
    text = SETS + textwrap.dedent("""
        def make():
            @online
            def speed(distance: Flight.distance) -> Flight.speed:
                return sum([distance])
        make()
    """)
    (message,) = messages(read(tmp_path, text))
    assert "stands inside of 'make.<locals>' (put it at the top of its module)" in message


def test_a_function_of_a_notebook_that_stays_python_belongs_in_a_file() -> None:
    import linecache

    text = (
        "from featuregrid import *\n"
        + SETS
        + textwrap.dedent("""
        @online
        def speed(distance: Flight.distance) -> Flight.speed:
            return sum([distance])
        @online
        def plane_age(distance: Flight.distance) -> Flight.plane_age:
            return distance + 1
    """)
    )
    linecache.cache["<cell>"] = (len(text), None, text.splitlines(keepends=True), "<cell>")
    names: dict[str, Any] = {"__name__": "cell"}
    exec(compile(text, "<cell>", "exec"), names)
    loaded = load([names["Plane"], names["Flight"], names["speed"], names["plane_age"]])
    (message,) = messages(loaded)
    assert "it stands in no file (put it in a .py file)" in message
    assert ["expression" in each for each in loaded.document["resolvers"]] == [True]


def test_functions_of_a_package_see_its_modules(tmp_path: Path) -> None:
    write(tmp_path, "pack/__init__.py", "")
    write(tmp_path, "pack/sets.py", "from featuregrid import *\n" + SETS)
    write(tmp_path, "pack/constants.py", "RATE = 60\n")
    write(
        tmp_path,
        "pack/functions.py",
        """
        from featuregrid import online
        from .constants import RATE
        from . import constants
        @online
        def speed(distance: "Flight.distance", time: "Flight.air_time") -> "Flight.speed":
            return distance / (time / RATE) + constants.RATE
    """,
    )
    loaded = load(tmp_path / "pack")
    assert messages(loaded) == []
    assert ["expression" in each for each in loaded.document["resolvers"]] == [True]
