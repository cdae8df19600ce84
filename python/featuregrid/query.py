"""Online queries: what is sent for one, and what comes back."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from featuregrid.declared_types import DeclaredTypes
from featuregrid.definitions.declaration import NamedQuery
from featuregrid.errors import FeatureGridError, of_errors
from featuregrid.times import duration_text, time_text
from featuregrid.value_types import ValueType, json_value


class QueryReply(Mapping[str, Any]):
    """The answer to one query: a mapping of feature names to values, in the order that was asked for.

    A value is what a training set has: int, float, str, bool, an aware datetime, a date, Decimal, bytes, list or dict; None for
    null, for what is missing and for what failed. ``reply["flight.speed"]`` may also be asked by reference, ``Flight.speed``.
    ``errors`` are `FeatureGridError`s of single features, not raised, each with code, category, feature and resolver; an empty
    list if there are none. ``trace_id`` finds the request in the node's logs; ``explain`` is the plan as text if it was asked
    for, else None; ``meta`` is the node's word on the whole query; ``raw`` is all of its JSON.
    """

    def __init__(self, raw: Mapping[str, Any], types: Mapping[str, ValueType | None]) -> None:
        self.raw = raw
        self.meta: dict[str, Any] = dict(raw.get("meta") or {})
        self.trace_id: str | None = self.meta.get("trace_id")
        self.explain: str | None = self.meta.get("explain_output")
        self.errors: list[FeatureGridError] = [of_errors([error], self.trace_id) for error in raw.get("errors") or ()]
        self._items: dict[str, Mapping[str, Any]] = {item["field"]: item for item in raw["data"]}
        self._values = {name: read_value(types.get(name), item["value"], name) for name, item in self._items.items()}

    def __getitem__(self, feature: Any) -> Any:
        try:
            return self._values[str(feature)]
        except KeyError:
            raise KeyError(f"{str(feature)!r} was not asked for (the reply has {', '.join(self._values) or 'nothing'})") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, feature: object) -> bool:
        return str(feature) in self._values

    def __repr__(self) -> str:
        failed = f", {len(self.errors)} errors" if self.errors else ""
        return f"QueryReply({self._values!r}{failed})"

    def to_dict(self) -> dict[str, Any]:
        """The values by feature name."""
        return dict(self._values)

    def is_missing(self, feature: Any) -> bool:
        """Whether a feature has no value; False for a null that was written, which is one."""
        return not self.details(feature).get("valid", False)

    def details(self, feature: Any) -> dict[str, Any]:
        """What the node says of one feature: ``{field, value, pkey, error, valid, ts, meta}`` as JSON has it."""
        self[feature]
        return dict(self._items[str(feature)])

    @property
    def query_timestamp(self) -> datetime.datetime:
        """The time for which the values were asked: the query's ``now``, else the clock of the node that answered."""
        moment = datetime.datetime.fromisoformat(self.meta["query_timestamp"])
        return moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def query_options(
    now: str | datetime.datetime | None = None,
    staleness: Mapping[Any, str | datetime.timedelta] | None = None,
    tags: Sequence[str] | None = None,
    environment: str | None = None,
    required_resolver_tags: Sequence[str] | None = None,
    include_meta: bool = False,
    explain: bool = False,
    correlation_id: str | None = None,
    query_name: str | None = None,
    query_name_version: str | int | None = None,
    version: int | str | None = None,
    deadline_ms: int | None = None,
    durable_log: bool = False,
    defaults: bool = True,
    meta: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The options of a query as its JSON has them; those at their defaults are left out."""
    if staleness is not None and not isinstance(staleness, Mapping):
        raise FeatureGridError("INVALID_QUERY", f"staleness is {staleness!r} (expected {{feature: duration}})")
    context = {"environment": environment, "tags": tags, "required_resolver_tags": required_resolver_tags}
    number = query_name_version if version is None else version
    options: dict[str, Any] = {
        "now": None if now is None else time_text(now, "now"),
        "staleness": {str(name): duration_text(span, f"staleness[{str(name)!r}]") for name, span in (staleness or {}).items()},
        "context": {name: value if isinstance(value, str) else list(value) for name, value in context.items() if value},
        "include_meta": include_meta,
        "explain": explain,
        "correlation_id": correlation_id,
        "query_name": query_name,
        "query_name_version": None if number is None else str(number),
        "deadline_ms": deadline_ms,
        "durable_log": durable_log,
        "meta": dict(meta or {}),
    }
    sent = {name: value for name, value in options.items() if value is not None and value is not False and value != {}}
    return sent if defaults else {**sent, "defaults": False}


def asked_for(outputs: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a query asks for as its JSON has it: ``{outputs}``, or of a named query ``{query_name, query_name_version}``.

    ``outputs`` are features, a `NamedQuery` or its ``"name@version"``, or None where the options name a query. Raises
    FeatureGridError INVALID_QUERY if nothing is asked for, or two things are.
    """
    named = query_reference(outputs)
    if named is not None:
        if options.get("query_name") is not None:
            raise FeatureGridError("INVALID_QUERY", f"the query {str(outputs)!r} is named twice (query_name is given, too)")
        return {"query_name": named[0], "query_name_version": named[1]}
    if outputs is None:
        if options.get("query_name") is None:
            raise FeatureGridError("INVALID_QUERY", "outputs is None (expected features, or the name of a query)")
        return {}
    return {"outputs": feature_names(outputs, "outputs")}


def query_reference(given: Any) -> tuple[str, str] | None:
    """Name and version of a named query, given as such or as ``"name@version"``; None for anything else."""
    if isinstance(given, NamedQuery):
        return given.name, str(given.version)
    name, at, version = given.rpartition("@") if isinstance(given, str) else ("", "", "")
    return (name, version) if name and at and version else None


def named_values(given: Any, what: str) -> dict[str, Any]:
    """Values by feature name as JSON has them. Raises FeatureGridError INVALID_QUERY if it is no mapping."""
    if not isinstance(given, Mapping):
        raise FeatureGridError("INVALID_QUERY", f"{what} is {given!r} (expected {{feature: value}})")
    return {str(name): json_value(value, f"{what}[{str(name)!r}]") for name, value in given.items()}


def feature_names(given: Any, what: str) -> list[str]:
    """Names or references as a list of names. Raises FeatureGridError INVALID_QUERY for a lone text."""
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise FeatureGridError("INVALID_QUERY", f"{what} is {given!r} (expected a list of features)")
    return [str(name) for name in given]


def read_value(declared: ValueType | None, given: Any, name: str) -> Any:
    """A value out of JSON as its declared type has it; as it came where the type is not known here."""
    if declared is None or given is None:
        return given
    try:
        return declared.read(given)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise UnexpectedType(name, given, declared) from error


class UnexpectedType(FeatureGridError):
    """A value that is not of the type that the catalog named: the catalog has changed since, or the node errs."""

    def __init__(self, name: str, given: Any, declared: ValueType) -> None:
        expected = f"expected one of Arrow type {declared.arrow}"
        super().__init__("INTERNAL_SERVER_ERROR", f"the value of {name!r} is {given!r} ({expected})", feature=name)


def read_reply(raw: Any, types: DeclaredTypes) -> QueryReply:
    """The reply in a node's JSON. A value that does not fit its type is read once more with the catalog as it is now."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("data"), list):
        raise FeatureGridError("INTERNAL_SERVER_ERROR", f"the node answered {str(raw)[:200]} (expected {{data, errors, meta}})")
    names = [item["field"] for item in raw["data"]]
    version = (raw.get("meta") or {}).get("deployment_id")
    try:
        return QueryReply(raw, types.of(names, version))
    except UnexpectedType:
        types.forget()
        return QueryReply(raw, types.of(names, version))
