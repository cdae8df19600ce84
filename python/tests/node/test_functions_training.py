"""Functions of features in training sets: computed as of each row's time, by the engine that serves online."""

from __future__ import annotations

import datetime
import itertools
import math
import struct
from pathlib import Path

import pyarrow as pa
import pytest
from function_definitions import Functions

import featuregrid
from featuregrid import FeatureGridError

UTC = datetime.UTC
NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=UTC)
HOUR = datetime.timedelta(hours=1)

# Sets of this file are told from those of others by their number.
_numbers = itertools.count(2_001)


@pytest.fixture
def functions(grid: featuregrid.Grid, tmp_path: Path) -> Functions:
    """Definitions of the sets `thing` and `other`."""
    return Functions(grid, tmp_path, next(_numbers))


AGES = """
    @features
    class Thing:
        id: Primary[int]
        year: int | None
        age: int | None
        kept: int | None = feature(max_staleness="infinity")
        outside: str | None

    @online
    def age(year: Thing.year, now: Now) -> Thing.age:
        return None if year is None else now.year - year

    @online
    def kept(year: Thing.year) -> Thing.kept:
        return year
"""


def years_ago(count: int) -> datetime.datetime:
    return NOON.replace(year=NOON.year - count)


def test_a_feature_with_a_pure_resolver_is_computed_from_its_inputs_as_of_t_with_t_as_now(functions: Functions) -> None:
    functions.apply(AGES)
    functions.upload({"thing.id": [1, 1], "thing.year": [1990, 2000]}, observed_at=years_ago(3))
    functions.upload({"thing.id": [1], "thing.year": [2010]}, observed_at=years_ago(1))
    times = [years_ago(4), years_ago(2), years_ago(1), None]
    assert functions.join({"id": [1] * 4}, ["age", "year"], times) == {
        "age": [None, NOON.year - 2 - 2000, NOON.year - 1 - 2010, None],
        "year": [None, 2000, 2010, None],
    }


def test_sample_takes_a_computed_feature_from_observations_and_recompute_computes_it(functions: Functions) -> None:
    functions.apply(AGES)
    functions.upload({"thing.id": [1], "thing.year": [2000]}, observed_at=years_ago(1))
    logged = functions.ask({"thing.id": 1}, "thing.kept").reply.query_timestamp
    functions.upload({"thing.id": [1], "thing.year": [2001]}, observed_at=logged)
    at = logged + datetime.timedelta(microseconds=1)
    assert functions.join({"id": [1]}, ["kept"], at) == {"kept": [2001]}
    assert functions.join({"id": [1]}, ["kept"], at, sample=["kept"]) == {"kept": [2000]}
    assert functions.join({"id": [1]}, ["kept"], at, recompute=["kept"]) == {"kept": [2001]}
    assert functions.join({"id": [1]}, ["kept"], years_ago(1), sample=["kept"]) == {"kept": [None]}
    for both in ({"recompute": ["kept"], "sample": ["kept"]}, {"recompute": ["year"]}):
        with pytest.raises(FeatureGridError, match="INVALID_QUERY"):
            functions.join({"id": [1]}, ["kept"], at, **both)


REQUEST = """
    @features
    class Thing:
        id: Primary[int]
        amount: float = feature(request=True)
        optional: float | None = feature(request=True)
        preset: float = feature(request=True, default=2.0)
        fee: float | None
        of_optional: str | None
        of_preset: float | None

    @online
    def fee(amount: Thing.amount) -> Thing.fee:
        return amount * 0.1

    @online
    def of_optional(amount: Thing.optional) -> Thing.of_optional:
        return "none" if amount is None else str(amount)

    @online
    def of_preset(amount: Thing.preset) -> Thing.of_preset:
        return amount
"""


def test_a_request_feature_is_bound_to_a_spine_column_by_inputs_and_missing_otherwise(functions: Functions) -> None:
    functions.apply(REQUEST)
    names = ["fee", "of_optional", "of_preset"]
    rows = {"id": [1, 2, 2], "amount": pa.array([10.0, None, 3.0])}
    inputs = {f"thing.{name}": "amount" for name in ("amount", "optional", "preset")}
    bound = functions.join(rows, names, NOON, inputs=inputs)
    assert bound["fee"] == [10.0 * 0.1, None, 3.0 * 0.1]
    assert bound["of_optional"] == ["10.0", "none", "3.0"]
    assert bound["of_preset"][0] == 10.0
    unbound = functions.join(rows, names, NOON)
    assert unbound == {"fee": [None] * 3, "of_optional": ["none"] * 3, "of_preset": [2.0] * 3}


FAILING = """
    @features
    class Thing:
        id: Primary[int]
        x: int | None
        inverse: float | None
        dependent: float | None
        fine: int | None = _.x + 1

    @online
    def inverse(x: Thing.x) -> Thing.inverse:
        return 1 / x

    @online
    def dependent(inverse: Thing.inverse) -> Thing.dependent:
        return 1.0 if inverse is None else inverse * 2
"""


@pytest.mark.parametrize("text", [FAILING, FAILING.replace("@online\n", '@online(frame="scalar")\n')], ids=["formulas", "workers"])
def test_a_cell_that_fails_is_null_and_counted_and_errors_raise_stops_instead(functions: Functions, text: str) -> None:
    functions.apply(text)
    functions.upload({"thing.id": [1, 2], "thing.x": [0, 4]}, observed_at=NOON)
    rows = {"id": [1, 2, 1]}
    assert functions.join(rows, ["inverse", "fine"], NOON) == {"inverse": [None, 0.25, None], "fine": [1, 5, 1]}
    report = functions.grid.last_report
    assert report is not None
    assert report["failed"] == {functions.own("thing.inverse"): 2}
    with pytest.raises(FeatureGridError) as caught:
        functions.join(rows, ["inverse"], NOON, errors="raise")
    assert caught.value.code == "RESOLVER_FAILED"
    assert "ZeroDivisionError" in caught.value.message
    dropped = functions.join(rows, ["fine"], NOON, required=["inverse"])
    assert dropped == {"fine": [5]}


BITS = """
    @features
    class Other:
        id: Primary[int]
        at: datetime.datetime | None
        w: float | None

    @features
    class Thing:
        id: Primary[int]
        link: "Other.id | None"
        far: "Other"
        x: float | None
        y: int | None
        ratio: float | None
        root: float | None
        shown: str | None
        hours: float | None
        slow: float | None

    @online
    def ratio(x: Thing.x, w: Thing.far.w) -> Thing.ratio:
        return None if x is None or w is None else x / 3 + w * 0.1

    @online
    def root(x: Thing.x) -> Thing.root:
        return None if x is None else abs(x) ** 0.5

    @online
    def shown(x: Thing.x, y: Thing.y) -> Thing.shown:
        return f"{x} {y}"

    @online
    def hours(at: Thing.far.at, now: Now) -> Thing.hours:
        return None if at is None else (now - at).total_seconds() / 3600

    @online(frame="numpy")
    def slow(x: Thing.x, ratio: Thing.ratio) -> Thing.slow:
        return x * ratio
"""
COMPUTED = ("ratio", "root", "shown", "hours", "slow")


def bits(value: object) -> object:
    return struct.pack("<d", value) if isinstance(value, float) and not math.isnan(value) else repr(value)


def test_online_and_offline_give_the_same_bits(functions: Functions) -> None:
    functions.apply(BITS)
    keys = list(range(8))
    functions.upload(
        {"other.id": [1, 2, 3], "other.at": [NOON, NOON - HOUR, None], "other.w": [0.1, -0.0, 1e308]}, observed_at=NOON
    )
    functions.upload(
        {
            "thing.id": keys,
            "thing.link": [1, 2, 3, None, 9, 1, 2, 3],
            "thing.x": [0.1, -0.0, 1e308, None, 5e-324, math.inf, math.nan, -7.5],
            "thing.y": [1, None, -(2**63), 2**63 - 1, 0, 5, 6, 7],
        },
        observed_at=NOON,
    )
    now = NOON + datetime.timedelta(days=1, microseconds=1)
    joined = functions.join({"id": [*keys, 99]}, list(COMPUTED), now)
    for row, key in enumerate([*keys, 99]):
        answer = functions.ask({"thing.id": key}, *(f"thing.{name}" for name in COMPUTED), now=now)
        assert {name: bits(answer.values[name]) for name in COMPUTED} == {name: bits(joined[name][row]) for name in COMPUTED}, key
