"""Functions of features asked online: what they are given, what their failures cost, what is kept of what they compute."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path
from typing import Any

import pytest
from function_definitions import Functions

import featuregrid
from featuregrid import FeatureGridError

UTC = datetime.UTC
NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=UTC)

_numbers = itertools.count(1)


@pytest.fixture
def functions(grid: featuregrid.Grid, tmp_path: Path) -> Functions:
    """Definitions of the sets `thing` and `other`."""
    return Functions(grid, tmp_path, next(_numbers))


INPUTS = """
    @features
    class Thing:
        id: Primary[int]
        plain: int
        nullable: int | None
        preset: int | None = 7
        of_plain: int | None
        of_nullable: str | None
        of_option: str | None
        of_preset: int | None

    @online
    def of_plain(x: Thing.plain) -> Thing.of_plain:
        return x + 1

    @online
    def of_nullable(x: Thing.nullable) -> Thing.of_nullable:
        return "none" if x is None else str(x)

    @online
    def of_option(x: Thing.plain | None) -> Thing.of_option:
        return "none" if x is None else str(x)

    @online
    def of_preset(x: Thing.preset) -> Thing.of_preset:
        return -1 if x is None else x
"""
OUTPUTS = ("thing.of_plain", "thing.of_nullable", "thing.of_option", "thing.of_preset")


def in_workers(text: str) -> str:
    """The same definitions with each function run in a worker process."""
    return text.replace("@online\n", '@online(frame="scalar")\n')


@pytest.mark.parametrize("text", [INPUTS, in_workers(INPUTS)], ids=["formulas", "workers"])
def test_a_missing_input_takes_its_default_or_is_none_or_makes_the_outputs_missing_without_a_call(
    functions: Functions, text: str
) -> None:
    functions.apply(text)
    functions.upload({"thing.id": [1], "thing.plain": [3], "thing.nullable": [4], "thing.preset": [5]})
    assert functions.ask({"thing.id": 1}, *OUTPUTS).values == {
        "of_plain": 4, "of_nullable": "4", "of_option": "3", "of_preset": 5,
    }  # fmt: skip
    unknown = functions.ask({"thing.id": 2}, *OUTPUTS)
    assert unknown.values == {"of_plain": None, "of_nullable": "none", "of_option": "none", "of_preset": 7}
    assert unknown.missing() == {"of_plain": True, "of_nullable": False, "of_option": False, "of_preset": False}
    assert unknown.codes == {}
    functions.upload({"thing.id": [3], "thing.nullable": [None], "thing.preset": [None]})
    carried = functions.ask({"thing.id": 3}, "thing.of_nullable", "thing.of_preset")
    assert carried.values == {"of_nullable": "none", "of_preset": -1}


RELATED = """
    @features
    class Other:
        id: Primary[str]
        year: int | None
        seats: int
        doors: int = 4
        twice: int | None = _.seats * 2

    @features
    class Thing:
        id: Primary[int]
        link: "Other.id | None"
        far: "Other"
        of_year: str | None
        of_seats: int | None
        of_doors: int | None
        of_twice: int | None

    @online
    def of_year(year: Thing.far.year) -> Thing.of_year:
        return "none" if year is None else str(year)

    @online
    def of_seats(seats: Thing.far.seats) -> Thing.of_seats:
        return seats

    @online
    def of_doors(doors: Thing.far.doors) -> Thing.of_doors:
        return doors

    @online
    def of_twice(twice: Thing.far.twice) -> Thing.of_twice:
        return -1 if twice is None else twice
"""
FAR = ("thing.of_year", "thing.of_seats", "thing.of_doors", "thing.of_twice")


@pytest.mark.parametrize("text", [RELATED, in_workers(RELATED)], ids=["formulas", "workers"])
def test_a_has_one_that_finds_no_row_makes_what_hangs_on_it_missing(functions: Functions, text: str) -> None:
    functions.apply(text)
    functions.upload({"other.id": ["a"], "other.year": [1999], "other.seats": [3], "other.doors": [5]})
    functions.upload({"thing.id": [1, 2, 3], "thing.link": ["a", "nowhere", None]})
    assert functions.ask({"thing.id": 1}, *FAR).values == {"of_year": "1999", "of_seats": 3, "of_doors": 5, "of_twice": 6}
    for key in (2, 3, 4):
        answer = functions.ask({"thing.id": key}, *FAR)
        assert answer.values == {"of_year": "none", "of_seats": None, "of_doors": 4, "of_twice": -1}
        assert answer.codes == {}
    far = functions.ask({"thing.id": 2}, "thing.far.twice", "thing.far.seats")
    assert far.values == {"far.twice": None, "far.seats": None}
    given = functions.ask({"thing.id": 2, "thing.link": "a"}, "thing.of_seats")
    assert given.values == {"of_seats": 3}


FAILING = """
    @features
    class Thing:
        id: Primary[int]
        x: int | None
        failed: int | None
        preset: int | None = 5
        dependent: int | None
        optional: str | None
        on_preset: int | None
        fine: int | None = _.x + 1

    @online
    def failed(x: Thing.x) -> Thing.failed:
        return 10 // x

    @online
    def preset(x: Thing.x) -> Thing.preset:
        return 10 // x

    @online
    def dependent(failed: Thing.failed) -> Thing.dependent:
        return failed

    @online
    def optional(failed: Thing.failed | None) -> Thing.optional:
        return "none" if failed is None else str(failed)

    @online
    def on_preset(preset: Thing.preset) -> Thing.on_preset:
        return preset
"""


@pytest.mark.parametrize("text", [FAILING, in_workers(FAILING)], ids=["formulas", "workers"])
def test_a_resolver_that_fails_loses_only_its_own_outputs_and_what_depends_on_them(functions: Functions, text: str) -> None:
    # What takes a failed input as an option is called with None: so `dependent` must not, and its feature is declared without None.
    functions.apply(text.replace("failed: int | None\n", "failed: int\n"))
    functions.upload({"thing.id": [1, 2], "thing.x": [0, 5]})
    outputs = [f"thing.{name}" for name in ("failed", "dependent", "optional", "preset", "on_preset", "fine")]
    answer = functions.ask({"thing.id": 1}, *outputs)
    failed = {"failed": "RESOLVER_FAILED", "dependent": "UPSTREAM_FAILED", "preset": "RESOLVER_FAILED"}
    assert answer.codes == failed, answer.messages
    assert (answer.values["optional"], answer.values["on_preset"], answer.values["fine"]) == ("none", 5, 1)
    assert "ZeroDivisionError" in answer.messages["failed"]
    assert {error.resolver for error in answer.reply.errors} == {"failed", "dependent", "preset"}
    assert {error.category for error in answer.reply.errors} == {"field"}
    well = functions.ask({"thing.id": 2}, *outputs)
    assert (well.codes, well.values) == (
        {}, {"failed": 2, "dependent": 2, "optional": "2", "preset": 2, "on_preset": 2, "fine": 6},
    )  # fmt: skip


def test_a_failed_row_of_many_fails_alone(functions: Functions) -> None:
    functions.apply(FAILING)
    functions.upload({"thing.id": [1, 2, 3], "thing.x": [5, 0, 2]})
    name = functions.own("thing")
    table = functions.grid.query_bulk({f"{name}.id": [1, 2, 3]}, [f"{name}.failed", f"{name}.fine"])
    assert list(table[f"{name}.fine"]) == [6, 1, 3]
    assert [None if value is None or value != value else int(value) for value in table[f"{name}.failed"].astype(object).where(
        table[f"{name}.failed"].notna(), None
    )] == [2, None, 5]  # fmt: skip
    report = functions.grid.last_report
    assert report is not None
    assert [(error["row"], error["code"]) for error in report["errors"]] == [(1, "RESOLVER_FAILED")]


def test_in_expressions_null_propagates_and_a_division_by_zero_fails(functions: Functions) -> None:
    functions.apply(
        """
        @features
        class Thing:
            id: Primary[int]
            a: float | None
            b: int | None
            ratio: float | None = _.a / _.b
        """
    )
    functions.upload({"thing.id": [1, 2, 3], "thing.a": [1.0, None, 1.0], "thing.b": [3, 3, 0]})
    assert functions.ask({"thing.id": 1}, "thing.ratio").values == {"ratio": 1 / 3}
    null = functions.ask({"thing.id": 2}, "thing.ratio")
    assert (null.values, null.codes, null.missing()) == ({"ratio": None}, {}, {"ratio": False})
    assert functions.ask({"thing.id": 3}, "thing.ratio").codes == {"ratio": "RESOLVER_FAILED"}


ARITHMETIC = """
    @features
    class Thing:
        id: Primary[int]
        a: int
        b: int
        at: datetime.datetime
        text: str
        floor: int | None
        rest: int | None
        ratio: float | None
        chained: bool | None
        product: int | None
        huge: int | None
        year: int | None
        zone: str | None
        length: int | None
        either: int | None

    @online
    def several(a: Thing.a, b: Thing.b) -> fg.Features[Thing.floor, Thing.rest, Thing.ratio]:
        return a // b, a % b, a / b

    @online
    def chained(a: Thing.a, b: Thing.b) -> Thing.chained:
        return b < 0 < a <= 7

    @online
    def product(a: Thing.a) -> Thing.product:
        return a * 2**62 * 2

    @online
    def huge(a: Thing.a) -> Thing.huge:
        return a * 2**62 // 2**62

    @online
    def year(at: Thing.at) -> Thing.year:
        return at.year

    @online
    def zone(at: Thing.at) -> Thing.zone:
        return at.isoformat()

    @online
    def length(text: Thing.text) -> Thing.length:
        return len(text[1:])

    @online
    def either(a: Thing.a, b: Thing.b) -> Thing.either:
        return a - 7 or b
"""


@pytest.mark.parametrize("text", [ARITHMETIC, in_workers(ARITHMETIC)], ids=["formulas", "workers"])
def test_a_function_means_what_cpython_means_by_it(functions: Functions, text: str) -> None:
    functions.apply(text)
    functions.upload({"thing.id": [1], "thing.a": [7], "thing.b": [-2], "thing.at": [NOON], "thing.text": ["a\U0001f600é"]})
    names = ("floor", "rest", "ratio", "chained", "product", "huge", "year", "zone", "length", "either")
    answer = functions.ask({"thing.id": 1}, *(f"thing.{name}" for name in names))
    product, huge = answer.values.pop("product"), answer.values.pop("huge")
    assert answer.values == {
        "floor": -4, "rest": -1, "ratio": -3.5, "chained": True, "year": 2026, "zone": "2026-01-02T12:00:00+00:00", "length": 2,
        "either": -2,
    }  # fmt: skip
    # Integers do not wrap: beyond int64 it is CPython's result or a failure.
    assert product is None and answer.codes["product"] in ("RESOLVER_FAILED", "VALIDATION_FAILED")
    assert huge == 7 or answer.codes["huge"] == "RESOLVER_FAILED"


RESULTS = """
    @features
    class Thing:
        id: Primary[int]
        x: float
        whole: int | None
        real: float | None
        bounded: int | None = feature(min=0, max=10)
        present: int
        flag: bool | None

    @online
    def whole(x: Thing.x) -> Thing.whole:
        return x

    @online
    def real(x: Thing.x) -> Thing.real:
        return x > 0

    @online
    def bounded(x: Thing.x) -> Thing.bounded:
        return int(x)

    @online
    def present(x: Thing.x) -> Thing.present:
        return int(x) if x > 0 else None
"""


@pytest.mark.parametrize("text", [RESULTS, in_workers(RESULTS)], ids=["formulas", "workers"])
def test_a_result_is_converted_when_lossless_and_fails_its_cell_otherwise(functions: Functions, text: str) -> None:
    functions.apply(text)
    functions.upload({"thing.id": [1, 2, 3], "thing.x": [10.0, 10.5, -1.0]})
    outputs = ("thing.whole", "thing.real", "thing.bounded", "thing.present")
    assert functions.ask({"thing.id": 1}, *outputs).values == {"whole": 10, "real": 1.0, "bounded": 10, "present": 10}
    lossy = functions.ask({"thing.id": 2}, *outputs)
    assert (lossy.codes, lossy.values["whole"]) == ({"whole": "VALIDATION_FAILED"}, None)
    assert "10.5" in lossy.messages["whole"]
    outside = functions.ask({"thing.id": 3}, *outputs)
    assert outside.codes == {"bounded": "VALIDATION_FAILED", "present": "VALIDATION_FAILED"}
    assert "-1" in outside.messages["bounded"] and "None" in outside.messages["present"]


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


def test_computed_values_are_logged_offline_always_unless_store_offline_is_off(functions: Functions) -> None:
    functions.apply(COUNTING)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    answer = functions.ask({"thing.id": 1}, "thing.kept", "thing.fresh", "thing.quiet")
    assert functions.ask({"thing.id": 1}, "thing.quiet").values["quiet"] == answer.values["quiet"]
    rows = functions.history("kept", "fresh", "quiet", "__origin", "__observed_at")
    logged = [row for row in rows if any(value is not None for value in row[:3])]
    assert {row[0] for row in logged} - {None} == {answer.values["kept"]}
    assert {row[1] for row in logged} - {None} == {answer.values["fresh"]}
    assert {row[2] for row in logged} - {None} == set()
    assert {row[4] for row in logged} == {answer.reply.query_timestamp}


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


TAGGED = """
    @features
    class Thing:
        id: Primary[int]
        x: int
        score: str | None

    @online
    def plain(x: Thing.x) -> Thing.score:
        return "plain"

    @online(tags=["eu"])
    def european(x: Thing.x) -> Thing.score:
        return "european"

    @online(tags=["eu", "fast"])
    def quick(x: Thing.x) -> Thing.score:
        return "quick"

    model = fg.NamedQuery(name="model", version=2, outputs=[Thing.score, Thing.x], tags=["eu", "fast"])
    earlier = fg.NamedQuery(name="model", version=1, outputs=[Thing.score])
"""


def test_tags_of_a_query_choose_among_the_resolvers_of_a_feature(functions: Functions) -> None:
    functions.apply(TAGGED)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    for tags, expected in (((), "plain"), (["eu"], None), (["eu", "fast"], "quick"), (["fast"], "quick"), (["us"], "plain")):
        if expected is None:
            with pytest.raises(FeatureGridError, match="INVALID_QUERY"):
                functions.ask({"thing.id": 1}, "thing.score", tags=tags)
        else:
            assert functions.ask({"thing.id": 1}, "thing.score", tags=list(tags)).values == {"score": expected}, tags
    required = functions.ask({"thing.id": 1}, "thing.score", required_resolver_tags=["fast"])
    assert required.values == {"score": "quick"}
    with pytest.raises(FeatureGridError) as caught:
        functions.ask({"thing.id": 1}, "thing.score", required_resolver_tags=["none"])
    assert caught.value.code == "RESOLVER_NOT_FOUND"


def test_a_named_query_is_asked_by_name_and_version(functions: Functions) -> None:
    functions.apply(TAGGED)
    functions.upload({"thing.id": [1], "thing.x": [3]}, observed_at=NOON)
    asked: dict[str, Any] = {"query_name": "model", "query_name_version": 2}
    assert functions.ask({"thing.id": 1}, **asked).values == {"score": "quick", "x": 3}
    assert functions.ask({"thing.id": 1}, query_name="model", version=1).values == {"score": "plain"}
    at = datetime.datetime.now(UTC)
    assert functions.join({"id": [1, 9]}, "model@2", at) == {"score": ["quick", None], "x": [3, None]}
    assert functions.join({"id": [1]}, "model@1", at) == {"score": ["plain"]}
    for name in ("model@3", "nothing@1"):
        with pytest.raises(FeatureGridError) as caught:
            functions.join({"id": [1]}, name, at)
        assert caught.value.category == "request"
