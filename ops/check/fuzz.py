"""bin/check fuzz: mangled HTTP, Flight and definition inputs each get a clear answer with a code, and harm nobody.

A real node serves a catalog with every kind of function. Clients in processes of their own send it requests, over half of them
right but for one field, while another client asks what it should and gets it. Before and after, once the node is idle and has
collected its garbage, live objects, threads and open files are counted.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import featuregrid
from check_report import Report, argument_parser, run
from featuregrid.definitions import load
from fuzz_definitions import DEFINITIONS, OBSERVED_AT, makers, things
from fuzz_doors import ONE_FIELD, Assignment, Outcome, run_door
from node_process import NodeFailed, NodeProcess

RULES = {"code": "the answer INVALID_QUERY is taken to be none"}
FULL_SECONDS, QUICK_SECONDS = 600, 12
LEAST_INPUTS = 100_000
WARM_UP_SECONDS = 10
# How the two cores are shared out: the raw bytes are many and cheap.
PROCESSES = ("http", "flight", "definitions", "raw")
SETTLE_SECONDS, QUICK_SETTLE_SECONDS = 15, 6
JVM_OPTIONS = "-Xms512m -Xmx512m"
ALLOWED = {"live_bytes": (0.15, 8 << 20), "threads": (0.1, 5), "files": (0.1, 10), "direct_bytes": (0.1, 4 << 20)}
RIGHT_ANSWER = {"thing.real": 7.5, "thing.doubled": 16.0}
# An entity that no mangled input names: what others write changes nothing of its answer.
RIGHT_INPUTS = {"thing.id": 1_000_003, "thing.real": 7.5}


class Bystander:
    """A client that asks what it should, again and again, and must get the same answer each time."""

    def __init__(self, url: str):
        self.url = url
        self.asked = 0
        self.slowest = 0.0
        self.wrong: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bystander")

    def __enter__(self) -> Bystander:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with featuregrid.connect(self.url) as grid:
            while not self._stop.wait(0.05):
                started = time.monotonic()
                try:
                    reply = grid.query(RIGHT_INPUTS, [*RIGHT_ANSWER])
                    got = {path: reply[path] for path in RIGHT_ANSWER}
                    if got != RIGHT_ANSWER or reply.errors or not reply.trace_id:
                        self.wrong.append(f"expected {RIGHT_ANSWER}\ngot {got} {reply.errors}")
                except featuregrid.FeatureGridError as error:
                    self.wrong.append(f"expected an answer\ngot {error}")
                self.asked += 1
                self.slowest = max(self.slowest, time.monotonic() - started)


def measure(node: NodeProcess) -> dict[str, int]:
    """Live objects on the heap, threads, open files and direct memory of an idle node."""
    jcmd = Path(f"/proc/{node.pid}/exe").resolve().parent / "jcmd"
    folder = Path(f"/proc/{node.pid}")

    def asked(*words: str) -> str:
        return subprocess.run([jcmd, str(node.pid), *words], capture_output=True, text=True, check=True, timeout=120).stdout

    # Twice: what waits for its finalizer or cleaner goes with the second collection.
    asked("GC.run")
    asked("GC.run")
    live = re.search(r"^Total\s+\d+\s+(\d+)", asked("GC.class_histogram"), re.MULTILINE)
    if live is None:
        raise NodeFailed(f"the node's JVM told no histogram of its heap{node.log_end()}")
    with urllib.request.urlopen(f"{node.http_url}/metrics", timeout=60) as answer:
        metrics = answer.read().decode()
    direct = re.search(r"^jvm_buffers_direct_used(?:_bytes)?(?:\{[^}]*\})?\s+(\S+)", metrics, re.MULTILINE)
    return {
        "live_bytes": int(live.group(1)),
        "threads": len(list((folder / "task").iterdir())),
        "files": sum(not leads_below(each, node.home / "grid") for each in (folder / "fd").iterdir()),
        **({"direct_bytes": int(float(direct.group(1)))} if direct else {}),
    }


def leads_below(link: Path, folder: Path) -> bool:
    """Whether a link of the kernel's leads to a file below a folder; not if it has gone meanwhile.

    The grid keeps a file open for each partition that has rows: the more keys were written, the more of them, up to all partitions.
    """
    try:
        return Path(os.readlink(link)).is_relative_to(folder.resolve())
    except OSError:
        return False


def assault(node: NodeProcess, catalog: dict, seed: str, seconds: float, unknown: str | None) -> dict[str, Outcome]:
    """All doors at once, each by a process of its own."""
    assignment = Assignment(node.http, node.flight, seed, seconds, catalog, unknown)
    with multiprocessing.get_context("spawn").Pool(len(PROCESSES)) as pool:
        running = {door: pool.apply_async(run_door, (door, assignment)) for door in PROCESSES}
        return {door: result.get(timeout=seconds + 300) for door, result in running.items()}


def compare(report: Report, before: dict[str, int], after: dict[str, int]) -> None:
    for what, (share, least) in ALLOWED.items():
        if what in before:
            report.counts |= {f"{what}_before": before[what], f"{what}_after": after[what]}
            if after[what] > before[what] + max(share * before[what], least):
                report.difference(f"{what} grew", f"before {before[what]}\nafter  {after[what]}")


def check(arguments: argparse.Namespace, report: Report) -> None:
    seconds = arguments.seconds or (QUICK_SECONDS if arguments.quick else FULL_SECONDS)
    unknown = "INVALID_QUERY" if arguments.broken == "code" else None
    with NodeProcess(keep_home=arguments.keep, jvm_options=JVM_OPTIONS) as node:
        path = node.home / "definitions_of_the_check.py"
        path.write_text(DEFINITIONS, encoding="utf-8")
        with featuregrid.connect(node.http_url) as grid:
            grid.apply(path)
            grid.upload(makers(), observed_at=OBSERVED_AT)
            grid.upload(things(), observed_at=OBSERVED_AT)
            version = grid.catalog()["version"]
        catalog = {"base_version": version, "replace": False, **load(path).document}
        assault(node, catalog, f"fuzz/{arguments.seed}/warm-up", min(WARM_UP_SECONDS, seconds / 2), None)
        pause = QUICK_SETTLE_SECONDS if arguments.quick else SETTLE_SECONDS
        before = settled(node, pause)
        report.progress(f"warmed up: {before}")
        with Bystander(node.http_url) as bystander:
            outcomes = assault(node, catalog, f"fuzz/{arguments.seed}", seconds, unknown)
        if not node.alive():
            raise NodeFailed(f"the node ended by itself{node.log_end()}")
        after = settled(node, pause)
        with featuregrid.connect(node.http_url) as grid:
            if grid.catalog()["version"] != version:
                report.difference("a plan changed the catalog", f"expected version {version}, got {grid.catalog()['version']}")
    tell(report, outcomes, bystander, seconds)
    compare(report, before, after)


def settled(node: NodeProcess, seconds: float) -> dict[str, int]:
    """Measured once the drain and idle threads had their time."""
    time.sleep(seconds)
    return measure(node)


def tell(report: Report, outcomes: dict[str, Outcome], bystander: Bystander, seconds: float) -> None:
    kinds: collections.Counter = collections.Counter()
    for door, outcome in outcomes.items():
        kinds.update(outcome.kinds)
        answers = {str(key): count for key, count in outcome.answers.most_common()}
        report.counts[door] = {"inputs": outcome.inputs, "answers": answers}
        for headline, text in outcome.shown:
            report.difference(f"{door}: {headline}", text)
        if outcome.differences > len(outcome.shown):
            report.difference(f"{door}: further ones", weight=outcome.differences - len(outcome.shown))
    inputs = sum(outcome.inputs for outcome in outcomes.values())
    structured = inputs - kinds["raw"]
    report.counts |= {"inputs": inputs, "one_field": kinds[ONE_FIELD], "bystander": bystander.asked}
    report.counts["bystander_slowest_seconds"] = round(bystander.slowest, 3)
    for text in bystander.wrong:
        report.difference("an answer to the client that asked what it should", text)
    if kinds[ONE_FIELD] < structured // 2:
        report.failure(f"{kinds[ONE_FIELD]} of {structured} inputs are right but for one field (expected half)")
    if seconds >= FULL_SECONDS and inputs < LEAST_INPUTS:
        report.failure(f"{inputs} inputs (expected {LEAST_INPUTS})")


def main() -> int:
    parser = argument_parser("fuzz", __doc__.split(": ", 1)[1], RULES)
    parser.add_argument("--seconds", type=float, help=f"of mangled input (default {FULL_SECONDS}, with --quick {QUICK_SECONDS})")
    return run("fuzz", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
