"""Follows paths of features through the sets of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from featuregrid.definitions.translation.tree import BOOL, DATE, DATETIME, FLOAT, INT, TEXT, Kinds
from featuregrid.definitions.translation.untranslatable import Untranslatable

_KINDS: Mapping[str, Kinds] = {
    "int64": INT,
    "float64": FLOAT,
    "bool": BOOL,
    "string": TEXT,
    "timestamp": DATETIME,
    "date": DATE,
}


class Paths:
    """The features of written sets, by path."""

    def __init__(self, sets: Sequence[Mapping[str, Any]]) -> None:
        self._sets = {written["name"]: written for written in sets}

    def feature(self, name: str) -> Mapping[str, Any] | None:
        """The feature of a name like ``flight.plane.year`` as the document has it; None if there is none."""
        first, *rest = name.split(".")
        written = self._sets.get(first)
        for relation in rest[:-1]:
            target = next((each["set"] for each in written["relations"] if each["name"] == relation), None) if written else None
            written = self._sets.get(target or "")
        if written is None or not rest:
            return None
        return next((each for each in written["features"] if each["name"] == rest[-1]), None)

    def kinds(self, name: str) -> Kinds:
        """The kinds that a feature's values have in formulas, None aside. Raises Untranslatable for a type that they lack."""
        feature = self.feature(name)
        if feature is None:
            # The node says so with all other names that it does not know.
            raise Untranslatable(f"{name!r} is no feature of these definitions")
        declared = str(feature["type"])
        if declared.startswith("enum<"):
            return TEXT
        if declared not in _KINDS:
            raise Untranslatable(f"{name!r} is of type {declared}")
        return _KINDS[declared]
