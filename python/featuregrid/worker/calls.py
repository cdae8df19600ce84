"""One call: the rows of its Arrow stream through the function that its header names."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from featuregrid.value_types import value_type
from featuregrid.worker import frames
from featuregrid.worker.results import Refused, Target

MOST_TEXT = 2_000
ALL = -1


class Failures:
    """The rows without a value, as a node reads them."""

    def __init__(self, function: str) -> None:
        self.listed: list[dict[str, Any]] = []
        self._function = function

    def raised(self, row: int, error: BaseException) -> None:
        """A row, or with `ALL` every row, whose call raised."""
        text = f"`{self._function}` raised {type(error).__name__}: {_text_of(error)}"
        self._add(row, ALL, "RESOLVER_FAILED", text, _own_trace(error))

    def refused(self, row: int, output: int, reason: str) -> None:
        """A value that does not fit its output."""
        self._add(row, output, "VALIDATION_FAILED", f"`{self._function}` gave {reason}", None)

    def _add(self, row: int, output: int, code: str, message: str, exception: str | None) -> None:
        self.listed.append({"row": row, "output": output, "code": code, "message": message[:MOST_TEXT], "exception": exception})


def answer(header: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """The reply to a call, and its outputs as an Arrow IPC stream.

    A header is ``{path, module, function, frame, inputs: [type], outputs: [{name, type}]}``; with ``"probe": true`` the function
    is only looked up. A reply is ``{failures: [{row, output, code, message, exception}]}``, row -1 for all.
    """
    name = header["function"]
    failures = Failures(name)
    targets = [Target(each["name"], value_type(each["type"]), each["type"]) for each in header["outputs"]]
    try:
        function = _function(header)
    except BaseException as error:  # whatever a module does while it is imported
        failures.raised(ALL, error)
        return {"failures": failures.listed}, b""
    if header.get("probe"):
        return {"failures": []}, b""
    with pa.ipc.open_stream(content) as reader:
        table = reader.read_all()
    run: Callable[..., list[list[Any] | pa.Array] | None] = _scalar if header["frame"] == "scalar" else frames.run
    columns = run(function, header["frame"], table, targets, failures)
    if columns is None:
        return {"failures": failures.listed}, b""
    arrays = [target.array(column, index, failures) for index, (target, column) in enumerate(zip(targets, columns, strict=True))]
    schema = pa.schema([pa.field(target.name, target.type.arrow) for target in targets])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    return {"failures": failures.listed}, sink.getvalue().to_pybytes()


def _function(header: dict[str, Any]) -> Callable[..., Any]:
    path = header["path"]
    if path and path not in sys.path:
        sys.path.insert(0, path)
    found: Any = importlib.import_module(header["module"])
    for part in header["function"].split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{header['function']} is {found!r} (expected a function)")
    return found  # type: ignore[no-any-return]


def _scalar(
    function: Callable[..., Any], _: str, table: pa.Table, targets: list[Target], failures: Failures
) -> list[list[Any] | pa.Array]:
    inputs = [frames.python_values(column) for column in table.columns]
    columns: list[list[Any]] = [[] for _ in targets]
    for row in range(table.num_rows):
        try:
            arguments = [values[row] for values in inputs]
            for argument in arguments:
                if isinstance(argument, frames.Unreadable):
                    raise argument.error
            result = function(*arguments)
            items = (result,) if len(targets) == 1 else _items(result, len(targets))
        except Refused as refused:
            failures.refused(row, ALL, str(refused))
            items = (None,) * len(targets)
        except BaseException as error:  # a function's sys.exit() is its row's failure, not the end of the process
            failures.raised(row, error)
            items = (None,) * len(targets)
        for column, item in zip(columns, items, strict=True):
            column.append(item)
    return list(columns)


def _items(result: Any, count: int) -> tuple[Any, ...]:
    items = tuple(result) if isinstance(result, tuple | list) else None
    if items is None or len(items) != count:
        raise Refused(f"{result!r} (expected a tuple of {count} values)")
    return items


def _own_trace(error: BaseException) -> str:
    """The stack of the user's code: what lies below it is this package's."""
    frames_of_user = [frame for frame in traceback.extract_tb(error.__traceback__) if "/featuregrid/worker/" not in frame.filename]
    shown = "".join(traceback.format_list(frames_of_user))
    return f"{shown}{type(error).__name__}: {_text_of(error)}"[-MOST_TEXT:]


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its text cannot be made)"
