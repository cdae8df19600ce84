"""Collects the mistakes of one load, each with the place of its definition, and joins them with the node's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from featuregrid.errors import mistake

_PLACE = re.compile(r"^(?P<file>[^\n]+?):(?P<line>\d+): ")


@dataclass
class Mistakes:
    """Mistakes as they are found. ``root`` is the folder that places are told against."""

    root: Path
    listed: list[dict[str, Any]] = field(default_factory=list)

    def add(self, text: str, *, file: str | None = None, line: int | None = None, feature: str | None = None,
            resolver: str | None = None, code: str = "INVALID_QUERY") -> None:  # fmt: skip
        """Notes one mistake; ``code`` is PARSE_FAILED for what cannot be read, INVALID_QUERY for what is read and wrong."""
        place = self.place(file, line)
        self.listed.append(mistake(code, f"{place}: {text}" if place else text, feature=feature, resolver=resolver))

    def place(self, file: str | None, line: int | None) -> str | None:
        """``definitions.py:12``, the file relative to what the user named."""
        if file is None:
            return None
        label = label_of(file, self.root)
        return label if line is None else f"{label}:{line}"


def label_of(file: str, root: Path) -> str:
    """A file relative to the folder if it lies below it, else its bare name."""
    path = Path(file)
    try:
        return path.resolve().relative_to(root).as_posix()
    except (OSError, ValueError):
        return path.name


def together(own: Sequence[Mapping[str, Any]], nodes: Iterable[Mapping[str, Any]], raw: Mapping[str, str]) -> list[dict[str, Any]]:
    """Both lists as one, by file and line, what is the same mistake once.

    ``raw`` holds, for a feature that was sent with an annotation in place of a type because it could not be read, that text:
    the node's complaint about it says less than the package's own.
    """
    merged = [dict(error) for error in own]
    known = {(error["feature"], error["resolver"], error["message"]) for error in own}
    for error in nodes:
        feature = error.get("feature")
        unread = raw.get(str(feature))
        message = str(error.get("message", ""))
        if unread is not None and f'"{unread}"' in message:
            continue
        if (feature, error.get("resolver"), message) not in known:
            merged.append({**mistake("INTERNAL_SERVER_ERROR", "no message"), **error})
    return sorted(merged, key=_by_place)


def _by_place(error: Mapping[str, Any]) -> tuple[str, int]:
    place = _PLACE.match(str(error["message"]))
    return (place["file"], int(place["line"])) if place else ("", 0)
