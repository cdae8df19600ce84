"""A program that writes to a node which is killed now and then: it retries under the same id, or gives up, and keeps a ledger.

It runs until SIGTERM, then settles what it has begun. Its own process, so that what it knows does not depend on the check's.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from kill_ledger import SETS, Ledger, Told
from online_calls import OnlineCalls, Refused
from values import iso_text

THREADS = 4
HOT_ENTITIES = 40
MOST_ROWS = 12
GIVE_UP_CHANCE = 0.3
PAUSE_SECONDS = 0.05
CALL_SECONDS = 20
DOWN = (OSError, http.client.HTTPException, ValueError)


class Writer:
    """Several threads that upload as fast as they are answered. ``failed`` is the first error that a node should not give."""

    def __init__(self, home: Path, ledger: Ledger, seed: int, first: int, base: int):
        self.home = home
        self.ledger = ledger
        self.seed = seed
        self.base = base
        self.stopped = threading.Event()
        self.failed: list[str] = []
        self._lock = threading.Lock()
        self._uploads = count(first)
        self._serials = count(1)

    def run(self) -> None:
        """Writes until stopped; returns when every upload is acknowledged or given up."""
        threads = [threading.Thread(target=self._write, args=(number,), name=f"writer-{number}") for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _write(self, number: int) -> None:
        generator = random.Random(f"{self.seed}/{number}")
        calls: OnlineCalls | None = None
        while not self.stopped.is_set() and not self.failed:
            upload, rows = self._next(generator)
            self.ledger.intend(upload, rows)
            document = upload_document(upload, rows, self.base, generator)
            calls = self._settle(generator, calls, upload, document)
        if calls is not None:
            calls.__exit__()

    def _next(self, generator: random.Random) -> tuple[int, list[Told]]:
        with self._lock:
            upload = next(self._uploads)
            serials = [next(self._serials) for _ in range(generator.randint(1, MOST_ROWS))]
        return upload, [Told(*entity(generator, serial), serial) for serial in serials]

    def _settle(self, generator: random.Random, calls: OnlineCalls | None, upload: int, document: dict) -> OnlineCalls | None:
        """Sends an upload until it is acknowledged, or gives it up after a failure of which nobody can tell what became."""
        gives_up = generator.random() < GIVE_UP_CHANCE
        for _ in attempts(self.failed):
            try:
                calls = calls or OnlineCalls(self._address(), CALL_SECONDS)
                calls.upload(document)
                self.ledger.acknowledge(upload)
                return calls
            except Refused as refused:
                if refused.status != 429:
                    self.failed.append(f"upload {upload}: {refused}")
            except DOWN as error:
                if calls is not None:
                    calls.__exit__()
                calls = None
                if gives_up and not isinstance(error, ConnectionRefusedError):
                    self.ledger.abandon(upload)
                    return None
            # A node that starts again takes seconds; asking it all the time would only slow it down.
            time.sleep(PAUSE_SECONDS)
        return calls

    def _address(self) -> str:
        return str(json.loads((self.home / "node.json").read_text(encoding="utf-8"))["http"])


def attempts(failed: list[str]) -> Iterator[None]:
    while not failed:
        yield


def entity(generator: random.Random, serial: int) -> tuple[str, int]:
    """Of half the observations one of a few entities that many tell of, of the others one of their own."""
    return generator.choice(SETS), (-generator.randint(1, HOT_ENTITIES) if generator.random() < 0.5 else serial)


def upload_document(upload: int, rows: list[Told], base: int, generator: random.Random) -> dict:
    """The upload as the node reads it; its ``ingest_id`` is the same each time that it is sent."""
    written = [
        {
            f"{row.feature_set}.id": row.key,
            f"{row.feature_set}.serial": row.serial,
            f"{row.feature_set}.note": "x" * generator.randrange(200),
            "at": iso_text(base + row.serial),
        }
        for row in rows
    ]
    return {"rows": written, "observed_at": "at", "ingest_id": f"upload-{upload}"}


def main() -> int:
    """Exit status 1 if the node refused what it should have taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--base", type=int, required=True, help="observed_at of serial 0, in microseconds")
    arguments = parser.parse_args()
    ledger = Ledger(arguments.ledger)
    writer = Writer(arguments.home, ledger, arguments.seed, 1, arguments.base)
    signal.signal(signal.SIGTERM, lambda *_: writer.stopped.set())
    writer.run()
    ledger.close()
    for reason in writer.failed:
        print(reason, flush=True)
    return 1 if writer.failed else 0
