"""What the inputs of the fuzz are made from: the definitions that the node serves, and right requests to its doors."""

from __future__ import annotations

DEFINITIONS = '''
"""Sets with every kind of type, relation and function."""

import datetime
import math
from typing import Literal

from featuregrid import NamedQuery, Primary, _, feature, features, online


@features(max_staleness="30d", owner="ops@example.com", tags=["fuzz"])
class Thing:
    id: Primary[int]
    ts: datetime.datetime | None
    whole: int | None = feature(min=-1_000_000, max=1_000_000)
    real: float | None
    text: str | None
    truth: bool | None
    day: datetime.date | None
    colour: Literal["red", "green"] | None
    texts: list[str] | None
    given: float | None = feature(request=True)
    maker_name: "Maker.name"
    maker: "Maker"
    doubled: float | None = _.real * 2 + 1
    rated: float | None
    shown: str | None


@features
class Maker:
    name: Primary[str]
    since: int | None
    score: float = feature(default=0.5)


@online
def rated(real: Thing.real, since: Thing.maker.since) -> Thing.rated:
    if since is None or since == 0:
        return math.sqrt(abs(real))
    return real // since


@online
def shown(text: Thing.text, whole: Thing.whole | None) -> Thing.shown:
    return f"{text.upper()[:5]}-{whole}"


model = NamedQuery(name="model", version=1, outputs=[Thing.doubled, Thing.rated])
'''

ENTITIES = 40
# Older than any clock, so that it may always be written.
OBSERVED_AT = "2026-01-01T00:00:00Z"
NOW = "2026-01-02T00:00:00Z"
OUTPUTS = [
    "thing.whole", "thing.real", "thing.text", "thing.truth", "thing.day", "thing.colour", "thing.texts", "thing.doubled",
    "thing.rated", "thing.shown", "thing.maker.since", "thing.maker.score", "thing.maker_name", "thing.id",
]  # fmt: skip


def things() -> dict:
    """The columns of an upload of all things."""
    ids = list(range(ENTITIES))
    return {
        "thing.id": ids,
        "thing.ts": [OBSERVED_AT] * ENTITIES,
        "thing.whole": [key * 3 for key in ids],
        "thing.real": [key + 0.5 for key in ids],
        "thing.text": [f"text {key}" for key in ids],
        "thing.truth": [key % 2 == 0 for key in ids],
        "thing.day": ["2026-01-01"] * ENTITIES,
        "thing.colour": ["red"] * ENTITIES,
        "thing.texts": [["a", "b"]] * ENTITIES,
        "thing.maker_name": [f"maker {key % 5}" for key in ids],
    }


def makers() -> dict:
    """The columns of an upload of all makers."""
    return {"maker.name": [f"maker {key}" for key in range(5)], "maker.since": [0, 1, 2, 3, 4]}


def http_requests(catalog: dict) -> list[tuple[str, str, object]]:
    """Method, path and document of requests that are right: each has its turn."""
    online = {
        "inputs": {"thing.id": 7, "thing.given": 1.5},
        "outputs": OUTPUTS,
        "now": NOW,
        "staleness": {"thing.real": "400d"},
        "context": {"environment": "test", "tags": ["fuzz"]},
        "include_meta": True,
        "correlation_id": "c-1",
        "meta": {"a": "b"},
        "deadline_ms": 5_000,
    }
    bulk = {
        "inputs": {"thing.id": [1, 2, 3], "thing.given": [1.5, None, 2.5]},
        "outputs": ["thing.real", "thing.doubled", "thing.rated", "thing.maker.score"],
        "now": NOW,
    }
    rows = [{"thing.id": 3, "thing.real": 3.5, "thing.text": None}, {"thing.id": 4, "__tombstone": False, "thing.truth": True}]
    return [
        ("POST", "/v1/query/online", online),
        ("POST", "/v1/query/online", {"inputs": {"thing.id": 7}, "query_name": "model", "query_name_version": "1", "now": NOW}),
        ("POST", "/v1/query/bulk", bulk),
        ("POST", "/v1/query/explain", online),
        ("POST", "/v1/upload", {"columns": {"thing.id": [5, 6], "thing.real": [1.0, None]}, "observed_at": OBSERVED_AT}),
        ("POST", "/v1/upload", {"rows": rows, "observed_at": OBSERVED_AT, "ingest_id": "i-1"}),
        ("DELETE", "/v1/entities", {"keys": [{"maker.name": "nobody"}]}),
        ("POST", "/v1/entity", {"set": "thing", "key": {"id": 7}}),
        ("POST", "/v1/apply?plan=true", catalog),
        ("GET", "/v1/catalog", None),
        ("GET", "/v1/node", None),
        ("GET", "/health", None),
        ("GET", "/ready", None),
        ("GET", "/metrics", None),
    ]


def training_set() -> dict:
    """The command of a training set that is right, for a spine of ``thing_id``, ``at`` and ``given``."""
    return {
        "type": "training_set",
        "time": "at",
        "keys": {"thing.id": "thing_id"},
        "features": ["thing.real", "thing.doubled", "thing.rated", "thing.maker.score"],
        "inputs": {"thing.given": "given"},
        "end": "inclusive",
        "delay": "0s",
        "required": [],
        "defaults": True,
        "errors": "null",
    }
