"""Which type a feature has, by its path, as the node's catalog says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from featuregrid.value_types import ValueType, value_type

# Types change seldom, and only by an apply; until it is looked at again a value is read as the type that it had.
FRESH_SECONDS = 30.0

# When a catalog was read, its sets by name, and the types found in it by path.
_Known = tuple[float, dict[str, dict[str, Any]], dict[str, ValueType | None]]


class DeclaredTypes:
    """Types of features by path, from a catalog that is read again when it is old or lacks a name. Threads may share it."""

    def __init__(self, read_catalog: Callable[[], dict[str, Any]]) -> None:
        self._read_catalog = read_catalog
        # Replaced as a whole: another thread sees the old one or the new one.
        self._known: _Known | None = None

    def of(self, paths: Iterable[str]) -> dict[str, ValueType | None]:
        """The type of each path such as ``flight.plane.seats``; None where the catalog has none, or one not known here."""
        known = self._known
        wanted = list(paths)
        if known is not None and time.monotonic() - known[0] < FRESH_SECONDS:
            found = self._resolved(known, wanted)
            if None not in found.values():
                return found
        return self._resolved(self._read(), wanted)

    def forget(self) -> None:
        """Reads the catalog again at the next question."""
        self._known = None

    def key_of(self, feature_set: str) -> list[str]:
        """The key columns of a set in their order; none for a global set and for one that the catalog does not have."""
        known = self._known
        if known is None or feature_set not in known[1] or time.monotonic() - known[0] >= FRESH_SECONDS:
            known = self._read()
        return list(known[1].get(feature_set, {}).get("key", []))

    def _read(self) -> _Known:
        sets = {each["name"]: each for each in self._read_catalog().get("sets", [])}
        known: _Known = (time.monotonic(), sets, {})
        self._known = known
        return known

    def _resolved(self, known: _Known, paths: list[str]) -> dict[str, ValueType | None]:
        _, sets, types = known
        for path in paths:
            if path not in types:
                types[path] = _type_at(sets, path)
        return {path: types[path] for path in paths}


def _type_at(sets: dict[str, dict[str, Any]], path: str) -> ValueType | None:
    name, *relations, last = path.split(".")
    feature_set = sets.get(name)
    for relation in relations:
        target = next((each["set"] for each in (feature_set or {}).get("relations", []) if each["name"] == relation), None)
        feature_set = sets.get(target) if target is not None else None
    declared = next((each for each in (feature_set or {}).get("features", []) if each["name"] == last), None)
    return None if declared is None or "type" not in declared else value_type(declared["type"])
