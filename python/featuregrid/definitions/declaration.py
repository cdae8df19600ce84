"""The words that definitions are written in: ``@features``, ``feature``, ``Primary``, ``FeatureTime``, ``has_one`` and others.

Nothing here judges: declarations are noted as they are written, and `featuregrid.definitions` reads them all together. So a
file with five mistakes is imported to its end, and all five are reported in one go.
"""

from __future__ import annotations

import datetime
import inspect
import re
import sys
import types
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias, TypeVar, overload

from featuregrid.definitions.expression import Expression
from featuregrid.definitions.reference import DECLARATION, Condition, Reference

Duration: TypeAlias = "str | datetime.timedelta"
Declared = TypeVar("Declared", bound=type)
Called = TypeVar("Called", bound=Callable[..., Any])
Value = TypeVar("Value")


class Missing:
    """Stands where nothing was given, since None may be given."""

    def __repr__(self) -> str:
        return "nothing"


MISSING: Any = Missing()


class KeyMark:
    """Marks an annotation as a column of the primary key."""

    def __repr__(self) -> str:
        return "Primary"


class TimeMark:
    """Marks an annotation as the feature time."""

    def __repr__(self) -> str:
        return "FeatureTime"


Primary = Annotated[Value, KeyMark()]
"""A column of the primary key, ``id: Primary[str]``; several make a composite key in the order of the class."""


FeatureTime = Annotated[datetime.datetime, TimeMark()]
"""The time at which a row's values were true; at most one in a set, never null."""


@dataclass(frozen=True)
class FeatureOptions:
    """What ``feature(...)`` was given; the names are its parameters."""

    given: dict[str, Any]

    def __or__(self, other: object) -> UnreadableAnnotation:
        # `date: date | None = feature()` without postponed annotations evaluates its annotation with the attribute in place.
        return UnreadableAnnotation()

    __ror__ = __or__


class UnreadableAnnotation:
    """An annotation that named the attribute which it annotates, and so lost what was meant."""

    def __or__(self, other: object) -> UnreadableAnnotation:
        return self

    __ror__ = __or__


@dataclass(frozen=True)
class HasOne:
    """What ``has_one(...)`` was given: a function of no arguments that returns a condition, or a condition."""

    condition: Any


@dataclass(frozen=True)
class HasMany:
    """What ``has_many(...)`` was given."""

    condition: Any
    colocate: bool


class DataFrame:
    """``legs: DataFrame["Leg"]``: the rows of another set that belong to this one."""

    def __init__(self, target: object) -> None:
        self.target = target

    def __class_getitem__(cls, target: object) -> DataFrame:
        return cls(target)

    def __or__(self, other: object) -> DataFrame:
        return self

    __ror__ = __or__


@dataclass(frozen=True, eq=False)
class Member:
    """One attribute of a set's class as written. ``annotation`` and ``value`` are MISSING where there is none.

    ``owner`` is the class whose body has it, the set's own or one that it inherits from; ``names`` are the names seen from
    that body, kept because a module loaded in isolation is not found again later.
    """

    name: str
    owner: type
    annotation: Any
    value: Any
    file: str
    names: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class SetDeclaration:
    """A class decorated with ``@features``: its set's name, options, members in order, and where it stands."""

    declared: type
    name: str
    options: dict[str, Any]
    members: tuple[Member, ...]
    file: str
    line: int


@dataclass(frozen=True, eq=False)
class FunctionDeclaration:
    """What was decorated with ``@online``, with the options given, and where it stands; ``names`` are the names around it."""

    declared: Any
    options: dict[str, Any]
    file: str
    line: int
    names: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of the resolver: the one given, else the function's."""
        return str(self.options.get("name") or getattr(self.declared, "__name__", repr(self.declared)))


@dataclass(frozen=True, eq=False)
class Jar:
    """A file of Java functions, as ``jar(...)`` names it: the path as given, and where that stands."""

    path: str
    file: str
    line: int


@dataclass(frozen=True, eq=False)
class NamedQuery:
    """A query under a name and a version: ``model_a = NamedQuery(name="model_a", version=2, outputs=[Flight.plane_age])``.

    ``outputs`` are features, as references or names; a query and a training set may ask for ``"model_a@2"`` in their place.
    ``tags`` and ``staleness``, ``{feature: duration}``, hold for each query of that name that says nothing itself.
    """

    name: str
    version: int
    outputs: Sequence[Any]
    tags: Iterable[str] | str = ()
    staleness: Mapping[Any, Duration] = field(default_factory=dict)
    owner: str | None = None
    description: str | None = None
    file: str = field(init=False, repr=False, default="")
    line: int = field(init=False, repr=False, default=0)

    def __post_init__(self) -> None:
        # This method's caller is the generated constructor, whose caller is the definition.
        frame = sys._getframe(2)
        object.__setattr__(self, "file", frame.f_code.co_filename)
        object.__setattr__(self, "line", frame.f_lineno)
        if _registries:
            _registries[-1].queries.append(self)

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Misuse:
    """A decorator on something that it cannot decorate."""

    text: str
    file: str
    line: int


@dataclass
class Registry:
    """What was declared while it was collecting, in order."""

    sets: list[SetDeclaration] = field(default_factory=list)
    functions: list[FunctionDeclaration] = field(default_factory=list)
    queries: list[NamedQuery] = field(default_factory=list)
    jars: list[Jar] = field(default_factory=list)
    misuses: list[Misuse] = field(default_factory=list)

    def count(self) -> int:
        """How many definitions there are."""
        return len(self.sets) + len(self.functions) + len(self.queries) + len(self.jars)

    def file(self) -> str:
        """The file of the first of them."""
        files = [*(each.file for each in self.sets), *(each.file for each in self.functions), *(each.file for each in self.queries)]
        return (files or [each.file for each in self.jars])[0]


_registries: list[Registry] = []


@contextmanager
def collecting() -> Iterator[Registry]:
    """Collects what is declared within it; collections nest, the innermost one gets it. Not thread-safe by itself."""
    registry = Registry()
    _registries.append(registry)
    try:
        yield registry
    finally:
        _registries[:] = [other for other in _registries if other is not registry]


@overload
def features(declared: Declared, /) -> Declared: ...
@overload
def features(
    *,
    name: str | None = None,
    max_staleness: Duration | None = None,
    offline_ttl: Duration | None = None,
    owner: str | None = None,
    tags: Iterable[str] | str | None = None,
    description: str | None = None,
) -> Callable[[Declared], Declared]: ...
def features(
    declared: Any = None,
    /,
    *,
    name: str | None = None,
    max_staleness: Duration | None = None,
    offline_ttl: Duration | None = None,
    owner: str | None = None,
    tags: Iterable[str] | str | None = None,
    description: str | None = None,
) -> Any:
    """Declares the annotated attributes of a class as the features of one kind of entity.

    Used as ``@features`` or ``@features(...)``. ``name`` is the set's name, by default the class's in snake case.
    ``max_staleness``, ``offline_ttl``, ``owner`` and ``tags`` hold for each feature that says nothing itself, keys aside;
    durations are texts such as ``"1h30m"`` or timedeltas. ``description`` is kept with the class for its readers.
    Afterwards the class's attributes are references: ``Flight.plane.year`` is a path.
    """
    options = {
        "name": name,
        "max_staleness": max_staleness,
        "offline_ttl": offline_ttl,
        "owner": owner,
        "tags": tags,
        "description": description,
    }
    if declared is not None:
        return _declare(declared, options, sys._getframe(1))

    def decorate(decorated: Any) -> Any:
        return _declare(decorated, options, sys._getframe(1))

    return decorate


def feature(
    *,
    default: Any = MISSING,
    max_staleness: Duration | None = None,
    offline_ttl: Duration | None = None,
    min: Any = None,
    max: Any = None,
    owner: str | None = None,
    tags: Iterable[str] | str | None = None,
    description: str | None = None,
    deprecated: str | bool | None = None,
    request: bool = False,
    keep_across_versions: bool = False,
    expression: Any = None,
) -> Any:
    """Options of one feature, as the value of its attribute: ``air_time: float | None = feature(offline_ttl="30d", min=0)``.

    ``default`` is what a missing value shows as (a carried null stays null). ``max_staleness`` says how old a value may be
    served online, ``offline_ttl`` how long after its observation it may be used; both are durations, texts such as ``"30d"``
    or timedeltas. ``min`` and ``max`` bound what may be written, the edges inside. ``deprecated`` is True or says what to use
    instead. ``request=True`` declares a value that only callers give. ``keep_across_versions=True`` goes on serving what an earlier
    version of the feature's function computed. ``expression`` is what the feature is computed by, ``_.distance / 60``, where
    options stand beside it.
    """
    given = {
        "max_staleness": max_staleness,
        "offline_ttl": offline_ttl,
        "min": min,
        "max": max,
        "owner": owner,
        "tags": tags,
        "description": description,
        "deprecated": deprecated,
        "request": request or None,
        "keep_across_versions": keep_across_versions or None,
        "expression": expression,
    }
    options = {option: value for option, value in given.items() if value is not None}
    if default is not MISSING:
        options["default"] = default
    return FeatureOptions(options)


def has_one(condition: Callable[[], Any] | Condition) -> Any:
    """A relation to one row of another set, by its whole key: ``has_one(lambda: Flight.tailnum == Plane.tailnum)``.

    For a composite key join the comparisons with ``&``, each in parentheses. The function is called once all classes exist.
    """
    return HasOne(condition)


def has_many(condition: Callable[[], Any] | Condition, colocate: bool = False) -> Any:
    """A relation to the rows of another set that point to this one."""
    return HasMany(condition, colocate)


@overload
def online(function: Called, /) -> Called: ...
@overload
def online(
    *,
    tags: Iterable[str] | str | None = None,
    timeout: Duration | None = None,
    frame: str | None = None,
    requirements: Iterable[str] | None = None,
    store_offline: bool = True,
    owner: str | None = None,
    name: str | None = None,
) -> Callable[[Called], Called]: ...
def online(
    function: Any = None,
    /,
    *,
    tags: Iterable[str] | str | None = None,
    timeout: Duration | None = None,
    frame: str | None = None,
    requirements: Iterable[str] | None = None,
    store_offline: bool = True,
    owner: str | None = None,
    name: str | None = None,
) -> Any:
    """Declares a function that computes features of others: ``def plane_age(year: Flight.plane.year) -> Flight.plane_age``.

    Each parameter is annotated with the feature that it is, ``| None`` if the function is to be called with None where there is no
    value, or with ``Now``, the instant of the query. It returns one feature or, ``-> tuple[Flight.a, Flight.b]``, several of one
    set. The function stays what it is: calling it runs the Python.

    ``tags`` select it in queries; ``timeout`` bounds a call. Without ``frame`` it is translated into a formula where that surely
    means the same; what has no formula runs in a Python process of the node, row by row. ``frame="pandas"`` and ``frame="numpy"``
    call it there with a Series or an array a parameter, for many rows at once, ``frame="scalar"`` row by row. ``requirements`` are
    the packages that it needs there. ``store_offline=False`` keeps what it computes out of the history. ``name`` is by default the
    function's; the docstring is the description.
    """
    options = {
        "tags": tags,
        "timeout": timeout,
        "frame": frame,
        "requirements": requirements,
        "store_offline": store_offline,
        "owner": owner,
        "name": name,
    }
    if function is not None:
        return _declare_function(function, options, sys._getframe(1))

    def decorate(decorated: Any) -> Any:
        return _declare_function(decorated, options, sys._getframe(1))

    return decorate


def jar(path: str) -> Jar:
    """Names a file of Java functions, relative to the file where this stands; their annotations say what they compute."""
    frame = sys._getframe(1)
    declared = Jar(str(path), frame.f_code.co_filename, frame.f_lineno)
    if _registries:
        _registries[-1].jars.append(declared)
    return declared


def snake_case(name: str) -> str:
    """``UserProfile`` as ``user_profile``, ``HTTPRequest`` as ``http_request``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def declaration_of(value: object) -> SetDeclaration | None:
    """The declaration of a class decorated with ``@features``; None for anything else, its subclasses too."""
    declaration = value.__dict__.get(DECLARATION) if isinstance(value, type) else None
    return declaration if isinstance(declaration, SetDeclaration) else None


def _declare_function(function: Any, options: dict[str, Any], frame: types.FrameType) -> Any:
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
    if isinstance(code, types.CodeType):
        file, line = code.co_filename, code.co_firstlineno
    else:
        file, line = frame.f_code.co_filename, frame.f_lineno
    declaration = FunctionDeclaration(function, options, file, line, _names_of(frame))
    if isinstance(function, types.FunctionType):
        setattr(function, DECLARATION, declaration)
    if _registries:
        _registries[-1].functions.append(declaration)
    return function


def _names_of(frame: types.FrameType) -> Mapping[str, Any]:
    if frame.f_locals is frame.f_globals:
        return frame.f_globals
    return ChainMap(dict(frame.f_locals), frame.f_globals)


def _declare(declared: Any, options: dict[str, Any], frame: types.FrameType) -> Any:
    file, line = frame.f_code.co_filename, frame.f_lineno
    if not isinstance(declared, type):
        if _registries:
            what = getattr(declared, "__name__", repr(declared))
            _registries[-1].misuses.append(Misuse(f"@features stands on {what!r} (expected a class)", file, line))
        return declared
    names = _names_of(frame)
    members = tuple(_members(declared, file, names).values())
    name = str(options.pop("name") or snake_case(declared.__name__))
    declaration = SetDeclaration(declared, name, options, members, file, line)
    setattr(declared, DECLARATION, declaration)
    for member in members:
        setattr(declared, member.name, Reference(declared, (member.name,)))
    if _registries:
        _registries[-1].sets.append(declaration)
    return declared


def _members(declared: type, file: str, names: Mapping[str, Any]) -> dict[str, Member]:
    members: dict[str, Member] = {}
    for base in reversed(declared.__mro__):
        if base.__module__ in ("builtins", "typing", "abc"):
            continue
        inherited = declaration_of(base)
        if inherited is not None:
            members.update({member.name: member for member in inherited.members})
            continue
        base_file, base_names = file, names
        if base is not declared:
            module = sys.modules.get(base.__module__)
            base_file, base_names = getattr(module, "__file__", None) or file, getattr(module, "__dict__", {})
        annotations = _annotations(base)
        for name, annotation in annotations.items():
            if not (name.startswith("__") and name.endswith("__")):
                value = base.__dict__.get(name, MISSING)
                members[name] = Member(name, base, annotation, value, base_file, base_names)
        for name, value in base.__dict__.items():
            if name not in annotations and isinstance(value, FeatureOptions | HasOne | HasMany | Expression):
                members[name] = Member(name, base, MISSING, value, base_file, base_names)
    return members


def _annotations(declared: type) -> dict[str, Any]:
    if sys.version_info >= (3, 14):
        # Annotations are evaluated on demand there; names not yet defined come as ForwardRef.
        import annotationlib

        return dict(annotationlib.get_annotations(declared, format=annotationlib.Format.FORWARDREF))
    return inspect.get_annotations(declared)
