"""bin/check kill: what was acknowledged outlives kill -9 of the node, once; what was not is there as a whole or not at all."""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import featuregrid
import pyarrow as pa
import pyarrow.flight as flight
from check_report import Report, argument_parser, run
from flight_calls import history
from kill_ledger import SETS, Stored, Upload, judge, read_ledger
from node_process import NodeFailed, NodeProcess
from online_calls import OnlineCalls

DEFINITIONS = """
from featuregrid import Primary, features


@features
class Event:
    id: Primary[int]
    serial: int
    note: str


@features
class Account:
    id: Primary[int]
    serial: int
    note: str
"""
FULL_ROUNDS, QUICK_ROUNDS = 20, 3
SETTINGS = {"log.drain-interval": "1s"}
BREAKS = {"log": "the node loses entries of its log (a system property of the node breaks it, not the oracle)"}
# Longer than a drain's interval, so that a kill meets uploads, drains, and both.
LONGEST_SECONDS = 2.5
UPLOADS_A_ROUND = 20
WRITE_SECONDS = 60
SETTLE_SECONDS = 120
ROWS_A_QUERY = 5_000
DAY_MICROS = 86_400_000_000


class WriterProcess:
    """The writer in a process of its own; leaving ``with`` ends it whatever happened."""

    def __init__(self, home: Path, ledger: Path, seed: int, base: int):
        self.ledger = ledger
        arguments = ["--home", str(home), "--ledger", str(ledger), "--seed", str(seed), "--base", str(base)]
        code = "import sys, kill_writer; sys.exit(kill_writer.main())"
        self._process = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=Path(__file__).parent, stdout=sys.stderr)

    def __enter__(self) -> WriterProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def acknowledged(self) -> int:
        """How many uploads were acknowledged so far. Raises NodeFailed if the writer ended by itself."""
        if self._process.poll() is not None:
            raise NodeFailed(f"the writer ended with status {self._process.returncode} (expected it to write; it said why above)")
        return self.ledger.read_text(encoding="utf-8").count('{"acknowledge"') if self.ledger.exists() else 0

    def settle(self) -> None:
        """Lets it acknowledge or give up what it has begun."""
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(SETTLE_SECONDS)
        if self._process.poll() != 0:
            raise NodeFailed(f"the writer ended with status {self._process.poll()} (expected 0 within {SETTLE_SECONDS} s)")


def await_uploads(writer: WriterProcess, before: int) -> None:
    """Returns when enough further uploads are acknowledged: a kill is to meet a node at work."""
    deadline = time.monotonic() + WRITE_SECONDS
    while writer.acknowledged() < before + UPLOADS_A_ROUND:
        if time.monotonic() > deadline:
            raise NodeFailed(f"fewer than {UPLOADS_A_ROUND} uploads were acknowledged within {WRITE_SECONDS} s of a start")
        time.sleep(0.02)


def one_round(generator: random.Random, node: NodeProcess, writer: WriterProcess) -> None:
    """Kills the working node at a random moment and starts it again, while the writer goes on."""
    await_uploads(writer, writer.acknowledged())
    # Where in its work the node is hit is the point of it, and left to chance.
    time.sleep(generator.uniform(0, LONGEST_SECONDS))
    if not node.alive():
        raise NodeFailed(f"the node ended by itself{node.log_end()}")
    node.kill()
    node.start()


def stored_rows(node: NodeProcess) -> list[Stored]:
    """Both histories, whose reading drains the log first."""
    rows: list[Stored] = []
    with flight.connect(node.flight_url) as client:
        for name in SETS:
            table = history(client, name)
            if "serial" not in table.column_names:
                # A table has a column once something of it was written.
                continue
            columns = [name, "id", "serial", "__inserted_at", "__sequence"][1:]
            plain = [table.column(column).cast(pa.int64()).to_pylist() for column in columns]
            rows += [Stored(name, *values) for values in zip(*plain, strict=True)]
    return rows


def served(node: NodeProcess, uploads: Mapping[int, Upload]) -> dict[tuple[str, int], int | None]:
    """The serial that is served for each entity that anybody meant to write of."""
    entities = sorted({(row.feature_set, row.key) for upload in uploads.values() for row in upload.rows})
    found: dict[tuple[str, int], int | None] = {}
    with OnlineCalls(node.http) as calls:
        for name in SETS:
            keys = [key for feature_set, key in entities if feature_set == name]
            for piece in pieces(keys):
                reply = calls.bulk({f"{name}.id": piece}, [f"{name}.serial"])
                found |= {(name, key): serial for key, serial in zip(piece, reply["data"][f"{name}.serial"], strict=True)}
    return found


def pieces(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), ROWS_A_QUERY):
        yield keys[start : start + ROWS_A_QUERY]


def check(arguments: argparse.Namespace, report: Report) -> None:
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else FULL_ROUNDS)
    generator = random.Random(f"kill/{arguments.seed}")
    report.counts["rounds"] = rounds
    # A day back: what is observed later than the clock is refused.
    base = time.time_ns() // 1_000 - DAY_MICROS
    jvm_options = f"-Dfeaturegrid.break={arguments.broken}" if arguments.broken else None
    with NodeProcess(SETTINGS, jvm_options=jvm_options, keep_home=arguments.keep) as node:
        definitions = node.home / "definitions-of-the-check.py"
        definitions.write_text(DEFINITIONS, encoding="utf-8")
        with featuregrid.connect(node.http_url) as grid:
            grid.apply(definitions)
        ledger = node.home / "ledger-of-the-check.jsonl"
        with WriterProcess(node.home, ledger, arguments.seed, base) as writer:
            for place in range(rounds):
                one_round(generator, node, writer)
                report.progress(f"killed and started {place + 1} of {rounds} times, {writer.acknowledged()} uploads acknowledged")
            await_uploads(writer, writer.acknowledged())
            writer.settle()
        uploads = read_ledger(ledger)
        online = served(node, uploads)
        found = judge(uploads, stored_rows(node), online)
    report.counts |= {
        "uploads": len(uploads), "acknowledged": found.acknowledged,
        "abandoned": sum(not upload.acknowledged for upload in uploads.values()),
        "abandoned_kept": found.abandoned_kept, "abandoned_lost": found.abandoned_lost,
        "online_missing": found.online_missing, "online_unknown": found.online_unknown,
        "history_missing": found.history_missing, "history_duplicates": found.history_duplicates,
        "history_unknown": found.history_unknown, "torn": found.torn,
    }  # fmt: skip
    for told in found.told:
        report.difference(told, weight=0)
    report.differences += found.differences


def main() -> int:
    parser = argument_parser("kill", __doc__.split(": ", 1)[1], BREAKS)
    parser.add_argument(
        "--rounds", type=int, help=f"how often the node is killed (default {FULL_ROUNDS}, with --quick {QUICK_ROUNDS})"
    )
    return run("kill", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
