"""The sources that a worker process imports: a zip that is the same, byte for byte, whenever the files are."""

from __future__ import annotations

import io
import types
import zipfile
from collections.abc import Mapping
from pathlib import Path

from featuregrid.definitions.translation.modules import Modules, is_own

_TIME = (1980, 1, 1, 0, 0, 0)


def module_name(module: types.ModuleType) -> str:
    """The name by which a worker imports a module: its own, or its file's if it was started as a script."""
    if module.__name__ == "__main__" and module.__file__:
        return Path(module.__file__).stem
    return module.__name__


def artifact_of(module: types.ModuleType, modules: Modules) -> bytes:
    """A zip from whose root a module can be imported, with the modules of the definitions that stand beside it.

    Of a package all its ``.py`` files are in it, of other files those that were imported. Names are in order, times fixed, nothing
    compressed.
    """
    files: dict[str, Path] = {}
    known: Mapping[str, types.ModuleType] = {**modules.by_name, module.__name__: module}
    for each in known.values():
        file = getattr(each, "__file__", None)
        if not is_own(file):
            continue
        path = Path(str(file)).resolve()
        parts = module_name(each).split(".")
        if path.name == "__init__.py" or len(parts) > 1:
            top = path.parents[len(parts) - (1 if path.name == "__init__.py" else 2)]
            files |= {f"{parts[0]}/{found.relative_to(top).as_posix()}": found for found in sorted(top.rglob("*.py"))}
        else:
            files[f"{parts[0]}.py"] = path
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name].read_bytes())
    return written.getvalue()
