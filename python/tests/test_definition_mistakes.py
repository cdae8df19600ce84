"""What is wrong in definitions is told all at once, each with its place; what only the node can judge is sent to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from definition_files import by_name, messages, read, write

from featuregrid.definitions import load
from featuregrid.definitions.mistakes import together
from featuregrid.errors import mistake

PREFIX = "@features\nclass Plane:\n    tailnum: Primary[str]\n    seats: int\n@features\nclass Thing:\n    id: Primary[int]\n"


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ('x: "Plan.tailnum"', "PARSE_FAILED", "'Plan' is neither a feature set of these definitions nor a type"),
        ('x: "Plane.tail"', "PARSE_FAILED", "Plane has no feature 'tail' (it has tailnum, seats)"),
        ('x: "Plane.seats"', "INVALID_QUERY", "'plane.seats' is no key column of its set"),
        ('x: "Plane.tailnum.y"', "PARSE_FAILED", "Plane.tailnum.y is a path"),
        ('x: "int |"', "PARSE_FAILED", "'int |' is no annotation: invalid syntax"),
        ('x: "1 / 0"', "PARSE_FAILED", "ZeroDivisionError"),
        ("x = feature(min=0)", "PARSE_FAILED", "it has no annotation"),
        ("feature: feature | None = feature()", "PARSE_FAILED", "its annotation reads the attribute itself"),
        ("x: Primary[Plane]", "PARSE_FAILED", "a primary key is a column of a type"),
        ('x: "Plane"', "INVALID_QUERY", "no foreign key of 'thing' leads to Plane.tailnum"),
        ('x: "Plane" = 3', "INVALID_QUERY", "a relation has the value 3"),
        ("x: int = has_one(lambda: Thing.id == Plane.tailnum)", "INVALID_QUERY", "it is annotated 'int'"),
        ("x: Plane = has_one(lambda: Thing.id)", "INVALID_QUERY", "its condition is Thing.id (expected a comparison"),
        ("x: Plane = has_one(lambda: Thing.id == Plan.k)", "INVALID_QUERY", "NameError: name 'Plan' is not defined"),
        ("x: Plane = has_one(lambda: Plane.seats == Plane.tailnum)", "INVALID_QUERY", "does not compare a feature of 'thing'"),
        ("x: Plane = has_one(lambda: Thing.p.y == Plane.tailnum)", "INVALID_QUERY", "has no attribute 'p'"),
        ("x: Plane = has_one(lambda: Thing.id.y == Plane.tailnum)", "INVALID_QUERY", "Thing.id.y is a path"),
        (
            "x: Plane = has_one(lambda: Thing.id == Plane.tailnum and Thing.id == Plane.seats)",
            "INVALID_QUERY",
            "join comparisons with '&', each in parentheses, not with 'and'",
        ),
        (
            "x: Plane = has_one(lambda: Thing.id == Plane.tailnum & Thing.id == Plane.seats)",
            "INVALID_QUERY",
            "put each comparison in parentheses",
        ),
        (
            "x: Plane = has_one(lambda: (Thing.id == Plane.tailnum) & (Thing.id == Plane.tailnum))",
            "INVALID_QUERY",
            "the key column 'tailnum' is compared twice",
        ),
        ("x: int = feature(max_staleness=60)", "INVALID_QUERY", "max_staleness is 60 (expected a duration such as '90s'"),
        ("x: int = feature(offline_ttl=True)", "INVALID_QUERY", "offline_ttl is True"),
        ("x: int = feature(default={1})", "INVALID_QUERY", "default is {1} (expected a number, text, bool, bytes, datetime"),
        ("x: int = feature(tags=3)", "INVALID_QUERY", "tags is 3"),
        ("x = _.id * 2", "PARSE_FAILED", "it has no annotation"),
        ("x: float = _.x[_.late == True, _.y].within('7d').mean()", "INVALID_QUERY", "windows and aggregations of"),
        ("x: bool = _.id == None", "INVALID_QUERY", "None stands in it (expected features as _.name"),
        ("x: int = _", "INVALID_QUERY", "'_' stands alone in it (expected a feature as _.name)"),
        ("x: int = (_.id + 1).bit_length", "INVALID_QUERY", "'.bit_length' stands behind a computation"),
        ("x: int = feature(expression=3)", "INVALID_QUERY", "expression is 3 (expected one of features, as _.distance / 60)"),
        ('x: DataFrame["Plane"] = has_many(lambda: 1, colocate=True)', "INVALID_QUERY", "has-many relations are not supported"),
        ('x: DataFrame["Plane"]', "INVALID_QUERY", "has-many relations are not supported"),
        ("x = has_many(lambda: 1)", "INVALID_QUERY", "has-many relations are not supported"),
    ],
)
def test_a_mistake_of_one_attribute(tmp_path: Path, line: str, code: str, told: str) -> None:
    loaded = read(tmp_path, PREFIX + f"    {line}\n")
    (error,) = loaded.mistakes
    name = "thing.feature" if line.startswith("feature:") else "thing.x"
    assert error["message"].startswith(f"definitions.py:9: '{name}': ")
    assert told in error["message"]
    assert (error["code"], error["feature"], error["category"]) == (code, name, "request")


def test_an_ambiguous_foreign_key_is_told_with_the_way_out(tmp_path: Path) -> None:
    loaded = read(tmp_path, PREFIX + '    a: "Plane.tailnum"\n    b: "Plane.tailnum"\n    plane: "Plane"\n')
    assert messages(loaded) == [
        "definitions.py:11: 'thing.plane': 2 foreign keys lead to Plane.tailnum: a, b "
        "(say which one is meant with has_one(lambda: Thing.a == Plane.tailnum))"
    ]
    assert loaded.document["sets"][1]["relations"] == []


def test_foreign_keys_in_a_circle(tmp_path: Path) -> None:
    loaded = read(tmp_path, '@features\nclass A:\n    x: Primary["B.y"]\n@features\nclass B:\n    y: Primary["A.x"]\n')
    assert len(loaded.mistakes) == 2
    assert "the foreign keys lead round in a circle" in messages(loaded)[0]
    assert "a.x -> b.y -> a.x" in messages(loaded)[0]


def test_what_depends_on_an_unreadable_key_is_not_told_as_well(tmp_path: Path) -> None:
    text = '@features\nclass A:\n    k: Primary["Nothing"]\n@features\nclass B:\n    link: "A.k"\n    a: "A"\n'
    loaded = read(tmp_path, text)
    assert [error["feature"] for error in loaded.mistakes] == ["a.k"]
    assert loaded.raw == {"a.k": "Primary[Nothing]", "b.link": "Primary[Nothing]"}
    assert loaded.document["sets"][1]["relations"][0]["on"] == {"k": "link"}


def test_two_feature_times_two_sets_of_a_name_and_an_attribute_twice(tmp_path: Path) -> None:
    text = """
@features
class Thing:
    at: FeatureTime
    then: FeatureTime
    x: int
    x: str
@features(name="thing")
class Other:
    id: Primary[int]
"""
    told = sorted(messages(read(tmp_path, text)))
    assert told == [
        "definitions.py:5: 'thing.then': the set has a feature time already, 'at' (expected one at most)",
        "definitions.py:7: 'thing.x' is defined twice in its class",
        "definitions.py:9: set 'thing' is defined twice (first at definitions.py:3)",
    ]


def test_features_on_a_function(tmp_path: Path) -> None:
    loaded = read(tmp_path, "@features\ndef thing(): ...\n")
    assert messages(loaded) == ["definitions.py:2: @features stands on 'thing' (expected a class)"]


def test_a_feature_that_cannot_be_read_is_still_sent(tmp_path: Path) -> None:
    loaded = read(tmp_path, PREFIX + '    x: "Plan.tailnum"\n    y: int\n')
    features = by_name(loaded.document["sets"][1]["features"])
    assert features["x"]["type"] == "Plan.tailnum"
    assert features["y"]["type"] == "int64"
    assert loaded.raw == {"thing.x": "Plan.tailnum"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\nclass X\n", "definitions.py:2: SyntaxError: expected ':'"),
        ("import nothing_of_this_name\n", "definitions.py:1: ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("def inner():\n    raise KeyError('k')\n\ninner()\n", "definitions.py:2: KeyError: 'k'"),
        ("import json\n\njson.loads('{')\n", "definitions.py:3: JSONDecodeError: "),
        ("raise SystemExit\n", "definitions.py:1: SystemExit"),
        ("from featuregrid import features\n\n@features(owners=3)\nclass A: ...\n", "definitions.py:3: TypeError: features()"),
    ],
)
def test_a_file_that_does_not_run_is_one_mistake(tmp_path: Path, text: str, told: str) -> None:
    loaded = load(write(tmp_path, "definitions.py", text))
    (error,) = loaded.mistakes
    assert error["message"].startswith(told)
    assert error["code"] == "PARSE_FAILED"
    assert not loaded.complete


@pytest.mark.parametrize(
    ("name", "told"), [("no.py", "'no.py' does not exist"), ("no.txt", "is no Python file"), (".", "has no __init__.py")]
)
def test_a_path_without_definitions(tmp_path: Path, name: str, told: str) -> None:
    write(tmp_path, "no.txt", "")
    (error,) = load(tmp_path / name).mistakes
    assert told in error["message"]


@pytest.mark.parametrize("argument", [3, None, [], [int], object()])
def test_something_that_is_no_definitions(argument: object) -> None:
    with pytest.raises(TypeError, match="expected a .py file, a package folder"):
        load(argument)


def test_the_nodes_mistakes_join_the_packages_own_in_order_of_place_and_without_repeats() -> None:
    own = [
        mistake("PARSE_FAILED", "b.py:12: 'a.x': cannot be read", feature="a.x"),
        mistake("INVALID_QUERY", "b.py:3: 'a.y': wrong", feature="a.y"),
    ]
    of_node = [
        mistake("PARSE_FAILED", "b.py:12: type of 'a.x' is \"Foo\" (expected int64)", feature="a.x"),
        mistake("INVALID_QUERY", "b.py:12: 'a.x' has a bad name", feature="a.x"),
        mistake("INVALID_QUERY", "b.py:3: 'a.y': wrong", feature="a.y"),
        mistake("PARSE_FAILED", "a.py:100: bad"),
        mistake("PARSE_FAILED", "no place"),
    ]
    merged = together(own, of_node, {"a.x": "Foo"})
    assert [error["message"] for error in merged] == [
        "no place",
        "a.py:100: bad",
        "b.py:3: 'a.y': wrong",
        "b.py:12: 'a.x': cannot be read",
        "b.py:12: 'a.x' has a bad name",
    ]
