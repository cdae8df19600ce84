"""Where declarations stand in their files, found in the syntax tree: a class's line, and that of each attribute."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class ClassLines:
    """One class statement: its line, its first line with decorators, its last one, and its attributes' lines.

    ``repeated`` holds the line of each attribute annotated a second time, of which Python keeps only the last.
    """

    line: int
    first: int
    last: int
    attributes: dict[str, int] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)


class Sources:
    """The class statements of source files, each file read once."""

    def __init__(self) -> None:
        self._files: dict[str, dict[str, list[ClassLines]]] = {}

    def class_lines(self, file: str, qualified_name: str, line: int | None = None) -> ClassLines | None:
        """The class of that qualified name, the one around the line if there are several; None if the source is not to be had."""
        if file not in self._files:
            self._files[file] = _classes(file)
        found = self._files[file].get(qualified_name, [])
        if line is not None:
            around = [lines for lines in found if lines.first <= line <= lines.last]
            found = around or found
        return found[-1] if found else None


def _classes(file: str) -> dict[str, list[ClassLines]]:
    try:
        tree = ast.parse(_text(file))
    except (OSError, SyntaxError, ValueError):
        return {}
    classes: dict[str, list[ClassLines]] = {}
    for qualified_name, node in _walk(tree, ""):
        classes.setdefault(qualified_name, []).append(_lines(node))
    return classes


def _text(file: str) -> str | bytes:
    path = Path(file)
    if path.is_file():
        # Bytes, so that a coding line in the file is obeyed.
        return path.read_bytes()
    # A notebook's cells are no files; linecache knows them.
    return "".join(linecache.getlines(file))


def _walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield prefix + child.name, child
            yield from _walk(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _walk(child, f"{prefix}{child.name}.<locals>.")
        else:
            yield from _walk(child, prefix)


def _lines(node: ast.ClassDef) -> ClassLines:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = ClassLines(node.lineno, first, node.end_lineno or node.lineno)
    annotated: set[str] = set()
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            if name in annotated:
                lines.repeated.setdefault(name, statement.lineno)
            annotated.add(name)
            lines.attributes[name] = statement.lineno
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    lines.attributes[target.id] = statement.lineno
    return lines
