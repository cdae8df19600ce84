"""The request for a training set: its command, the spine columns that it needs, and columns found for keys by their names."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from featuregrid.errors import FeatureGridError
from featuregrid.query import query_reference
from featuregrid.times import duration_text, time_text

ROW_NUMBER = "__row"


@dataclass(frozen=True)
class TrainingRequest:
    """What ``Grid.training_set`` was asked, checked for what only the caller's side can see.

    ``command`` is the JSON that travels; ``features`` are the columns that come back, in order, none if a named query tells them;
    ``needed`` are the spine columns that take part.
    """

    command: dict[str, Any]
    features: list[str]
    needed: list[str]

    @property
    def may_drop(self) -> bool:
        """Whether rows of the spine may be missing in the answer."""
        return bool(self.command.get("required"))


def training_request(
    features: Any,
    *,
    time: str,
    keys: Mapping[Any, str] | None = None,
    sets: Mapping[str, Mapping[str, Any]] | None = None,
    inputs: Mapping[Any, str] | None = None,
    end: str = "inclusive",
    delay: str | datetime.timedelta | None = None,
    cutoff: str | datetime.datetime | None = None,
    required: Sequence[Any] = (),
    defaults: bool = True,
    recompute: Sequence[Any] = (),
    sample: Sequence[Any] = (),
    errors: str = "null",
) -> TrainingRequest:
    """The request with the arguments of ``Grid.training_set``; options at their defaults are left out of the command."""
    named = query_reference(features)
    names = [] if named else _names(features, "features")
    asked: dict[str, Any] = {"query": "@".join(named)} if named else {"features": names}
    command: dict[str, Any] = {"type": "training_set", "time": _text(time, "time"), **asked}
    options: dict[str, Any] = {
        "keys": _columns(keys, "keys"),
        "sets": _roles(sets),
        "inputs": _columns(inputs, "inputs"),
        "end": None if end == "inclusive" else end,
        "delay": None if delay is None else duration_text(delay, "delay"),
        "cutoff": None if cutoff is None else time_text(cutoff, "cutoff"),
        "required": _names(required, "required"),
        "defaults": None if defaults else False,
        "recompute": _names(recompute, "recompute"),
        "sample": _names(sample, "sample"),
        "errors": None if errors == "null" else errors,
    }
    command.update({name: value for name, value in options.items() if value is not None and value != [] and value != {}})
    columns = [time, *options["keys"].values()]
    for role in options["sets"].values():
        columns += role["keys"].values()
    columns += options["inputs"].values()
    return TrainingRequest(command, names, list(dict.fromkeys(columns)))


def _names(given: Any, what: str) -> list[str]:
    if isinstance(given, str):
        raise FeatureGridError("INVALID_QUERY", f"{what} is {given!r} (expected a list of names)")
    # A reference such as Flight.plane.seats stands for its name.
    return [str(name) for name in given]


def _text(given: Any, what: str) -> str:
    if not isinstance(given, str):
        raise FeatureGridError("INVALID_QUERY", f"{what} is {given!r} (expected the name of a spine column)")
    return given


def _columns(given: Any, what: str) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise FeatureGridError("INVALID_QUERY", f"{what} is {given!r} (expected {{name: spine column}})")
    return {str(name): _text(column, f"{what}[{str(name)!r}]") for name, column in given.items()}


def _roles(given: Any) -> dict[str, dict[str, Any]]:
    roles: dict[str, dict[str, Any]] = {}
    for role, entry in (given or {}).items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("keys"), Mapping):
            raise FeatureGridError(
                "INVALID_QUERY", f"sets[{role!r}] is {entry!r} (expected {{'set': name, 'keys': {{key column: spine column}}}})"
            )
        roles[str(role)] = {**entry, "keys": _columns(entry["keys"], f"sets[{role!r}]['keys']")}
    return roles


def check_columns(needed: Sequence[str], names: Sequence[str]) -> None:
    """Raises FeatureGridError INVALID_QUERY if the spine lacks a column that the request names."""
    missing = [name for name in needed if name not in set(names)]
    if missing:
        shown = ", ".join(map(repr, names)) or "none"
        raise FeatureGridError("INVALID_QUERY", f"the spine has no column {', '.join(map(repr, missing))} (it has {shown})")


def keys_by_name(
    features: Sequence[str],
    keys: Mapping[str, str],
    roles: Mapping[str, Mapping[str, Any]],
    names: Sequence[str],
    catalog: Mapping[str, Any],
) -> dict[str, str]:
    """``keys`` and, for each key column that they leave open, the spine column that is named like it.

    Looked for in this order, for ``flight.id``: a column ``flight.id``, ``flight_id``, ``id``. Only sets that a feature starts
    from and that are no role. Raises FeatureGridError INVALID_QUERY if none of the three is there. An unknown set is left for
    the node to refuse.
    """
    found = dict(keys)
    declared = {feature_set["name"]: feature_set for feature_set in catalog.get("sets", [])}
    for name in dict.fromkeys(feature.partition(".")[0] for feature in features):
        if name in roles or name not in declared:
            continue
        for key in declared[name].get("key", []):
            candidates = [f"{name}.{key}", f"{name}_{key}", key]
            column = next((candidate for candidate in candidates if candidate in set(names)), None)
            if candidates[0] in found:
                continue
            if column is None:
                raise FeatureGridError(
                    "INVALID_QUERY",
                    f"no spine column for the key {candidates[0]!r} (looked for {', '.join(candidates)}; say which one it is with "
                    f"--key {candidates[0]}=COLUMN)",
                )
            found[candidates[0]] = column
    return found


def outputs_of(query: str, catalog: Mapping[str, Any]) -> list[str]:
    """The outputs of a named query ``name@version`` in a catalog; none if it is not there, which the node will say."""
    for each in catalog.get("queries") or ():
        if f"{each.get('name')}@{each.get('version')}" == query:
            return [str(output) for output in each.get("outputs") or ()]
    return []
