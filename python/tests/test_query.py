"""Single online queries: what is sent, and how the reply is read."""

from __future__ import annotations

import datetime
import decimal
import enum
import math
import threading
import time
from typing import Any

import numpy
import pandas
import pytest
from fake_node import FakeNode, Script
from online_answers import CATALOG, reply

import featuregrid
from featuregrid import FeatureGridError, QueryReply
from featuregrid.errors import mistake

UTC = datetime.UTC


@pytest.fixture(autouse=True)
def declared(script: Script) -> None:
    script.catalog = CATALOG


def answers(script: Script, answer: dict[str, Any], status: int = 200) -> None:
    script.online = lambda path, document: (status, answer)


def test_a_query_sends_inputs_outputs_and_options(fake_grid: featuregrid.Grid, script: Script) -> None:
    answers(script, reply({"thing.count": 3}))
    answer = fake_grid.query({"thing.id": "a"}, ["thing.count"])
    assert script.asked == [("POST /v1/query/online", {"inputs": {"thing.id": "a"}, "outputs": ["thing.count"]})]
    assert answer["thing.count"] == 3
    assert (answer.errors, answer.trace_id, answer.explain) == ([], "trace-7", None)
    fake_grid.query(
        {"thing.id": "a"}, ["thing.count"], now=datetime.datetime(2026, 1, 1),
        staleness={"thing.count": datetime.timedelta(minutes=1)},
        explain=True, include_meta=True, tags=["blue"], environment="test", deadline_ms=50, query_name="q", query_name_version="2",
        correlation_id="c", durable_log=True, defaults=False, meta={"who": "me"},
    )  # fmt: skip
    assert script.asked[1][1] == {
        "inputs": {"thing.id": "a"}, "outputs": ["thing.count"], "now": "2026-01-01T00:00:00Z",
        "staleness": {"thing.count": "60000000us"}, "explain": True, "include_meta": True,
        "context": {"tags": ["blue"], "environment": "test"}, "deadline_ms": 50, "query_name": "q", "query_name_version": "2",
        "correlation_id": "c", "durable_log": True, "defaults": False,
        "meta": {"who": "me"},
    }  # fmt: skip


class Colour(enum.Enum):
    RED = "red"


def test_every_kind_of_input_has_its_form_in_json(fake_grid: featuregrid.Grid, script: Script) -> None:
    answers(script, reply({}))
    zone = datetime.timezone(datetime.timedelta(hours=2))
    given = {
        "a": datetime.datetime(2026, 1, 1, 2, tzinfo=zone), "b": datetime.date(2026, 1, 1), "c": decimal.Decimal("1E+2"),
        "d": b"\x00\xff", "e": math.nan, "f": -math.inf, "g": numpy.int64(7), "h": numpy.float64(0.5), "i": [1, None, math.inf],
        "j": {"x": (1, 2)}, "k": numpy.array([1.0, math.nan]), "l": pandas.NA, "m": pandas.NaT, "n": Colour.RED, "o": True,
        "p": pandas.Timestamp("2026-01-01T00:00:00.000001Z"), "q": numpy.datetime64("2026-01-01"), "r": 2**80, "s": None,
        "t": numpy.bool_(True),
    }  # fmt: skip
    fake_grid.query(given, [])
    assert script.asked[0][1]["inputs"] == {
        "a": "2026-01-01T00:00:00Z", "b": "2026-01-01", "c": "100", "d": "AP8=", "e": "NaN", "f": "-Infinity", "g": 7, "h": 0.5,
        "i": [1, None, "Infinity"], "j": {"x": [1, 2]}, "k": [1.0, "NaN"], "l": None, "m": None, "n": "red", "o": True,
        "p": "2026-01-01T00:00:00.000001Z", "q": "2026-01-01T00:00:00Z", "r": 2**80, "s": None, "t": True,
    }  # fmt: skip
    with pytest.raises(FeatureGridError, match=r"^VALIDATION_FAILED: inputs\['x'\] is <object"):
        fake_grid.query({"x": object()}, [])


def test_every_type_of_value_comes_back_as_a_training_set_has_it(fake_grid: featuregrid.Grid, script: Script) -> None:
    values = {
        "thing.id": "a", "thing.count": 2**62, "thing.score": "NaN", "thing.late": False, "thing.at": "2026-01-01T00:00:00.000001Z",
        "thing.day": "2026-01-01", "thing.price": "1.50", "thing.bytes": "AP8=", "thing.tags": ["x", None],
        "thing.place": {"lat": 1, "names": None}, "thing.vector": [1, 2.5, "Infinity"], "thing.plane.built": "1999-01-01",
    }  # fmt: skip
    answers(script, reply(values))
    answer = fake_grid.query({"thing.id": "a"}, list(values))
    assert math.isnan(answer["thing.score"])
    assert {name: value for name, value in answer.items() if name != "thing.score"} == {
        "thing.id": "a", "thing.count": 2**62, "thing.late": False,
        "thing.at": datetime.datetime(2026, 1, 1, 0, 0, 0, 1, UTC), "thing.day": datetime.date(2026, 1, 1),
        "thing.price": decimal.Decimal("1.50"), "thing.bytes": b"\x00\xff", "thing.tags": ["x", None],
        "thing.place": {"lat": 1.0, "names": None}, "thing.vector": [1.0, 2.5, math.inf],
        "thing.plane.built": datetime.date(1999, 1, 1),
    }  # fmt: skip
    assert isinstance(answer["thing.place"]["lat"], float)


def test_whole_floats_stay_floats_and_a_time_beyond_the_calendar_stays_text(fake_grid: featuregrid.Grid, script: Script) -> None:
    answers(script, reply({"thing.score": 2, "thing.at": "+10000-01-01T00:00:00Z"}))
    answer = fake_grid.query({"thing.id": "a"}, ["thing.score", "thing.at"])
    assert isinstance(answer["thing.score"], float)
    assert answer["thing.at"] == "+10000-01-01T00:00:00Z"


def test_a_reply_is_a_mapping_that_knows_what_is_missing_and_what_was_written_as_null(
    fake_grid: featuregrid.Grid, script: Script
) -> None:
    raw = reply({"thing.count": 3, "thing.score": None, "thing.late": None}, meta={"explain_output": "1 look-up"})
    raw["data"][2]["valid"] = True
    answers(script, raw)
    answer = fake_grid.query({"thing.id": "a"}, ["thing.count", "thing.score", "thing.late"])
    assert list(answer) == ["thing.count", "thing.score", "thing.late"]
    assert answer.to_dict() == dict(answer) == {"thing.count": 3, "thing.score": None, "thing.late": None}
    assert [answer.is_missing(name) for name in answer] == [False, True, False]
    assert answer.details("thing.count")["pkey"] == "a"
    assert answer.query_timestamp == datetime.datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
    assert answer.explain == "1 look-up"
    assert "thing.count" in answer and "thing.other" not in answer
    assert repr(answer) == "QueryReply({'thing.count': 3, 'thing.score': None, 'thing.late': None})"
    with pytest.raises(KeyError, match="'thing.other' was not asked for"):
        answer["thing.other"]


def test_what_one_feature_met_stands_in_the_reply(fake_grid: featuregrid.Grid, script: Script) -> None:
    error = {**mistake("RESOLVER_FAILED", "division by zero", feature="thing.score"), "resolver": "score_of"}
    answers(script, reply({"thing.count": 3, "thing.score": None}, errors=[error]))
    answer = fake_grid.query({"thing.id": "a"}, ["thing.count", "thing.score"])
    (met,) = answer.errors
    assert isinstance(met, FeatureGridError)
    assert (met.code, met.category, met.feature, met.resolver) == ("RESOLVER_FAILED", "field", "thing.score", "score_of")
    assert met.trace_id == "trace-7"
    assert (answer["thing.count"], answer["thing.score"]) == (3, None)


def test_what_the_whole_query_met_is_raised(fake_grid: featuregrid.Grid, script: Script) -> None:
    errors = [mistake("PARSE_FAILED", "no feature thing.x", feature="thing.x"), mistake("PARSE_FAILED", "no feature thing.y")]
    answers(script, {"detail": "d", "message": "m", "trace": "t", "errors": errors}, 400)
    with pytest.raises(FeatureGridError) as caught:
        fake_grid.query({"thing.id": "a"}, ["thing.x", "thing.y"])
    assert (caught.value.code, caught.value.category, caught.value.feature) == ("PARSE_FAILED", "request", "thing.x")
    assert len(caught.value.errors) == 2
    assert caught.value.trace_id == "trace-1"


@pytest.mark.parametrize(
    ("inputs", "outputs", "options", "words"),
    [
        ("thing.id", ["thing.x"], {}, "inputs is 'thing.id'"),
        ({}, "thing.x", {}, "outputs is 'thing.x'"),
        ({}, [], {"now": 3}, "now is 3"),
        ({}, [], {"staleness": "10m"}, "staleness is '10m'"),
        ({}, [], {"staleness": {"a.b": 3}}, r"staleness\['a.b'\] is 3"),
    ],
)
def test_what_makes_no_query_is_refused_at_once(
    fake_grid: featuregrid.Grid, script: Script, inputs: Any, outputs: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(FeatureGridError, match=f"^INVALID_QUERY: {words}"):
        fake_grid.query(inputs, outputs, **options)
    assert script.asked == []


def test_a_value_that_does_not_fit_its_type_makes_the_client_look_at_the_catalog_again(
    fake_grid: featuregrid.Grid, script: Script
) -> None:
    answers(script, reply({"thing.count": 3}))
    fake_grid.query({"thing.id": "a"}, ["thing.count"])
    changed = [{**each, "features": [{"name": "count", "type": "date"}]} for each in CATALOG["sets"]]
    answers(script, reply({"thing.day": "soon"}))
    with pytest.raises(FeatureGridError, match="INTERNAL_SERVER_ERROR: the value of 'thing.day' is 'soon'"):
        fake_grid.query({"thing.id": "a"}, ["thing.day"])
    script.catalog = {**CATALOG, "sets": changed}
    fake_grid.types.forget()
    answers(script, reply({"thing.count": "2026-01-01"}))
    assert fake_grid.query({"thing.id": "a"}, ["thing.count"])["thing.count"] == datetime.date(2026, 1, 1)
    script.catalog = CATALOG
    answers(script, reply({"thing.count": "not a date", "thing.id": "x"}))
    assert fake_grid.query({"thing.id": "a"}, ["thing.count"])["thing.count"] == "not a date"


def test_calls_share_connections_and_one_that_died_is_made_anew(fake_grid: featuregrid.Grid, script: Script) -> None:
    answers(script, reply({}))
    before = script.connections
    for _ in range(5):
        fake_grid.query({}, [])
    assert script.connections == before
    script.hang_up.set()
    assert isinstance(fake_grid.query({}, []), QueryReply)
    assert len(script.asked) == 7
    script.hang_up.set()
    with pytest.raises(FeatureGridError, match="^UPSTREAM_FAILED"):
        fake_grid.upload({"thing.id": ["a"]})
    assert [path for path, _ in script.asked].count("POST /v1/upload") == 1


def test_threads_have_connections_of_their_own(fake_grid: featuregrid.Grid, script: Script) -> None:
    together = threading.Barrier(4)

    def online(path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        together.wait(20)
        return 200, reply({"thing.id": document["inputs"]["thing.id"]})

    script.online = online
    found: dict[str, Any] = {}

    def ask(name: str) -> None:
        found[name] = fake_grid.query({"thing.id": name}, ["thing.id"])["thing.id"]

    threads = [threading.Thread(target=ask, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {f"t{number}": f"t{number}" for number in range(4)}


def test_an_answer_that_does_not_come_is_told_by_its_limit(fake_node: FakeNode, script: Script) -> None:
    released = threading.Event()

    def online(path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        released.wait(20)
        return 200, reply({})

    script.online = online
    with featuregrid.connect(fake_node.url, timeout=0.2) as grid:
        with pytest.raises(FeatureGridError, match="^DEADLINE_EXCEEDED: .* gave no answer within 0.2 s$"):
            grid.query({}, [])
        released.set()
    with pytest.raises(FeatureGridError, match="^INVALID_QUERY: timeout is 0"):
        featuregrid.connect(fake_node.url, timeout=0)


def test_the_version_that_answered_says_which_types_its_values_have(fake_grid: featuregrid.Grid, script: Script) -> None:
    reads = []
    sets = [{"name": "thing", "key": [], "features": [{"name": "count", "type": "float64"}]}]

    def catalog_at(version: int) -> dict[str, Any]:
        reads.append(version)
        return {"format": 1, "version": version, "sets": CATALOG["sets"] if version == 3 else sets}

    fake_grid.types._read_catalog = lambda: catalog_at(len(reads) + 3)
    for version, kind, read in (("3", int, 1), ("3", int, 1), ("4", float, 2), ("4", float, 2)):
        answers(script, reply({"thing.count": 3}, meta={"deployment_id": version}))
        assert isinstance(fake_grid.query({}, ["thing.count"])["thing.count"], kind)
        assert len(reads) == read


def test_types_are_read_again_when_they_are_old(
    fake_grid: featuregrid.Grid, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(script, reply({"thing.count": 3}))
    fake_grid.query({}, ["thing.count"])
    script.catalog = {**CATALOG, "sets": [{"name": "thing", "key": [], "features": [{"name": "count", "type": "float64"}]}]}
    assert isinstance(fake_grid.query({}, ["thing.count"])["thing.count"], int)
    later = time.monotonic() + 31
    monkeypatch.setattr("featuregrid.declared_types.time.monotonic", lambda: later)
    assert isinstance(fake_grid.query({}, ["thing.count"])["thing.count"], float)
