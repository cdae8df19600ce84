"""Runs definition files as if no other had been imported before, and leaves no trace in the interpreter.

A file is imported under its own name from its own folder, a package under its own name, so that absolute, relative and
circular imports among the files work as they do in production. Modules of those names that were imported before, and the
import system's settings, are put back afterwards. Code is compiled from source each time: two edits within the second that a
bytecode file's time can tell apart are two programs.
"""

from __future__ import annotations

import __future__

import contextlib
import importlib
import importlib.machinery
import importlib.util
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

# The import system is one for the whole process, and so is what is being collected while it runs.
one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class ImportFailure:
    """A module that could not be run: why, and the place in the user's files, if it lies there."""

    text: str
    file: str | None
    line: int | None


@dataclass
class Imported:
    """What was run: the folder against which places are told, the modules in order, and the failures."""

    root: Path
    modules: list[types.ModuleType] = field(default_factory=list)
    failures: list[ImportFailure] = field(default_factory=list)


class SourceOnlyLoader(importlib.machinery.SourceFileLoader):
    """Compiles a module from its source, whatever bytecode files lie about."""

    postpone_annotations = False

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        data = self.get_data(path)
        if not self.postpone_annotations:
            return self.source_to_code(data, path)
        flags = __future__.annotations.compiler_flag
        code: types.CodeType = compile(data, path, "exec", flags=flags, dont_inherit=True)
        return code


class _PostponingLoader(SourceOnlyLoader):
    """Leaves annotations as text, as if each file began with ``from __future__ import annotations``."""

    postpone_annotations = True


def run(path: Path, postponed: bool = False) -> Imported:
    """Runs a ``.py`` file, or a folder: a package with all its modules, or the ``definitions.py`` in a plain folder.

    Never raises for what the user's code does; that becomes failures. ``SystemExit`` in it is one too. ``postponed`` leaves
    annotations as text: then a wrong one is a mistake of its own, and not the end of its file.
    """
    path = path.resolve()
    if path.is_dir() and not (path / "__init__.py").exists():
        inner = path / "definitions.py"
        if inner.exists():
            return run(inner, postponed)
        return _nothing(path, f"folder {path.name!r} has no __init__.py and no definitions.py")
    if not path.exists():
        return _nothing(path, f"{path.name!r} does not exist")
    if not path.is_dir() and path.suffix != ".py":
        return _nothing(path, f"{path.name!r} is no Python file")
    root, names = _names(path)
    imported = Imported(path if path.is_dir() else path.parent)
    with one_at_a_time, _isolated(root, names[0][0], _PostponingLoader if postponed else SourceOnlyLoader) as loaded:
        for parts in names:
            _import(parts, path, root, imported, postponed)
        imported.modules += [module for module in loaded().values() if module not in imported.modules]
    return imported


def _nothing(path: Path, text: str) -> Imported:
    return Imported(path, failures=[ImportFailure(f"{text} (expected a .py file or a package folder)", None, None)])


def _names(path: Path) -> tuple[Path, list[tuple[str, ...]]]:
    """The folder to import from, and the names of the modules to import, each in its parts."""
    root = path if path.is_dir() else path.parent
    parents: tuple[str, ...] = ()
    while (root / "__init__.py").exists():
        parents = (root.name, *parents)
        root = root.parent
    if path.is_file():
        return root, [parents if path.name == "__init__.py" else (*parents, path.stem)]
    names = [parents]
    for file in sorted(path.rglob("*.py")):
        folders = file.relative_to(path).parts[:-1]
        in_package = all(path.joinpath(*folders[: depth + 1], "__init__.py").exists() for depth in range(len(folders)))
        if not in_package or file.stem == "__main__" or file == path / "__init__.py":
            continue
        names.append((*parents, *folders) if file.stem == "__init__" else (*parents, *folders, file.stem))
    return root, names


def _import(parts: tuple[str, ...], path: Path, root: Path, imported: Imported, postponed: bool) -> None:
    try:
        if len(parts) == 1 and (parts[0] in sys.stdlib_module_names or "." in parts[0]):
            module = _run_under_fresh_name(parts[0].replace(".", "_"), path, postponed)
        else:
            module = importlib.import_module(".".join(parts))
        if module not in imported.modules:
            imported.modules.append(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        failure = _failure(error, root)
        # A module that others import fails in each of them, at the same place.
        if failure not in imported.failures:
            imported.failures.append(failure)


def _run_under_fresh_name(name: str, path: Path, postponed: bool) -> types.ModuleType:
    """Runs a file called like a module of the standard library, which others go on importing by that name."""
    file = path / "__init__.py" if path.is_dir() else path
    fresh = f"featuregrid_definitions_{name}"
    folders = [str(path)] if path.is_dir() else None
    loader = (_PostponingLoader if postponed else SourceOnlyLoader)(fresh, str(file))
    spec = importlib.util.spec_from_file_location(fresh, file, loader=loader, submodule_search_locations=folders)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[fresh] = module
    loader.exec_module(module)
    return module


def _failure(error: BaseException, root: Path) -> ImportFailure:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SyntaxError) and error.lineno is not None and _below(error.filename or "", root):
        return ImportFailure(f"SyntaxError: {error.msg}", error.filename, error.lineno)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.lineno is not None and _below(frame.filename, root):
            return ImportFailure(text, frame.filename, frame.lineno)
    return ImportFailure(text, None, None)


@contextlib.contextmanager
def _isolated(root: Path, target: str, loader: type[SourceOnlyLoader]) -> Iterator[Callable[[], dict[str, types.ModuleType]]]:
    """An import system that takes the folder's modules from there first, and is put back at the end.

    Yields a function that tells the user's modules imported so far, by name.
    """

    def finder(folder: str) -> importlib.machinery.FileFinder:
        if not _below(folder, root) or _installed(folder):
            raise ImportError(f"{folder} is not among the definitions")
        return importlib.machinery.FileFinder(
            folder,
            (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
            (loader, importlib.machinery.SOURCE_SUFFIXES),
        )

    own = _importable(root, target)
    set_aside = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in own}
    for name in set_aside:
        del sys.modules[name]
    names_before = set(sys.modules)

    def loaded() -> dict[str, types.ModuleType]:
        fresh = {name: module for name, module in sys.modules.items() if name not in names_before}
        return {name: module for name, module in fresh.items() if name.partition(".")[0] in own or _module_below(module, root)}

    bytecode_before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    sys.path_hooks.insert(0, finder)
    sys.path.insert(0, str(root))
    _forget_finders(root)
    importlib.invalidate_caches()
    try:
        yield loaded
    finally:
        sys.dont_write_bytecode = bytecode_before
        for name in loaded():
            del sys.modules[name]
        sys.modules.update(set_aside)
        with contextlib.suppress(ValueError):
            sys.path.remove(str(root))
        sys.path_hooks.remove(finder)
        _forget_finders(root)


def _importable(root: Path, target: str) -> set[str]:
    """The top-level names that the folder's files and packages are imported by, without this package and the standard library.

    Of a folder of installed packages only the one meant: the others are not definitions, and some cannot be imported twice.
    """
    names = {target}
    if not _installed(str(root)):
        names |= {file.stem for file in root.glob("*.py")}
        names |= {file.parent.name for file in root.glob("*/__init__.py")}
    return names - set(sys.stdlib_module_names) - {__name__.partition(".")[0]}


def _forget_finders(root: Path) -> None:
    for folder in list(sys.path_importer_cache):
        if _below(folder, root):
            del sys.path_importer_cache[folder]


def _module_below(module: object, root: Path) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and _below(file, root) and not _installed(file) and not _below(file, _PACKAGE)


def _installed(file: str) -> bool:
    return not {"site-packages", "dist-packages"}.isdisjoint(Path(file).parts)


def _below(file: str, root: Path) -> bool:
    try:
        return Path(file).resolve().is_relative_to(root)
    except (OSError, ValueError):
        return False
