"""The document at /openapi.json: valid, closed, and true of a real node, example by example."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import featuregrid
import pytest
from jsonschema import Draft202012Validator
from node_process import NodeProcess
from openapi_spec_validator import validate

FLIGHTS = Path(__file__).resolve().parents[3] / "examples/flights/definitions.py"
JSON = "application/json"
# What may stand first, since later examples ask for what these write.
WRITING = ("/v1/upload",)


def call(node: NodeProcess, method: str, path: str, body: bytes | None = None, kind: str = JSON) -> tuple[int, str, bytes]:
    """Status, content type and body of an answer."""
    request = urllib.request.Request(f"{node.http_url}{path}", body, {"Content-Type": kind}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers["content-type"], refusal.read()


@pytest.fixture(scope="module")
def document(node: NodeProcess) -> dict[str, Any]:
    status, _, body = call(node, "GET", "/openapi.json")
    assert status == 200
    return json.loads(body)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation, writing ones first."""
    for path, methods in sorted(document["paths"].items(), key=lambda one: one[0] not in WRITING):
        for method, operation in methods.items():
            yield path, method.upper(), operation


def examples(content: dict[str, Any]) -> list[Any]:
    return [content["example"]] if "example" in content else [each["value"] for each in content.get("examples", {}).values()]


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def open_parts(document: dict[str, Any], schema: Any, where: str, seen: set[str]) -> Iterator[str]:
    """Where a schema allows anything: no type at all, or an object that may have members nobody described."""
    if schema is True or schema == {}:
        yield where
        return
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            seen.add(name)
            yield from open_parts(document, document["components"]["schemas"][name], name, seen)
        return
    choices = schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", [])
    if not choices and "type" not in schema and "enum" not in schema:
        yield f"{where}: no type"
    kinds = schema.get("type", [])
    if "object" in ([kinds] if isinstance(kinds, str) else kinds):
        more = schema.get("additionalProperties", True)
        if more is True:
            yield f"{where}: any member"
        elif more is not False:
            yield from open_parts(document, more, f"{where}.*", seen)
    if "array" in ([kinds] if isinstance(kinds, str) else kinds):
        yield from open_parts(document, schema.get("items", True), f"{where}[]", seen)
    for name, part in schema.get("properties", {}).items():
        yield from open_parts(document, part, f"{where}.{name}", seen)
    for index, part in enumerate(choices):
        yield from open_parts(document, part, f"{where}|{index}", seen)


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)


def test_every_reply_is_a_closed_schema(document: dict[str, Any]) -> None:
    found = []
    for path, method, operation in operations(document):
        for status, reply in operation["responses"].items():
            if "$ref" in reply:
                reply = document["components"]["responses"][reply["$ref"].rpartition("/")[2]]
            for content in reply["content"].values():
                # The document itself has the form that its own standard says.
                if path != "/openapi.json":
                    found += open_parts(document, content["schema"], f"{method} {path} {status}", set())
    assert found == []


def test_an_open_schema_would_be_found(document: dict[str, Any]) -> None:
    for schema in ({}, {"type": "object"}, {"type": "array"}, {"properties": {"a": {"type": "string"}}}):
        assert list(open_parts(document, schema, "here", set()))


def test_every_example_is_answered_as_described(node: NodeProcess, document: dict[str, Any]) -> None:
    with featuregrid.connect(node.http_url) as grid:
        grid.apply(FLIGHTS)
    replayed = 0
    for path, method, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
        for example in examples(content):
            validator(document, content["schema"]).validate(example)
            status, kind, body = call(node, method, path, json.dumps(example).encode())
            assert status == 200, (path, example, body)
            described = operation["responses"]["200"]["content"][kind.partition(";")[0]]
            validator(document, described["schema"]).validate(json.loads(body))
            replayed += 1
    assert replayed >= 7


def test_what_is_got_is_as_described(node: NodeProcess, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if method == "GET":
            status, kind, body = call(node, method, path)
            assert status == 200
            described = operation["responses"]["200"]["content"][kind.partition(";")[0]]
            if kind.startswith(JSON):
                validator(document, described["schema"]).validate(json.loads(body))


def test_a_refusal_is_as_described(node: NodeProcess, document: dict[str, Any]) -> None:
    refusal = validator(document, {"$ref": "#/components/schemas/Refusal"})
    for path, method, operation in operations(document):
        status, kind, body = call(node, "PATCH", path, b"{}")
        assert (status, kind) == (405, JSON), path
        refusal.validate(json.loads(body))
        if JSON in operation.get("requestBody", {}).get("content", {}):
            status, kind, body = call(node, method, path, b"[")
            assert (status, kind) == (400, JSON), path
            refusal.validate(json.loads(body))


def test_the_page_for_people_names_every_path_and_loads_nothing(node: NodeProcess, document: dict[str, Any]) -> None:
    status, kind, body = call(node, "GET", "/docs/api")
    page = body.decode()
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert all(f"<code>{path}</code>" in page for path in document["paths"])
    assert "<script" not in page and "src=" not in page and "//" not in page.replace("</", "").split("<body", 1)[0]
