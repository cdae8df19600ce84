"""What a node answers online, for tests that give it to the fake one: a catalog with every type, and replies to queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = {
    "id": "string",
    "count": "int64",
    "score": "float64",
    "late": "bool",
    "at": "timestamp",
    "day": "date",
    "price": "decimal(10,2)",
    "bytes": "binary",
    "tags": "list<string>",
    "place": "struct<lat: float64, names: list<string>>",
    "vector": "vector<float32>(3)",
    "plane_id": "int64",
}
CATALOG = {
    "format": 1,
    "version": 3,
    "sets": [
        {
            "name": "thing",
            "key": ["id"],
            "features": [{"name": name, "type": kind} for name, kind in TYPES.items()],
            "relations": [{"name": "plane", "set": "plane", "on": {"id": "plane_id"}}],
        },
        {"name": "plane", "key": ["id"], "features": [{"name": "id", "type": "int64"}, {"name": "built", "type": "date"}]},
        {
            "name": "leg",
            "key": ["part", "number"],
            "features": [{"name": "part", "type": "string"}, {"name": "number", "type": "int64"}],
        },
        {"name": "market", "key": [], "features": [{"name": "open", "type": "bool"}]},
    ],
}
"""Sets with one key column, several and none; ``thing`` has a feature of each type."""


def reply(values: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The reply to a query: each value as JSON has it; one that is None is missing."""
    items = [
        {"field": name, "value": value, "pkey": "a", "error": None, "valid": value is not None, "ts": None}
        for name, value in values.items()
    ]
    meta = {"trace_id": "trace-7", "query_timestamp": "2026-01-02T03:04:05.000006Z", "execution_duration_s": 0.001}
    return {"data": items, "errors": None, "meta": {**meta, **more.pop("meta", {})}, **more}
