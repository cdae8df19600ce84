"""A digest of the code that a function consists of: it changes when what the function does may change, and with nothing else."""

from __future__ import annotations

import ast
import hashlib
import json
import types
from collections.abc import Mapping, Sequence
from typing import Any

from featuregrid.definitions.translation.modules import Modules, is_own

# What an import stands for is another program; which version of it, the requirements say.
_IMPORTED = "imported"


def code_digest(function: types.FunctionType, modules: Modules, requirements: Sequence[str], frame: str) -> str:
    """The digest of a function's syntax, of the definitions' functions, classes and constants that it names, and theirs.

    Comments, docstrings, annotations, lines and the rest of the file do not count.
    """
    gathered = _Gathered(modules)
    gathered.add(function.__globals__, function.__code__.co_filename, function.__code__.co_name, function)
    told = {"code": gathered.texts, "requirements": sorted(requirements), "frame": frame}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class _Gathered:
    def __init__(self, modules: Modules) -> None:
        self.texts: list[Any] = []
        self._modules = modules
        self._seen: set[tuple[str, str]] = set()

    def add(self, names: Mapping[str, Any], file: str, name: str, function: types.FunctionType | None = None) -> None:
        """Notes what a name of a module is bound by, and goes on with the names in that."""
        if (file, name) in self._seen:
            return
        self._seen.add((file, name))
        source = self._modules.source(file)
        statements: Sequence[ast.AST] = [] if source is None else source.bindings.get(name, [])
        if source is not None and function is not None:
            found = source.function(name, function.__code__.co_firstlineno)
            statements = statements if found is None else [found]
        for statement in statements:
            if isinstance(statement, ast.ImportFrom):
                self._add_imported(names, statement, name)
            elif isinstance(statement, ast.Import):
                self.texts.append([_IMPORTED, name, [[alias.name, alias.asname] for alias in statement.names]])
            else:
                top = function is not None
                self.texts.append([name, plain(statement, without_decorators=top)])
                self._add_named(statement, names, file)

    def _add_imported(self, names: Mapping[str, Any], statement: ast.ImportFrom, name: str) -> None:
        module = self._modules.imported_from(names, statement)
        original = next((alias.name for alias in statement.names if (alias.asname or alias.name) == name), name)
        file = getattr(module, "__file__", None)
        if module is not None and is_own(file) and not isinstance(vars(module).get(original), types.ModuleType):
            self.texts.append([_IMPORTED, name, original])
            self.add(vars(module), str(file), original)
        else:
            self.texts.append([_IMPORTED, name, original, statement.module, statement.level])

    def _add_named(self, statement: ast.AST, names: Mapping[str, Any], file: str) -> None:
        attributes: set[int] = set()
        for node in ast.walk(_without_annotations(statement)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = names.get(node.value.id)
                inner = getattr(module, "__file__", None)
                if isinstance(module, types.ModuleType) and is_own(inner):
                    attributes.add(id(node.value))
                    self.add(vars(module), str(inner), node.attr)
        for node in ast.walk(_without_annotations(statement)):
            if not isinstance(node, ast.Name) or id(node) in attributes:
                continue
            module = names.get(node.id)
            inner = getattr(module, "__file__", None)
            if isinstance(module, types.ModuleType) and is_own(inner):
                source = self._modules.source(str(inner))
                self.texts.append([node.id, None if source is None else plain(source.tree)])
            elif node.id in names:
                self.add(names, file, node.id)


def _without_annotations(statement: ast.AST) -> ast.AST:
    """A function as the tuple of what runs in it; anything else as it is."""
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return statement
    defaults = [*statement.args.defaults, *(default for default in statement.args.kw_defaults if default is not None)]
    return ast.Module([*statement.body, *(ast.Expr(default) for default in defaults)], [])


def plain(node: Any, without_decorators: bool = False) -> Any:
    """A syntax tree as lists and texts: what is absent is left out, so that Python's versions agree."""
    if isinstance(node, list):
        return [plain(each) for each in node]
    if not isinstance(node, ast.AST):
        return [type(node).__name__, repr(node)]
    written: list[Any] = [type(node).__name__]
    for name, value in ast.iter_fields(node):
        if value is None or value == [] or name in ("ctx", "kind", "type_comment", "returns", "type_params", "type_ignores"):
            continue
        if name == "annotation" or (name == "decorator_list" and without_decorators):
            continue
        if name == "body" and isinstance(value, list) and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            value = _without_docstring(value)
        written.append([name, plain(value)])
    return written


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (body[1:] or [ast.Pass()]) if is_text else body
