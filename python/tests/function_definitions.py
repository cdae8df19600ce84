"""Helper of the tests of functions: definitions applied to a real node under names of their own, asked under those as written."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

import featuregrid
from featuregrid.client import ApplyResult

IMPORTS = """\
import datetime, os, sys, time
import featuregrid as fg
from featuregrid import FeatureTime, Now, Primary, _, feature, features, has_one, online
"""
IMPORTED_LINES = IMPORTS.count("\n")


@dataclass(frozen=True)
class Answer:
    """A reply by names without their set: what was asked for, and which code and message what failed has."""

    values: dict[str, Any]
    codes: dict[str, str]
    messages: dict[str, str]
    reply: featuregrid.QueryReply

    def missing(self) -> dict[str, bool]:
        """Which of what was asked for has no value."""
        return {name.partition(".")[2]: self.reply.is_missing(name) for name in self.reply}


class Functions:
    """Definitions of the sets ``thing`` and ``other``, whose names get a number wherever they meet the node."""

    def __init__(self, grid: featuregrid.Grid, folder: Path, number: int) -> None:
        self.grid = grid
        self.path = folder / "definitions.py"
        self._number = str(number)

    def own(self, text: str) -> str:
        """The text with the sets' names as the node has them."""
        for word in ("Thing", "thing", "Other", "other"):
            text = text.replace(word, word + self._number)
        return text

    def write(self, text: str) -> Path:
        """The definitions as a file; the text starts in line ``IMPORTED_LINES + 1``."""
        self.path.write_text(self.own(IMPORTS + textwrap.dedent(text).lstrip("\n")))
        return self.path

    def apply(self, text: str, **options: bool) -> ApplyResult:
        return self.grid.apply(self.write(text), **options)

    def upload(self, columns: Mapping[str, Sequence[Any]], **options: Any) -> None:
        self.grid.upload({self.own(name): values for name, values in columns.items()}, **options)

    def ask(self, inputs: Mapping[str, Any], *outputs: str, **options: Any) -> Answer:
        """What a query answers. Computed values are safe when it returns, so that a next query finds them."""
        if "staleness" in options:
            options["staleness"] = {self.own(name): span for name, span in options["staleness"].items()}
        names: Any = [self.own(name) for name in outputs] or None
        given = {self.own(name): value for name, value in inputs.items()}
        reply = self.grid.query(given, names, **{"durable_log": True, **options})
        return Answer(
            {name.partition(".")[2]: value for name, value in reply.to_dict().items()},
            {str(error.feature).partition(".")[2]: error.code for error in reply.errors},
            {str(error.feature).partition(".")[2]: error.message for error in reply.errors},
            reply,
        )

    def join(self, rows: Mapping[str, Sequence[Any]], features: Any, at: Any, **options: Any) -> dict[str, list[Any]]:
        """A training set's feature columns, by names without their set; ``rows`` are spine columns, ``at`` its times or time."""
        count = len(next(iter(rows.values())))
        times = at if isinstance(at, list) else [at] * count
        spine = pa.table({**rows, "at": pa.array(times, pa.timestamp("us", "UTC"))})
        names = features if isinstance(features, str) else [self.own(f"thing.{name}") for name in features]
        inputs = {self.own(name): column for name, column in options.pop("inputs", {}).items()}
        for option in {"recompute", "sample", "required"} & options.keys():
            options[option] = [self.own(f"thing.{name}") for name in options[option]]
        keys = {self.own("thing.id"): "id"}
        table = self.grid.training_set(spine, names, time="at", keys=keys, inputs=inputs, **options)
        return {name.partition(".")[2]: table.column(name).to_pylist() for name in table.column_names if "." in name}

    def history(self, *columns: str) -> list[tuple[Any, ...]]:
        """Everything that history has of ``thing``, only these columns; one that no table has yet is None."""
        table = self.grid.history(self.own("thing"))
        found = [table.column(name).to_pylist() if name in table.column_names else [None] * table.num_rows for name in columns]
        return list(zip(*found, strict=True))
