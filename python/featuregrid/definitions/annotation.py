"""What an annotation of a feature set's class means, whether it was written as code, as text, or postponed."""

from __future__ import annotations

import ast
import builtins
import decimal
import types
import typing
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from featuregrid.definitions.declaration import (
    DataFrame,
    FeatureOptions,
    KeyMark,
    SetDeclaration,
    TimeMark,
    UnreadableAnnotation,
    declaration_of,
)
from featuregrid.definitions.reference import OptionalReference, Reference, owner_of, path_of
from featuregrid.definitions.value_type import (
    TYPE_WORDS,
    TypeMark,
    TypeProblem,
    element_of,
    enum_text,
    enum_values,
    literal_values,
    names_around,
    struct_fields,
)

SELF_NAMED = (
    "its annotation reads the attribute itself, which has the same name (write the type in quotes, "
    "import it under another name, or start the file with 'from __future__ import annotations')"
)


class AnnotationProblem(Exception):
    """An annotation that cannot be read; the message says why and what would be read."""


@dataclass(frozen=True)
class Reading:
    """What an annotation means: exactly one of ``type``, ``foreign_key``, ``relation`` and ``many`` is set, or ``skipped``.

    ``type`` is the text of a type, or of one that is none: the node says that it is unknown.
    """

    type: str | None = None
    foreign_key: tuple[SetDeclaration, str] | None = None
    relation: SetDeclaration | None = None
    many: bool = False
    skipped: bool = False
    nullable: bool = False
    key: bool = False
    feature_time: bool = False


class Scope(Mapping[str, Any]):
    """The names that an annotation may use: those around its class first, then every feature set's class of the same load.

    The second half is what lets modules of a package name each other's classes without importing them.
    """

    def __init__(self, names: Mapping[str, Any], sets: Sequence[SetDeclaration]) -> None:
        self._names = names
        self._structs: tuple[type, ...] = ()
        self._classes: dict[str, list[type]] = {}
        for declaration in sets:
            self._classes.setdefault(declaration.declared.__name__, []).append(declaration.declared)

    def inside(self, struct: type) -> Scope:
        """The names that a struct's annotations may use: those around its class, then these. Raises for a struct in itself."""
        if struct in self._structs:
            raise AnnotationProblem(f"{struct.__name__!r} is a struct inside of itself (expected an end)")
        inner = Scope(ChainMap(dict(names_around(struct)), dict(self._names)), ())
        inner._classes = self._classes
        inner._structs = (*self._structs, struct)
        return inner

    def __getitem__(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        classes = self._classes.get(name, [])
        if len(classes) > 1:
            modules = " and ".join(declared.__module__ for declared in classes)
            raise AnnotationProblem(f"{name!r} is a feature set in {modules} (import the one that is meant)")
        if classes:
            return classes[0]
        raise KeyError(name)

    def __iter__(self) -> Any:
        return iter({*self._names, *self._classes})

    def __len__(self) -> int:
        return len({*self._names, *self._classes})


def text_of(annotation: Any) -> str:
    """The annotation as a person wrote it, or nearly."""
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, typing.ForwardRef):
        return annotation.__forward_arg__
    if typing.get_origin(annotation) is Annotated:
        inner, *marks = typing.get_args(annotation)
        return f"Primary[{text_of(inner)}]" if any(isinstance(mark, KeyMark) for mark in marks) else text_of(inner)
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return " | ".join("None" if member is types.NoneType else text_of(member) for member in typing.get_args(annotation))
    if isinstance(annotation, OptionalReference):
        return f"{annotation.reference!r} | None"
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation.__name__
    return repr(annotation).replace("typing.", "")


def read(annotation: Any, scope: Scope) -> Reading:
    """Reads an annotation.

    Raises AnnotationProblem for a name, a path or a syntax that leads nowhere. A type that exists and is none of ours is
    no problem here: its name becomes the type.
    """
    if isinstance(annotation, str):
        return read(_evaluate(annotation, scope), scope)
    if isinstance(annotation, typing.ForwardRef):
        return read(annotation.__forward_arg__, scope)
    if isinstance(annotation, UnreadableAnnotation | FeatureOptions):
        raise AnnotationProblem(SELF_NAMED)
    if isinstance(annotation, OptionalReference):
        return replace(read(annotation.reference, scope), nullable=True)
    if isinstance(annotation, Reference):
        return _read_reference(annotation)
    if isinstance(annotation, DataFrame):
        return Reading(many=True)
    declaration = declaration_of(annotation)
    if declaration is not None:
        return Reading(relation=declaration)
    if annotation is ClassVar or typing.get_origin(annotation) is ClassVar:
        return Reading(skipped=True)
    if typing.get_origin(annotation) is Annotated:
        return _read_annotated(annotation, scope)
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return _read_union(annotation, scope)
    try:
        return _read_type(annotation, scope)
    except TypeProblem as problem:
        raise AnnotationProblem(str(problem)) from None


def evaluated(annotation: Any, scope: Scope) -> Any:
    """What an annotation stands for, also one that is text. Raises AnnotationProblem if that leads nowhere."""
    while isinstance(annotation, str | typing.ForwardRef):
        annotation = _evaluate(annotation if isinstance(annotation, str) else annotation.__forward_arg__, scope)
    return annotation


def _read_type(annotation: Any, scope: Scope) -> Reading:
    if isinstance(annotation, TypeMark):
        return Reading(type=annotation.text)
    literal = literal_values(annotation)
    if literal is not None:
        listed, nullable = literal
        return Reading(type=enum_text(listed), nullable=nullable)
    if annotation is decimal.Decimal:
        raise TypeProblem("a decimal says how many digits it has (write fg.Decimal[10, 2]: 10 digits, 2 behind the point)")
    values = enum_values(annotation)
    if values is not None:
        return Reading(type=enum_text(values))
    element = element_of(annotation)
    if element is not None:
        return Reading(type=f"list<{_inner_type(element, scope)}>")
    fields = struct_fields(annotation)
    if fields is not None:
        inner = scope.inside(annotation)
        written = [f"{name}: {_inner_type(field, inner)}" for name, field in fields.items()]
        return Reading(type=f"struct<{', '.join(written)}>")
    return Reading(type=_word(annotation))


def _inner_type(annotation: Any, scope: Scope) -> str:
    """The type of an element or a field, which may be null whether it says so or not."""
    reading = read(annotation, scope)
    if reading.type is None or reading.key or reading.feature_time:
        raise TypeProblem(f"{text_of(annotation)!r} stands inside of a list or struct (expected the type of a value)")
    return reading.type


def _word(annotation: Any) -> str:
    try:
        return TYPE_WORDS.get(annotation) or text_of(annotation)
    except TypeError:
        return text_of(annotation)


def _read_union(annotation: Any, scope: Scope) -> Reading:
    members = typing.get_args(annotation)
    others = [member for member in members if member is not types.NoneType]
    if len(others) == 1 and len(members) == 2:
        return replace(read(others[0], scope), nullable=True)
    return Reading(type=" | ".join(text_of(member) for member in others), nullable=len(others) < len(members))


def _read_annotated(annotation: Any, scope: Scope) -> Reading:
    inner, *marks = typing.get_args(annotation)
    declared = [mark for mark in marks if isinstance(mark, TypeMark)]
    nullable = types.NoneType in typing.get_args(inner)
    reading = Reading(type=declared[-1].text, nullable=nullable) if declared else read(inner, scope)
    for mark in marks:
        reading = replace(
            reading,
            key=reading.key or isinstance(mark, KeyMark),
            feature_time=reading.feature_time or isinstance(mark, TimeMark),
        )
    if reading.key and reading.type is None and reading.foreign_key is None:
        raise AnnotationProblem("a primary key is a column of a type (write Primary[str], Primary[int] or Primary['Other.key'])")
    return reading


def _read_reference(reference: Reference) -> Reading:
    path = path_of(reference)
    declaration = declaration_of(owner_of(reference))
    if declaration is None or len(path) != 1:
        raise AnnotationProblem(
            f"{reference!r} is a path (a foreign key names the key of another set itself, like 'Plane.tailnum')"
        )
    return Reading(foreign_key=(declaration, path[0]))


def _evaluate(text: str, scope: Scope) -> Any:
    try:
        tree = ast.parse(text.strip(), mode="eval")
        code = compile(ast.fix_missing_locations(_Unquote().visit(tree)), "<annotation>", "eval")
    except (SyntaxError, ValueError) as error:
        why = error.msg if isinstance(error, SyntaxError) else str(error)
        raise AnnotationProblem(f"{text!r} is no annotation: {why}") from None
    try:
        return eval(code, {"__builtins__": builtins}, scope)
    except NameError as error:
        name = error.name or text
        raise AnnotationProblem(
            f"{name!r} is neither a feature set of these definitions nor a type (expected int, float, str, bool, "
            "bytes, datetime.datetime, datetime.date, list[...], Literal[...], fg.Decimal[10, 2], fg.Vector[128], a "
            "feature set's class or its key like 'Plane.tailnum')"
        ) from None
    except AttributeError as error:
        owner = declaration_of(error.obj)
        if owner is None:
            raise AnnotationProblem(str(error)) from None
        known = ", ".join(member.name for member in owner.members) or "none"
        raise AnnotationProblem(f"{owner.declared.__name__} has no feature {error.name!r} (it has {known})") from None
    except AnnotationProblem:
        raise
    except Exception as error:
        raise AnnotationProblem(f"{text!r} cannot be read: {type(error).__name__}: {error}") from None


class _Unquote(ast.NodeTransformer):
    """Puts code in place of quoted names inside an annotation, so that ``"Plane" | None`` reads like ``Plane | None``."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, str):
            return node
        return ast.parse(node.value.strip(), mode="eval").body

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if name in ("Literal", "Vector"):
            return node
        if name == "Annotated" and isinstance(node.slice, ast.Tuple):
            node.slice.elts[0] = self.visit(node.slice.elts[0])
            return node
        return self.generic_visit(node)
