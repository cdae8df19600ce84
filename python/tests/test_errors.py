"""Errors as HTTP bodies, Flight statuses and pyarrow's words have them, and as users see them."""

from __future__ import annotations

import copy
import json
import pickle

import pyarrow as pa
import pyarrow.flight as flight
import pytest

from featuregrid.errors import FeatureGridError, mistake, of_errors, of_flight, of_http, plain_flight_message

WORDS = "Flight returned invalid argument error, with message: "
CONTEXT = ". gRPC client debug context: INVALID_ARGUMENT:INVALID_QUERY: bad. Client context: OK"


def test_one_error_stands_in_its_own_list() -> None:
    error = FeatureGridError("VALIDATION_FAILED", "value is 3 (expected 4)", feature="a.b")
    assert str(error) == "VALIDATION_FAILED: value is 3 (expected 4)"
    assert (error.code, error.category, error.feature) == ("VALIDATION_FAILED", "field", "a.b")
    assert (error.resolver, error.trace_id) == (None, None)
    assert error.errors == [mistake("VALIDATION_FAILED", "value is 3 (expected 4)", feature="a.b")]


def test_several_errors_are_lines() -> None:
    error = of_errors([mistake("PARSE_FAILED", "a.py:1: one", feature="a.x"), {"code": "INVALID_QUERY", "message": "a.py:2: two"}])
    assert (error.code, error.feature, error.message) == ("PARSE_FAILED", "a.x", "a.py:1: one\na.py:2: two")
    assert str(error) == "PARSE_FAILED: a.py:1: one\nINVALID_QUERY: a.py:2: two"
    assert len(error.errors) == 2


def test_errors_can_be_copied_and_pickled() -> None:
    error = FeatureGridError("CONFLICT", "moved on", trace_id="t")
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(other), other.trace_id, other.errors) == (str(error), "t", error.errors)


def test_an_http_body_with_errors() -> None:
    body = {"detail": "d", "message": "m", "trace": "", "errors": [mistake("CONFLICT", "moved on")]}
    error = of_http(409, json.dumps(body).encode(), {"x-chalk-trace-id": "abc"}, "POST x")
    assert (error.code, error.message, error.trace_id) == ("CONFLICT", "moved on", "abc")


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (400, b'{"detail": "d", "message": "m", "errors": []}', "INVALID_QUERY", "m"),
        (404, b"<html>not here</html>", "INTERNAL_SERVER_ERROR", "<html>not here</html>"),
        (413, b"", "TOO_LARGE", "no text"),
        (401, b'"text"', "UNAUTHENTICATED", '"text"'),
        (503, b'{"errors": [3]}', "INTERNAL_SERVER_ERROR", "no text"),
    ],
)
def test_an_http_body_without_errors(status: int, body: bytes, code: str, message: str) -> None:
    error = of_http(status, body, {}, "GET http://h/v1/x")
    assert (error.code, error.message) == (code, f"GET http://h/v1/x answered with status {status}: {message}")


def test_a_flight_error_is_read_from_its_json_where_there_is_one() -> None:
    details = json.dumps({"code": "PARSE_FAILED", "category": "request", "message": "no a.b", "feature": "a.b", "trace_id": "t"})
    for error in (
        of_flight(flight.FlightInternalError("PARSE_FAILED: no a.b", details.encode())),
        of_flight(pa.ArrowInvalid("PARSE_FAILED: no a.b"), details.encode()),
    ):
        assert (error.code, error.feature, error.message, error.trace_id) == ("PARSE_FAILED", "a.b", "no a.b", "t")


def test_a_flight_error_with_several_errors() -> None:
    errors = [mistake("PARSE_FAILED", "one"), mistake("PARSE_FAILED", "two")]
    error = of_flight(pa.ArrowInvalid("x"), json.dumps({"code": "PARSE_FAILED", "message": "one", "errors": errors}).encode())
    assert [each["message"] for each in error.errors] == ["one", "two"]


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (pa.ArrowInvalid("INVALID_QUERY: bad" + CONTEXT), "INVALID_QUERY", "bad"),
        (pa.ArrowInvalid(WORDS + "INVALID_QUERY: a: b. c" + CONTEXT), "INVALID_QUERY", "a: b. c"),
        (pa.ArrowInvalid("INVALID_QUERY: two\nlines" + CONTEXT), "INVALID_QUERY", "two\nlines"),
        (flight.FlightInternalError("UPSTREAM_FAILED: x. Detail: Internal" + CONTEXT), "UPSTREAM_FAILED", "x"),
        (pa.ArrowInvalid("no code" + CONTEXT), "INVALID_QUERY", "no code"),
        (flight.FlightCancelledError("Flight cancelled call, with message: CANCELLED"), "CANCELLED", "CANCELLED"),
        (flight.FlightTimedOutError("Deadline Exceeded"), "DEADLINE_EXCEEDED", "Deadline Exceeded"),
        (flight.FlightUnavailableError("failed to connect"), "UPSTREAM_FAILED", "failed to connect"),
        (pa.ArrowKeyError("k"), "INTERNAL_SERVER_ERROR", "k"),
        (OSError(), "INTERNAL_SERVER_ERROR", "OSError"),
    ],
)
def test_a_flight_error_is_read_from_its_words_otherwise(raised: Exception, code: str, message: str) -> None:
    error = of_flight(raised)
    assert (error.code, error.message) == (code, message)


def test_details_that_are_no_json_are_passed_over() -> None:
    assert of_flight(pa.ArrowInvalid("CONFLICT: moved on"), b"\x00\xff").code == "CONFLICT"
    assert plain_flight_message("plain. text") == "plain. text"
