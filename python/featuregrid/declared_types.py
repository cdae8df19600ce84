"""Which type a feature has, by its path, as the node's catalog says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from featuregrid.value_types import ValueType, value_type

# Types change seldom, and only by an apply. An answer names the version that it was given by; where none does, the catalog is
# looked at again after so long.
FRESH_SECONDS = 30.0


@dataclass(frozen=True)
class _Known:
    """One catalog: when it was read, its version, its sets by name, and the types found in it by path so far."""

    since: float
    version: str
    sets: dict[str, dict[str, Any]]
    types: dict[str, ValueType | None] = field(default_factory=dict)

    def fits(self, version: str | None) -> bool:
        """Whether it is the catalog of that version, or if none is named, young enough."""
        return time.monotonic() - self.since < FRESH_SECONDS if version is None else self.version == version


class DeclaredTypes:
    """Types of features by path, from a catalog that is read again when it is old or lacks a name. Threads may share it."""

    def __init__(self, read_catalog: Callable[[], dict[str, Any]]) -> None:
        self._read_catalog = read_catalog
        # Replaced as a whole: another thread sees the old one or the new one.
        self._known: _Known | None = None

    def of(self, paths: Iterable[str], version: object = None) -> dict[str, ValueType | None]:
        """The type of each path such as ``flight.plane.seats``; None where the catalog has none, or one not known here.

        ``version`` is the catalog's version that an answer names, if it names one.
        """
        known = self._known
        wanted = list(paths)
        if known is not None and known.fits(named_version(version)):
            found = _resolved(known, wanted)
            if None not in found.values():
                return found
        return _resolved(self._read(), wanted)

    def forget(self) -> None:
        """Reads the catalog again at the next question."""
        self._known = None

    def key_of(self, feature_set: str) -> list[str]:
        """The key columns of a set in their order; none for a global set and for one that the catalog does not have."""
        known = self._known
        if known is None or feature_set not in known.sets or not known.fits(None):
            known = self._read()
        return list(known.sets.get(feature_set, {}).get("key", []))

    def _read(self) -> _Known:
        catalog = self._read_catalog()
        sets = {each["name"]: each for each in catalog.get("sets", [])}
        known = _Known(time.monotonic(), str(catalog.get("version")), sets)
        self._known = known
        return known


def named_version(deployment: object) -> str | None:
    """The catalog's version in an answer's ``deployment_id``, None if it is something else."""
    return deployment if isinstance(deployment, str) and deployment.isdigit() else None


def _resolved(known: _Known, paths: list[str]) -> dict[str, ValueType | None]:
    for path in paths:
        if path not in known.types:
            known.types[path] = _type_at(known.sets, path)
    return {path: known.types[path] for path in paths}


def _type_at(sets: dict[str, dict[str, Any]], path: str) -> ValueType | None:
    name, *relations, last = path.split(".")
    feature_set = sets.get(name)
    for relation in relations:
        target = next((each["set"] for each in (feature_set or {}).get("relations", []) if each["name"] == relation), None)
        feature_set = sets.get(target) if target is not None else None
    declared = next((each for each in (feature_set or {}).get("features", []) if each["name"] == last), None)
    return None if declared is None or "type" not in declared else value_type(declared["type"])
