"""What is kept of what functions compute for a query: online, in history, across versions of their code."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path

import pytest
from function_definitions import Functions

import featuregrid
from featuregrid import FeatureGridError

UTC = datetime.UTC
NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=UTC)

_numbers = itertools.count(8_001)


@pytest.fixture
def functions(grid: featuregrid.Grid, tmp_path: Path) -> Functions:
    """Definitions of the sets `thing` and `other`."""
    return Functions(grid, tmp_path, next(_numbers))


REQUEST = """
    @features
    class Thing:
        id: Primary[int]
        rate: float
        amount: float = feature(request=True)
        fee: float | None = feature(max_staleness="1h")

    @online
    def fee(amount: Thing.amount, rate: Thing.rate) -> Thing.fee:
        return amount * rate
"""


def test_a_request_feature_is_only_ever_an_input_and_logged(functions: Functions) -> None:
    functions.apply(REQUEST)
    functions.upload({"thing.id": [1], "thing.rate": [0.5]}, observed_at=NOON)
    assert functions.ask({"thing.id": 1, "thing.amount": 10.0}, "thing.fee").values == {"fee": 5.0}
    # Not stored online: the next caller may give another.
    assert functions.ask({"thing.id": 1, "thing.amount": 4.0}, "thing.fee").values == {"fee": 2.0}
    for outputs in (["thing.fee"], ["thing.amount"]):
        with pytest.raises(FeatureGridError) as caught:
            functions.ask({"thing.id": 1}, *outputs)
        assert caught.value.code == "RESOLVER_NOT_FOUND"
    told = [row for row in functions.history("amount", "fee", "__origin") if row[:2] != (None, None)]
    assert sorted(row[0] for row in told if row[0] is not None) == [4.0, 10.0]
    assert sorted(row[1] for row in told if row[1] is not None) == [2.0, 5.0]
    assert {str(row[2]).lower() for row in told} == {"query"}


def test_what_was_computed_from_a_given_input_is_logged_and_not_stored_online(functions: Functions) -> None:
    functions.apply(COUNTING)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    given = functions.ask({"thing.id": 1, "thing.x": 100}, "thing.kept").values["kept"]
    after = functions.ask({"thing.id": 1}, "thing.kept").values["kept"]
    assert (given[0] == "1", after.split()[0], after != given) == (True, "3", True)
    assert [value for (value,) in functions.history("kept") if value is not None][:1] != []


# A function that says something else each time that it is called.
COUNTING = """
    @features
    class Thing:
        id: Primary[int]
        x: int | None
        kept: str | None = feature(max_staleness="1h")
        fresh: str | None
        quiet: str | None = feature(max_staleness="1h")
        null: str | None = feature(max_staleness="1h")
        failed: str | None = feature(max_staleness="1h")

    @online
    def kept(x: Thing.x) -> Thing.kept:
        return f"{x} {time.monotonic_ns()}"

    @online
    def fresh(x: Thing.x) -> Thing.fresh:
        return f"{x} {time.monotonic_ns()}"

    @online(store_offline=False)
    def quiet(x: Thing.x) -> Thing.quiet:
        return f"{x} {time.monotonic_ns()}"

    @online
    def null(x: Thing.x) -> Thing.null:
        return None if x == 3 else f"{x} {time.monotonic_ns()}"

    @online
    def failed(x: Thing.x) -> Thing.failed:
        if x == 3:
            raise ValueError("no")
        return f"{x} {time.monotonic_ns()}"
"""


def test_a_computed_value_is_stored_online_when_its_max_staleness_is_not_0(functions: Functions) -> None:
    functions.apply(COUNTING)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    first = functions.ask({"thing.id": 1}, "thing.kept", "thing.fresh")
    second = functions.ask({"thing.id": 1}, "thing.kept", "thing.fresh")
    assert second.values["kept"] == first.values["kept"]
    assert second.values["fresh"] != first.values["fresh"]
    # Its observed_at is the query's now.
    written = datetime.datetime.fromisoformat(second.reply.details(functions.own("thing.kept"))["ts"])
    assert written == first.reply.query_timestamp
    # An override that it is too old for resolves it again, and that is the newest value then.
    third = functions.ask({"thing.id": 1}, "thing.kept", staleness={"thing.kept": "0s"})
    assert third.values["kept"] != first.values["kept"]
    assert functions.ask({"thing.id": 1}, "thing.kept").values == third.values


def test_computed_values_are_logged_offline_always(functions: Functions) -> None:
    functions.apply(COUNTING)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    answer = functions.ask({"thing.id": 1}, "thing.kept", "thing.fresh")
    rows = functions.history("kept", "fresh", "__observed_at")
    logged = [row for row in rows if any(value is not None for value in row[:2])]
    assert {row[0] for row in logged} - {None} == {answer.values["kept"]}
    assert {row[1] for row in logged} - {None} == {answer.values["fresh"]}
    assert {row[2] for row in logged} == {answer.reply.query_timestamp}


def test_a_value_is_stored_online_and_not_logged_when_store_offline_is_off(functions: Functions) -> None:
    functions.apply(COUNTING)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    answer = functions.ask({"thing.id": 1}, "thing.quiet")
    assert functions.ask({"thing.id": 1}, "thing.quiet").values == answer.values
    assert {value for (value,) in functions.history("quiet")} == {None}


def test_null_results_are_stored_and_failures_never(functions: Functions) -> None:
    functions.apply(COUNTING)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    first = functions.ask({"thing.id": 1}, "thing.null", "thing.failed")
    assert (first.values, first.codes) == ({"null": None, "failed": None}, {"failed": "RESOLVER_FAILED"})
    # A value given now would be seen, were it computed again; the null that is stored is what there is.
    functions.upload({"thing.id": [1], "thing.x": [4]})
    second = functions.ask({"thing.id": 1}, "thing.null", "thing.failed")
    assert second.values["null"] is None
    assert second.missing() == {"null": False, "failed": False}
    assert second.values["failed"].startswith("4 ")


def test_with_an_explicit_now_nothing_is_written_back(functions: Functions) -> None:
    functions.apply(COUNTING)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    now = datetime.datetime.now(UTC)
    first = functions.ask({"thing.id": 1}, "thing.kept", "thing.fresh", now=now)
    assert functions.ask({"thing.id": 1}, "thing.kept").values["kept"] != first.values["kept"]
    logged = {value for row in functions.history("kept", "fresh") for value in row}
    assert not logged & set(first.values.values())


VERSIONED = """
    @features
    class Thing:
        id: Primary[int]
        x: int | None
        moving: str | None = feature(max_staleness="1h")
        lasting: str | None = feature(max_staleness="1h", keep_across_versions=True)

    @online
    def moving(x: Thing.x) -> Thing.moving:
        return f"first {x}"

    @online
    def lasting(x: Thing.x) -> Thing.lasting:
        return f"first {x}"
"""


def test_a_stored_value_of_an_older_version_is_stale_unless_the_feature_keeps_it(functions: Functions) -> None:
    functions.apply(VERSIONED)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    outputs = ("thing.moving", "thing.lasting")
    assert functions.ask({"thing.id": 1}, *outputs).values == {"moving": "first 3", "lasting": "first 3"}
    functions.upload({"thing.id": [1], "thing.x": [4]})
    assert functions.ask({"thing.id": 1}, *outputs).values == {"moving": "first 3", "lasting": "first 3"}
    changed = functions.apply(VERSIONED.replace('"first', '"second'))
    assert functions.ask({"thing.id": 1}, *outputs).values == {"moving": "second 4", "lasting": "first 3"}
    assert functions.ask({"thing.id": 1}, *outputs).values == {"moving": "second 4", "lasting": "first 3"}
    # The code is the same whatever stands around it.
    again = functions.apply("    # a comment\n" + VERSIONED.replace('"first', '"second').replace("    @online", "\n    @online"))
    assert again.version == changed.version
