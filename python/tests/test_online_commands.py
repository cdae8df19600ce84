"""The commands that ask and write single entities: what they send, what they print where, and their exit status."""

from __future__ import annotations

import json

import pytest
from fake_node import FakeNode, Script, refusal
from online_answers import CATALOG, reply

from featuregrid.command_line import main
from featuregrid.errors import mistake

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def declared(script: Script) -> None:
    script.catalog = CATALOG


def run(fake_node: FakeNode, *arguments: str) -> int:
    return main([*arguments, "--url", fake_node.url])


def test_query_reads_values_by_the_types_of_their_features(fake_node: FakeNode, script: Script) -> None:
    script.online = lambda path, document: (200, reply({}))
    given = [
        "thing.id=42", "thing.count=42", "thing.score=0.5", "thing.late=true", "thing.at=null", "plane.id=x", "leg.part=a=b",
        "unknown.name=7", "thing.day=2026-01-01",
    ]  # fmt: skip
    arguments = [argument for text in given for argument in ("--in", text)]
    more = ["--now", "2026-01-01", "--staleness", "thing.count=10m", "--tag", "t", "--query-name", "q", "--explain"]
    assert run(fake_node, "query", *arguments, "--out", "thing.score, thing.at", "--out", "plane.id", *more) == 0
    assert script.asked[0] == (
        "POST /v1/query/online",
        {
            "inputs": {
                "thing.id": "42", "thing.count": 42, "thing.score": 0.5, "thing.late": True, "thing.at": None, "plane.id": "x",
                "leg.part": "a=b", "unknown.name": "7", "thing.day": "2026-01-01",
            },
            "outputs": ["thing.score", "thing.at", "plane.id"], "now": "2026-01-01", "staleness": {"thing.count": "10m"},
            "context": {"tags": ["t"]}, "query_name": "q", "explain": True,
        },
    )  # fmt: skip


def test_query_prints_a_table_and_errors_apart(fake_node: FakeNode, script: Script, capsys: Captured) -> None:
    error = {**mistake("RESOLVER_FAILED", "division\nby zero", feature="thing.late")}
    raw = reply(
        {"thing.count": 3, "thing.score": None, "thing.day": "2026-01-01", "thing.late": None, "thing.id": None},
        errors=[error], meta={"explain_output": "stage 1\n  thing"},
    )  # fmt: skip
    raw["data"][2]["valid"] = False
    raw["data"][3]["error"] = error
    raw["data"][4]["valid"] = True
    script.online = lambda path, document: (200, raw)
    assert run(fake_node, "query", "--in", "thing.id=a", "--out", "thing.count") == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "feature      value",
        "thing.count  3",
        "thing.score  (missing)",
        "thing.day    2026-01-01 (default)",
        "thing.late   (failed)",
        "thing.id     null",
        "",
        "stage 1",
        "  thing",
        "",
        "trace trace-7",
    ]
    assert err == "RESOLVER_FAILED: division by zero (thing.late)\n"
    assert run(fake_node, "query", "--in", "thing.id=a", "--out", "thing.count", "--json") == 0
    assert json.loads(capsys.readouterr().out) == raw


def test_a_query_that_is_refused_ends_with_status_1(fake_node: FakeNode, script: Script, capsys: Captured) -> None:
    script.online = lambda path, document: (400, {"errors": [mistake("PARSE_FAILED", "no feature thing.x")]})
    assert run(fake_node, "query", "--out", "thing.x", "--json") == 1
    assert capsys.readouterr() == ("", "PARSE_FAILED: no feature thing.x\n")


def test_get_shows_one_entity(fake_node: FakeNode, script: Script, capsys: Captured) -> None:
    told = {
        "thing.count": {"value": 3, "valid": True, "observed_at": "2026-01-01T00:00:00Z", "inserted_at": "2026-01-01T00:00:01Z",
                        "age_seconds": 5, "origin": "upload", "missing": None},
        "thing.score": {"value": None, "valid": False, "observed_at": None, "inserted_at": None, "age_seconds": None,
                        "origin": None, "missing": "never written"},
    }  # fmt: skip
    script.online = lambda path, document: (200, told)
    assert run(fake_node, "get", "thing", "a=b", "--at", "2026-01-01") == 0
    assert script.asked[0] == ("POST /v1/entity", {"set": "thing", "key": {"id": "a=b"}, "at": "2026-01-01"})
    assert capsys.readouterr().out.splitlines() == [
        "feature      value            observed at           age  origin  inserted at",
        "thing.count  3                2026-01-01T00:00:00Z  5s   upload  2026-01-01T00:00:01Z",
        "thing.score  (never written)  -                     -    -       -",
    ]
    assert run(fake_node, "get", "leg", "part=x", "number=3", "--json") == 0
    assert json.loads(capsys.readouterr().out) == told
    assert run(fake_node, "get", "plane", "id=3") == 0
    assert run(fake_node, "get", "market") == 0
    assert [document["key"] for _, document in script.asked[1:]] == [{"part": "x", "number": 3}, {"id": 3}, {}]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["leg", "x"], "the key of 'leg' is 'x' (expected part=VALUE number=VALUE)"),
        (["thing", "a", "b"], "the keys a b are those of 2 entities (expected one)"),
    ],
)
def test_get_takes_one_key(fake_node: FakeNode, script: Script, capsys: Captured, arguments: list[str], words: str) -> None:
    assert run(fake_node, "get", *arguments) == 1
    assert capsys.readouterr() == ("", f"INVALID_QUERY: {words}\n")
    assert script.asked == []


def test_erase_names_entities_by_their_keys(fake_node: FakeNode, script: Script, capsys: Captured) -> None:
    script.online = lambda path, document: (200, {"erased": len(document["keys"]), "note": "datasets are not rewritten"})
    assert run(fake_node, "erase", "thing", "a", "b") == 0
    assert capsys.readouterr().out == "2 entities of thing erased\ndatasets are not rewritten\n"
    assert run(fake_node, "erase", "leg", "part=x", "number=3", "part=y", "number=4", "--json") == 0
    assert json.loads(capsys.readouterr().out)["erased"] == 2
    assert [document["keys"] for _, document in script.asked] == [
        [{"thing.id": "a"}, {"thing.id": "b"}],
        [{"leg.part": "x", "leg.number": 3}, {"leg.part": "y", "leg.number": 4}],
    ]


def test_upload_writes_one_observation(fake_node: FakeNode, script: Script, capsys: Captured) -> None:
    script.online = lambda path, document: (200, {"observations": 1, "inserted_at": "2026-01-01T00:00:00Z", "trace_id": "t"})
    assert run(fake_node, "upload", "thing.id=a", "thing.score=2", "--observed-at", "2026-01-01", "--ingest-id", "i") == 0
    assert script.asked[0] == (
        "POST /v1/upload",
        {"rows": [{"thing.id": "a", "thing.score": 2.0}], "observed_at": "2026-01-01", "ingest_id": "i"},
    )
    assert capsys.readouterr().out == "1 observation written at 2026-01-01T00:00:00Z\n"


def test_load_tells_how_far_it_is_on_stderr(fake_node: FakeNode, script: Script, capsys: Captured) -> None:
    script.loading = [{"rows": 1500, "buckets": 8, "of": 16}, {"rows": 3000, "as_of": "2026-01-01T00:00:00Z"}]
    assert run(fake_node, "load", "thing") == 0
    out, err = capsys.readouterr()
    assert out == "3,000 rows of thing loaded as of 2026-01-01T00:00:00Z\n"
    assert err == "1,500 rows, 8 of 16 buckets\n"
    assert run(fake_node, "load", "thing", "--as-of", "2026-01-01", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"rows": 3000, "as_of": "2026-01-01T00:00:00Z"}
    assert [body["as_of"] for _, body in script.actions] == ["now", "2026-01-01"]
    script.loading = [refusal("PARSE_FAILED", "no set thing")]
    assert run(fake_node, "load", "thing") == 1
    assert capsys.readouterr().err == "PARSE_FAILED: no set thing\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["query"],
        ["query", "--in", "a.b", "--out", "a.c"],
        ["query", "--in", "a.b=1", "--out", "a.c,,a.d"],
        ["get"],
        ["load"],
        ["erase"],
        ["upload"],
        ["upload", "thing.id"],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("usage: featuregrid")
