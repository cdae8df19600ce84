"""What an answer to a mangled request may be: a result, or a clear error with a code that gives nothing of the inside away."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

# As the semantics list them, with the HTTP status of each where it refuses a whole request.
STATUSES = {
    "PARSE_FAILED": 400,
    "RESOLVER_NOT_FOUND": 400,
    "INVALID_QUERY": 400,
    "CONFLICT": 409,
    "TOO_LARGE": 413,
    "VALIDATION_FAILED": 400,
    "CANCELLED": 499,
    "DEADLINE_EXCEEDED": 504,
    "RESOURCE_EXHAUSTED": 429,
    "UNAUTHENTICATED": 401,
    "UNAUTHORIZED": 403,
}
FIELD_CODES = {
    "VALIDATION_FAILED",
    "RESOLVER_FAILED",
    "RESOLVER_TIMED_OUT",
    "UPSTREAM_FAILED",
    "DEADLINE_EXCEEDED",
    "INVALID_QUERY",
}
# A path that nobody serves and a method that it does not take have statuses of their own.
OTHER_STATUSES = {404: {"INVALID_QUERY", "PARSE_FAILED"}, 405: {"INVALID_QUERY"}, 415: {"INVALID_QUERY"}, 431: {"TOO_LARGE"}}
INSIDE = re.compile(
    r"\bjava\.\w|\bjavax\.|\bio\.(netty|vertx|grpc|featuregrid)\b|\borg\.(apache|xerial|slf4j)\b|com\.fasterxml|[a-z]Exception\b"
    r"|NullPointer|ClassCast|IndexOutOf|\bat [\w.$]+\([\w]+\.java:\d+\)|featuregrid-check-"
)
MOST_SHOWN = 600


class Judge:
    """Judges answers. ``unknown`` is a code that is taken to be none, which is how the control breaks the check."""

    def __init__(self, unknown: str | None = None):
        self.statuses = {code: status for code, status in STATUSES.items() if code != unknown}

    def of_http(self, status: int, headers: Mapping[str, str], body: bytes) -> str | None:
        """What is wrong with an answer over HTTP; None if nothing is."""
        if status == 200:
            return self._of_result(headers, body)
        wrong = self._of_refusal(status, headers, body)
        return None if wrong is None else f"{wrong}\nstatus {status} {body[:MOST_SHOWN]!r}"

    def of_text(self, text: str, details: bytes | None) -> str | None:
        """What is wrong with an error over Flight: its message, and the JSON beside it."""
        code, _, message = text.partition(": ")
        if code not in self.statuses or not message:
            return f"expected 'CODE: text' with a known code\n{text[:MOST_SHOWN]}"
        found = INSIDE.search(text)
        if found:
            return f"the inside shows: {found.group()!r}\n{text[:MOST_SHOWN]}"
        if details:
            try:
                told = json.loads(details)
                errors = told.get("errors", [told])
                if errors[0]["code"] != code:
                    return f"the details say {errors[0]['code']}\n{text[:MOST_SHOWN]}"
            except (ValueError, KeyError, TypeError, IndexError) as error:
                return f"details that are no error: {error}\n{details[:MOST_SHOWN]!r}"
        return None

    def _of_result(self, headers: Mapping[str, str], body: bytes) -> str | None:
        if "json" not in headers.get("content-type", ""):
            return None
        try:
            document = json.loads(body)
        except ValueError as error:
            return f"no JSON: {error}\n{body[:MOST_SHOWN]!r}"
        for error in (document.get("errors") if isinstance(document, dict) else None) or ():
            if error.get("code") not in FIELD_CODES or not error.get("message"):
                return f"an error of a field without a code of its kind: {json.dumps(error)[:MOST_SHOWN]}"
            found = INSIDE.search(str(error["message"]))
            if found:
                return f"the inside shows: {found.group()!r}\n{str(error['message'])[:MOST_SHOWN]}"
        return None

    def _of_refusal(self, status: int, headers: Mapping[str, str], body: bytes) -> str | None:
        try:
            document = json.loads(body)
            codes = [error["code"] for error in document["errors"]]
            message, trace = document["message"], document["trace"]
        except (ValueError, KeyError, TypeError) as error:
            return f"expected {{detail, message, trace, errors}}: {type(error).__name__} {error}"
        if not codes or any(code not in self.statuses for code in codes):
            return f"expected known codes, got {codes}"
        if status != self.statuses[codes[0]] and codes[0] not in OTHER_STATUSES.get(status, ()):
            return f"expected status {self.statuses[codes[0]]} for {codes[0]}"
        if not message or headers.get("x-chalk-trace-id") != trace:
            return "expected a message, and the trace id of the header"
        found = INSIDE.search(body.decode(errors="replace"))
        return f"the inside shows: {found.group()!r}" if found else None
