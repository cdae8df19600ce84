"""Reads definitions: a file, a package or a module, into the document that a node applies.

``python -m featuregrid.definitions PATH`` prints the document of a path as JSON, for tools; mistakes go to stderr.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import inspect
import sys
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from featuregrid.definitions import isolation
from featuregrid.definitions.declaration import FunctionDeclaration, Registry, collecting, declaration_of
from featuregrid.definitions.document import LATER, Document
from featuregrid.definitions.mistakes import Mistakes
from featuregrid.definitions.reference import DECLARATION


class Loaded(NamedTuple):
    """What was read.

    ``document`` is ``{sets, resolvers, queries, sources}`` of ``POST /v1/apply``, without its version. ``mistakes`` are the
    errors that only Python can see, each ``{code, category, message, feature, resolver, ...}`` with ``file:line`` in front of
    its message. ``raw`` maps features to annotations that could not be read and stand in the document instead of a type.
    ``complete`` is False when a file could not be run to its end: then sets are missing.
    """

    document: dict[str, Any]
    mistakes: list[dict[str, Any]]
    raw: dict[str, str]
    complete: bool


def load(definitions: Any) -> Loaded:
    """Reads the definitions that a path, a dotted module name, a module, or a list of classes states.

    A path or a dotted name is imported in isolation, from its source as it is now: nothing stays imported, and two loads
    never mix. A module or classes are taken as they are in this process. Never raises for what is wrong in the definitions;
    raises TypeError for an argument of another kind.
    """
    if isinstance(definitions, types.ModuleType):
        return _load_module(definitions)
    if isinstance(definitions, str | Path):
        return _load_path(definitions)
    if isinstance(definitions, type):
        definitions = [definitions]
    if isinstance(definitions, Iterable):
        classes = list(definitions)
        found = [declaration for declaration in map(declaration_of, classes) if declaration is not None]
        if classes and len(found) == len(classes):
            return _documented(Registry(sets=found), Path(found[0].file).resolve().parent, [])
    raise TypeError(
        f"definitions are {definitions!r} (expected a .py file, a package folder, a module or its dotted name, or classes "
        "decorated with @features)"
    )


def _load_path(named: str | Path) -> Loaded:
    path = Path(named).expanduser()
    if isinstance(named, str) and not path.exists() and all(part.isidentifier() for part in named.split(".")):
        found = _path_of_module(named)
        path = found or path
    with isolation.one_at_a_time, collecting() as registry:
        imported = isolation.run(path)
    for module in imported.modules:
        _add_declared(module, registry)
    return _documented(registry, imported.root, imported.failures)


def _path_of_module(name: str) -> Path | None:
    """The file or package folder of a dotted name, found without importing anything, its parents neither."""
    top, *rest = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(part, list(spec.submodule_search_locations))
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


def _load_module(module: types.ModuleType) -> Loaded:
    registry = Registry()
    _add_declared(module, registry)
    if hasattr(module, "__path__"):
        for name, inner in sorted(sys.modules.items()):
            if name.startswith(f"{module.__name__}."):
                _add_declared(inner, registry)
    file = getattr(module, "__file__", None)
    return _documented(registry, Path(file).resolve().parent if file else Path.cwd(), [])


def _add_declared(module: types.ModuleType, registry: Registry) -> None:
    """Adds what stands in a module's namespace and was not collected while it ran, such as sets of an installed package."""
    for value in list(vars(module).values()):
        declaration = declaration_of(value)
        if declaration is not None and declaration not in registry.sets:
            registry.sets.append(declaration)
        function = value.__dict__.get(DECLARATION) if inspect.isfunction(value) else None
        if isinstance(function, FunctionDeclaration) and function not in registry.functions:
            registry.functions.append(function)


def _documented(registry: Registry, root: Path, failures: list[isolation.ImportFailure]) -> Loaded:
    mistakes = Mistakes(root)
    for failure in failures:
        mistakes.add(failure.text, file=failure.file, line=failure.line, code="PARSE_FAILED")
    for misuse in registry.misuses:
        mistakes.add(misuse.text, file=misuse.file, line=misuse.line, code="PARSE_FAILED")
    document = Document(registry.sets, mistakes)
    document.build()
    for function in registry.functions:
        text = f"functions are {LATER} (remove @online from {function.name!r})"
        mistakes.add(text, file=function.file, line=function.line, resolver=function.name)
        document.sources[f"resolver:{function.name}"] = mistakes.place(function.file, function.line) or ""
    written = {"sets": document.sets, "resolvers": [], "queries": [], "sources": document.sources}
    return Loaded(written, mistakes.listed, document.raw, complete=not failures)
