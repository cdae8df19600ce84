"""How a has-one relation finds its links: the features of one set that hold the whole key of another."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from featuregrid.definitions.annotation import AnnotationProblem, Reading, Scope
from featuregrid.definitions.declaration import SetDeclaration, declaration_of
from featuregrid.definitions.reference import Condition, Reference, joining, owner_of, path_of


class RelationProblem(Exception):
    """A relation whose links cannot be found; the message says why and what to write."""


def links_by_foreign_keys(
    declaration: SetDeclaration, target: SetDeclaration, readings: Mapping[str, Reading], keys: Sequence[str]
) -> dict[str, str]:
    """``{key column of the target: link}`` through the one foreign key annotated as each key column.

    Raises RelationProblem if a key column has no foreign key, or several.
    """
    on: dict[str, str] = {}
    for key in keys:
        links = [
            name
            for name, reading in readings.items()
            if reading.foreign_key is not None and reading.foreign_key[0] is target and reading.foreign_key[1] == key
        ]
        wanted = f"{target.declared.__name__}.{key}"
        if not links:
            raise RelationProblem(
                f"no foreign key of {declaration.name!r} leads to {wanted} (annotate one as {wanted!r}, or join with "
                f"has_one(lambda: {declaration.declared.__name__}... == {wanted}))"
            )
        if len(links) > 1:
            raise RelationProblem(
                f"{len(links)} foreign keys lead to {wanted}: {', '.join(links)} (say which one is meant with "
                f"has_one(lambda: {declaration.declared.__name__}.{links[0]} == {wanted}))"
            )
        on[key] = links[0]
    return on


def links_by_condition(
    declaration: SetDeclaration,
    target: SetDeclaration | None,
    condition: Any,
    scope: Scope,
    keys: Callable[[SetDeclaration], Sequence[str]],
) -> tuple[SetDeclaration, dict[str, str]]:
    """The target and ``{key column of the target: link}`` of a has_one's condition.

    ``target`` is the annotated set, or None where the condition alone tells it. Whether the whole key is covered is for the
    node to say. Raises RelationProblem if the condition cannot be called or compares something else.
    """
    on: dict[str, str] = {}
    for left, right in _comparisons(condition, scope):
        sides = [(_set_of(left), left), (_set_of(right), right)]
        if target is None:
            target = next((owner for owner, _ in sides if owner is not declaration), declaration)
        link, key = _sides(declaration, target, sides, keys(target))
        if key in on:
            raise RelationProblem(f"the key column {key!r} is compared twice, with {on[key]!r} and {link!r} (expected once)")
        on[key] = link
    assert target is not None
    return target, on


def _comparisons(condition: Any, scope: Scope) -> Sequence[tuple[Reference, Reference]]:
    result = condition
    if callable(condition):
        try:
            with joining():
                result = _with_scope(condition, scope)()
        except AnnotationProblem as problem:
            raise RelationProblem(str(problem)) from None
        except Exception as error:
            raise RelationProblem(f"its condition failed: {type(error).__name__}: {error}") from None
    if not isinstance(result, Condition):
        raise RelationProblem(f"its condition is {result!r} (expected a comparison like Flight.tailnum == Plane.tailnum)")
    return result.comparisons


def _with_scope(condition: Callable[[], Any], scope: Scope) -> Callable[[], Any]:
    """The function, seeing the classes of other modules as annotations do, imported or not."""
    if not isinstance(condition, types.FunctionType):
        return condition
    names = {name: scope[name] for name in condition.__code__.co_names if name in scope}
    names = {**names, **condition.__globals__}
    return types.FunctionType(condition.__code__, names, condition.__name__, None, condition.__closure__)


def _set_of(reference: Reference) -> SetDeclaration:
    declaration = declaration_of(owner_of(reference))
    if declaration is None or len(path_of(reference)) != 1:
        raise RelationProblem(f"{reference!r} is a path (a condition compares features of the two sets themselves)")
    return declaration


def _sides(
    declaration: SetDeclaration,
    target: SetDeclaration,
    sides: Sequence[tuple[SetDeclaration, Reference]],
    keys: Sequence[str],
) -> tuple[str, str]:
    """The link and the key column of one comparison, whichever side each stands on."""
    candidates = [
        (path_of(sides[link][1])[0], path_of(sides[key][1])[0])
        for link, key in ((0, 1), (1, 0))
        if sides[link][0] is declaration and sides[key][0] is target
    ]
    if not candidates:
        shown = " == ".join(repr(reference) for _, reference in sides)
        raise RelationProblem(f"{shown} does not compare a feature of {declaration.name!r} with one of {target.name!r}")
    # Within one set both ways round are possible: the key column tells which one is meant.
    return next((pair for pair in candidates if pair[1] in keys), candidates[0])
