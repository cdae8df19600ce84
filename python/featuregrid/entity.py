"""One entity, feature by feature: what each value is, how old, where it came from, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from featuregrid.declared_types import DeclaredTypes
from featuregrid.errors import FeatureGridError
from featuregrid.query import read_value
from featuregrid.value_types import json_value, value_type

_TIMES = ("observed_at", "inserted_at")


class EntityView(Mapping[str, dict[str, Any]]):
    """Every feature of one entity by name, each a dictionary ``{value, valid, observed_at, inserted_at, age_seconds, origin,
    missing}``.

    Times are aware datetimes; ``missing`` says why there is no value, None where there is one (a null that was written is one).
    ``raw`` is the node's JSON. Printed, it is a table.
    """

    def __init__(self, raw: Mapping[str, Any], types: DeclaredTypes) -> None:
        self.raw = raw
        declared = types.of(raw)
        timestamp = value_type("timestamp")
        self._features: dict[str, dict[str, Any]] = {}
        for name, told in raw.items():
            times = {at: read_value(timestamp, told.get(at), name) for at in _TIMES}
            self._features[name] = {**told, **times, "value": read_value(declared[name], told.get("value"), name)}

    def __getitem__(self, feature: Any) -> dict[str, Any]:
        return self._features[str(feature)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._features)

    def __len__(self) -> int:
        return len(self._features)

    def __repr__(self) -> str:
        return "\n".join(entity_lines(self.raw))


def key_document(feature_set: str, key: Any, types: DeclaredTypes) -> dict[str, Any]:
    """The key of one entity by column, ``{"id": "a"}``.

    Given is the value of a single key column, a mapping by column (``id`` or ``flight.id``), or None for a global set. Raises
    FeatureGridError INVALID_QUERY for a lone value where the set has another number of key columns.
    """
    if isinstance(key, Mapping):
        return {
            str(column).removeprefix(f"{feature_set}."): json_value(value, f"key[{str(column)!r}]") for column, value in key.items()
        }
    if key is None:
        return {}
    columns = types.key_of(feature_set)
    if len(columns) > 1:
        expected = ", ".join(f"{column!r}: value" for column in columns)
        raise FeatureGridError("INVALID_QUERY", f"the key of {feature_set!r} is {key!r} (expected {{{expected}}})")
    # A set that the catalog does not have is left for the node to refuse.
    return {(columns or ["id"])[0]: json_value(key, "key")}


def entity_lines(raw: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The features of an entity as a person reads them: a line each, below a line of headings."""
    rows = [("feature", "value", "observed at", "age", "origin", "inserted at")]
    for name, told in raw.items():
        if told.get("missing"):
            rows.append((name, f"({told['missing']})", *_stamp(told)))
        else:
            rows.append((name, "null" if told.get("value") is None else str(told["value"]), *_stamp(told)))
    return aligned(rows)


def _stamp(told: Mapping[str, Any]) -> tuple[str, str, str, str]:
    age = told.get("age_seconds")
    return (
        str(told.get("observed_at") or "-"),
        "-" if age is None else age_text(float(age)),
        str(told.get("origin") or "-"),
        str(told.get("inserted_at") or "-"),
    )


def age_text(seconds: float) -> str:
    """A span of time in its two largest units, as ``2d 3h``."""
    if seconds < 0:
        return f"-{age_text(-seconds)}"
    if seconds < 60:
        return f"{seconds:.3g}s"
    parts: list[str] = []
    rest = int(seconds)
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of texts as lines, with columns as wide as their widest text."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
