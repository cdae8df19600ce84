"""Queries without a node: the rules of a node's queries, in this process."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from definition_files import write

import featuregrid as fg
from featuregrid import FeatureGridError, testing

UTC = datetime.UTC
TEXT = """
    import datetime
    import featuregrid as fg
    from featuregrid import FeatureTime, Primary, _, feature, features, online

    @features
    class Plane:
        tailnum: Primary[str]
        year: int | None
        seats: int | None = 100
        per_seat: float | None = 1000 / _.seats

    @features
    class Flight:
        id: Primary[str]
        ts: FeatureTime
        distance: int
        air_time: float | None
        tailnum: "Plane.tailnum"
        plane: "Plane"
        speed: float | None = _.distance / (_.air_time / 60)
        pace: float | None = 1 / _.speed
        kept: int | None = feature(max_staleness="1h")
        age: int | None = feature(min=0)
        label: str | None
        half: int | None
        rest: int | None

    @online
    def age(year: Flight.plane.year | None, now: fg.Now) -> Flight.age:
        return now.year - year if year is not None else None

    @online
    def label(age: Flight.age, speed: Flight.speed | None) -> Flight.label:
        return f"{age}:{speed}"

    @online
    def halves(distance: Flight.distance) -> tuple[Flight.half, Flight.rest]:
        return distance // 2, distance % 2

    @online
    def kept(distance: Flight.distance) -> Flight.kept:
        return distance + 0.5
"""
NOW = datetime.datetime(2026, 1, 1, tzinfo=UTC)

Ask = Callable[..., testing.Reply]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Asks the definitions of this file."""
    path = write(tmp_path, "definitions.py", TEXT)

    def asked(inputs: dict[str, Any], *outputs: str, **options: Any) -> testing.Reply:
        return testing.query(path, inputs, outputs, now=NOW, **options)

    return asked


def test_functions_and_expressions_run_as_python(ask: Ask) -> None:
    given = {"flight.plane.year": 1999, "flight.distance": 101, "flight.air_time": 30.0}
    reply = ask(given, "flight.age", "flight.speed", "flight.label", "flight.half", "flight.rest")
    assert reply.to_dict() == {
        "flight.age": 27, "flight.speed": 202.0, "flight.label": "27:202.0", "flight.half": 50, "flight.rest": 1,
    }  # fmt: skip
    assert reply.errors == []


def test_what_is_missing_takes_defaults_or_makes_results_missing(ask: Ask) -> None:
    reply = ask({}, "flight.plane.seats", "flight.plane.per_seat", "flight.age", "flight.half", "flight.label")
    assert reply["flight.plane.seats"] == 100 and reply.is_missing("flight.plane.seats")
    assert reply["flight.plane.per_seat"] == 10.0
    assert reply["flight.age"] is None and not reply.is_missing("flight.age")
    assert reply.is_missing("flight.half") and not reply.errors
    assert reply["flight.label"] == "None:None"
    assert reply.errors == []


def test_a_failure_loses_only_what_depends_on_it(ask: Ask) -> None:
    given = {"flight.plane.year": 3000, "flight.distance": 1, "flight.air_time": 0.0}
    reply = ask(given, "flight.age", "flight.label", "flight.speed", "flight.pace", "flight.half")
    assert reply["flight.half"] == 0
    assert reply["flight.label"] == "None:None"
    codes = {error.feature: (error.code, error.resolver) for error in reply.errors}
    assert codes == {
        "flight.age": ("VALIDATION_FAILED", "age"),
        "flight.pace": ("UPSTREAM_FAILED", "flight.pace"),
        "flight.speed": ("RESOLVER_FAILED", "flight.speed"),
    }
    assert "`flight.speed` raised ZeroDivisionError: " in str(reply.errors[-1]) or "ZeroDivisionError" in str(reply.errors)


def test_a_failed_input_that_is_optional_is_none(ask: Ask) -> None:
    reply = ask({"flight.age": 1, "flight.distance": 1, "flight.air_time": 0.0}, "flight.label")
    assert reply["flight.label"] == "1:None"


def test_a_result_that_would_lose_something_is_refused(ask: Ask) -> None:
    (error,) = ask({"flight.distance": 1}, "flight.kept").errors
    assert (error.code, error.feature) == ("VALIDATION_FAILED", "flight.kept")
    assert "is 1.5 (expected int64)" in error.message


def test_fakes_stand_in_for_functions(ask: Ask) -> None:
    given = {"flight.plane.year": 1999, "flight.distance": 4}
    fakes = {"flight.age": lambda year, now: year + now.month, "flight.half": 9, "flight.speed": ValueError("no")}
    reply = ask(given, "flight.age", "flight.half", "flight.rest", "flight.speed", fakes=fakes)
    assert (reply["flight.age"], reply["flight.half"], reply["flight.rest"]) == (2000, 9, 0)
    assert [(error.code, error.message) for error in reply.errors] == [("RESOLVER_FAILED", "`flight.speed` raised ValueError: no")]


def test_a_stored_value_is_read_unless_the_feature_is_always_computed(ask: Ask) -> None:
    stored = {"flight.kept": 7, "flight.half": 7, "flight.distance": 10}
    reply = ask({}, "flight.kept", "flight.half", stored=stored)
    assert (reply["flight.kept"], reply["flight.half"]) == (7, 5)


def test_a_given_value_goes_before_everything(ask: Ask) -> None:
    assert ask({"flight.half": None}, "flight.half", stored={"flight.distance": 3})["flight.half"] is None


def test_what_is_no_feature_and_what_does_not_fit_is_raised(ask: Ask) -> None:
    with pytest.raises(FeatureGridError, match="PARSE_FAILED: 'flight.nothing' is no feature"):
        ask({}, "flight.nothing")
    with pytest.raises(FeatureGridError, match="VALIDATION_FAILED: 'flight.distance' is 'x' "):
        ask({"flight.distance": "x"}, "flight.half")


def test_mistakes_of_definitions_are_raised(tmp_path: Path) -> None:
    with pytest.raises(FeatureGridError, match="definitions.py:1: SyntaxError"):
        testing.query(write(tmp_path, "definitions.py", "def"), {}, [])


@fg.features
class Item:
    id: fg.Primary[int]
    price: float | None
    doubled: float | None


@fg.online(frame="pandas")
def doubled(price: Item.price) -> Item.doubled:
    return price * 2


def test_definitions_of_this_process_and_functions_of_frames() -> None:
    reply = testing.query([Item, doubled], {Item.price: 2}, [Item.doubled])
    assert reply[Item.doubled] == 4.0
