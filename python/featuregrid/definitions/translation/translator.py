"""Translates a plain Python function into a formula that means the same, or says why it stays Python.

The body is read forwards with what follows as a continuation: ``x = e`` and the rest is ``let x = e in rest``, an ``if`` is a
choice between two rests. Names resolve as in CPython, evaluation happens in its order, and whatever is not surely the same is
refused.
"""

from __future__ import annotations

import ast
import contextlib
import sys
import types
from collections.abc import Callable, Iterator, Sequence

from featuregrid.definitions.translation.calls import Calls
from featuregrid.definitions.translation.expressions import Expressions
from featuregrid.definitions.translation.frame import Place, definition_of, frame_of
from featuregrid.definitions.translation.modules import Modules
from featuregrid.definitions.translation.statements import Statements
from featuregrid.definitions.translation.tree import (
    MOST_NODES,
    NONE,
    Kinds,
    Node,
    Typed,
    finished,
    is_simple,
    known,
)
from featuregrid.definitions.translation.untranslatable import Untranslatable

# Statements nest in Python's own stack as they do in the formula, several calls each.
_STACK = 20_000


class Translator:
    """The translation of one function. The halves of the work, which need each other, meet here."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.expressions = Expressions(self)
        self.calls = Calls(self)
        self.statements = Statements(self)
        self._fresh: dict[str, int] = {}
        self._made = 0

    def value(self, node: ast.expr, place: Place) -> Typed:
        """What an expression is at a place."""
        self.count()
        try:
            return self.expressions.value(node, place)
        except Untranslatable as problem:
            if problem.line is None:
                problem.line = node.lineno
            raise

    def bind(self, name: str, value: Typed, body: Callable[[Typed], Typed]) -> Typed:
        """``let name = value in body``; a value that costs nothing is put in the body as it is."""
        self.count()
        if is_simple(value.node):
            return body(value)
        if "complex" in value.kinds:
            raise Untranslatable("'**' gives a complex number where the base is negative: write math.sqrt(x) or math.pow(x, y)")
        number = self._fresh[name] = self._fresh.get(name, 0) + 1
        local = name if number == 1 else f"{name}_{number}"
        if local != name and local in self._fresh:
            return self.bind(f"{local}_", value, body)
        self._fresh.setdefault(local, 1)
        inner = body(Typed({"op": "local", "name": local}, value.kinds, value.not_negative))
        return Typed({"op": "let", "name": local, "value": value.node, "body": inner.node}, inner.kinds, inner.not_negative)

    def bind_all(self, named: Sequence[tuple[str, Typed]], body: Callable[[list[Typed]], Typed]) -> Typed:
        """Several values, one after the other, each computed once even if it is the last."""

        def bind_from(index: int, bound: list[Typed]) -> Typed:
            if index == len(named):
                return body(bound)
            name, value = named[index]
            return self.bind(name, value, lambda local: bind_from(index + 1, [*bound, local]))

        return bind_from(0, [])

    def body(self, function: types.FunctionType, definition: ast.FunctionDef, arguments: dict[str, Typed],
             calls: tuple[types.CodeType, ...], answers: bool) -> Typed:  # fmt: skip
        """What a call of a function returns, its arguments given."""
        frame = frame_of(function, self.modules, calls, answers)
        with _in_file(function.__code__.co_filename):
            return self.statements.block(definition.body, Place(frame, arguments), lambda place: Typed(known(None).node, NONE))

    def count(self) -> None:
        """Bounds the work: what follows an ``if`` may be written twice, and again."""
        self._made += 1
        if self._made > 10 * MOST_NODES:
            raise Untranslatable(f"its formula has more than {MOST_NODES} nodes")


@contextlib.contextmanager
def _in_file(file: str) -> Iterator[None]:
    try:
        yield
    except Untranslatable as problem:
        problem.file = problem.file or file
        raise


def _check_results(node: Node, outputs: int) -> None:
    """Raises Untranslatable unless each result is a tuple of so many, or, of one output, none."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if inner["op"] == "let":
            waiting.append(inner["body"])
        elif inner["op"] == "if":
            waiting += [inner["then"], inner["otherwise"]]
        elif inner["op"] != "raise" and (len(inner["items"]) if inner["op"] == "tuple" else None) != (
            None if outputs == 1 else outputs
        ):
            raise Untranslatable(f"it returns other than {outputs} {'result' if outputs == 1 else 'results, written as a tuple'}")


def translate(function: types.FunctionType, inputs: Sequence[Kinds], modules: Modules, outputs: int = 1) -> Node:
    """The formula ``{format, root}`` of a function whose parameters are the inputs, of those kinds, in their order.

    ``outputs`` is the number of results; of several each ``return`` is a tuple as long. Raises Untranslatable with the file and
    line of what formulas do not have.
    """
    translator = Translator(modules)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _STACK))
    try:
        with _in_file(function.__code__.co_filename):
            definition = definition_of(function, modules)
            code = function.__code__
            names = code.co_varnames[: code.co_argcount]
            arguments = {
                name: Typed({"op": "input", "index": index}, kinds)
                for index, (name, kinds) in enumerate(zip(names, inputs, strict=True))
            }
            root = translator.body(function, definition, arguments, (), answers=True).node
            _check_results(root, outputs)
            return finished(root)
    finally:
        sys.setrecursionlimit(before)
