"""bin/check functions: random Python functions mean at a real node, value for value and error for error, what CPython means by
them.

Definitions of some functions each are written as text and applied, and every function is asked for many rows of random inputs in
one bulk query. CPython runs the same text in this process. All but a few functions must have become formulas.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import math
import random
import struct
import sys
import tempfile
from pathlib import Path

from check_report import Report, argument_parser, run
from functions_oracle import Expected, Oracle, declared_type, expected
from node_process import NodeProcess
from random_functions import Function, RandomFunctions
from random_inputs import row
from random_prelude import INPUTS, PRELUDE

import featuregrid
from featuregrid.definitions import load

RULES = {"floor-division": "// rounds toward zero"}
FUNCTIONS_A_FILE = 60
ROWS = 100
FULL_CASES = 300_000
QUICK_CASES = 24_000
LEAST_TRANSLATED = 0.85
HEADER = """\
from __future__ import annotations

import datetime
import math
from typing import Literal

from featuregrid import Primary, feature, features, online

"""


class File:
    """The definitions of some random functions, and the rows to ask them for."""

    def __init__(self, source: random.Random, functions: int, rows: int, floors: bool):
        generator = RandomFunctions(source)
        self.functions = [generator.function() for _ in range(functions)]
        self.rows = [row(source) for _ in range(rows)]
        oracle = Oracle("import datetime\nimport math\n" + PRELUDE + "".join(self._plain(n) for n in range(functions)), floors)
        self.refused: set[int] = set()
        self.kinds: list[str] = []
        self.expected: list[list[Expected]] = []
        for number, function in enumerate(self.functions):
            outcomes = [self._outcome(oracle, number, function, inputs) for inputs in self.rows]
            kind = declared_type([outcome[0] for outcome in outcomes if outcome is not None])
            self.kinds.append(kind)
            self.expected.append([Expected() if outcome is None else expected(kind, *outcome) for outcome in outcomes])

    def _plain(self, number: int) -> str:
        return "\n\n" + _filled(self.functions[number], number, "None", lambda name, optional: "int")

    def _outcome(self, oracle, number: int, function: Function, inputs: dict) -> tuple | None:
        arguments = [inputs[name] for name in function.parameters]
        if any(value is None and not may for value, may in zip(arguments, function.optional, strict=True)):
            return None
        return oracle.run(f"f{number}", arguments)

    def definitions(self) -> str:
        """The text of the definitions."""
        lines = [HEADER, "@features", "class Thing:", "    id: Primary[int]"]
        lines += [f"    {name}: {declared} = feature(request=True)" for name, (_, declared, _) in INPUTS.items()]
        lines += [f"    r{number}: {kind} | None" for number, kind in enumerate(self.kinds)]
        text = "\n".join(lines) + "\n\n\n" + PRELUDE

        def annotated(name: str, optional: bool) -> str:
            return f"Thing.{name} | None" if optional else f"Thing.{name}"

        for number, function in enumerate(self.functions):
            if number in self.refused:
                continue
            text += "\n\n@online\n" + _filled(function, number, f"Thing.r{number}", annotated)
        return text


def _filled(function: Function, number: int, returns: str, annotated) -> str:
    text = function.text.replace("{name}", f"f{number}").replace("{returns}", returns)
    for place, (name, optional) in enumerate(zip(function.parameters, function.optional, strict=True)):
        text = text.replace(f"{{p{place}}}", annotated(name, optional))
    return text


def as_json(value: object) -> object:
    """A value as a query's JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat() if isinstance(value, datetime.date) else value


def from_json(kind: str, value: object) -> object:
    """A value of an answer's JSON as Python has it; the thing itself if it is not of the kind."""
    if value is None:
        return None
    if kind == "float":
        return float(value) if isinstance(value, int | float) or value in ("NaN", "Infinity", "-Infinity") else value
    if kind == "datetime.datetime":
        return datetime.datetime.fromisoformat(str(value))
    return datetime.date.fromisoformat(str(value)) if kind == "datetime.date" else value


def same(left: object, right: object) -> bool:
    """Whether two values are one, bit for bit, any NaN being NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and isinstance(right, float):
        return (left != left and right != right) or struct.pack("<d", left) == struct.pack("<d", right)
    return left == right


class Comparison:
    """One file at the node."""

    def __init__(self, report: Report, counts: collections.Counter):
        self._report = report
        self._counts = counts

    def ask(self, grid: featuregrid.Grid, file: File, path: Path) -> None:
        """Applies the file, asks for all and compares."""
        self._apply(grid, file, path)
        written = {each["outputs"][0]: each for each in load(path).document["resolvers"]}
        inputs = {"thing.id": list(range(len(file.rows)))}
        inputs |= {f"thing.{name}": [as_json(inputs_[name]) for inputs_ in file.rows] for name in INPUTS}
        asked = [number for number in range(len(file.functions)) if number not in file.refused]
        answer = self._asked(grid, inputs, [f"thing.r{number}" for number in asked])
        errors = {(each.get("feature"), each.get("row")): each for each in answer["errors"] or ()}
        for number in asked:
            kind = file.kinds[number]
            formula = "expression" in written[f"r{number}"]
            self._counts["functions"] += 1
            self._counts["translated"] += formula
            column = answer["data"][f"thing.r{number}"]
            for index, wanted in enumerate(file.expected[number]):
                error = errors.get((f"thing.r{number}", index))
                self._compare(file, number, index, wanted, from_json(kind, column[index]), error)

    def _apply(self, grid: featuregrid.Grid, file: File, path: Path) -> None:
        """Applies the file without the functions that the node refuses: those that never have a value, whatever they are given."""
        path.write_text(file.definitions(), encoding="utf-8")
        try:
            grid.apply(path, replace=True)
        except featuregrid.FeatureGridError as error:
            numbers = {int(str(each["resolver"])[1:]) for each in error.errors if each.get("resolver")}
            if not numbers or numbers & file.refused:
                raise
            for number in numbers:
                self._counts["refused"] += 1
                if any(not wanted.codes and wanted.value is not None for wanted in file.expected[number]):
                    self._report.difference(f"f{number} is refused and has values", f"{error}\n{file.functions[number].text}")
            file.refused |= numbers
            self._apply(grid, file, path)

    def _asked(self, grid: featuregrid.Grid, inputs: dict, outputs: list[str]) -> dict:
        return grid._node.post("/v1/query/bulk", {"inputs": inputs, "outputs": outputs}, reads=True)

    def _compare(self, file: File, number: int, index: int, wanted: Expected, got: object, error: dict | None) -> None:
        self._counts["cases"] += 1
        if error is not None:
            self._counts["errors"] += 1
            right = error["code"] in wanted.codes or (wanted.or_failed and error["code"] == "RESOLVER_FAILED")
            told = f"{error['message']} {error.get('exception')}"
            right = right and (wanted.exception is None or error["code"] != "RESOLVER_FAILED" or wanted.exception in told)
        else:
            self._counts["nulls" if got is None else "values"] += 1
            right = not wanted.codes and same(got, wanted.value)
        if not right:
            function = file.functions[number]
            shown = {name: file.rows[index][name] for name in function.parameters}
            self._report.difference(
                f"row {index} of f{number}, a {file.kinds[number]}",
                lambda: f"inputs   {shown}\nexpected {wanted}\ngot      {got!r} {json.dumps(error)}\n{function.text}",
            )


def check(arguments: argparse.Namespace, report: Report) -> None:
    cases = arguments.cases or (QUICK_CASES if arguments.quick else FULL_CASES)
    counts: collections.Counter = collections.Counter()
    comparison = Comparison(report, counts)
    with (
        NodeProcess(keep_home=arguments.keep) as node,
        featuregrid.connect(node.http_url) as grid,
        tempfile.TemporaryDirectory(prefix="featuregrid-functions-") as folder,
    ):
        number = 0
        while counts["cases"] < cases:
            source = random.Random(f"{arguments.seed}/{number}")
            file = File(source, FUNCTIONS_A_FILE, ROWS, floors=arguments.broken != "floor-division")
            comparison.ask(grid, file, Path(folder) / "definitions.py")
            number += 1
            report.progress(f"file {number}: {counts['cases']} cases, {report.differences} differences")
    report.counts.update(
        {name: counts[name] for name in ("cases", "functions", "refused", "translated", "values", "nulls", "errors")}
    )
    if counts["translated"] < LEAST_TRANSLATED * counts["functions"]:
        report.failure(f"{counts['translated']} of {counts['functions']} functions are formulas (expected {LEAST_TRANSLATED:.0%})")
    if counts["values"] < counts["cases"] // 3:
        report.failure(f"{counts['values']} of {counts['cases']} cases have a value (expected a third)")


def main() -> int:
    # Random texts nest deeply now and then.
    sys.setrecursionlimit(10_000)
    parser = argument_parser("functions", __doc__.split(": ", 1)[1], RULES)
    parser.add_argument("--cases", type=int, help=f"how many cases at least (default {FULL_CASES}, with --quick {QUICK_CASES})")
    return run("functions", parser.parse_args(), check)
