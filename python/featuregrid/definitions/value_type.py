"""The types of values that Python has no word for, and the text that a node reads of every type."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import json
import re
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

TYPE_WORDS: Mapping[Any, str] = {
    int: "int64",
    float: "float64",
    str: "string",
    bool: "bool",
    bytes: "binary",
    datetime.datetime: "timestamp",
    datetime.date: "date",
}

_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_.-]+")


class TypeProblem(Exception):
    """An annotation that is nearly a type; the message says what to write."""


class TypeMark:
    """Says, alone or in ``Annotated``, what the type is; what it annotates is for type checkers."""

    text: str

    def __or__(self, other: Any) -> Any:
        return Annotated[Any, self] | other

    def __ror__(self, other: Any) -> Any:
        return other | Annotated[Any, self]

    def __repr__(self) -> str:
        return self.text


class Decimal(TypeMark):
    """Exact decimal numbers: ``price: fg.Decimal[10, 2] | None`` has at most 10 digits, 2 of them behind the point.

    For type checkers the same is ``Annotated[decimal.Decimal, fg.Decimal(10, 2)]``. Values are ``decimal.Decimal``.
    """

    def __init__(self, precision: int, scale: int = 0) -> None:
        if type(precision) is not int or type(scale) is not int:
            raise TypeError(f"Decimal({precision!r}, {scale!r}) declares a type by two ints; numbers are decimal.Decimal")
        self.text = f"decimal({precision},{scale})"

    def __class_getitem__(cls, size: int | tuple[int, int]) -> Any:
        return Annotated[decimal.Decimal, cls(*size) if isinstance(size, tuple) else cls(size)]


class Vector(TypeMark):
    """Equally many floating-point numbers: ``embedding: fg.Vector[128] | None``, or ``fg.Vector[128, "float64"]``.

    For type checkers the same is ``Annotated[list[float], fg.Vector(128)]``.
    """

    def __init__(self, length: int, element: str = "float32") -> None:
        if type(length) is not int:
            raise TypeError(f"Vector({length!r}) declares a type by its length, an int")
        self.text = f"vector<{element}>({length})"

    def __class_getitem__(cls, size: int | tuple[int, str]) -> Any:
        return Annotated[list[float], cls(*size) if isinstance(size, tuple) else cls(size)]


def enum_text(values: Sequence[Any]) -> str:
    """The type of a few texts. Raises TypeProblem if one is no text."""
    for value in values:
        if not isinstance(value, str):
            raise TypeProblem(f"{value!r} is a value of an enum (expected texts only, such as Literal['a', 'b'])")
    written = [value if _PLAIN_VALUE.fullmatch(value) else json.dumps(str(value)) for value in map(_plain, values)]
    return f"enum<{'|'.join(written)}>"


def literal_values(annotation: Any) -> tuple[list[Any], bool] | None:
    """The values of a ``Literal`` but None, and whether None is among them; None for any other annotation."""
    if typing.get_origin(annotation) is not Literal:
        return None
    values = list(typing.get_args(annotation))
    return [value for value in values if value is not None], None in values


def enum_values(annotation: Any) -> list[Any] | None:
    """The values of a subclass of ``enum.Enum``; None for any other annotation."""
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return [member.value for member in annotation]
    return None


def element_of(annotation: Any) -> Any:
    """What a list's elements are annotated as; None for any other annotation. Raises TypeProblem for a list of anything."""
    if annotation is list or annotation is typing.List:  # noqa: UP006
        raise TypeProblem("a list names the type of its elements (write list[int] or the like)")
    arguments = typing.get_args(annotation)
    return arguments[0] if typing.get_origin(annotation) is list and len(arguments) == 1 else None


def struct_fields(annotation: Any) -> Mapping[str, Any] | None:
    """The annotations of a dataclass, a TypedDict or a NamedTuple by name; None for any other annotation."""
    if not isinstance(annotation, type):
        return None
    if dataclasses.is_dataclass(annotation):
        return {field.name: field.type for field in dataclasses.fields(annotation)}
    named_tuple = issubclass(annotation, tuple) and hasattr(annotation, "_fields")
    if typing.is_typeddict(annotation) or named_tuple:
        return dict(getattr(annotation, "__annotations__", {}))
    return None


def names_around(annotation: type) -> Mapping[str, Any]:
    """The names of the module that a class stands in, as far as they can be found again.

    A module that was loaded in isolation is not among the imported ones any more; a generated method remembers its names.
    """
    for value in vars(annotation).values():
        if isinstance(value, types.FunctionType) and value.__globals__.get("__name__") == annotation.__module__:
            return value.__globals__
    return dict(getattr(sys.modules.get(annotation.__module__), "__dict__", {}))


def _plain(value: str) -> str:
    return str(value.value) if isinstance(value, enum.Enum) else value
