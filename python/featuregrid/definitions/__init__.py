"""Reads definitions: a file, a package or a module, into the document that a node applies.

``python -m featuregrid.definitions PATH`` prints the document of a path as JSON, for tools; mistakes go to stderr.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import inspect
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from featuregrid.definitions import isolation
from featuregrid.definitions.declaration import (
    FunctionDeclaration,
    Jar,
    NamedQuery,
    Registry,
    collecting,
    declaration_of,
)
from featuregrid.definitions.document import Document
from featuregrid.definitions.jar import Jars
from featuregrid.definitions.mistakes import Mistakes
from featuregrid.definitions.named_query import Queries
from featuregrid.definitions.path import Paths
from featuregrid.definitions.reference import DECLARATION
from featuregrid.definitions.resolver import Resolvers
from featuregrid.definitions.translation import Modules
from featuregrid.definitions.translation.modules import is_own


class Loaded(NamedTuple):
    """What was read.

    ``document`` is ``{sets, resolvers, queries, jars, sources}`` of ``POST /v1/apply``, without its version. ``mistakes`` are the
    errors that only Python can see, each ``{code, category, message, feature, resolver, ...}`` with ``file:line`` in front of
    its message. ``raw`` maps features to annotations that could not be read and stand in the document instead of a type.
    ``complete`` is False when a file could not be run to its end: then sets are missing. ``artifacts`` are the contents that the
    document names by their SHA-256: sources of functions that stay Python, and jars.
    ``functions`` are the plain functions by their resolvers' names.
    """

    document: dict[str, Any]
    mistakes: list[dict[str, Any]]
    raw: dict[str, str]
    complete: bool
    artifacts: Mapping[str, bytes] = MappingProxyType({})
    functions: Mapping[str, Callable[..., Any]] = MappingProxyType({})


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
        listed = list(definitions)
        registry = Registry()
        for each in listed:
            _add(each, registry)
        if listed and registry.count() == len(listed):
            modules = _modules_of(registry)
            return _documented(registry, Path(registry.file()).resolve().parent, [], [*modules, *_beside(modules)])
    raise TypeError(
        f"definitions are {definitions!r} (expected a .py file, a package folder, a module or its dotted name, or classes "
        "decorated with @features, functions decorated with @online and named queries)"
    )


def _modules_of(registry: Registry) -> list[types.ModuleType]:
    """The modules of listed definitions, and those that stand beside them."""
    declared = [*(each.declared for each in registry.sets), *(each.declared for each in registry.functions)]
    names = [str(getattr(each, "__module__", "")) for each in declared]
    return [module for name in dict.fromkeys(names) if (module := sys.modules.get(name)) is not None]


def _load_path(named: str | Path) -> Loaded:
    path = Path(named).expanduser()
    if isinstance(named, str) and not path.exists() and all(part.isidentifier() for part in named.split(".")):
        found = _path_of_module(named)
        path = found or path
    registry, imported = _run(path)
    if any(failure.text.startswith("AttributeError: ") for failure in imported.failures):
        # An annotation that names an unknown feature ends its file: once more without running annotations, to tell all mistakes.
        again, postponed = _run(path, postponed=True)
        if not postponed.failures:
            registry, imported = again, postponed
    for module in imported.modules:
        _add_declared(module, registry)
    return _documented(registry, imported.root, imported.failures, imported.modules)


def _run(path: Path, postponed: bool = False) -> tuple[Registry, isolation.Imported]:
    with isolation.one_at_a_time, collecting() as registry:
        imported = isolation.run(path, postponed)
    return registry, imported


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
    modules = [module]
    if hasattr(module, "__path__"):
        modules += [inner for name, inner in sorted(sys.modules.items()) if name.startswith(f"{module.__name__}.")]
    for each in modules:
        _add_declared(each, registry)
    file = getattr(module, "__file__", None)
    root = Path(file).resolve().parent if file else Path.cwd()
    return _documented(registry, root, [], [*modules, *_beside(modules)])


def _beside(modules: Sequence[types.ModuleType]) -> list[types.ModuleType]:
    """The modules of the user's that these import, and those that they import."""
    found: dict[str, types.ModuleType] = {module.__name__: module for module in modules}
    waiting = list(modules)
    while waiting:
        for value in list(vars(waiting.pop()).values()):
            name = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
            inner = sys.modules.get(name) if isinstance(name, str) else None
            if inner is not None and inner.__name__ not in found and is_own(getattr(inner, "__file__", None)):
                found[inner.__name__] = inner
                waiting.append(inner)
    return [module for module in found.values() if module not in modules]


def _add_declared(module: types.ModuleType, registry: Registry) -> None:
    """Adds what stands in a module's namespace and was not collected while it ran, such as sets of an installed package."""
    for value in list(vars(module).values()):
        _add(value, registry)


def _add(value: Any, registry: Registry) -> None:
    declaration = declaration_of(value)
    if declaration is not None and declaration not in registry.sets:
        registry.sets.append(declaration)
    function = value.__dict__.get(DECLARATION) if inspect.isfunction(value) else None
    if isinstance(function, FunctionDeclaration) and function not in registry.functions:
        registry.functions.append(function)
    if isinstance(value, NamedQuery) and value not in registry.queries:
        registry.queries.append(value)
    if isinstance(value, Jar) and value not in registry.jars:
        registry.jars.append(value)


def _documented(
    registry: Registry, root: Path, failures: list[isolation.ImportFailure], modules: Iterable[types.ModuleType] = ()
) -> Loaded:
    mistakes = Mistakes(root)
    for failure in failures:
        mistakes.add(failure.text, file=failure.file, line=failure.line, code="PARSE_FAILED")
    for misuse in registry.misuses:
        mistakes.add(misuse.text, file=misuse.file, line=misuse.line, code="PARSE_FAILED")
    document = Document(registry.sets, mistakes)
    document.build()
    known = Modules({module.__name__: module for module in modules})
    resolvers = Resolvers(registry.sets, Paths(document.sets), known, mistakes)
    for function in registry.functions:
        resolvers.add(function)
    queries = Queries(mistakes)
    for query in registry.queries:
        queries.add(query)
    jars = Jars(mistakes)
    for jar in registry.jars:
        jars.add(jar)
    written = {
        "sets": document.sets,
        "resolvers": [*document.resolvers, *resolvers.written],
        "queries": queries.written,
        "jars": jars.written,
        "sources": {**document.sources, **resolvers.sources, **queries.sources},
    }
    artifacts = {**resolvers.artifacts, **jars.artifacts}
    return Loaded(written, mistakes.listed, document.raw, not failures, artifacts, resolvers.functions)
