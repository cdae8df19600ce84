"""Functions of features asked online: what they are given, what their failures cost, which of them are chosen."""

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


def test_in_an_expression_null_propagates_and_a_failure_does_not_become_one(functions: Functions) -> None:
    functions.apply("""
        @features
        class Thing:
            id: Primary[int]
            x: int | None
            inverse: float | None = 1 / _.x
            twice: float | None = _.inverse * 2
    """)
    functions.upload({"thing.id": [1, 2, 3], "thing.x": [0, None, 4]})
    failed = functions.ask({"thing.id": 1}, "thing.inverse", "thing.twice")
    assert failed.codes == {"inverse": "RESOLVER_FAILED", "twice": "UPSTREAM_FAILED"}, failed.messages
    for entity, values in ((2, {"inverse": None, "twice": None}), (3, {"inverse": 0.25, "twice": 0.5})):
        answer = functions.ask({"thing.id": entity}, "thing.inverse", "thing.twice")
        assert (answer.codes, answer.values) == ({}, values)


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
