"""What a name of a module stands for, and whether it surely stands for the same when the function runs.

A module's name is taken as a constant if its module binds it once, by an expression of constants, and no function assigns it. A
list, dict or set must not be changed either: every place that mentions it only looks something up in it.
"""

from __future__ import annotations

import ast
import builtins
import datetime
import math
import types
from collections.abc import Container, Mapping
from typing import Any

from featuregrid.definitions.translation.modules import Modules, is_own
from featuregrid.definitions.translation.untranslatable import Untranslatable

_PURE = {
    datetime.datetime,
    datetime.date,
    datetime.timedelta,
    *(
        getattr(builtins, name)
        for name in [
            "abs",
            "bool",
            "dict",
            "float",
            "frozenset",
            "int",
            "len",
            "list",
            "max",
            "min",
            "range",
            "round",
            "set",
            "str",
            "sum",
            "tuple",
        ]
    ),
    *(function for name, function in vars(math).items() if callable(function) and not name.startswith("_")),
}
_OF_MODULES: tuple[types.ModuleType, ...] = (math, datetime)
_DEEPEST = 20

NOWHERE = object()


def is_among(value: Any, known: Container[Any]) -> bool:
    """``value in known`` for whatever value, also one that has no hash."""
    try:
        return value in known
    except TypeError:
        return False


class Names:
    """The names that code of one module sees: the module's, then the built-in ones."""

    def __init__(self, modules: Modules, names: Mapping[str, Any], file: str) -> None:
        self._modules = modules
        self._names = names
        self.file = file

    def find(self, name: str) -> Any:
        """What a name stands for now; NOWHERE if nothing has it."""
        if name in self._names:
            return self._names[name]
        return getattr(builtins, name, NOWHERE)

    def steady(self, name: str, node: ast.AST) -> Any:
        """What a name stands for and goes on standing for. Raises Untranslatable if that is not sure."""
        value = self.find(name)
        if value is NOWHERE:
            raise Untranslatable(f"{name!r} is no name of its module", node)
        if name in self._names:
            self._check(name, node, 0)
        return value

    def attribute(self, owner: Any, name: str, node: ast.AST) -> Any:
        """``owner.name``, of a module or a class of the standard library that formulas know. Raises Untranslatable otherwise."""
        if isinstance(owner, types.ModuleType):
            if owner in _OF_MODULES and hasattr(owner, name):
                return getattr(owner, name)
            file = getattr(owner, "__file__", None)
            if is_own(file):
                return Names(self._modules, vars(owner), str(file)).steady(name, node)
            raise Untranslatable(f"{owner.__name__}.{name} is not part of formulas", node)
        if owner is datetime.timezone and name == "utc":
            return datetime.UTC
        if owner in (datetime.datetime, datetime.date, datetime.timedelta) and name in ("min", "max", "resolution"):
            return getattr(owner, name)
        raise Untranslatable(f"{getattr(owner, '__name__', owner)}.{name} is not part of formulas", node)

    def _check(self, name: str, node: ast.AST, depth: int) -> None:
        """Raises Untranslatable unless the module's name is a constant, a function, a class or a module."""
        source = self._modules.source(self.file)
        if source is None:
            raise Untranslatable(f"the source of {name!r} is not to be had", node)
        bindings = source.bindings.get(name, [])
        if name in source.assigned_within or len(bindings) != 1 or depth > _DEEPEST:
            raise Untranslatable(f"{name!r} is assigned more than once in its module (expected a constant)", node)
        (binding,) = bindings
        if isinstance(binding, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import):
            return
        if isinstance(binding, ast.ImportFrom):
            self._check_imported(name, binding, node, depth)
            return
        value = binding.value if isinstance(binding, ast.Assign | ast.AnnAssign) else None
        plain = isinstance(binding, ast.Assign) and all(isinstance(target, ast.Name) for target in binding.targets)
        if value is None or not (plain or isinstance(binding, ast.AnnAssign)) or not self._is_constant(value, depth):
            raise Untranslatable(f"{name!r} is computed when its module is imported (expected a constant)", node)
        if isinstance(self._names[name], list | dict | set):
            self._check_unchanged(name, node)

    def _check_imported(self, name: str, binding: ast.ImportFrom, node: ast.AST, depth: int) -> None:
        module = self._modules.imported_from(self._names, binding)
        original = next((alias.name for alias in binding.names if (alias.asname or alias.name) == name), None)
        if module is None or original is None:
            raise Untranslatable(f"where {name!r} is imported from cannot be found", node)
        file = getattr(module, "__file__", None)
        value = self._names[name]
        if not is_own(file) and module not in _OF_MODULES and not (callable(value) or isinstance(value, types.ModuleType)):
            raise Untranslatable(f"{name!r} is imported from {module.__name__} (expected a constant of the definitions)", node)
        if is_own(file) and not isinstance(value, types.ModuleType):
            inner = Names(self._modules, vars(module), str(file))
            if inner.find(original) is not self._names[name]:
                raise Untranslatable(f"{name!r} is not what it was when it was imported", node)
            inner._check(original, node, depth + 1)
            if isinstance(self._names[name], list | dict | set):
                self._check_unchanged(name, node)

    def _is_constant(self, node: ast.expr, depth: int) -> bool:
        """Whether an expression has the same value each time that the module is imported."""
        if isinstance(node, ast.Name):
            value = self.find(node.id)
            if node.id in self._names and not isinstance(value, types.ModuleType | type | types.BuiltinFunctionType):
                try:
                    self._check(node.id, node, depth + 1)
                except Untranslatable:
                    return False
            return True
        if isinstance(node, ast.Attribute):
            return self._is_known_attribute(node)
        if isinstance(node, ast.Call):
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            function = self._function(node.func)
            return is_among(function, _PURE) and all(self._is_constant(each, depth) for each in arguments)
        if isinstance(node, ast.Constant | ast.UnaryOp | ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp | ast.Tuple | ast.List
                      | ast.Set | ast.Dict | ast.Subscript | ast.JoinedStr | ast.FormattedValue):  # fmt: skip
            inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
            return all(self._is_constant(child, depth) for child in inner)
        return False

    def _is_known_attribute(self, node: ast.Attribute) -> bool:
        try:
            self.attribute(self.resolved(node.value), node.attr, node)
        except Untranslatable:
            return False
        return True

    def _function(self, node: ast.expr) -> Any:
        try:
            return self.resolved(node)
        except Untranslatable:
            return None

    def resolved(self, node: ast.expr) -> Any:
        """What a name or a chain of attributes of modules and classes stands for. Raises Untranslatable if it is none."""
        if isinstance(node, ast.Name):
            return self.find(node.id)
        if isinstance(node, ast.Attribute):
            return self.attribute(self.resolved(node.value), node.attr, node)
        raise Untranslatable("it is no name", node)

    def _check_unchanged(self, name: str, node: ast.AST) -> None:
        """Raises Untranslatable unless everything that the definitions' modules do with this name is to look it up."""
        files = {self.file}
        files |= {str(file) for module in self._modules.by_name.values() if (file := getattr(module, "__file__", None))}
        for file in sorted(files):
            source = self._modules.source(file)
            if source is not None and not source.only_looked_up(name):
                raise Untranslatable(f"{name!r} may be changed (expected a tuple, or only look-ups of it)", node)
