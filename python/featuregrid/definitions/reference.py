"""What the attributes of a feature set's class stand for: features and paths, and the conditions that join sets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

DECLARATION = "__featuregrid__"

_joining = False


@contextlib.contextmanager
def joining() -> Iterator[None]:
    """Within it a condition has no truth value, so that ``and`` in place of ``&`` is told instead of dropping a half."""
    global _joining
    before, _joining = _joining, True
    try:
        yield
    finally:
        _joining = before


class Reference:
    """A feature or relation as the attribute of its set's class: ``Flight.distance``, or a path ``Flight.plane.year``.

    ``str(reference)`` is the fully qualified name, ``flight.plane.year``. Whether the path exists is checked by the node.
    ``==`` between two references makes a `Condition`, for `has_one`.
    """

    __slots__ = ("_owner", "_path")

    def __init__(self, owner: type, path: tuple[str, ...]) -> None:
        self._owner = owner
        self._path = path

    def __getattr__(self, name: str) -> Reference:
        if name.startswith("_"):
            raise AttributeError(f"{self} has no attribute {name!r}")
        return Reference(self._owner, (*self._path, name))

    def __str__(self) -> str:
        return ".".join((set_name(self._owner), *self._path))

    def __repr__(self) -> str:
        return ".".join((self._owner.__name__, *self._path))

    def __eq__(self, other: object) -> Any:
        return Condition(((self, other),)) if isinstance(other, Reference) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not same(self, other)

    def __hash__(self) -> int:
        return hash((id(self._owner), self._path))

    def __and__(self, other: object) -> Any:
        raise TypeError(f"'&' after {self!r} binds tighter than '==' (put each comparison in parentheses)")

    __rand__ = __and__

    def __or__(self, other: object) -> Any:
        return OptionalReference(self) if other is None else NotImplemented

    __ror__ = __or__

    def __copy__(self) -> Reference:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Reference:
        return self


class OptionalReference:
    """``Plane.tailnum | None`` as an annotation: a foreign key that may be null."""

    __slots__ = ("reference",)

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def __or__(self, other: object) -> Any:
        return self if other is None else NotImplemented

    __ror__ = __or__


class Condition:
    """Comparisons that join two sets: ``(A.x == B.k) & (A.y == B.l)``."""

    __slots__ = ("comparisons",)

    def __init__(self, comparisons: tuple[tuple[Reference, Reference], ...]) -> None:
        self.comparisons = comparisons

    def __and__(self, other: object) -> Condition:
        if not isinstance(other, Condition):
            return NotImplemented
        return Condition(self.comparisons + other.comparisons)

    def __bool__(self) -> bool:
        # Containers and `typing` compare by ==, outside of a join: for them it means "the same reference".
        if _joining:
            raise TypeError("a condition has no truth value (join comparisons with '&', each in parentheses, not with 'and')")
        return all(same(left, right) for left, right in self.comparisons)

    def __repr__(self) -> str:
        return " & ".join(f"({left!r} == {right!r})" for left, right in self.comparisons)


def same(left: object, right: object) -> bool:
    """Whether both are references to the same path of the same class."""
    return (
        isinstance(left, Reference) and isinstance(right, Reference) and left._owner is right._owner and left._path == right._path
    )


def owner_of(reference: Reference) -> type:
    """The class that a reference starts from."""
    return reference._owner


def path_of(reference: Reference) -> tuple[str, ...]:
    """The names after the class; a feature of the class itself has one."""
    return reference._path


def set_name(declared: object) -> str:
    """The name of the feature set that a class decorated with ``@features`` declares; a text is a name already."""
    if isinstance(declared, str):
        return declared
    declaration = getattr(declared, "__dict__", {}).get(DECLARATION)
    if declaration is None:
        raise TypeError(f"{declared!r} is no feature set (expected its name or a class decorated with @features)")
    return str(declaration.name)
