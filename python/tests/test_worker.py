"""What a worker makes of a call: frames in, frames out, nulls, conversions that lose nothing, failures of single rows, output."""

from __future__ import annotations

import datetime
import decimal
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import featuregrid
from featuregrid.value_types import value_type
from featuregrid.worker.calls import ALL, MOST_TEXT, answer
from featuregrid.worker.output import MOST_BYTES

UTC = datetime.UTC
NOON = datetime.datetime(2026, 1, 2, 12, 0, 0, 5, UTC)
LARGEST = 2**63 - 1

Ask = Callable[..., "Answered"]


class Answered:
    """A reply: its columns as lists, by output, and its failures."""

    def __init__(self, reply: dict[str, Any], content: bytes) -> None:
        self.failures: list[dict[str, Any]] = reply["failures"]
        self.columns: dict[str, list[Any]] = {}
        self.types: dict[str, pa.DataType] = {}
        if content:
            with pa.ipc.open_stream(content) as reader:
                table = reader.read_all()
            self.columns = table.to_pydict()
            self.types = {field.name: field.type for field in table.schema}

    @property
    def column(self) -> list[Any]:
        """The one output."""
        (values,) = self.columns.values()
        return values

    @property
    def told(self) -> list[tuple[int, int, str]]:
        """Row, output and code of each failure."""
        return [(each["row"], each["output"], each["code"]) for each in self.failures]

    @property
    def message(self) -> str:
        """The message of the one failure."""
        (failure,) = self.failures
        return str(failure["message"])


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Calls ``function`` of a module with the text: ``ask(text, inputs={name: (type, values)}, outputs={name: type})``."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    numbers = iter(range(1_000))

    def call(
        text: str,
        inputs: dict[str, tuple[str, list[Any]]],
        outputs: dict[str, str],
        frame: str = "scalar",
        function: str = "function",
        probe: bool = False,
    ) -> Answered:
        module = f"worker_test_{tmp_path.name.replace('-', '_')}_{next(numbers)}"
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(text))
        header = {
            "path": str(tmp_path),
            "module": module,
            "function": function,
            "frame": frame,
            "probe": probe,
            "outputs": [{"name": name, "type": declared} for name, declared in outputs.items()],
        }
        return Answered(*answer(header, stream(inputs)))

    return call


def stream(inputs: dict[str, tuple[str, list[Any]]]) -> bytes:
    arrays = {}
    for name, (declared, values) in inputs.items():
        found = value_type(declared)
        assert found is not None
        arrays[name] = pa.array(values, found.arrow)
    table = pa.table(arrays)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


SHOWN = """
    def function(value):
        return f"{type(value).__module__}.{type(value).__qualname__} {value!r}"
"""


@pytest.mark.parametrize(
    ("declared", "value", "shown"),
    [
        ("int64", -(2**63), "builtins.int -9223372036854775808"),
        ("float64", 0.1, "builtins.float 0.1"),
        ("float64", float("nan"), "builtins.float nan"),
        ("string", "é\0", "builtins.str 'é\\x00'"),
        ("bool", True, "builtins.bool True"),
        ("timestamp", NOON, "datetime.datetime datetime.datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=datetime.timezone.utc)"),
        ("date", datetime.date(1969, 12, 31), "datetime.date datetime.date(1969, 12, 31)"),
        ("decimal(10, 2)", decimal.Decimal("1.50"), "decimal.Decimal Decimal('1.50')"),
        ("binary", b"\0\xff", "builtins.bytes b'\\x00\\xff'"),
        ("enum<a|b>", "b", "builtins.str 'b'"),
        ("list<int64>", [1, None], "builtins.list [1, None]"),
        ("struct<a: int64>", {"a": 1}, "builtins.dict {'a': 1}"),
        ("vector<float32>(2)", [0.5, 1.5], "builtins.list [0.5, 1.5]"),
    ],
)
def test_a_scalar_function_gets_the_values_of_python_and_none_for_null(ask: Ask, declared: str, value: Any, shown: str) -> None:
    answered = ask(SHOWN, {"value": (declared, [value, None])}, {"out": "string"})
    assert answered.column == [shown, "builtins.NoneType None"]
    assert answered.failures == []


@pytest.mark.parametrize(
    ("frame", "declared", "values", "shown"),
    [
        ("numpy", "float64", [1.5, None], "ndarray float64 [1.5, nan]"),
        ("numpy", "float64", [1.5, 2.5], "ndarray float64 [1.5, 2.5]"),
        ("numpy", "int64", [LARGEST, None], f"MaskedArray int64 [{LARGEST}, None]"),
        ("numpy", "int64", [1, 2], "MaskedArray int64 [1, 2]"),
        ("numpy", "bool", [True, None], "MaskedArray bool [True, None]"),
        ("numpy", "string", ["a", None], "ndarray object ['a', None]"),
        ("numpy", "timestamp", [NOON, None], f"ndarray object [{NOON!r}, None]"),
        ("pandas", "float64", [1.5, None], "Series float64 [1.5, nan]"),
        ("pandas", "int64", [LARGEST, None], f"Series Int64 [{LARGEST}, <NA>]"),
        ("pandas", "int64", [1, 2], "Series Int64 [1, 2]"),
        ("pandas", "bool", [True, None], "Series boolean [True, <NA>]"),
        ("pandas", "timestamp", [NOON, None], f"Series datetime64[us, UTC] [Timestamp('{NOON:%F %T.%f%z}', tz='UTC'), NaT]"),
        ("pandas", "timestamp", [None, None], "Series datetime64[us, UTC] [NaT, NaT]"),
        ("pandas", "string", ["a", None], "Series object ['a', None]"),
    ],
)
def test_the_kind_of_a_column_depends_on_its_declared_type_only(
    ask: Ask, frame: str, declared: str, values: list[Any], shown: str
) -> None:
    text = """
        def function(column):
            return [f"{type(column).__name__} {column.dtype} {column.tolist()}"] * len(column)
    """
    answered = ask(text, {"column": (declared, values)}, {"out": "string"}, frame)
    assert answered.failures == []
    assert answered.column == [shown] * len(values)


@pytest.mark.parametrize("frame", ["numpy", "pandas"])
def test_what_a_frame_gives_as_absent_is_null(ask: Ask, frame: str) -> None:
    text = """
        import numpy, pandas

        def function(_):
            return [None, float("nan"), numpy.nan, pandas.NaT, pandas.NA, 1.5]
    """
    answered = ask(text, {"x": ("int64", [0] * 6)}, {"out": "float64"}, frame)
    assert (answered.column, answered.failures) == ([None] * 5 + [1.5], [])
    masked = """
        import numpy

        def function(x):
            return numpy.ma.masked_array(x, mask=[True, False])
    """
    assert ask(masked, {"x": ("int64", [1, 2])}, {"out": "int64"}, "numpy").column == [None, 2]


def test_nan_of_a_scalar_function_is_a_value_and_none_is_null(ask: Ask) -> None:
    text = "def function(x):\n    return float('nan') if x else None\n"
    first, second = ask(text, {"x": ("bool", [True, False])}, {"out": "float64"}).column
    assert first != first
    assert second is None


@pytest.mark.parametrize("frame", ["numpy", "pandas"])
def test_whole_columns_come_back_as_they_were_computed(ask: Ask, frame: str) -> None:
    text = """
        import datetime

        def function(count, seen, name):
            return count + 1, seen + datetime.timedelta(microseconds=1), name
    """
    if frame == "numpy":
        text = text.replace("seen + datetime.timedelta(microseconds=1)", "seen")
    moment = NOON if frame == "numpy" else NOON + datetime.timedelta(microseconds=1)
    answered = ask(
        text,
        {"count": ("int64", [LARGEST - 1, None]), "seen": ("timestamp", [NOON, None]), "name": ("string", ["a", None])},
        {"count": "int64", "seen": "timestamp", "name": "string"},
        frame,
    )
    assert answered.failures == []
    if frame == "numpy":
        assert answered.columns["seen"] == [NOON, None]
    assert answered.columns == {"count": [LARGEST, None], "seen": [moment, None], "name": ["a", None]}


GIVES = "def function(_):\n    import datetime, decimal, numpy\n    return {}\n"
LOSSLESS = [
    ("int64", "True", 1),
    ("int64", "3.0", 3),
    ("int64", "numpy.int32(4)", 4),
    ("int64", "-2**63", -(2**63)),
    ("float64", "2**53", 2.0**53),
    ("float64", "True", 1.0),
    ("float64", "numpy.float32(0.5)", 0.5),
    ("bool", "numpy.bool_(True)", True),
    ("timestamp", "datetime.datetime(2026, 1, 2, 13, 0, 0, 5, datetime.timezone(datetime.timedelta(hours=1)))", NOON),
    ("decimal(10, 2)", "3", decimal.Decimal("3.00")),
    ("decimal(10, 2)", "decimal.Decimal('1.5')", decimal.Decimal("1.50")),
    ("list<int64>", "[1, None]", [1, None]),
    ("struct<a: int64>", "{'a': 1}", {"a": 1}),
    ("vector<float64>(2)", "[0.5, 1.5]", [0.5, 1.5]),
    ("binary", "b'x'", b"x"),
]
LOSSY = [
    ("int64", "2**63"),
    ("int64", "0.5"),
    ("int64", "float('nan')"),
    ("int64", "'1'"),
    ("int64", "decimal.Decimal(1)"),
    ("float64", "2**53 + 1"),
    ("float64", "10**400"),
    ("float64", "'0.5'"),
    ("bool", "1"),
    ("string", "1"),
    ("string", "b'x'"),
    ("string", "'\\ud800'"),
    ("binary", "'x'"),
    ("timestamp", "datetime.datetime(2026, 1, 2)"),
    ("timestamp", "'2026-01-02T00:00:00Z'"),
    ("timestamp", "datetime.date(2026, 1, 2)"),
    ("date", "datetime.datetime(2026, 1, 2)"),
    ("date", "'2026-01-02'"),
    ("decimal(10, 2)", "decimal.Decimal('1.505')"),
    ("decimal(10, 2)", "1.5"),
    ("decimal(4, 2)", "1000"),
    ("decimal(10, 2)", "decimal.Decimal('NaN')"),
    ("list<int64>", "['a']"),
    ("list<int64>", "1"),
    ("vector<float64>(2)", "[0.5]"),
    ("struct<a: int64>", "1"),
]


@pytest.mark.parametrize(("declared", "given", "value"), LOSSLESS)
def test_a_result_of_another_type_is_converted_when_nothing_is_lost(ask: Ask, declared: str, given: str, value: Any) -> None:
    answered = ask(GIVES.format(given), {"x": ("int64", [0])}, {"out": declared})
    assert answered.failures == []
    assert answered.column == [value]
    assert type(answered.column[0]) is type(value)


@pytest.mark.parametrize(("declared", "given"), LOSSY)
def test_a_lossy_result_fails_its_row_and_names_the_value(ask: Ask, declared: str, given: str) -> None:
    text = f"def function(x):\n    import datetime, decimal\n    return {given} if x else None\n"
    answered = ask(text, {"x": ("bool", [False, True, False])}, {"out": declared})
    assert answered.told == [(1, 0, "VALIDATION_FAILED")]
    assert f"for 'out' (expected a value of type {declared})" in answered.message
    assert answered.column == [None, None, None]


def test_a_scalar_function_that_raises_fails_its_own_row(ask: Ask) -> None:
    text = """
        def halves(x):
            if x < 0:
                raise ValueError(f"{x} is below zero")
            return 10 // x
    """
    inputs = {"x": ("int64", [5, 0, -1, 2])}
    answered = ask(text, inputs, {"out": "int64"}, function="halves")
    assert answered.column == [2, None, None, 5]
    assert answered.told == [(1, ALL, "RESOLVER_FAILED"), (2, ALL, "RESOLVER_FAILED")]
    assert [each["message"] for each in answered.failures] == [
        "`halves` raised ZeroDivisionError: integer division or modulo by zero",
        "`halves` raised ValueError: -1 is below zero",
    ]
    trace = answered.failures[1]["exception"]
    assert "halves" in trace and "below zero" in trace and "featuregrid/worker" not in trace


def test_a_function_of_columns_that_raises_fails_all_rows(ask: Ask) -> None:
    answered = ask("def function(x):\n    raise ValueError('no')\n", {"x": ("int64", [1, 2])}, {"out": "int64"}, "pandas")
    assert (answered.columns, answered.told) == ({}, [(ALL, ALL, "RESOLVER_FAILED")])
    assert answered.message == "`function` raised ValueError: no"


@pytest.mark.parametrize("stop", ["raise SystemExit(3)", "raise KeyboardInterrupt", "raise BaseException('odd')"])
@pytest.mark.parametrize("frame", ["scalar", "numpy"])
def test_whatever_is_raised_is_a_failure_and_not_the_end_of_the_process(ask: Ask, stop: str, frame: str) -> None:
    answered = ask(f"def function(x):\n    {stop}\n", {"x": ("int64", [1])}, {"out": "int64"}, frame)
    assert [code for _, _, code in answered.told] == ["RESOLVER_FAILED"]


ODD = """
    class Odd(Exception):
        def __str__(self):
            raise ValueError("no text")
        __repr__ = __str__

    def function(x):
        if x == 1:
            raise Odd
        return Odd() if x == 2 else x
"""


def test_a_word_that_an_enum_does_not_have_fails_its_row(ask: Ask) -> None:
    answered = ask("def function(value):\n    return value\n", {"value": ("string", ["a", "c", "x y"])}, {"out": 'enum<a|"x y">'})
    assert answered.column == ["a", None, "x y"]
    assert [(failure["row"], failure["code"]) for failure in answered.failures] == [(1, "VALIDATION_FAILED")]


def test_a_time_that_python_cannot_have_fails_its_row(ask: Ask) -> None:
    beyond = pa.scalar(2**60, pa.int64()).cast(pa.timestamp("us", "UTC"))
    answered = ask("def function(value):\n    return value.year\n", {"value": ("timestamp", [NOON, beyond])}, {"out": "int64"})
    assert answered.column == [NOON.year, None]
    assert [(failure["row"], failure["code"]) for failure in answered.failures] == [(1, "RESOLVER_FAILED")]


def test_what_cannot_even_be_shown_fails_its_row(ask: Ask) -> None:
    answered = ask(ODD, {"x": ("int64", [1, 2, 3])}, {"out": "int64"})
    assert answered.column == [None, None, 3]
    assert answered.told == [(0, ALL, "RESOLVER_FAILED"), (1, 0, "VALIDATION_FAILED")]


def test_memory_that_there_is_not_is_a_failure(ask: Ask) -> None:
    answered = ask("def function(x):\n    raise MemoryError\n", {"x": ("int64", [1])}, {"out": "int64"})
    assert answered.message == "`function` raised MemoryError: "


@pytest.mark.parametrize(
    ("frame", "outputs", "given", "told"),
    [
        ("numpy", 1, "x[:1]", "a column of shape (1,) for 'out0' (expected (3,), a value a row)"),
        ("numpy", 1, "x.reshape(3, 1)", "a column of shape (3, 1) for 'out0' (expected (3,), a value a row)"),
        ("numpy", 1, "7", "7 for 'out0' (expected a column of 3 values)"),
        ("numpy", 1, "None", "None for 'out0' (expected a column of 3 values)"),
        ("numpy", 1, "'abc'", "'abc' for 'out0' (expected a column of 3 values)"),
        ("numpy", 2, "x", "(expected a tuple of 2 columns, or a frame of them)"),
        ("numpy", 2, "(x, x, x)", "tuple (expected a tuple of 2 columns, or a frame of them)"),
        ("pandas", 2, "(x, x[:2])", "a column of shape (2,) for 'out1' (expected (3,), a value a row)"),
        ("pandas", 2, "x.to_frame('out0')", "a frame of the columns ['out0'] (expected ['out0', 'out1'])"),
    ],
)
def test_a_wrong_shape_tells_what_came_and_what_was_expected(ask: Ask, frame: str, outputs: int, given: str, told: str) -> None:
    named = {f"out{place}": "float64" for place in range(outputs)}
    answered = ask(f"def function(x):\n    return {given}\n", {"x": ("float64", [1.0, 2.0, 3.0])}, named, frame)
    assert answered.columns == {}
    assert answered.told == [(ALL, ALL, "VALIDATION_FAILED")]
    assert told in answered.message


def test_a_scalar_tuple_of_the_wrong_length_fails_its_row(ask: Ask) -> None:
    text = "def function(x):\n    return (x, x) if x else (x,)\n"
    answered = ask(text, {"x": ("int64", [0, 1])}, {"a": "int64", "b": "int64"})
    assert answered.columns == {"a": [None, 1], "b": [None, 1]}
    assert answered.told == [(0, ALL, "VALIDATION_FAILED")]
    assert answered.message == "`function` gave (0,) (expected a tuple of 2 values)"


def test_one_bad_output_of_several_fails_alone(ask: Ask) -> None:
    answered = ask("def function(x):\n    return x, 'no'\n", {"x": ("int64", [7])}, {"a": "int64", "b": "int64"})
    assert answered.columns == {"a": [7], "b": [None]}
    assert answered.told == [(0, 1, "VALIDATION_FAILED")]


def test_several_outputs_may_be_a_frame_in_any_order(ask: Ask) -> None:
    text = """
        import pandas

        def function(x):
            return pandas.DataFrame({"b": x * 2, "other": x, "a": x})
    """
    answered = ask(text, {"x": ("int64", [1, None])}, {"a": "int64", "b": "int64"}, "pandas")
    assert (answered.columns, answered.failures) == ({"a": [1, None], "b": [2, None]}, [])


def test_rows_keep_their_places_whatever_the_index_of_a_series(ask: Ask) -> None:
    text = "def function(x):\n    return x.sort_values(ascending=False)\n"
    assert ask(text, {"x": ("int64", [1, 3, 2])}, {"out": "int64"}, "pandas").column == [3, 2, 1]


def test_no_rows_are_no_rows(ask: Ask) -> None:
    for frame in ("scalar", "numpy", "pandas"):
        answered = ask("def function(x):\n    return x\n", {"x": ("timestamp", [])}, {"out": "timestamp"}, frame)
        assert (answered.column, answered.failures) == ([], [])
        assert answered.types == {"out": pa.timestamp("us", "UTC")}


def test_messages_are_bounded(ask: Ask) -> None:
    answered = ask("def function(x):\n    raise ValueError('x' * 10**6)\n", {"x": ("int64", [1])}, {"out": "int64"})
    assert len(answered.failures[0]["message"]) == MOST_TEXT
    assert len(answered.failures[0]["exception"]) <= MOST_TEXT


def test_a_probe_finds_the_function_and_does_not_call_it(ask: Ask) -> None:
    text = "def function(x):\n    raise AssertionError('called')\n"
    assert ask(text, {}, {}, probe=True).failures == []
    missing = ask(text, {}, {}, function="nothing", probe=True)
    assert missing.told == [(ALL, ALL, "RESOLVER_FAILED")]
    assert "has no attribute 'nothing'" in missing.message
    assert "(expected a function)" in ask("function = 3\n", {}, {}, probe=True).message
    unreadable = ask("import no_such_module\n\ndef function(x):\n    return x\n", {}, {}, probe=True)
    assert "ModuleNotFoundError: No module named 'no_such_module'" in unreadable.message


PRINTING = """
import json, os, subprocess, sys
sys.path.insert(0, {package!r})
from featuregrid.worker.output import CapturedOutput
import logging

told = os.dup(1)
texts = []
with CapturedOutput() as output:
    print("before any call")
    output.begin()
    print("printed")
    print("warned", file=sys.stderr)
    logging.getLogger("mine").info("logged %s", 3)
    os.write(1, b"written\\n")
    subprocess.run([sys.executable, "-c", "print('of a child')"], check=True)
    texts.append(output.end())
    output.begin()
    texts.append(output.end())
    output.begin()
    print("x" * 100_000)
    texts.append(output.end())
    output.begin()
    texts.append(repr(sys.stdin.read()))
    os.write(1, b"\\xff")
    texts.append(output.end())
os.write(told, json.dumps(texts).encode())
"""


def test_what_a_function_prints_logs_or_lets_a_child_print_is_kept_and_bounded(tmp_path: Path) -> None:
    script = tmp_path / "printing.py"
    script.write_text(PRINTING.format(package=str(Path(featuregrid.__file__).parents[1])))
    done = subprocess.run([sys.executable, str(script)], input=b"of the node", capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    first, nothing, long, read, odd = json.loads(done.stdout)
    assert first.splitlines() == ["printed", "warned", "INFO mine: logged 3", "written", "of a child"]
    assert nothing == ""
    assert long == "x" * MOST_BYTES + f"\n... {100_001 - MOST_BYTES} further bytes"
    assert read == "''"
    assert odd == "�"
    assert done.stderr == b""
