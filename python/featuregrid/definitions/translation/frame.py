"""A call of a function while it is translated: the names that its code sees, and what its variables hold at a place in it."""

from __future__ import annotations

import ast
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace

from featuregrid.definitions.translation.constants import Names
from featuregrid.definitions.translation.modules import Modules
from featuregrid.definitions.translation.tree import Typed
from featuregrid.definitions.translation.untranslatable import Untranslatable

MOST_CALLS_DEEP = 8


@dataclass(frozen=True)
class Frame:
    """One function whose body is being translated.

    ``variables`` are the names that are local in it, as CPython finds them: bound anywhere in its body, code that never runs
    included. ``calls`` are the functions that lead here, itself last. ``answers`` if what it returns is what the formula
    returns, so that it may be a tuple.
    """

    names: Names
    variables: frozenset[str]
    calls: tuple[types.CodeType, ...]
    answers: bool


@dataclass(frozen=True)
class Place:
    """A place in a function: its frame, and its bound variables with what they hold there."""

    frame: Frame
    bound: Mapping[str, Typed]

    def binding(self, name: str, value: Typed) -> Place:
        """The place where a variable holds a value."""
        return replace(self, bound={**self.bound, name: value})

    def not_answering(self) -> Place:
        """The same place, where a tuple has no use."""
        return replace(self, frame=replace(self.frame, answers=False)) if self.frame.answers else self


def definition_of(function: types.FunctionType, modules: Modules) -> ast.FunctionDef:
    """The syntax tree of a plain function. Raises Untranslatable for one that is another thing, or whose source is not to be
    had.
    """
    code = function.__code__
    source = modules.source(code.co_filename)
    found = None if source is None else source.function(code.co_name, code.co_firstlineno)
    if found is None:
        raise Untranslatable(f"the source of {code.co_name!r} is not to be had")
    if isinstance(found, ast.AsyncFunctionDef):
        raise Untranslatable(f"{found.name!r} is an async function", found)
    if len(found.decorator_list) > 1:
        raise Untranslatable(f"{found.name!r} has another decorator", found.decorator_list[1])
    if code.co_freevars:
        raise Untranslatable(f"{found.name!r} reads {code.co_freevars[0]!r} of the function around it", found)
    for node in ast.walk(found):
        if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await):
            raise Untranslatable(f"{found.name!r} is a generator", node)
        if isinstance(node, ast.Global | ast.Nonlocal):
            raise Untranslatable(f"{found.name!r} assigns a name of its module", node)
    return found


def frame_of(function: types.FunctionType, modules: Modules, calls: tuple[types.CodeType, ...], answers: bool) -> Frame:
    """The frame of a call; Untranslatable is raised for recursion, and for calls that go too deep."""
    code = function.__code__
    if code in calls:
        raise Untranslatable(f"{code.co_name!r} calls itself")
    if len(calls) >= MOST_CALLS_DEEP:
        raise Untranslatable(f"{code.co_name!r} is called {MOST_CALLS_DEEP} calls deep")
    # What the compiler has found to be local: every name that the body binds anywhere.
    variables = frozenset({*code.co_varnames, *code.co_cellvars})
    return Frame(Names(modules, function.__globals__, code.co_filename), variables, (*calls, code), answers)
