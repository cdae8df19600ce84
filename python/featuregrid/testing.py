"""Queries without a node, for unit tests: `query` runs the functions and expressions of definitions as plain Python."""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from featuregrid.definitions import load
from featuregrid.definitions.path import Paths
from featuregrid.definitions.translation.evaluation import evaluate
from featuregrid.errors import FeatureGridError, mistake, of_errors
from featuregrid.value_types import ValueType, value_type
from featuregrid.worker import frames
from featuregrid.worker.results import Refused, Target, converter

class Reply(Mapping[str, Any]):
    """The answer to a query, as a node's is read: a mapping of feature names, or references, to values.

    None stands for null, for what is missing and for what failed. ``errors`` are `FeatureGridError`s with code, feature and
    resolver, an empty list if there are none.
    """

    def __init__(self, values: Mapping[str, Any], missing: set[str], errors: Sequence[FeatureGridError]) -> None:
        self.errors = list(errors)
        self._values = dict(values)
        self._missing = missing

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
        return f"Reply({self._values!r}{failed})"

    def to_dict(self) -> dict[str, Any]:
        """The values by feature name."""
        return dict(self._values)

    def is_missing(self, feature: Any) -> bool:
        """Whether a feature has no value; False for a null, which is one. A default shows and is missing all the same."""
        self[feature]
        return str(feature) in self._missing


def query(
    definitions: Any,
    inputs: Mapping[Any, Any],
    outputs: Sequence[Any],
    *,
    now: datetime.datetime | None = None,
    fakes: Mapping[Any, Any] | None = None,
    stored: Mapping[Any, Any] | None = None,
) -> Reply:
    """Asks definitions for the features of one entity, without a node, and returns a `Reply`.

    ``definitions`` are what `Grid.apply` takes. ``inputs`` are known values by name or reference, through relations too,
    ``{"flight.plane.year": 1999}``; ``stored`` the same, as a node would have them stored at ``now``. Both may hold None, a null.
    ``fakes`` stand in for the functions of features: ``{Flight.plane_age: lambda year, at: 3}`` is called with the inputs of the
    function in its place, ``{Flight.score: 0.5}`` is a value; ``{Flight.score: ValueError("no")}`` is raised.

    For each feature counts, as at a node: a given value; a fake; a stored one, unless the feature is always computed (it has a
    function and no max staleness); its function or expression; nothing, and then it is missing and shows its default. A missing
    input of a function takes its default; null or missing, it is passed as None where it or the parameter is ``| None``, else what the
    function computes is missing. A function that raises fails its features (RESOLVER_FAILED), a result that does not fit its type,
    bounds or nullability too (VALIDATION_FAILED), and what depends on them (UPSTREAM_FAILED); the rest is answered.

    Java functions, timeouts and tags are for a node. Raises FeatureGridError for mistakes of the definitions and for names that
    are no features.
    """
    loaded = load(definitions)
    if loaded.mistakes:
        raise of_errors(loaded.mistakes)
    instant = now or datetime.datetime.now(datetime.UTC)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=datetime.UTC)
    run = _Run(loaded.document, loaded.functions, instant.astimezone(datetime.UTC))
    run.give(inputs, stored or {}, fakes or {})
    return run.reply([str(output) for output in outputs])


class _Missing:
    pass


_MISSING = _Missing()


class _Run:
    """One query: what is known of each path so far, a value, missing, or the error that it met."""

    def __init__(self, document: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]], now: datetime.datetime) -> None:
        self._paths = Paths(document["sets"])
        self._relations = {
            (each["name"], relation["name"]): relation["set"] for each in document["sets"] for relation in each["relations"]
        }
        self._resolvers = {f"{each['set']}.{output}": each for each in document["resolvers"] for output in each["outputs"]}
        self._functions = functions
        self._now = now
        self._known: dict[str, Any] = {}
        self._stored: dict[str, Any] = {}
        self._fakes: dict[str, Any] = {}
        self.errors: dict[str, FeatureGridError] = {}

    def give(self, inputs: Mapping[Any, Any], stored: Mapping[Any, Any], fakes: Mapping[Any, Any]) -> None:
        """Notes what is known before. Raises FeatureGridError for names that are no features, and values of other types."""
        for given, held in ((inputs, self._known), (stored, self._stored)):
            for name, value in given.items():
                held[str(name)] = self._fitting(str(name), value)
        for name, fake in fakes.items():
            self._feature(str(name))
            self._fakes[str(name)] = fake

    def reply(self, outputs: Sequence[str]) -> Reply:
        """Finds each output."""
        values: dict[str, Any] = {}
        missing: set[str] = set()
        for name in outputs:
            feature = self._feature(name)
            found = self._value(name, ())
            failed = isinstance(found, FeatureGridError)
            if failed or found is _MISSING:
                missing.add(name)
            values[name] = None if failed else feature.get("default") if found is _MISSING else found
        return Reply(values, missing, list(self.errors.values()))

    def _feature(self, name: str) -> Mapping[str, Any]:
        feature = self._paths.feature(name)
        if feature is None:
            raise FeatureGridError("PARSE_FAILED", f"{name!r} is no feature of these definitions", feature=name)
        return feature

    def _set_of(self, path: str) -> str:
        name, *relations = path.split(".")[:-1]
        for relation in relations:
            name = self._relations[name, relation]
        return name

    def _value(self, path: str, asking: tuple[str, ...]) -> Any:
        """What a path has: a value, `_MISSING`, or the error that it met."""
        if path in self._known:
            return self._known[path]
        if path in asking:
            raise FeatureGridError("INVALID_QUERY", f"features need each other: {' -> '.join((*asking, path))}", feature=path)
        own_name = f"{self._set_of(path)}.{path.rpartition('.')[2]}"
        fake = self._fakes.get(path, self._fakes.get(own_name, _MISSING))
        resolver = self._resolvers.get(own_name)
        staleness = self._feature(path).get("max_staleness_us")
        always_computed = resolver is not None and staleness in (None, 0, "0s", "0")
        if fake is _MISSING and path in self._stored and not always_computed:
            self._known[path] = self._stored[path]
        elif resolver is None:
            self._known[path] = _MISSING if fake is _MISSING else self._kept(path, None, _called(fake, []), None)
        else:
            self._resolve(path, resolver, fake, (*asking, path))
        return self._known[path]

    def _resolve(self, path: str, resolver: Mapping[str, Any], fake: Any, asking: tuple[str, ...]) -> None:
        """Runs what computes a path, or what stands in for it, and notes all of its outputs."""
        prefix = path.rpartition(".")[0]
        outputs = [f"{prefix}.{output}" for output in resolver["outputs"]] if fake is _MISSING else [path]
        arguments = self._arguments(resolver, prefix, asking)
        if isinstance(arguments, FeatureGridError | _Missing):
            for output in outputs:
                self._known.setdefault(output, self._failed(output, resolver, arguments))
            return
        result = _called(fake, arguments) if fake is not _MISSING else _called(self._body(resolver), arguments)
        for index, output in enumerate(outputs):
            self._known.setdefault(output, self._kept(output, resolver, result, index if len(outputs) > 1 else None, len(outputs)))

    def _arguments(self, resolver: Mapping[str, Any], prefix: str, asking: tuple[str, ...]) -> Any:
        """The inputs of a resolver; `_MISSING` or an error in place of them if it is not to be called."""
        is_expression = "." in resolver["name"]
        arguments: list[Any] = []
        for each in resolver["inputs"]:
            if each.get("now"):
                arguments.append(self._now)
                continue
            path = ".".join((prefix, *each["feature"].split(".")[1:]))
            found = self._value(path, asking)
            default = self._feature(path).get("default")
            none = each["optional"] or self._feature(path)["nullable"]
            if isinstance(found, FeatureGridError) and (is_expression or not none) and default is None:
                return mistake_of("UPSTREAM_FAILED", f"{path!r}, which it needs, failed: {found.message}", path, resolver)
            if isinstance(found, FeatureGridError | _Missing):
                found = default
            if found is None and not none:
                return _MISSING
            arguments.append(found)
        return arguments

    def _body(self, resolver: Mapping[str, Any]) -> Callable[..., Any]:
        function = self._functions.get(resolver["name"])
        if function is None:
            return lambda *arguments: evaluate(resolver["expression"], arguments)
        frame = resolver.get("function", {}).get("frame", "scalar")
        return function if frame == "scalar" else lambda *arguments: self._in_frame(function, frame, resolver, arguments)

    def _in_frame(self, function: Callable[..., Any], frame: str, resolver: Mapping[str, Any], arguments: Sequence[Any]) -> Any:
        """A call with one row, as a worker makes it."""
        columns = [
            pa.array([argument], self._type("timestamp" if each.get("now") else self._feature(each["feature"])["type"]).arrow)
            for each, argument in zip(resolver["inputs"], arguments, strict=True)
        ]
        targets = []
        for output in resolver["outputs"]:
            declared = str(self._feature(f"{resolver['set']}.{output}")["type"])
            targets.append(Target(output, self._type(declared), declared))
        table = pa.table(columns, names=[str(number) for number in range(len(columns))])
        cells = [column[0] for column in frames.called(function, frame, table, targets)]
        return cells[0] if len(cells) == 1 else tuple(cells)

    def _type(self, text: str) -> ValueType:
        found = value_type(text)
        assert found is not None, text
        return found

    def _failed(self, output: str, resolver: Mapping[str, Any], why: Any) -> Any:
        if isinstance(why, FeatureGridError):
            self.errors[output] = mistake_of(why.code, why.message, output, resolver)
            return self.errors[output]
        return why

    def _kept(self, output: str, resolver: Mapping[str, Any] | None, result: Any, index: int | None, count: int = 1) -> Any:
        """One output of a result as its feature has it."""
        if isinstance(result, _Raised):
            name = resolver["name"] if resolver is not None else output
            text = f"`{name}` raised {type(result.error).__name__}: {result.error}"
            return self._failed(output, resolver or {}, FeatureGridError("RESOLVER_FAILED", text))
        if index is not None:
            if not isinstance(result, tuple) or len(result) != count:
                text = f"it returned {result!r:.100} (expected a tuple of {count} values)"
                return self._failed(output, resolver or {}, FeatureGridError("RESOLVER_FAILED", text))
            result = result[index]
        try:
            return self._fitting(output, result)
        except FeatureGridError as error:
            return self._failed(output, resolver or {}, error)

    def _fitting(self, path: str, value: Any) -> Any:
        """A value in a feature's type. Raises FeatureGridError VALIDATION_FAILED if type, bounds or nullability forbid it."""
        feature = self._feature(path)
        if value is None:
            if not feature["nullable"]:
                raise FeatureGridError("VALIDATION_FAILED", f"{path!r} is null (expected {feature['type']})", feature=path)
            return None
        fitting = _converted(str(feature["type"]), value)
        if fitting is _MISSING:
            raise FeatureGridError("VALIDATION_FAILED", f"{path!r} is {value!r:.100} (expected {feature['type']})", feature=path)
        for bound, within in (("min", operator.ge), ("max", operator.le)):
            edge = feature.get(bound)
            if isinstance(edge, int | float) and not within(fitting, edge):
                raise FeatureGridError("VALIDATION_FAILED", f"{path!r} is {value!r:.100} (expected {bound} {edge})", feature=path)
        return fitting


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def mistake_of(code: str, message: str, feature: str, resolver: Mapping[str, Any]) -> FeatureGridError:
    """An error of one feature."""
    return of_errors([mistake(code, message, feature=feature, resolver=resolver.get("name"))])


def _called(function: Any, arguments: Sequence[Any]) -> Any:
    """The result of a call, or what it raised; a fake that is no function is its own result."""
    if isinstance(function, BaseException):
        return _Raised(function)
    if not callable(function):
        return function
    try:
        return function(*arguments)
    except Exception as error:
        return _Raised(error)


def _converted(declared: str, value: Any) -> Any:
    """A value in a type where nothing is lost; `_MISSING` if it does not fit."""
    if declared == "timestamp":
        if not isinstance(value, datetime.datetime):
            return _MISSING
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value.astimezone(datetime.UTC)
    known = value_type(declared)
    try:
        return value if known is None else converter(declared, known)(value)
    except (Refused, TypeError, ValueError, OverflowError):
        return _MISSING
