"""The one exception of this package, and how it is read out of HTTP and Flight answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

CATEGORIES = {
    "PARSE_FAILED": "request",
    "RESOLVER_NOT_FOUND": "request",
    "INVALID_QUERY": "request",
    "CONFLICT": "request",
    "TOO_LARGE": "request",
    "VALIDATION_FAILED": "field",
    "RESOLVER_FAILED": "field",
    "RESOLVER_TIMED_OUT": "field",
    "UPSTREAM_FAILED": "field",
    "INTERNAL_SERVER_ERROR": "network",
    "UNAUTHENTICATED": "network",
    "UNAUTHORIZED": "network",
    "CANCELLED": "network",
    "DEADLINE_EXCEEDED": "network",
    "RESOURCE_EXHAUSTED": "network",
}

_CODES_OF_STATUS = {
    400: "INVALID_QUERY",
    401: "UNAUTHENTICATED",
    403: "UNAUTHORIZED",
    409: "CONFLICT",
    413: "TOO_LARGE",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    504: "DEADLINE_EXCEEDED",
}

# What a call ended with when no text of a node came with it, by the name of pyarrow's exception.
_CODES_OF_EXCEPTION = {
    "ArrowInvalid": "INVALID_QUERY",
    "FlightCancelledError": "CANCELLED",
    "FlightTimedOutError": "DEADLINE_EXCEEDED",
    "FlightUnauthenticatedError": "UNAUTHENTICATED",
    "FlightUnauthorizedError": "UNAUTHORIZED",
    "FlightUnavailableError": "UPSTREAM_FAILED",
}

_CODED_MESSAGE = re.compile(rf"\b({'|'.join(CATEGORIES)}): (.*)", re.DOTALL)
# pyarrow puts its own words around the server's: "Flight returned ... error, with message: " in front, and behind it
# the status detail and the channel's state, which repeats the message.
_FLIGHT_PREFIX = re.compile(r"^Flight (?:returned .*? error, with message|RPC failed with message|cancelled call, with message): ")
_FLIGHT_SUFFIX = re.compile(
    r"(?:\. Detail: .*)?\. gRPC client debug context: .*$|\. Client context: [^.]*$|\. Detail: \w+$", re.DOTALL
)


class FeatureGridError(Exception):
    """What a whole request met, with the code under which the documentation lists it.

    ``code`` and ``category`` are words such as ``INVALID_QUERY`` and ``request``; ``message`` says what was got, what was
    expected and what to do; ``feature`` and ``resolver`` are names, or None where none is concerned; ``trace_id`` finds the
    request in the node's logs, or is None. ``errors`` lists every mistake found as the JSON objects
    ``{code, category, message, feature, resolver, ...}``, never empty: one that is alone stands there too.
    ``str(error)`` is ``CODE: message``, one line for each of ``errors``.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        category: str | None = None,
        feature: str | None = None,
        resolver: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        trace_id: str | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.category = category or CATEGORIES.get(code, "network")
        self.feature = feature
        self.resolver = resolver
        self.trace_id = trace_id
        self.errors = [dict(error) for error in errors] or [
            mistake(code, message, feature=feature, resolver=resolver, category=self.category)
        ]
        super().__init__("\n".join(f"{error['code']}: {error['message']}" for error in self.errors))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (dict(self.__dict__),)


def _rebuild(state: dict[str, Any]) -> FeatureGridError:
    return FeatureGridError(state.pop("code"), state.pop("message"), **state)


def mistake(
    code: str, message: str, *, feature: str | None = None, resolver: str | None = None, category: str | None = None
) -> dict[str, Any]:
    """One error in the shape that servers answer with."""
    return {
        "code": code,
        "category": category or CATEGORIES.get(code, "network"),
        "message": message,
        "feature": feature,
        "resolver": resolver,
        "display_primary_key": None,
        "display_primary_key_fqn": None,
        "exception": None,
    }


def of_errors(errors: Sequence[Mapping[str, Any]], trace_id: str | None = None) -> FeatureGridError:
    """One exception for a non-empty list of errors; code, category, feature and resolver are the first one's."""
    listed = [{**mistake("INTERNAL_SERVER_ERROR", "no message"), **error} for error in errors]
    first = listed[0]
    return FeatureGridError(
        str(first["code"]),
        "\n".join(str(error["message"]) for error in listed),
        category=first["category"],
        feature=first["feature"],
        resolver=first["resolver"],
        errors=listed,
        trace_id=trace_id,
    )


def of_http(status: int, body: bytes, headers: Mapping[str, str], address: str) -> FeatureGridError:
    """The exception for an HTTP answer of a status other than 200, whoever wrote its body."""
    trace_id = headers.get("x-chalk-trace-id")
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        if trace_id is None and isinstance(answer.get("trace"), str):
            trace_id = answer["trace"] or None
        errors = answer.get("errors")
        if isinstance(errors, list) and errors and all(isinstance(error, dict) for error in errors):
            return of_errors(errors, trace_id)
        text = str(answer.get("message") or answer.get("detail") or "")
    else:
        text = body[:500].decode("utf-8", errors="replace").strip()
    code = _CODES_OF_STATUS.get(status, "INTERNAL_SERVER_ERROR")
    return FeatureGridError(code, f"{address} answered with status {status}: {text or 'no text'}", trace_id=trace_id)


def of_flight(error: BaseException, details: bytes | None = None) -> FeatureGridError:
    """The exception for what a Flight call raised.

    ``details`` is the trailer ``grpc-status-details-bin`` where it was caught: pyarrow keeps it as ``extra_info`` of its
    Flight errors, but drops it from INVALID_ARGUMENT and the like, which become ``ArrowInvalid``. Without it the text
    ``CODE: message`` is taken out of pyarrow's words.
    """
    for given in (details, getattr(error, "extra_info", None)):
        described = _json_object(given)
        if described is not None and "code" in described:
            nested = described.get("errors")
            trace_id = described.get("trace_id") or described.get("trace")
            if isinstance(nested, list) and nested and all(isinstance(item, dict) for item in nested):
                return of_errors(nested, trace_id)
            return of_errors([described], trace_id)
    text = str(error)
    message = plain_flight_message(text)
    coded = _CODED_MESSAGE.search(message)
    if coded:
        return FeatureGridError(coded[1], coded[2])
    return FeatureGridError(_CODES_OF_EXCEPTION.get(type(error).__name__, "INTERNAL_SERVER_ERROR"), message or type(error).__name__)


def plain_flight_message(text: str) -> str:
    """What the server said, without the words that pyarrow and gRPC put around it."""
    return _FLIGHT_SUFFIX.sub("", _FLIGHT_PREFIX.sub("", text), count=1).strip()


def _json_object(given: bytes | str | None) -> dict[str, Any] | None:
    if not given:
        return None
    try:
        parsed = json.loads(given)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
