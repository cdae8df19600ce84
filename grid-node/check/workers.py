"""bin/check workers: functions that hang, eat memory, crash or fork cost nobody else an answer, and leave nothing behind."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import featuregrid
from check_report import Report, argument_parser, run
from node_process import NodeFailed, NodeProcess
from online_calls import OnlineCalls, Refused
from process_tree import ProcessTree

DEFINITIONS = """
import os, time
from featuregrid import Primary, _, feature, features, online


@features
class Thing:
    id: Primary[int]
    x: float | None
    formula: float | None = _.x * 2 + 1
    good: float | None
    hangs: float | None
    eats: float | None
    exits: float | None
    raises: float | None
    shapes: float | None
    prints: float | None
    forks: float | None
    leaves: float | None


@online(frame="pandas")
def good(x: Thing.x) -> Thing.good:
    return x * 2 + 1


@online(timeout="300ms")
def hangs(x: Thing.x) -> Thing.hangs:
    while True:
        pass


@online
def eats(x: Thing.x) -> Thing.eats:
    held = []
    while True:
        held.append(bytearray(1 << 24))


@online
def exits(x: Thing.x) -> Thing.exits:
    os._exit(3)


@online(frame="scalar")
def raises(x: Thing.x) -> Thing.raises:
    raise ValueError(x)


@online(frame="numpy")
def shapes(x: Thing.x) -> Thing.shapes:
    return x[:0]


@online
def prints(x: Thing.x) -> Thing.prints:
    for _line in range(10_000):
        print("y" * 200)
    return x * 2 + 1


@online(timeout="300ms")
def forks(x: Thing.x) -> Thing.forks:
    for _child in range(3):
        if os.fork() == 0:
            time.sleep(86_400)
            os._exit(0)
    while True:
        pass


@online
def leaves(x: Thing.x) -> Thing.leaves:
    if os.fork() == 0:
        time.sleep(86_400)
        os._exit(0)
    return x * 2 + 1
"""
BREAKS = {"keep": "a process that took too long is left alone (a system property of the node breaks it, not the oracle)"}
FULL_ROUNDS, QUICK_ROUNDS = 200, 8
# Before the first measure: code that runs often is compiled by then, which takes tens of MiB of the JVM.
LEAST_WARM_UP_ROUNDS, WARM_UP_SHARE = 4, 10
REQUESTS_A_ROUND = 8
ENTITIES = 20
ROWS_A_REQUEST = 5
WORKERS = 4
# Enough for pandas, and soon eaten.
SETTINGS = {"python.workers": WORKERS, "python.memory": "1GiB", "log.drain-interval": "1s"}
JVM_OPTIONS = "-Xms384m -Xmx384m -XX:+AlwaysPreTouch"
GOOD = ("good", "formula")
FAILING = {
    "hangs": {"RESOLVER_TIMED_OUT"},
    "eats": {"RESOLVER_FAILED"},
    "exits": {"RESOLVER_FAILED"},
    "raises": {"RESOLVER_FAILED"},
    "shapes": {"VALIDATION_FAILED"},
    "forks": {"RESOLVER_TIMED_OUT"},
}
# These do something odd and answer all the same.
ODD = ("prints", "leaves")
# Longer than any good call takes while the others do their worst, and shorter than for ever.
DEADLINE_MILLIS = 30_000
ALLOWED = 0.05
OBSERVED_AT, NOW = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


@dataclass(frozen=True)
class Request:
    """What one caller asks of some entities."""

    output: str
    keys: tuple[int, ...]


def random_round(generator: random.Random) -> list[Request]:
    """A mix in which there is at least one request of each good kind, and one that is not."""
    bad = [*FAILING, *ODD]
    outputs = [*GOOD, generator.choice(bad)]
    outputs += generator.choices([*GOOD, *bad], k=REQUESTS_A_ROUND - len(outputs))
    generator.shuffle(outputs)
    return [Request(output, tuple(generator.sample(range(ENTITIES), ROWS_A_REQUEST))) for output in outputs]


def expected(key: int) -> float:
    return key * 2.0 + 1.0


def judge(request: Request, reply: Mapping) -> str | None:
    """What is wrong with a reply; None if nothing is."""
    path = f"thing.{request.output}"
    values, errors = reply["data"][path], reply["errors"] or []
    codes = {error["row"]: error["code"] for error in errors}
    if request.output in FAILING:
        wanted = FAILING[request.output]
        well = values == [None] * len(request.keys) and set(codes.values()) <= wanted and len(codes) == len(request.keys)
        return None if well else f"expected {wanted} in every row\ngot      {values} {errors}"
    right = [expected(key) for key in request.keys]
    return None if values == right and not errors else f"expected {right}\ngot      {values} {errors}"


class Callers:
    """Callers at once, each with a connection of its own."""

    def __init__(self, address: str, report: Report):
        self.report = report
        self.asked: Counter[str] = Counter()
        self.failures_of_others = 0
        self.slowest_good = 0.0
        self._calls = [OnlineCalls(address) for _ in range(REQUESTS_A_ROUND)]
        self._pool = ThreadPoolExecutor(REQUESTS_A_ROUND)

    def __enter__(self) -> Callers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for calls in self._calls:
            calls.__exit__(None, None, None)

    def round(self, requests: Sequence[Request]) -> None:
        """Asks all at once, and judges when all have their answers."""
        for request, (wrong, seconds) in zip(requests, self._pool.map(ask, self._calls, requests), strict=True):
            self.asked[request.output] += 1
            good = request.output in GOOD
            if good:
                self.slowest_good = max(self.slowest_good, seconds)
            if wrong is not None:
                self.failures_of_others += good
                self.report.difference(f"a reply to '{request.output}'", wrong)


def ask(calls: OnlineCalls, request: Request) -> tuple[str | None, float]:
    """What is wrong with the answer, and how long it took in seconds."""
    started = time.monotonic()
    try:
        document = {
            "inputs": {"thing.id": list(request.keys)},
            "outputs": [f"thing.{request.output}"],
            "deadline_ms": DEADLINE_MILLIS,
            # With a now of the caller's nothing is written back, so that no file of the grid is opened on the way.
            "now": NOW,
        }
        wrong = judge(request, calls.post("/v1/query/bulk", document))
    except (Refused, OSError) as error:
        wrong = f"expected an answer\ngot      {type(error).__name__}: {error}"
    return wrong, time.monotonic() - started


def settled(node: NodeProcess, callers: Callers) -> ProcessTree:
    """The node and what it started, once every worker has started again and nothing of the mix is left to end."""
    for _ in range(3):
        callers.round([Request("good", tuple(range(ROWS_A_REQUEST)))] * REQUESTS_A_ROUND)
    return ProcessTree.of(node.pid)


def compare(report: Report, before: ProcessTree, after: ProcessTree) -> None:
    """Notes a difference for each measure that grew by more than is allowed."""
    for what in ("processes", "files", "resident_bytes"):
        first, last = getattr(before, what), getattr(after, what)
        report.counts |= {f"{what}_before": first, f"{what}_after": last}
        if last > first * (1 + ALLOWED):
            report.difference(f"{what} grew", f"before {first}\nafter  {last}\nof {after.described()}")


def check(arguments: argparse.Namespace, report: Report) -> None:
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else FULL_ROUNDS)
    generator = random.Random(f"workers/{arguments.seed}")
    started = time.monotonic()
    jvm_options = f"{JVM_OPTIONS} -Dfeaturegrid.break={arguments.broken}" if arguments.broken else JVM_OPTIONS
    with NodeProcess(SETTINGS, jvm_options=jvm_options, keep_home=arguments.keep) as node:
        path = node.home / "definitions_of_the_check.py"
        path.write_text(DEFINITIONS, encoding="utf-8")
        with featuregrid.connect(node.http_url) as grid:
            grid.apply(path)
            told = {"thing.id": list(range(ENTITIES)), "thing.x": [float(key) for key in range(ENTITIES)]}
            grid.upload(told, observed_at=OBSERVED_AT)
        with Callers(node.http, report) as callers:
            for _ in range(max(LEAST_WARM_UP_ROUNDS, rounds // WARM_UP_SHARE)):
                callers.round(random_round(generator))
            before = settled(node, callers)
            report.progress(f"warmed up after {time.monotonic() - started:.1f} s: {before.described()}")
            for place in range(rounds):
                callers.round(random_round(generator))
                if (place + 1) % max(1, rounds // 10) == 0:
                    resident = ProcessTree.of(node.pid).resident_bytes >> 20
                    report.progress(f"{place + 1} of {rounds} rounds after {time.monotonic() - started:.1f} s, {resident} MiB")
                if not node.alive():
                    raise NodeFailed(f"the node ended by itself{node.log_end()}")
            after = settled(node, callers)
            left = sorted(each.name for each in (node.home / "workers").iterdir())
    report.counts |= {
        "rounds": rounds, "requests": sum(callers.asked.values()), "asked": dict(sorted(callers.asked.items())),
        "failures_of_others": callers.failures_of_others, "slowest_good_seconds": round(callers.slowest_good, 3),
    }  # fmt: skip
    compare(report, before, after)
    if len(left) > WORKERS:
        report.difference("folders of workers are left", f"expected at most {WORKERS}\ngot      {left}")
    report.counts["seconds"] = round(time.monotonic() - started, 1)


def main() -> int:
    parser = argument_parser("workers", __doc__.split(": ", 1)[1], BREAKS)
    parser.add_argument("--rounds", type=int, help=f"of requests at once (default {FULL_ROUNDS}, with --quick {QUICK_ROUNDS})")
    return run("workers", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
