"""Functions that run in worker processes: frames, time limits, crashes, and that one function's end is no other's."""

from __future__ import annotations

import concurrent.futures
import itertools
import os
import select
import signal
from pathlib import Path

import pytest
from function_definitions import Functions
from node_process import NodeProcess

import featuregrid

_numbers = itertools.count(6_001)


@pytest.fixture
def functions(grid: featuregrid.Grid, tmp_path: Path) -> Functions:
    """Definitions of the sets `thing` and `other`."""
    return Functions(grid, tmp_path, next(_numbers))


ENDINGS = """
    @features
    class Thing:
        id: Primary[int]
        x: int | None
        well: int | None
        pid: int | None
        hang: int | None
        crash: int | None
        segfault: int | None
        exits: int | None
        children: int | None
        leaves: int | None
        of_hang: int | None
        of_hang_or_none: str | None

    @online(frame="pandas")
    def well(x: Thing.x) -> Thing.well:
        return x + 1

    @online(frame="scalar")
    def pid(x: Thing.x) -> Thing.pid:
        return os.getpid()

    @online(timeout="300ms")
    def hang(x: Thing.x) -> Thing.hang:
        while True:
            pass

    @online
    def crash(x: Thing.x) -> Thing.crash:
        os._exit(3)

    @online
    def segfault(x: Thing.x) -> Thing.segfault:
        os.kill(os.getpid(), 11)

    @online
    def exits(x: Thing.x) -> Thing.exits:
        sys.exit("enough")

    @online(frame="scalar")
    def leaves(x: Thing.x) -> Thing.leaves:
        child = os.fork()
        if child == 0:
            time.sleep(3600)
            os._exit(0)
        return child

    @online(timeout="2s")
    def children(x: Thing.x) -> Thing.children:
        child = os.fork()
        if child == 0:
            time.sleep(3600)
            os._exit(0)
        with open(os.environ["HOME"] + "/../../child-of-a-test", "w") as file:
            file.write(str(child))
        while True:
            pass

    @online
    def of_hang(hang: Thing.hang) -> Thing.of_hang:
        return hang

    @online
    def of_hang_or_none(hang: Thing.hang | None) -> Thing.of_hang_or_none:
        return "none" if hang is None else str(hang)
"""


@pytest.fixture
def endings(functions: Functions) -> Functions:
    """One entity of which functions may be asked that end in every way."""
    functions.apply(ENDINGS)
    functions.upload({"thing.id": [1], "thing.x": [3]})
    return functions


def test_a_function_over_its_time_is_ended_and_loses_only_its_own_outputs(endings: Functions) -> None:
    outputs = ("hang", "well", "of_hang", "of_hang_or_none")
    # `of_hang` takes a feature that may be None, and so is called with it.
    answer = endings.ask({"thing.id": 1}, *(f"thing.{name}" for name in outputs))
    assert answer.codes == {"hang": "RESOLVER_TIMED_OUT"}
    assert answer.values == {"hang": None, "well": 4, "of_hang": None, "of_hang_or_none": "none"}
    assert "hang" in answer.messages["hang"]
    assert endings.ask({"thing.id": 1}, "thing.well").values == {"well": 4}


@pytest.mark.parametrize(("output", "told"), [("crash", "status 3"), ("segfault", "signal 11"), ("exits", "SystemExit: enough")])
def test_a_process_that_dies_fails_its_call_and_is_replaced(endings: Functions, output: str, told: str) -> None:
    answer = endings.ask({"thing.id": 1}, f"thing.{output}", "thing.well")
    assert answer.codes == {output: "RESOLVER_FAILED"}
    assert told in answer.messages[output]
    assert answer.values["well"] == 4
    assert endings.ask({"thing.id": 1}, "thing.well").values == {"well": 4}


def test_a_process_that_was_killed_between_calls_is_replaced(endings: Functions) -> None:
    (pid,) = endings.ask({"thing.id": 1}, "thing.pid").values.values()
    os.kill(pid, signal.SIGKILL)
    await_end(pid)
    (next_pid,) = endings.ask({"thing.id": 1}, "thing.pid").values.values()
    assert next_pid != pid


def test_what_a_function_started_ends_with_it(endings: Functions, node: NodeProcess) -> None:
    answer = endings.ask({"thing.id": 1}, "thing.children")
    assert answer.codes == {"children": "RESOLVER_TIMED_OUT"}
    await_end(int((node.home / "child-of-a-test").read_text()))


def test_what_a_call_leaves_running_ends_when_the_call_has(endings: Functions) -> None:
    (child,) = endings.ask({"thing.id": 1}, "thing.leaves").values.values()
    await_end(child)


def await_end(pid: int) -> None:
    """Returns when a process has ended; fails after a minute."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], 60)[0], f"process {pid} still runs"
    finally:
        os.close(handle)


def test_calls_at_once_do_not_wait_for_one_that_hangs(endings: Functions) -> None:
    def ask(output: str) -> dict[str, str]:
        with featuregrid.connect(endings.grid.url) as grid:
            other = Functions(grid, endings.path.parent, int(endings.own("thing").removeprefix("thing")))
            return other.ask({"thing.id": 1}, f"thing.{output}").codes

    asked = ["hang", "well", "crash", "well", "well", "exits", "well", "well"]
    with concurrent.futures.ThreadPoolExecutor(len(asked)) as pool:
        codes = list(pool.map(ask, asked))
    assert [code for output, code in zip(asked, codes, strict=True) if output == "well"] == [{}] * 5


FRAMES = """
    @features
    class Thing:
        id: Primary[int]
        x: float | None
        n: int | None
        flag: bool | None
        at: datetime.datetime | None
        text: str | None
        doubled: float | None
        next: int | None
        negated: bool | None
        later: datetime.datetime | None
        upper: str | None
        short: float | None
        raises: float | None

    @online(frame="pandas")
    def several(
        x: Thing.x, n: Thing.n, flag: Thing.flag, at: Thing.at, text: Thing.text
    ) -> fg.Features[Thing.doubled, Thing.next, Thing.negated, Thing.later, Thing.upper]:
        return x * 2, n + 1, ~flag, at + datetime.timedelta(microseconds=1), text.str.upper()

    @online(frame="numpy")
    def short(x: Thing.x) -> Thing.short:
        return x[:1]

    @online(frame="numpy")
    def raises(x: Thing.x) -> Thing.raises:
        raise ValueError(f"{len(x)} rows")
"""


def test_a_function_of_columns_computes_whole_batches_and_null_stays_null(functions: Functions) -> None:
    functions.apply(FRAMES)
    at = "2026-01-02T12:00:00Z"
    functions.upload(
        {
            "thing.id": [1, 2], "thing.x": [1.5, None], "thing.n": [2**63 - 2, None], "thing.flag": [True, None],
            "thing.at": [at, None], "thing.text": ["ab", None],
        }
    )  # fmt: skip
    outputs = ("doubled", "next", "negated", "later", "upper")
    first = functions.ask({"thing.id": 1}, *(f"thing.{name}" for name in outputs)).values
    assert first.pop("later").isoformat() == "2026-01-02T12:00:00.000001+00:00"
    assert first == {"doubled": 3.0, "next": 2**63 - 1, "negated": False, "upper": "AB"}
    for key in (2, 9):
        answer = functions.ask({"thing.id": key}, *(f"thing.{name}" for name in outputs))
        assert (answer.values, answer.codes) == (dict.fromkeys(outputs), {})


def test_a_wrong_shape_fails_every_row_and_tells_what_came(functions: Functions) -> None:
    functions.apply(FRAMES)
    name = functions.own("thing")
    functions.upload({"thing.id": [1, 2, 3], "thing.x": [1.0, 2.0, 3.0]})
    functions.grid.query_bulk({f"{name}.id": [1, 2, 3]}, [f"{name}.short", f"{name}.raises", f"{name}.doubled"])
    report = functions.grid.last_report
    assert report is not None
    told = {(error["row"], error["feature"].partition(".")[2]): error for error in report["errors"]}
    assert set(told) == {(row, output) for row in range(3) for output in ("short", "raises")}
    assert "(1,)" in told[0, "short"]["message"] and "(3,)" in told[0, "short"]["message"]
    assert "3 rows" in told[0, "raises"]["message"]
