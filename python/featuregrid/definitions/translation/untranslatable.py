"""Why a function stays Python."""

from __future__ import annotations

import ast


class Untranslatable(Exception):
    """Something that the language of formulas does not have; the function is kept for a worker.

    ``reason`` says what and, where there is one, another way to write it; ``line`` is where it stands, in ``file``, or None where
    it concerns the function as a whole.
    """

    def __init__(self, reason: str, node: ast.AST | None = None, *, file: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line: int | None = getattr(node, "lineno", None)
        self.file = file
