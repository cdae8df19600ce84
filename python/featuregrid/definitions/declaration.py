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
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias, TypeVar, overload

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


class Expression:
    """``_`` and whatever is made of it: noted, never evaluated here."""

    def __getattr__(self, name: str) -> Expression:
        if name.startswith("__"):
            raise AttributeError(name)
        return Expression()

    def _more(self, *_: object, **__: object) -> Expression:
        return Expression()

    __call__ = __getitem__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _more  # type: ignore[assignment]
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _more
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = _more
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __invert__ = _more
    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[Expression]:
        raise TypeError("an expression cannot be iterated")


_: Any = Expression()


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class SetDeclaration:
    """A class decorated with ``@features``: its set's name, options, members in order, and where it stands."""

    declared: type
    name: str
    options: dict[str, Any]
    members: tuple[Member, ...]
    file: str
    line: int


@dataclass(frozen=True)
class FunctionDeclaration:
    """A function decorated with ``@online``."""

    name: str
    file: str
    line: int


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
    misuses: list[Misuse] = field(default_factory=list)


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
) -> Any:
    """Options of one feature, as the value of its attribute: ``air_time: float | None = feature(offline_ttl="30d", min=0)``.

    ``default`` is what a missing value shows as (a carried null stays null). ``max_staleness`` says how old a value may be
    served online, ``offline_ttl`` how long after its observation it may be used; both are durations, texts such as ``"30d"``
    or timedeltas. ``min`` and ``max`` bound what may be written, the edges inside. ``deprecated`` is True or says what to use
    instead. ``request=True`` declares a value that only callers give.
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


def online(function: Any = None, /, **options: Any) -> Any:
    """Declares a function that computes features, as ``@online`` or ``@online(...)``; calling it runs the Python as ever."""
    if function is not None:
        return _declare_function(function, sys._getframe(1))

    def decorate(decorated: Any) -> Any:
        return _declare_function(decorated, sys._getframe(1))

    return decorate


def snake_case(name: str) -> str:
    """``UserProfile`` as ``user_profile``, ``HTTPRequest`` as ``http_request``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def declaration_of(value: object) -> SetDeclaration | None:
    """The declaration of a class decorated with ``@features``; None for anything else, its subclasses too."""
    declaration = value.__dict__.get(DECLARATION) if isinstance(value, type) else None
    return declaration if isinstance(declaration, SetDeclaration) else None


def _declare_function(function: Any, frame: types.FrameType) -> Any:
    code = getattr(function, "__code__", None)
    if isinstance(code, types.CodeType):
        file, line = code.co_filename, code.co_firstlineno
    else:
        file, line = frame.f_code.co_filename, frame.f_lineno
    declaration = FunctionDeclaration(getattr(function, "__name__", repr(function)), file, line)
    if isinstance(function, types.FunctionType):
        setattr(function, DECLARATION, declaration)
    if _registries:
        _registries[-1].functions.append(declaration)
    return function


def _declare(declared: Any, options: dict[str, Any], frame: types.FrameType) -> Any:
    file, line = frame.f_code.co_filename, frame.f_lineno
    if not isinstance(declared, type):
        if _registries:
            what = getattr(declared, "__name__", repr(declared))
            _registries[-1].misuses.append(Misuse(f"@features stands on {what!r} (expected a class)", file, line))
        return declared
    names: Mapping[str, Any] = frame.f_globals
    if frame.f_locals is not frame.f_globals:
        names = ChainMap(dict(frame.f_locals), frame.f_globals)
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
