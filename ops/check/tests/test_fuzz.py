"""The fuzz's own parts: what it changes, and what it takes for a clear answer."""

import json
import random

import pytest
from fuzz_definitions import http_requests, training_set
from fuzz_judge import Judge
from fuzz_mutations import no_json, places, with_one_change

HEADERS = {"content-type": "application/json", "x-chalk-trace-id": "t"}


def refusal(code: str, message: str = "staleness is 7 (expected a duration)") -> bytes:
    errors = [{"code": code, "message": message}]
    return json.dumps({"detail": message, "message": message, "trace": "t", "errors": errors}).encode()


def leaves(document: object) -> list:
    return [container[key] for container, key in places(document) if not isinstance(container[key], dict | list)]


def test_one_change_leaves_the_original_alone_and_nearly_all_as_it_was() -> None:
    for seed in range(300):
        document = training_set()
        changed = with_one_change(random.Random(seed), document)
        assert document == training_set()
        if isinstance(changed, dict):
            assert len(set(document) - set(changed)) <= 1
            assert len(leaves(changed)) >= len(leaves(document)) - 5


def test_the_same_seed_makes_the_same_input() -> None:
    first, second = (with_one_change(random.Random(7), http_requests({})[0][2]) for _ in range(2))
    assert json.dumps(first) == json.dumps(second)


def test_most_of_what_is_no_json_is_none() -> None:
    broken = 0
    for seed in range(300):
        try:
            json.loads(no_json(random.Random(seed), training_set()))
        except (ValueError, RecursionError):
            broken += 1
    assert broken > 200


def test_a_refusal_with_a_code_its_status_and_the_trace_of_the_header_is_right() -> None:
    assert Judge().of_http(400, HEADERS, refusal("INVALID_QUERY")) is None
    assert Judge().of_http(413, HEADERS, refusal("TOO_LARGE")) is None


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (500, HEADERS, refusal("INTERNAL_SERVER_ERROR")),
        (400, HEADERS, refusal("NO_CODE")),
        (409, HEADERS, refusal("INVALID_QUERY")),
        (400, {**HEADERS, "x-chalk-trace-id": "other"}, refusal("INVALID_QUERY")),
        (400, HEADERS, refusal("INVALID_QUERY", "java.lang.IllegalStateException: no")),
        (400, HEADERS, b"<html>Bad Request</html>"),
        (200, HEADERS, b'{"data": ['),
        (200, HEADERS, b'{"errors": [{"code": "INTERNAL_SERVER_ERROR", "message": "x"}]}'),
    ],
)
def test_what_is_no_clear_answer_is_told(status: int, headers: dict, body: bytes) -> None:
    assert Judge().of_http(status, headers, body) is not None


def test_a_flight_error_needs_a_known_code_and_details_that_agree() -> None:
    details = json.dumps({"errors": [{"code": "PARSE_FAILED"}]}).encode()
    assert Judge().of_text("PARSE_FAILED: no JSON", details) is None
    assert Judge().of_text("INVALID_QUERY: no JSON", details) is not None
    assert Judge().of_text("something went wrong", None) is not None


def test_the_control_takes_a_code_for_unknown() -> None:
    assert Judge("INVALID_QUERY").of_http(400, HEADERS, refusal("INVALID_QUERY")) is not None
