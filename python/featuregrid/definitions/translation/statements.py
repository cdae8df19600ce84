"""Statements, each with what follows it: assignments become ``let``, an ``if`` a choice, ``return`` ends."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from featuregrid.definitions.translation.calls import exception_of
from featuregrid.definitions.translation.constants import NOWHERE
from featuregrid.definitions.translation.expressions import either
from featuregrid.definitions.translation.flow import always_bound, falls_through, maybe_bound, returns
from featuregrid.definitions.translation.frame import Place
from featuregrid.definitions.translation.narrowing import narrowed
from featuregrid.definitions.translation.operators import real
from featuregrid.definitions.translation.tree import BOOL, TEXT, Typed, call, is_simple, known, raising
from featuregrid.definitions.translation.untranslatable import Untranslatable

if TYPE_CHECKING:
    from featuregrid.definitions.translation.translator import Translator

Rest = Callable[[Place], Typed]


class Statements:
    """Translates the statements of a body; raises Untranslatable for loops, try, with and the like."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def block(self, statements: Sequence[ast.stmt], place: Place, rest: Rest) -> Typed:
        """Statements, and behind them, where they do not end before, the rest."""
        self._translator.count()
        if not statements:
            return rest(place)
        try:
            return self._statement(statements[0], statements[1:], place, rest)
        except Untranslatable as problem:
            if problem.line is None:
                problem.line = statements[0].lineno
            raise

    def _statement(self, statement: ast.stmt, following: Sequence[ast.stmt], place: Place, rest: Rest) -> Typed:
        def on(place: Place) -> Typed:
            return self.block(following, place, rest)

        if isinstance(statement, ast.Pass):
            return on(place)
        if isinstance(statement, ast.Return):
            return known(None) if statement.value is None else self._result(statement.value, place)
        if isinstance(statement, ast.Assign):
            return self._assign(statement, place, on)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            return on(place) if statement.value is None else self._bind_target(statement.target, statement.value, place, on)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            return self._augment(statement, statement.target, place, on)
        if isinstance(statement, ast.If):
            return self._if(statement, following, place, rest)
        if isinstance(statement, ast.Raise):
            return self._raise(statement, place)
        if isinstance(statement, ast.Assert):
            return self._assert(statement, place, on)
        if isinstance(statement, ast.Expr):
            if isinstance(statement.value, ast.Constant):
                return on(place)
            value = real(self._translator.value(statement.value, place))
            return self._translator.bind("unused", value, lambda _: on(place))
        raise Untranslatable(f"{_called(statement)} is not part of formulas", statement)

    def _result(self, node: ast.expr, place: Place) -> Typed:
        """What is returned: several values only where they are those of the formula."""
        if isinstance(node, ast.Tuple) and place.frame.answers:
            items = [self._translator.value(item, place) for item in node.elts]
            return Typed({"op": "tuple", "items": [item.node for item in items]}, frozenset({"tuple"}))
        if isinstance(node, ast.IfExp):
            return self._translator.expressions.choice(node, place, self._result)
        if isinstance(node, ast.Call):
            return self._translator.calls.value(node, place)
        return self._translator.value(node, place)

    def _assign(self, statement: ast.Assign, place: Place, on: Rest) -> Typed:
        if len(statement.targets) == 1:
            return self._bind_target(statement.targets[0], statement.value, place, on)
        if not all(isinstance(target, ast.Name) for target in statement.targets):
            raise Untranslatable("several targets are assigned that are no names", statement)
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        value = real(self._translator.value(statement.value, place))

        def bound(local: Typed) -> Typed:
            inner = place
            for name in names:
                inner = inner.binding(name, local)
            return on(inner)

        return self._translator.bind(names[0], value, bound)

    def _bind_target(self, target: ast.expr, value: ast.expr, place: Place, on: Rest) -> Typed:
        """``x = e``, or ``x, y = e, f``, whose right side is computed before anything is bound."""
        if isinstance(target, ast.Name):
            written = real(self._translator.value(value, place)) if not isinstance(value, ast.Tuple) else None
            if written is None:
                raise Untranslatable("a tuple is assigned", value)
            return self._translator.bind(target.id, written, lambda local: on(place.binding(target.id, local)))
        names = [item.id for item in getattr(target, "elts", []) if isinstance(item, ast.Name)]
        if not isinstance(target, ast.Tuple | ast.List) or len(names) < len(target.elts):
            raise Untranslatable("what is assigned is no variable", target)
        if not isinstance(value, ast.Tuple | ast.List) or len(value.elts) != len(names):
            raise Untranslatable("the right side is no tuple of as many expressions", value)
        values = [(name, real(self._translator.value(item, place))) for name, item in zip(names, value.elts, strict=True)]

        def bound(locals_: list[Typed]) -> Typed:
            inner = place
            for name, local in zip(names, locals_, strict=True):
                inner = inner.binding(name, local)
            return on(inner)

        return self._translator.bind_all(values, bound)

    def _augment(self, statement: ast.AugAssign, target: ast.Name, place: Place, on: Rest) -> Typed:
        # Every kind of value is immutable, so that x += e is x = x + e.
        name = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        written = ast.copy_location(ast.BinOp(name, statement.op, statement.value), statement)
        return self._bind_target(target, written, place, on)

    def _if(self, statement: ast.If, following: Sequence[ast.stmt], place: Place, rest: Rest) -> Typed:
        """A choice. What follows is written behind each branch, or once, if all that the branches do is to set variables."""
        test = real(self._translator.value(statement.test, place))
        then_place, otherwise_place = narrowed(statement.test, place, True), narrowed(statement.test, place, False)
        branches = statement.body, statement.orelse
        joins = all(falls_through(branch) and not returns(branch) for branch in branches) and following
        changed = [] if not joins else _changed(branches, set(place.bound))
        if joins and changed is not None:
            return self._join(statement, test, (then_place, otherwise_place), changed, place, following, rest)

        def on(inner: Place) -> Typed:
            return self.block(following, inner, rest)

        return either(test, self.block(statement.body, then_place, on), self.block(statement.orelse, otherwise_place, on))

    def _join(self, statement: ast.If, test: Typed, places: tuple[Place, Place], changed: list[str], place: Place,
              following: Sequence[ast.stmt], rest: Rest) -> Typed:  # fmt: skip
        """``let x = (x of one branch if test else x of the other)`` for each variable that a branch sets; then the rest, once.

        Each variable has the branches' code of its own. It computes the same again and fails, if at all, at the first variable.
        """

        def ended(name: str | None) -> Rest:
            return lambda inner: known(None) if name is None else inner.bound[name]

        def bind_from(index: int, decided: Typed, inner: Place) -> Typed:
            if index == max(len(changed), 1):
                return self.block(following, inner, rest)
            name = changed[index] if changed else None
            value = either(
                decided,
                self.block(statement.body, places[0], ended(name)),
                self.block(statement.orelse, places[1], ended(name)),
            )
            return self._translator.bind(
                name or "checked",
                value,
                lambda local: bind_from(index + 1, decided, inner if name is None else inner.binding(name, local)),
            )

        if len(changed) < 2 or is_simple(test.node):
            return bind_from(0, test, place)
        decided = test if test.kinds <= BOOL else Typed(either(test, known(True), known(False)).node, BOOL)
        return self._translator.bind("decided", decided, lambda local: bind_from(0, local, place))

    def _raise(self, statement: ast.Raise, place: Place) -> Typed:
        if statement.cause is not None or statement.exc is None:
            raise Untranslatable("this form of raise is not part of formulas", statement)
        called = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        arguments = statement.exc.args if isinstance(statement.exc, ast.Call) else []
        function = self._translator.expressions.resolved(called, place)
        name = None if function is NOWHERE else exception_of(function)
        keywords = statement.exc.keywords if isinstance(statement.exc, ast.Call) else []
        if name is None or len(arguments) > 1 or keywords or any(isinstance(each, ast.Starred) for each in arguments):
            raise Untranslatable(f"raise {ast.unparse(statement.exc)} is not part of formulas", statement)
        return raising(name, self._text(arguments[0], place) if arguments else known(""))

    def _assert(self, statement: ast.Assert, place: Place, on: Rest) -> Typed:
        test = real(self._translator.value(statement.test, place))
        otherwise = narrowed(statement.test, place, False)
        message = known("") if statement.msg is None else self._text(statement.msg, otherwise)
        return either(test, on(narrowed(statement.test, place, True)), raising("AssertionError", message))

    def _text(self, node: ast.expr, place: Place) -> Typed:
        value = real(self._translator.value(node, place))
        return value if value.kinds == TEXT else Typed(call("str", value), TEXT)


def _changed(branches: tuple[list[ast.stmt], list[ast.stmt]], bound: set[str]) -> list[str] | None:
    """The variables that the branches set, in the order of their text; None if one is bound only behind some paths."""
    ends = [always_bound(branch, bound) for branch in branches]
    possible = [maybe_bound(branch) for branch in branches]
    names = list(dict.fromkeys([*possible[0], *possible[1]]))
    return names if all(name in ends[0] and name in ends[1] for name in names) else None


def _called(statement: ast.stmt) -> str:
    words = {
        ast.For: "a loop", ast.While: "a loop", ast.AsyncFor: "a loop", ast.Try: "try", ast.With: "with", ast.AsyncWith: "with",
        ast.FunctionDef: "a function inside of a function", ast.ClassDef: "a class inside of a function", ast.Delete: "del",
        ast.Import: "an import inside of a function", ast.ImportFrom: "an import inside of a function", ast.Match: "match",
        ast.Assign: "an assignment to other things than names", ast.AugAssign: "an assignment to other things than names",
        ast.AnnAssign: "an assignment to other things than names",
    }  # fmt: skip
    return words.get(type(statement), type(statement).__name__)
