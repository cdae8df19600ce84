"""Every form in which definitions may be written, and the document that they make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from definition_files import by_name, read, read_well

FLIGHTS = """
import datetime

@features(max_staleness="1h", owner="ops@example.com", tags=["flights"])
class Flight:
    id: Primary[str]
    ts: FeatureTime
    distance: int | None
    air_time: float | None = feature(offline_ttl="30d", min=0)
    late: bool
    day: datetime.date | None
    landed: datetime.datetime | None
    tailnum: "Plane.tailnum"
    plane: "Plane"

@features
class Plane:
    tailnum: Primary[str]
    seats: int = 100
"""


@pytest.mark.parametrize("postponed", ["", "from __future__ import annotations\n"])
def test_a_set_in_the_style_of_the_guide(tmp_path: Path, postponed: str) -> None:
    text = postponed + "from featuregrid import *\n" + FLIGHTS
    (tmp_path / "definitions.py").write_text(text)
    from featuregrid.definitions import load

    loaded = load(tmp_path / "definitions.py")

    assert loaded.mistakes == []
    flight, plane = loaded.document["sets"]
    assert (flight["name"], flight["key"], flight["feature_time"]) == ("flight", ["id"], "ts")
    inherited = {"max_staleness_us": "1h", "owner": "ops@example.com", "tags": ["flights"]}
    assert flight["features"] == [
        {"name": "id", "type": "string", "nullable": False},
        {"name": "ts", "type": "timestamp", "nullable": False, **inherited},
        {"name": "distance", "type": "int64", "nullable": True, **inherited},
        {"name": "air_time", "type": "float64", "nullable": True, **inherited, "offline_ttl_us": "30d", "min": 0},
        {"name": "late", "type": "bool", "nullable": False, **inherited},
        {"name": "day", "type": "date", "nullable": True, **inherited},
        {"name": "landed", "type": "timestamp", "nullable": True, **inherited},
        {"name": "tailnum", "type": "string", "nullable": False, **inherited},
    ]
    assert flight["relations"] == [
        {"name": "plane", "set": "plane", "many": False, "colocate": False, "on": {"tailnum": "tailnum"}}
    ]
    assert (plane["key"], plane["feature_time"], plane["relations"]) == (["tailnum"], None, [])
    assert plane["features"][1] == {"name": "seats", "type": "int64", "nullable": False, "default": 100}
    assert (loaded.document["resolvers"], loaded.document["queries"]) == ([], [])
    assert json.loads(json.dumps(loaded.document)) == loaded.document


def test_places_are_the_lines_of_class_and_attribute(tmp_path: Path) -> None:
    sources = read(tmp_path, FLIGHTS).document["sources"]
    assert sources["flight"] == "definitions.py:5"
    assert sources["flight.id"] == "definitions.py:6"
    assert sources["flight.air_time"] == "definitions.py:9"
    assert sources["flight.plane"] == "definitions.py:14"
    assert sources["plane"] == "definitions.py:17"
    assert sources["plane.seats"] == "definitions.py:19"


@pytest.mark.parametrize(
    ("annotation", "word", "nullable"),
    [
        ("int", "int64", False),
        ("float", "float64", False),
        ("str", "string", False),
        ("bool", "bool", False),
        ("datetime.datetime", "timestamp", False),
        ("datetime.date", "date", False),
        ("int | None", "int64", True),
        ("None | int", "int64", True),
        ("typing.Optional[str]", "string", True),
        ("typing.Union[None, float]", "float64", True),
        ("'int | None'", "int64", True),
        ("typing.Annotated[int, 'seats']", "int64", False),
        ("typing.Annotated[int | None, 'some words']", "int64", True),
        ("complex", "complex", False),
        ("bytes", "binary", False),
        ("list[int]", "list<int64>", False),
        ("typing.List[list[str | None]] | None", "list<list<string>>", True),
        ("list[complex]", "list<complex>", False),
        ("fg.Decimal[10, 2]", "decimal(10,2)", False),
        ("fg.Decimal[5] | None", "decimal(5,0)", True),
        ("'fg.Decimal[10, 2] | None'", "decimal(10,2)", True),
        ("fg.Decimal(10, 2) | None", "decimal(10,2)", True),
        ("typing.Annotated[decimal.Decimal, fg.Decimal(10, 2)]", "decimal(10,2)", False),
        ("typing.Annotated[decimal.Decimal | None, fg.Decimal(10, 2)]", "decimal(10,2)", True),
        ("fg.Vector[128]", "vector<float32>(128)", False),
        ("None | fg.Vector[3, 'float64']", "vector<float64>(3)", True),
        ("'fg.Vector[3, \"float64\"]'", "vector<float64>(3)", False),
        ("list[fg.Vector[2]]", "list<vector<float32>(2)>", False),
        ("typing.Literal['b', 'a c']", 'enum<b|"a c">', False),
        ("'typing.Literal[\"b\", None]'", "enum<b>", True),
        ("typing.Literal['b'] | None", "enum<b>", True),
        ("int | str", "int | str", False),
    ],
)
def test_annotations(tmp_path: Path, annotation: str, word: str, nullable: bool) -> None:
    # A type that is none of ours is for the node to refuse: it knows which ones there are.
    imports = "import datetime, decimal, typing\nimport featuregrid as fg\n"
    sets = read_well(tmp_path, f"{imports}@features\nclass Thing:\n    id: Primary[int]\n    x: {annotation}\n")
    feature = by_name(sets["thing"]["features"])["x"]
    assert (feature["type"], feature["nullable"]) == (word, nullable)


STRUCTS = """
import dataclasses, decimal, enum, typing
import featuregrid as fg
from typing import NamedTuple, TypedDict

class Colour(enum.Enum):
    RED = "red"
    DARK_BLUE = "dark blue"

@dataclasses.dataclass
class Point:
    x: int | None
    y: "list[Colour]"

class Price(TypedDict):
    amount: fg.Decimal[10, 2]
    currency: typing.Literal["EUR", "USD"]

class Pair(NamedTuple):
    first: bytes
    second: Point

@features
class Thing:
    id: Primary[int]
    colour: Colour | None
    point: Point | None = Point(1, [Colour.RED])
    price: Price = {"amount": decimal.Decimal("1.50"), "currency": "EUR"}
    pair: Pair | None
    raw: bytes = b"\\x00\\xff"
    many: "list[Point]" = [None, Point(2, [])]
    bounded: fg.Decimal[4, 1] | None = feature(min=decimal.Decimal("0.5"), max=10)
"""


@pytest.mark.parametrize("postponed", ["", "from __future__ import annotations\n"])
def test_enums_and_structs_are_classes(tmp_path: Path, postponed: str) -> None:
    (tmp_path / "definitions.py").write_text(postponed + "from featuregrid import Primary, feature, features\n" + STRUCTS)
    from featuregrid.definitions import load

    loaded = load(tmp_path / "definitions.py")

    assert loaded.mistakes == []
    found = by_name(loaded.document["sets"][0]["features"])
    colour = 'enum<red|"dark blue">'
    point = f"struct<x: int64, y: list<{colour}>>"
    assert {name: feature["type"] for name, feature in found.items()} == {
        "id": "int64",
        "colour": colour,
        "point": point,
        "price": "struct<amount: decimal(10,2), currency: enum<EUR|USD>>",
        "pair": f"struct<first: binary, second: {point}>",
        "raw": "binary",
        "many": f"list<{point}>",
        "bounded": "decimal(4,1)",
    }
    assert found["point"]["default"] == {"x": 1, "y": ["red"]}
    assert found["price"]["default"] == {"amount": "1.50", "currency": "EUR"}
    assert found["raw"]["default"] == "AP8="
    assert found["many"]["default"] == [None, {"x": 2, "y": []}]
    assert (found["bounded"]["min"], found["bounded"]["max"]) == ("0.5", 10)


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        ("decimal.Decimal", "fg.Decimal[10, 2]"),
        ("list", "list[int]"),
        ("typing.Literal['a', 1]", "1 is a value of an enum"),
        ("Number", "1 is a value of an enum"),
        ("list[Primary[int]]", "inside of a list or struct"),
        ("list[Thing]", "inside of a list or struct"),
        ("Round", "a struct inside of itself"),
    ],
)
def test_what_is_nearly_a_type_is_told_what_to_write(tmp_path: Path, annotation: str, told: str) -> None:
    text = f"""
import dataclasses, decimal, enum, typing
class Number(enum.Enum):
    ONE = 1
@dataclasses.dataclass
class Round:
    again: "list[Round]"
@features
class Thing:
    id: Primary[int]
    x: "{annotation}"
"""
    mistakes = read(tmp_path, text).mistakes
    assert len(mistakes) == 1
    assert told in mistakes[0]["message"]
    assert mistakes[0]["feature"] == "thing.x"


@pytest.mark.parametrize("annotation", ["Other.k", '"Other.k"', "'Other.k'", "typing.Annotated[Other.k, 'note']"])
@pytest.mark.parametrize("form", ["{}", "typing.Optional[{}]"])
def test_foreign_keys_have_the_type_of_the_key(tmp_path: Path, annotation: str, form: str) -> None:
    text = f"""
import typing
@features
class Other:
    k: Primary[int]
@features
class Thing:
    id: Primary[str]
    other_k: {form.format(annotation)}
    other: Other
"""
    thing = read_well(tmp_path, text)["thing"]
    link = by_name(thing["features"])["other_k"]
    assert (link["type"], link["nullable"]) == ("int64", form != "{}")
    assert thing["relations"][0]["on"] == {"k": "other_k"}


@pytest.mark.parametrize("annotation", ["Other.k | None", "None | Other.k", '"Other.k | None"', '"Other | None"', "Other | None"])
def test_nullable_foreign_keys_and_relations(tmp_path: Path, annotation: str) -> None:
    text = f"@features\nclass Other:\n    k: Primary[int]\n@features\nclass Thing:\n    a: Other.k | None\n    b: {annotation}\n"
    thing = read_well(tmp_path, text)["thing"]
    if annotation.strip('"').startswith("Other |"):
        assert thing["relations"][0]["on"] == {"k": "a"}
    else:
        assert by_name(thing["features"])["b"] == {"name": "b", "type": "int64", "nullable": True}


def test_a_foreign_key_of_a_foreign_key_and_one_that_is_a_key_itself(tmp_path: Path) -> None:
    text = """
@features
class Third:
    a: "Second.b"
    second: "Second"
@features
class Second:
    b: Primary["First.c"]
    first: "First"
@features
class First:
    c: Primary[int]
"""
    sets = read_well(tmp_path, text)
    assert sets["third"]["features"] == [{"name": "a", "type": "int64", "nullable": False}]
    assert sets["second"]["key"] == ["b"]
    assert sets["second"]["features"] == [{"name": "b", "type": "int64", "nullable": False}]
    assert sets["second"]["relations"][0]["on"] == {"c": "b"}


def test_a_composite_key_and_a_relation_through_each_of_its_columns(tmp_path: Path) -> None:
    text = """
@features
class Seat:
    flight: Primary[str]
    number: Primary[int]
@features
class Ticket:
    id: Primary[int]
    flight_id: "Seat.flight"
    place: "Seat.number | None"
    seat: "Seat"
"""
    sets = read_well(tmp_path, text)
    assert sets["seat"]["key"] == ["flight", "number"]
    assert sets["ticket"]["relations"][0]["on"] == {"flight": "flight_id", "number": "place"}


@pytest.mark.parametrize(
    "relation",
    [
        'seat: "Seat" = has_one(lambda: (Ticket.f == Seat.flight) & (Seat.number == Ticket.n))',
        "seat = has_one(lambda: (Seat.flight == Ticket.f) & (Ticket.n == Seat.number))",
    ],
)
def test_has_one_says_the_links_either_way_round(tmp_path: Path, relation: str) -> None:
    text = f"""
@features
class Ticket:
    id: Primary[int]
    f: str
    n: int
    {relation}
@features
class Seat:
    flight: Primary[str]
    number: Primary[int]
"""
    assert read_well(tmp_path, text)["ticket"]["relations"] == [
        {"name": "seat", "set": "seat", "many": False, "colocate": False, "on": {"flight": "f", "number": "n"}}
    ]


@pytest.mark.parametrize("condition", ["Person.boss_id == Person.id", "Person.id == Person.boss_id"])
def test_a_relation_to_the_set_itself(tmp_path: Path, condition: str) -> None:
    text = f"""
@features
class Person:
    id: Primary[int]
    boss_id: int | None
    boss: "Person" = has_one(lambda: {condition})
"""
    assert read_well(tmp_path, text)["person"]["relations"][0]["on"] == {"id": "boss_id"}


def test_a_set_without_a_key_is_global(tmp_path: Path) -> None:
    sets = read_well(tmp_path, "@features\nclass Rates:\n    euro: float | None\n")
    assert (sets["rates"]["key"], len(sets["rates"]["features"])) == ([], 1)


@pytest.mark.parametrize(
    ("class_name", "set_name"),
    [("UserProfile", "user_profile"), ("User", "user"), ("HTTPRequest", "http_request"), ("Leg2", "leg2"), ("lower", "lower")],
)
def test_class_names_become_snake_case(tmp_path: Path, class_name: str, set_name: str) -> None:
    assert list(read_well(tmp_path, f"@features\nclass {class_name}:\n    id: Primary[int]\n")) == [set_name]


def test_a_set_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    text = """
@features(name="person")
class User:
    id: Primary[int]
@features
class Mail:
    user: "User.id"
    sender: "User"
"""
    sets = read_well(tmp_path, text)
    assert list(sets) == ["person", "mail"]
    assert sets["mail"]["relations"][0]["set"] == "person"


def test_every_option_of_a_feature(tmp_path: Path) -> None:
    text = """
import datetime
@features
class Thing:
    id: Primary[int] = feature(description="number")
    a: int = feature(
        default=3, max_staleness=datetime.timedelta(hours=1), offline_ttl="infinity", min=-1, max=2**62, owner="o",
        tags="one", description="d", deprecated="use b",
    )
    b: float = feature(default=float("nan"), max=float("inf"), max_staleness=0, deprecated=True)
    c: datetime.datetime = feature(default=datetime.datetime(2020, 1, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))))
    d: datetime.datetime = feature(min=datetime.datetime(2020, 1, 1))
    e: datetime.date = datetime.date(2020, 2, 29)
    f: bool = False
    g: int | None = None
    h: str = ""
"""
    features = by_name(read_well(tmp_path, text)["thing"]["features"])
    assert features["id"]["description"] == "number"
    assert features["a"] == {
        "name": "a", "type": "int64", "nullable": False, "default": 3, "max_staleness_us": 3_600_000_000,
        "offline_ttl_us": "infinity", "min": -1, "max": 2**62, "owner": "o", "tags": ["one"], "description": "d",
        "deprecated": "use b",
    }  # fmt: skip
    assert features["b"]["default"] == "NaN"
    assert features["b"]["max"] == "Infinity"
    assert features["b"]["max_staleness_us"] == 0
    assert features["b"]["deprecated"] is True
    assert features["c"]["default"] == "2020-01-01T00:00:00Z"
    assert features["d"]["min"] == "2020-01-01T00:00:00Z"
    assert features["e"]["default"] == "2020-02-29"
    assert features["f"]["default"] is False
    assert "default" not in features["g"]
    assert features["h"]["default"] == ""


def test_what_a_feature_says_itself_goes_before_what_its_set_says(tmp_path: Path) -> None:
    text = """
@features(max_staleness="1h", offline_ttl="2d", owner="set", tags=["s"])
class Thing:
    id: Primary[int]
    a: int
    b: int = feature(max_staleness="0s", owner="own", tags=[])
"""
    features = by_name(read_well(tmp_path, text)["thing"]["features"])
    assert features["id"] == {"name": "id", "type": "int64", "nullable": False}
    assert features["a"]["offline_ttl_us"] == "2d"
    assert (features["b"]["max_staleness_us"], features["b"]["owner"], features["b"]["tags"]) == ("0s", "own", [])
    assert features["b"]["offline_ttl_us"] == "2d"


def test_attributes_of_a_decorated_class_are_references(tmp_path: Path) -> None:
    from featuregrid import Primary, features

    @features
    class Plane:
        tailnum: Primary[str]
        year: int

    @features
    class Flight:
        id: Primary[str]
        tailnum: Plane.tailnum
        plane: Plane

    assert str(Flight.plane.year) == "flight.plane.year"
    assert repr(Flight.plane.year) == "Flight.plane.year"
    assert Flight.id in [Flight.tailnum, Flight.id]
    assert Flight.id not in [Flight.tailnum, Plane.tailnum]
    assert len({Flight.id, Flight.id, Flight.tailnum}) == 2


def test_features_are_inherited_from_a_plain_class(tmp_path: Path) -> None:
    text = """
class Described:
    note: str | None = feature(description="free text")
    count: int

@features
class Thing(Described):
    id: Primary[int]
    count: int | None
"""
    loaded = read(tmp_path, text)
    thing = loaded.document["sets"][0]
    assert [feature["name"] for feature in thing["features"]] == ["note", "count", "id"]
    assert by_name(thing["features"])["count"]["nullable"] is True
    assert loaded.document["sources"]["thing.note"] == "definitions.py:3"
    assert loaded.document["sources"]["thing.count"] == "definitions.py:9"


def test_class_variables_methods_and_plain_attributes_are_no_features(tmp_path: Path) -> None:
    text = """
import typing
@features
class Thing:
    id: Primary[int]
    limit: typing.ClassVar[int] = 3
    plain = 4
    def method(self) -> int:
        return 1
"""
    assert [feature["name"] for feature in read_well(tmp_path, text)["thing"]["features"]] == ["id"]


def test_an_online_function_is_still_a_function(tmp_path: Path) -> None:
    from featuregrid import online

    @online
    def doubled(value: int) -> int:
        return value * 2

    @online(timeout="1s", tags=["fast"])
    def halved(value: int) -> float:
        return value / 2

    assert doubled(3) == 6
    assert halved(3) == 1.5
