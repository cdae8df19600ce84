"""Helpers of the tests of definitions: files written for one test, and what was read of them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from featuregrid.definitions import Loaded, load

IMPORTS = "from featuregrid import DataFrame, FeatureTime, Primary, _, feature, features, has_many, has_one, online\n"


def write(folder: Path, name: str, text: str) -> Path:
    """A file with the text, its common indentation taken away."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))
    return path


def read(folder: Path, text: str) -> Loaded:
    """What a file of definitions with the text says; its line 1 is the import of everything, the text starts in line 2."""
    return load(write(folder, "definitions.py", IMPORTS + textwrap.dedent(text).lstrip("\n")))


def read_well(folder: Path, text: str) -> dict[str, Any]:
    """The sets by name; fails if there is a mistake."""
    loaded = read(folder, text)
    assert messages(loaded) == []
    return by_name(loaded.document["sets"])


def by_name(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of named objects as a dictionary."""
    return {each["name"]: each for each in listed}


def messages(loaded: Loaded) -> list[str]:
    """The mistakes' messages."""
    return [error["message"] for error in loaded.mistakes]
