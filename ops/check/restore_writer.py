"""A program that uploads, ingests, erases and asks until SIGTERM, and keeps a ledger of what was acknowledged. Its own process."""

from __future__ import annotations

import argparse
import datetime
import json
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import featuregrid
import pyarrow as pa

# Entities that are erased now and then; the others keep all that is told of them.
ERASED_BELOW = 100
ENTITIES = 2_000
INGEST_ROWS = 200
SERIALS_A_THREAD = 10_000_000
PAUSE_SECONDS = 0.01


class Writer:
    """Threads that write as fast as they are answered; ``failed`` are errors that a node should not give."""

    def __init__(self, url: str, ledger: Path, seed: int, base: int):
        self.url = url
        self.seed = seed
        self.base = base
        self.stopped = threading.Event()
        self.failed: list[str] = []
        self._ledger = ledger.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def run(self) -> None:
        """Writes until it is stopped; every write is answered when this returns."""
        kinds: list[Callable[[featuregrid.Grid, random.Random, int], None]] = [
            self.upload,
            self.upload,
            self.ingest,
            self.erase,
            self.ask,
        ]
        threads = [threading.Thread(target=self._repeat, args=(place, kind)) for place, kind in enumerate(kinds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _repeat(self, place: int, kind: Callable[[featuregrid.Grid, random.Random, int], None]) -> None:
        generator = random.Random(f"{self.seed}/{place}")
        serial = (place + 1) * SERIALS_A_THREAD
        try:
            with featuregrid.connect(self.url) as grid:
                while not self.stopped.is_set():
                    kind(grid, generator, serial)
                    serial += INGEST_ROWS
                    time.sleep(PAUSE_SECONDS)
        except Exception as error:
            self.failed.append(f"{kind.__name__}: {type(error).__name__}: {error}")
            self.stopped.set()

    def upload(self, grid: featuregrid.Grid, generator: random.Random, serial: int) -> None:
        """Rows of both sets, which count together."""
        rows = [("event", generator.randrange(ENTITIES), serial, self._observed(generator))]
        if generator.random() < 0.5:
            rows.append(("account", generator.randrange(ENTITIES), serial + 1, self._observed(generator)))
        columns: dict[str, list[object]] = {}
        for name, key, value, observed in rows:
            document = {f"{name}.id": [key], f"{name}.serial": [value], f"{name}.at": [time_of(observed)]}
            columns |= document
        self._tell("upload", rows, lambda: grid.upload(columns)["inserted_at"])

    def ingest(self, grid: featuregrid.Grid, generator: random.Random, serial: int) -> None:
        """Many rows of one set."""
        rows = [("event", generator.randrange(ENTITIES), serial + row, self._observed(generator)) for row in range(INGEST_ROWS)]
        table = pa.table(
            {
                "id": pa.array([row[1] for row in rows], pa.int64()),
                "serial": pa.array([row[2] for row in rows], pa.int64()),
                "at": pa.array([row[3] for row in rows], pa.timestamp("us", "UTC")),
            }
        )
        self._tell("ingest", rows, lambda: grid.ingest("event", table)["inserted_at"])

    def erase(self, grid: featuregrid.Grid, generator: random.Random, serial: int) -> None:
        """One of the few entities that are erased at all."""
        key = generator.randrange(ERASED_BELOW)
        self._tell("erase", [("event", key, serial, 0)], lambda: grid.erase([{"event.id": key}])["mark"]["inserted_at"])
        time.sleep(20 * PAUSE_SECONDS)

    def ask(self, grid: featuregrid.Grid, generator: random.Random, serial: int) -> None:
        """Features that a function computes, whose values are kept."""
        grid.query({"event.id": generator.randrange(ENTITIES // 2)}, ["event.doubled", "event.secret"])

    def _observed(self, generator: random.Random) -> int:
        return self.base + generator.randrange(1_000_000_000_000)

    def _tell(self, kind: str, rows: list[tuple[str, int, int, int]], write: Callable[[], str]) -> None:
        begin = time.monotonic()
        inserted = micros(write())
        line = {"kind": kind, "begin": begin, "end": time.monotonic(), "inserted": inserted, "rows": rows}
        with self._lock:
            self._ledger.write(json.dumps(line) + "\n")
            self._ledger.flush()


def time_of(value: int) -> datetime.datetime:
    """Microseconds as a time."""
    return datetime.datetime.fromtimestamp(0, datetime.UTC) + datetime.timedelta(microseconds=value)


def micros(text: str) -> int:
    """A time of the node's in microseconds."""
    moment = datetime.datetime.fromisoformat(text)
    return (moment - datetime.datetime.fromtimestamp(0, datetime.UTC)) // datetime.timedelta(microseconds=1)


def main() -> int:
    """Exit status 1 if the node refused what it should have taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--base", type=int, required=True, help="the earliest observed_at, in microseconds")
    arguments = parser.parse_args()
    writer = Writer(arguments.url, arguments.ledger, arguments.seed, arguments.base)
    signal.signal(signal.SIGTERM, lambda *_: writer.stopped.set())
    writer.run()
    for failure in writer.failed:
        print(f"writer: {failure}", file=sys.stderr)
    return 1 if writer.failed else 0
