"""Where control goes through statements, as far as their text tells."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def falls_through(statements: Sequence[ast.stmt]) -> bool:
    """Whether what follows the statements may be reached."""
    for statement in statements:
        if isinstance(statement, ast.Return | ast.Raise):
            return False
        if isinstance(statement, ast.If) and not falls_through(statement.body) and not falls_through(statement.orelse):
            return False
    return True


def returns(statements: Sequence[ast.stmt]) -> bool:
    """Whether a ``return`` stands among the statements."""
    return any(isinstance(node, ast.Return) for statement in statements for node in ast.walk(statement))


def maybe_bound(statements: Sequence[ast.stmt]) -> list[str]:
    """The variables that the statements may bind, in the order of their text."""
    found = [
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return list(dict.fromkeys(found))


def always_bound(statements: Sequence[ast.stmt], before: set[str]) -> set[str]:
    """The variables that are bound behind the statements on every path that gets there."""
    bound = set(before)
    for statement in statements:
        if isinstance(statement, ast.If):
            branches = [branch for branch in (statement.body, statement.orelse) if falls_through(branch)]
            if branches:
                bound = set.intersection(*(always_bound(branch, bound) for branch in branches))
        elif not (isinstance(statement, ast.AnnAssign) and statement.value is None):
            bound.update(maybe_bound([statement]))
    return bound
