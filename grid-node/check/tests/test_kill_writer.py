"""The kill check's writer against a server that hangs up at the worst moments: what it knows afterwards is what the judge needs."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from kill_ledger import Ledger, Stored, judge, read_ledger
from kill_writer import Writer

SEED = 20130101
UPLOADS = 150


class HangingUp(ThreadingHTTPServer):
    """Stores each upload once by its id; hangs up before or after it is stored, or says that it is full.

    ``forget`` says of an acknowledged upload's document whether it is lost all the same.
    """

    def __init__(self, forget: Callable[[dict], bool]):
        self.chance = random.Random(SEED)
        self.lock = threading.Lock()
        self.stored: dict[str, list[dict]] = {}
        self.asked = 0
        self.enough = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with server.lock:
                    luck = server.chance.random()
                    server.asked += 1
                    if server.asked >= UPLOADS:
                        server.enough.set()
                    if luck >= 0.3 and not forget(document):
                        server.stored.setdefault(document["ingest_id"], document["rows"])
                if luck < 0.15 or 0.3 <= luck < 0.4:
                    self.close_connection = True
                    return
                status = 429 if luck < 0.3 else 200
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing: the test's output is its own."""

        super().__init__(("127.0.0.1", 0), Handler)

    def history(self) -> list[Stored]:
        rows = [row for _, upload in sorted(self.stored.items()) for row in upload]
        return [
            Stored(name, row[f"{name}.id"], row[f"{name}.serial"], 1, position)
            for position, row in enumerate(rows)
            for name in [next(iter(row)).partition(".")[0]]
        ]

    def served(self) -> dict[tuple[str, int], int | None]:
        newest: dict[tuple[str, int], int | None] = {}
        for row in self.history():
            newest[row.feature_set, row.key] = max(newest.get((row.feature_set, row.key)) or 0, row.serial)
        return newest


Wrote = Callable[[Callable[[dict], bool]], tuple[HangingUp, Path]]


@pytest.fixture
def wrote(tmp_path: Path) -> Iterator[Wrote]:
    """Lets a writer write until a server has been asked often enough; the server and the ledger."""
    servers = []

    def write(forget: Callable[[dict], bool]) -> tuple[HangingUp, Path]:
        server = HangingUp(forget)
        servers.append(server)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        (tmp_path / "node.json").write_text(json.dumps({"http": f"127.0.0.1:{server.server_port}"}))
        ledger = Ledger(tmp_path / "ledger")
        writer = Writer(tmp_path, ledger, SEED, 1, 0)
        stopper = threading.Thread(target=lambda: server.enough.wait(60) and writer.stopped.set())
        stopper.start()
        writer.run()
        stopper.join()
        ledger.close()
        assert writer.failed == []
        server.shutdown()
        thread.join()
        return server, tmp_path / "ledger"

    yield write
    for server in servers:
        server.server_close()


def test_a_writer_retries_gives_up_and_loses_count_of_nothing(wrote: Wrote) -> None:
    server, ledger = wrote(lambda document: False)
    uploads = read_ledger(ledger)
    found = judge(uploads, server.history(), server.served())
    assert (found.differences, found.told) == (0, [])
    assert found.acknowledged > 100
    assert found.abandoned_kept > 0 and found.abandoned_lost > 0
    assert all(upload.acknowledged != upload.abandoned for upload in uploads.values())


def test_what_a_server_loses_after_it_said_yes_is_found(wrote: Wrote) -> None:
    server, ledger = wrote(lambda document: document["ingest_id"].endswith("7"))
    found = judge(read_ledger(ledger), server.history(), server.served())
    assert found.history_missing > 0
    assert found.torn == found.history_duplicates == 0
