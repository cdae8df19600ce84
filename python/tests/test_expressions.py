"""Expressions of features, and what they compute."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest
from definition_files import by_name, messages, read

from featuregrid.definitions.translation.evaluation import evaluate

SETS = """
@features
class Plane:
    tailnum: Primary[str]
    year: int | None

@features(owner="me")
class Flight:
    id: Primary[str]
    distance: int | None
    air_time: float | None
    late: bool | None
    tags: list[str] | None
    amount: float | None = feature(request=True, keep_across_versions=True)
    tailnum: "Plane.tailnum"
    plane: "Plane"
"""


def computed(folder: Path, expression: str) -> dict[str, Any]:
    loaded = read(folder, SETS + f"    x: float | None = {expression}\n")
    assert messages(loaded) == []
    return by_name(loaded.document["resolvers"])["flight.x"]


def test_an_expression_is_a_resolver_named_as_its_feature(tmp_path: Path) -> None:
    found = computed(tmp_path, "_.distance / (_.air_time / 60)")
    assert (found["set"], found["outputs"], found["tags"], found["owner"]) == ("flight", ["x"], [], None)
    assert found["inputs"] == [
        {"feature": "flight.distance", "optional": True}, {"feature": "flight.air_time", "optional": True},
    ]  # fmt: skip
    assert evaluate(found["expression"], [100, 30.0]) == 200.0


def test_null_propagates(tmp_path: Path) -> None:
    found = computed(tmp_path, "(_.distance > 3) | (_.plane.year == 1999)")
    assert found["inputs"][1] == {"feature": "flight.plane.year", "optional": True}
    results = [evaluate(found["expression"], given) for given in [(None, 1999), (5, None), (5, 1), (1, 1999), (1, 1)]]
    assert results == [None, None, True, True, False]


@pytest.mark.parametrize(
    ("expression", "inputs", "result"),
    [
        ("1 + _.distance * 2 - _.distance", [3], 4),
        ("-_.distance // 2 % 5", [7], 1),
        ("2 ** _.distance", [3], 8),
        ("abs(_.distance)", [-3], 3),
        ("round(_.air_time, 1)", [2.25], 2.2),
        ("round(_.air_time)", [2.5], 2),
        ("~_.late", [True], False),
        ("~_.distance", [1], -2),
        ("_.late & (1 < _.distance) ^ True", [True, 3], False),
        ("_.tailnum + '!'", ["a"], "a!"),
        ("10 - _.air_time", [1.5], 8.5),
    ],
)
def test_operators_mean_what_they_mean_between_values(tmp_path: Path, expression: str, inputs: list[Any], result: Any) -> None:
    assert evaluate(computed(tmp_path, expression)["expression"], inputs) == result


def test_options_stand_beside_an_expression(tmp_path: Path) -> None:
    loaded = read(tmp_path, SETS + '    x: int | None = feature(expression=_.distance + 1, max_staleness="1h", min=0)\n')
    assert messages(loaded) == []
    flight = by_name(loaded.document["sets"])["flight"]
    written = by_name(flight["features"])
    assert written["x"] == {"name": "x", "type": "int64", "nullable": True, "owner": "me", "max_staleness_us": "1h", "min": 0}
    assert (written["amount"]["request"], written["amount"]["keep_across_versions"]) == (True, True)
    assert loaded.document["sources"]["resolver:flight.x"] == loaded.document["sources"]["flight.x"]


def test_a_type_that_expressions_do_not_take_is_a_mistake(tmp_path: Path) -> None:
    (message,) = messages(read(tmp_path, SETS + "    x: int | None = _.tags + 1\n"))
    assert "'flight.tags' is of type list<string>, which expressions do not take (write a function)" in message


@pytest.mark.parametrize("expression", ["_.distance and _.late", "1 < _.distance < 3", "not _.late"])
def test_an_expression_has_no_truth_value(tmp_path: Path, expression: str) -> None:
    (message,) = messages(read(tmp_path, textwrap.dedent(SETS) + f"    x: bool | None = {expression}\n"))
    assert "an expression has no truth value (write & and |" in message
