"""What a condition tells of variables: behind ``x is not None`` x is not None."""

from __future__ import annotations

import ast

from featuregrid.definitions.translation.frame import Place
from featuregrid.definitions.translation.tree import Typed


def narrowed(test: ast.expr, place: Place, holds: bool) -> Place:
    """The place behind a condition that holds, or that does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return narrowed(test.operand, place, not holds)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) == holds:
        for operand in test.values:
            place = narrowed(operand, place, holds)
        return place
    if isinstance(test, ast.Name):
        return _without_none(test.id, place) if holds else place
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name):
        operator, comparator = test.ops[0], test.comparators[0]
        is_none = isinstance(comparator, ast.Constant) and comparator.value is None
        if is_none and isinstance(operator, ast.IsNot if holds else ast.Is):
            return _without_none(test.left.id, place)
    return place


def _without_none(name: str, place: Place) -> Place:
    found = place.bound.get(name)
    if found is None or "none" not in found.kinds:
        return place
    return place.binding(name, Typed(found.node, found.kinds - {"none"}, found.not_negative))
