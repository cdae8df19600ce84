"""Online queries, bulk queries and uploads over HTTP with nothing but the standard library, as any program would call them."""

from __future__ import annotations

import base64
import datetime
import http.client
import json
import math
from collections.abc import Mapping, Sequence

from values import EPOCH, as_date, iso_text

ANSWER_SECONDS = 60


class Refused(Exception):
    """An answer with a status other than 200; ``codes`` are those of its errors."""

    def __init__(self, status: int, codes: Sequence[str], text: str):
        super().__init__(f"status {status}: {text}")
        self.status = status
        self.codes = codes


class OnlineCalls:
    """One connection to a node's HTTP port, ``host:port``, kept between calls. Not for several threads."""

    def __init__(self, address: str, timeout: float = ANSWER_SECONDS):
        self._connection = http.client.HTTPConnection(address, timeout=timeout)

    def __enter__(self) -> OnlineCalls:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def post(self, path: str, document: Mapping) -> dict:
        """The JSON that a path answers. Raises Refused; OSError or HTTPException when it is not known what became of the call."""
        try:
            self._connection.request("POST", path, json.dumps(document), {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            body = response.read()
        except BaseException:
            self._connection.close()
            raise
        if response.status != 200:
            raise Refused(response.status, error_codes(body), body[:1000].decode(errors="replace"))
        return json.loads(body)

    def query(self, inputs: Mapping, outputs: Sequence[str], now: int | None = None, **options: object) -> dict:
        """The reply to a query; ``now`` in microseconds."""
        return self.post("/v1/query/online", asked(inputs, outputs, now, options))

    def bulk(self, inputs: Mapping[str, Sequence], outputs: Sequence[str], now: int | None = None, **options: object) -> dict:
        """The reply to a query of columns."""
        return self.post("/v1/query/bulk", asked(inputs, outputs, now, options))

    def upload(self, document: Mapping) -> dict:
        """The counts of an upload."""
        return self.post("/v1/upload", document)


def asked(inputs: Mapping, outputs: Sequence[str], now: int | None, options: Mapping) -> dict:
    document = {"inputs": dict(inputs), "outputs": list(outputs), **options}
    return document if now is None else {**document, "now": iso_text(now)}


def error_codes(body: bytes) -> list[str]:
    try:
        return [error["code"] for error in json.loads(body)["errors"]]
    except (ValueError, KeyError, TypeError):
        return []


def to_json(kind: str, value: object) -> object:
    """A value of a check as an upload's or a query's JSON has it."""
    if value is None:
        return None
    if kind == "timestamp":
        return iso_text(value)
    if kind == "date":
        return as_date(value).isoformat()
    if kind == "float64" and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if kind == "binary":
        return base64.b64encode(value).decode()
    return value


def from_json(kind: str, value: object) -> object:
    """A value out of a reply in the terms of a check; one that is none of its type comes back as it is, which equals nothing."""
    try:
        if value is None:
            return None
        if kind == "timestamp":
            return (datetime.datetime.fromisoformat(value) - EPOCH) // datetime.timedelta(microseconds=1)
        if kind == "date":
            return (datetime.date.fromisoformat(value) - EPOCH.date()).days
        if kind == "float64":
            special = isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity")
            return float(value) if special or (isinstance(value, (int, float)) and not isinstance(value, bool)) else value
        if kind == "binary":
            return base64.b64decode(value, validate=True)
    except (ValueError, TypeError):
        pass
    return value
