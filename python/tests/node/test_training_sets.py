"""Point-in-time joins through the package: rows, roles, relations, options, refusals."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pandas
import pyarrow as pa
import pytest

import featuregrid
from featuregrid import FeatureGridError

Applied = Callable[[str], str]

FLIGHTS = """
    @features
    class Name_port:
        code: Primary[str]
        temp: float | None = feature(offline_ttl="10us")
        city_id: "Name_city.id | None"
        city: "Name_city"

    @features
    class Name_city:
        id: Primary[int]
        people: int = feature(default=7)

    @features
    class Name_seat:
        flight: Primary[str]
        number: Primary[int]
        price: float | None

    @features
    class Name_flight:
        id: Primary[str]
        origin: "Name_port.code | None"
        dest: "Name_port.code | None"
        best: int | None
        origin_port: Name_port = has_one(lambda: Name_flight.origin == Name_port.code)
        dest_port: Name_port = has_one(lambda: Name_flight.dest == Name_port.code)
        best_seat: Name_seat = has_one(lambda: (Name_flight.id == Name_seat.flight) & (Name_flight.best == Name_seat.number))

    @features
    class Name_rates:
        euro: float | None
"""


def us(*times: int | None) -> pa.Array:
    return pa.array(times, pa.timestamp("us"))


@pytest.fixture
def flights(grid: featuregrid.Grid, applied: Applied) -> str:
    """Sets NAME_flight, NAME_port, NAME_city, NAME_seat and NAME_rates with a few rows; the name."""
    name = applied(FLIGHTS)
    at = "1970-01-01T00:00:00.000100Z"
    grid.ingest(
        f"{name}_flight",
        pa.table({"id": ["f1", "f2", "f3"], "origin": ["A", "B", None], "dest": ["B", "X", "A"], "best": [11, None, 1]}),
        observed_at=at,
    )
    grid.ingest(f"{name}_port", pa.table({"code": ["A", "B"], "city_id": [1, 2]}), observed_at=at)
    temps = pa.table({"code": ["A", "A", "B"], "temp": [1.0, 2.0, 3.0], "at": us(100, 110, 100)})
    grid.ingest(f"{name}_port", temps, observed_at="at")
    grid.ingest(f"{name}_city", pa.table({"id": [1], "people": [1000]}), observed_at=at)
    seats = pa.table({"flight": ["f1", "f11", "f1"], "number": [11, 1, 1], "price": [1.5, 2.5, 3.5]})
    grid.ingest(f"{name}_seat", seats, observed_at=at)
    grid.ingest(f"{name}_rates", pa.table({"euro": [1.1, 1.2], "at": us(100, 200)}), observed_at="at")
    return name


def test_every_row_of_the_spine_comes_back_in_order(grid: featuregrid.Grid, flights: str) -> None:
    spine = pa.table({"code": ["A", None, "A", "Z", "A", "A", "B"], "ts": us(110, 110, 110, 110, 99, None, 105), "row": range(7)})
    answer = grid.training_set(spine, [f"{flights}_port.temp"], time="ts", keys={f"{flights}_port.code": "code"})
    assert answer.column("row").to_pylist() == list(range(7))
    assert answer.column(f"{flights}_port.temp").to_pylist() == [2.0, None, 2.0, None, None, None, 3.0]
    assert grid.last_report is not None
    assert (grid.last_report["rows"], grid.last_report["dropped"]) == (7, 0)
    assert grid.last_report["missing"] == {f"{flights}_port.temp": 4}
    assert grid.last_report["trace_id"]


def test_one_set_in_two_roles_and_a_short_form_beside(grid: featuregrid.Grid, flights: str) -> None:
    spine = pa.table({"o": ["A", "B"], "d": ["B", "A"], "ts": us(110, 110), "f": ["f1", "f2"]})
    sets = {role: {"set": f"{flights}_port", "keys": {"code": column}} for role, column in (("origin", "o"), ("dest", "d"))}
    names = ["origin.temp", "dest.temp", "dest.code", f"{flights}_flight.origin", f"{flights}_rates.euro"]
    answer = grid.training_set(spine, names, time="ts", sets=sets, keys={f"{flights}_flight.id": "f"})
    assert answer.select(names).to_pydict() == dict(
        zip(names, [[2.0, 3.0], [3.0, 2.0], ["B", "A"], ["A", "B"], [1.1, 1.1]], strict=True)
    )


def test_relations_of_two_hops_and_composite_keys(grid: featuregrid.Grid, flights: str) -> None:
    spine = pandas.DataFrame({"f": ["f1", "f2", "f3", "f9"], "ts": [datetime.datetime(1970, 1, 1, 0, 0, 0, 110)] * 4})
    flight = f"{flights}_flight"
    names = [f"{flight}.origin_port.city.people", f"{flight}.dest_port.temp", f"{flight}.best_seat.price"]
    answer = grid.training_set(spine, names, time="ts", keys={f"{flight}.id": "f"})
    assert answer[names[0]].tolist() == [1000, 7, 7, 7]
    assert answer[names[1]].astype(object).where(answer[names[1]].notna(), None).tolist() == [3.0, None, 2.0, None]
    assert answer[names[2]].astype(object).where(answer[names[2]].notna(), None).tolist() == [1.5, None, None, None]
    without = grid.training_set(spine, names[:1], time="ts", keys={f"{flight}.id": "f"}, defaults=False)
    assert without[names[0]].isna().tolist() == [False, True, True, True]


def test_composite_keys_are_not_run_together(grid: featuregrid.Grid, flights: str) -> None:
    spine = pa.table({"f": ["f1", "f11", "f1", "f11"], "n": [11, 1, 1, 11], "ts": us(*[110] * 4)})
    keys = {f"{flights}_seat.flight": "f", f"{flights}_seat.number": "n"}
    answer = grid.training_set(spine, [f"{flights}_seat.price"], time="ts", keys=keys)
    assert answer.column(f"{flights}_seat.price").to_pylist() == [1.5, 2.5, 3.5, None]


def test_end_delay_and_ttl(grid: featuregrid.Grid, flights: str) -> None:
    spine = pa.table({"code": ["A"] * 6, "ts": us(99, 100, 109, 110, 120, 121)})

    def temps(**options: Any) -> list[Any]:
        name = f"{flights}_port.temp"
        return (
            grid.training_set(spine, [name], time="ts", keys={f"{flights}_port.code": "code"}, **options).column(name).to_pylist()
        )

    assert temps() == [None, 1.0, 1.0, 2.0, 2.0, None]
    assert temps(end="exclusive") == [None, None, 1.0, 1.0, 2.0, None]
    delayed = temps(delay=datetime.timedelta(microseconds=1))
    assert delayed == [None, None, 1.0, 1.0, 2.0, None]
    assert temps(delay="1us") == delayed


def test_required_drops_and_inputs_give(grid: featuregrid.Grid, flights: str) -> None:
    spine = pandas.DataFrame(
        {"f": ["f1", "f2", "f9"], "o": ["B", "A", "B"], "ts": [datetime.datetime(1970, 1, 1, 0, 0, 0, 110)] * 3},
        index=[5, 6, 7],
    )
    flight = f"{flights}_flight"
    names = [f"{flight}.origin_port.temp"]
    answer = grid.training_set(spine, names, time="ts", keys={f"{flight}.id": "f"}, required=[f"{flight}.best"])
    assert answer.index.tolist() == [5, 6]
    assert answer.report["dropped"] == 1
    given = grid.training_set(spine, names, time="ts", keys={f"{flight}.id": "f"}, inputs={f"{flight}.origin": "o"})
    assert given[names[0]].tolist() == [3.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"features": ["nothing.x"]}, "PARSE_FAILED"),
        ({"features": ["FLIGHT.nothing"]}, "PARSE_FAILED"),
        ({"features": ["FLIGHT.Bad"]}, "PARSE_FAILED"),
        ({"features": []}, "INVALID_QUERY"),
        ({"keys": None}, "INVALID_QUERY"),
        ({"keys": {"FLIGHT.id": "f", "FLIGHT.best": "f"}}, "INVALID_QUERY"),
        ({"keys": {"FLIGHT.id": "missing"}}, "INVALID_QUERY"),
        ({"time": "missing"}, "INVALID_QUERY"),
        ({"time": "n"}, "VALIDATION_FAILED"),
        ({"end": "sometimes"}, "INVALID_QUERY"),
        ({"delay": "10x"}, "INVALID_QUERY"),
        ({"cutoff": "whenever"}, "INVALID_QUERY"),
        ({"errors": "ignore"}, "INVALID_QUERY"),
        ({"required": ["FLIGHT.nothing"]}, "PARSE_FAILED"),
        ({"sets": {"FLIGHT": {"set": "FLIGHT", "keys": {"id": "f"}}}}, "INVALID_QUERY"),
    ],
)
def test_a_refused_request(grid: featuregrid.Grid, flights: str, change: dict[str, Any], code: str) -> None:
    spine = pa.table({"f": ["f1"], "n": [True], "ts": us(110)})
    given = {"features": ["FLIGHT.best"], "time": "ts", "keys": {"FLIGHT.id": "f"}, **change}
    named = eval(repr(given).replace("FLIGHT", f"{flights}_flight"))
    with pytest.raises(FeatureGridError) as caught:
        grid.training_set(spine, named.pop("features"), **named)
    assert caught.value.code == code
    assert caught.value.category == {"VALIDATION_FAILED": "field"}.get(code, "request")
    assert "gRPC" not in caught.value.message


def test_an_empty_spine(grid: featuregrid.Grid, flights: str) -> None:
    spine = pa.table({"f": pa.array([], pa.string()), "ts": us()})
    answer = grid.training_set(spine, [f"{flights}_flight.best"], time="ts", keys={f"{flights}_flight.id": "f"})
    assert (answer.num_rows, answer.column(2).type) == (0, pa.int64())


def test_a_refusal_of_a_large_spine(grid: featuregrid.Grid) -> None:
    rows = 2_000_000
    spine = pa.table({"f": range(rows), "ts": pa.nulls(rows, pa.timestamp("us"))})
    with pytest.raises(FeatureGridError, match="^PARSE_FAILED: "):
        grid.training_set(spine, ["nothing.x"], time="ts", keys={"nothing.id": "f"})
