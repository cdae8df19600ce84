"""The modules that definitions stand in: their syntax trees, and what the names of a module stand for while it lives."""

from __future__ import annotations

import ast
import linecache
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[2]
_LOOKING = ("get", "keys", "values", "items")


@dataclass
class Source:
    """One file: its tree, and by name the statements of the module's own level that bind it.

    ``assigned_within`` are the names that a function of the file makes its own by ``global``: they may change at any time.
    """

    tree: ast.Module
    bindings: dict[str, list[ast.stmt]] = field(default_factory=dict)
    assigned_within: set[str] = field(default_factory=set)
    _functions: dict[tuple[str, int], ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    _looked_up: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for statement in _own_level(self.tree.body):
            for name in _bound_by(statement):
                self.bindings.setdefault(name, []).append(statement)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Global):
                self.assigned_within.update(node.names)

        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._functions[node.name, node.lineno] = node
                self._functions[node.name, min([node.lineno, *(each.lineno for each in node.decorator_list)])] = node

    def function(self, name: str, line: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function of that name whose first line, decorators among it, is that."""
        return self._functions.get((name, line))

    def only_looked_up(self, name: str) -> bool:
        """Whether every mention of a list, dict or set, also as an attribute, only looks something up in it."""
        if name not in self._looked_up:
            self._looked_up[name] = not _changes(self.tree, name)
        return self._looked_up[name]


class Modules:
    """The modules of one load by name, and the sources of whatever file is asked for, each read once."""

    def __init__(self, modules: Mapping[str, types.ModuleType]) -> None:
        self.by_name = dict(modules)
        self._sources: dict[str, Source | None] = {}

    def source(self, file: str) -> Source | None:
        """The file's source; None where there is none, or none that can be read."""
        if file not in self._sources:
            self._sources[file] = _read(file)
        return self._sources[file]

    def module(self, name: str) -> types.ModuleType | None:
        """A module by its name, of the definitions first."""
        return self.by_name.get(name) or sys.modules.get(name)

    def imported_from(self, names: Mapping[str, Any], statement: ast.ImportFrom) -> types.ModuleType | None:
        """The module that ``from X import ...`` names, seen from a module with those names."""
        if statement.level:
            package = str(names.get("__package__") or "").split(".")
            package = package[: len(package) - statement.level + 1]
            return self.module(".".join([*package, *([statement.module] if statement.module else [])]))
        return self.module(statement.module or "")


def is_own(file: str | None) -> bool:
    """Whether a file is the user's: neither of the standard library, nor installed, nor of this package."""
    if not file or not file.endswith(".py"):
        return False
    path = Path(file).resolve()
    if path.is_relative_to(_PACKAGE) or not {"site-packages", "dist-packages"}.isdisjoint(path.parts):
        return False
    return path.is_file() and not path.is_relative_to(Path(linecache.__file__).resolve().parent)


def _read(file: str) -> Source | None:
    path = Path(file)
    try:
        # A notebook's cells are no files; linecache knows them.
        text: str | bytes = path.read_bytes() if path.is_file() else "".join(linecache.getlines(file))
        return Source(ast.parse(text)) if text else None
    except (OSError, SyntaxError, ValueError):
        return None


def _own_level(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module does, those inside of others too, but not those inside of functions or classes."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _own_level(getattr(statement, name, []))
        for handler in getattr(statement, "handlers", []):
            yield from _own_level(handler.body)
        for case in getattr(statement, "cases", []):
            yield from _own_level(case.body)


def _bound_by(statement: ast.stmt) -> set[str]:
    """The names that a statement itself binds or unbinds, not those of the statements inside of it."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import):
        return {(alias.asname or alias.name.partition(".")[0]) for alias in statement.names}
    if isinstance(statement, ast.ImportFrom):
        return {alias.asname or alias.name for alias in statement.names}
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return set()
    found = {handler.name for handler in getattr(statement, "handlers", []) if handler.name}
    inner = {id(node) for name in ("body", "orelse", "finalbody") for one in getattr(statement, name, []) for node in ast.walk(one)}
    for handler in getattr(statement, "handlers", []):
        inner |= {id(node) for one in handler.body for node in ast.walk(one)}
    for node in ast.walk(statement):
        if id(node) not in inner and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            found.add(node.id)
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
    return found


def _changes(tree: ast.Module, name: str) -> bool:
    looked_up: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for operator, comparator in zip(node.ops, node.comparators, strict=True):
                if isinstance(operator, ast.In | ast.NotIn):
                    looked_up.add(id(comparator))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            looked_up.add(id(node.value))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKING:
            looked_up.add(id(node.func.value))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
            looked_up |= {id(argument) for argument in node.args}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) and id(node) not in looked_up:
            return True
        if isinstance(node, ast.Attribute) and node.attr == name and id(node) not in looked_up:
            return True
    return False
