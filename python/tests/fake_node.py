"""A node that only looks like one: an HTTP and a Flight server in this process, which answer what a test tells them to.

It stands in where the package's own side is tested: what it sends, and how it reads answers and failures.
"""

from __future__ import annotations

import hashlib
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight

Row = dict[str, Any]


@dataclass
class Ingested:
    """One upload: its set, options and rows, and whether it was stored."""

    feature_set: str
    options: dict[str, Any]
    table: pa.Table
    messages: list[int]
    stored: bool


@dataclass
class Script:
    """What the node answers, and what it was asked."""

    catalog: dict[str, Any] = field(default_factory=lambda: {"format": 1, "version": 3, "sets": []})
    apply: Callable[[dict[str, Any], bool], tuple[int, dict[str, Any]]] = lambda document, plan: (200, {})
    online: Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]] = lambda path, document: (404, {"detail": "no such path"})
    loading: list[dict[str, Any] | Exception] = field(default_factory=list)
    train: Callable[[dict[str, Any], pa.Table], tuple[pa.Table, dict[str, Any]]] | None = None
    history: pa.Table | None = None
    refuse_ingest: Exception | None = None
    hold: threading.Event = field(default_factory=threading.Event)
    applied: list[tuple[dict[str, Any], bool]] = field(default_factory=list)
    artifacts: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    actions: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    connections: int = 0
    hang_up: threading.Event = field(default_factory=threading.Event)
    ingested: list[Ingested] = field(default_factory=list)
    trained: list[tuple[dict[str, Any], pa.Table]] = field(default_factory=list)
    answer_rows: int = 3
    begun: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


def refusal(code: str, text: str, **more: Any) -> flight.FlightError:
    """An error as a node raises it: its words as message, all of it as JSON beside."""
    return flight.FlightInternalError(f"{code}: {text}", json.dumps({"code": code, "message": text, **more}).encode())


def interrupt() -> None:
    """What Ctrl-C does: the signal reaches the main thread, wherever it waits."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class FakeFlight(flight.FlightServerBase):  # type: ignore[misc]
    """The Flight half."""

    def __init__(self, script: Script) -> None:
        super().__init__("grpc://127.0.0.1:0")
        self.script = script

    def do_put(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        """Stores all rows or, if a key is null or the client abandons them, none; the key is the first column."""
        self.script.begun.set()
        batches, options, messages, described = [], {}, [], 0
        if self.script.refuse_ingest is not None:
            raise self.script.refuse_ingest
        for chunk in reader:
            described += chunk.app_metadata is not None
            if chunk.app_metadata is not None and described == 1:
                options = json.loads(chunk.app_metadata.to_pybytes())
            batches.append(chunk.data)
            messages.append(chunk.data.num_rows)
        table = pa.Table.from_batches(batches, reader.schema)
        abandoned = described > 1
        stored = not abandoned and table.column(0).null_count == 0
        self.script.ingested.append(Ingested(descriptor.path[1].decode(), options, table, messages, stored))
        if abandoned:
            raise refusal("CANCELLED", "the ingest was abandoned by its client")
        if not stored:
            raise refusal("VALIDATION_FAILED", "a key is null (expected a value)", feature="thing.id")
        counts = {"rows": table.num_rows, "history": table.num_rows, "online": 0, "inserted_at": "2020-01-01T00:00:00Z"}
        writer.write(json.dumps({**counts, "ingest_id": options.get("ingest_id", "made")}).encode())

    def do_exchange(self, context: Any, descriptor: Any, reader: Any, writer: Any) -> None:
        """Reads the whole spine, then answers what the script says, in small batches. On hold it ends when its client does."""
        self.script.begun.set()
        try:
            self._train(json.loads(descriptor.command), context, reader, writer)
        finally:
            self.script.ended.set()

    def _train(self, command: dict[str, Any], context: Any, reader: Any, writer: Any) -> None:
        spine = reader.read_all()
        self.script.trained.append((command, spine))
        assert self.script.train is not None
        table, report = self.script.train(command, spine)
        writer.begin(table.schema)
        for batch in table.to_batches(max_chunksize=self.script.answer_rows):
            writer.write_batch(batch)
        while self.script.hold.is_set() and not context.is_cancelled():
            self.script.ended.wait(0.01)
        writer.write_metadata(json.dumps(report).encode())

    def get_flight_info(self, context: Any, descriptor: Any) -> flight.FlightInfo:
        """Two endpoints, each half of the history."""
        if self.script.history is None:
            raise pa.ArrowInvalid(f"PARSE_FAILED: no set {descriptor.path[1].decode()!r}")
        endpoints = [flight.FlightEndpoint(half, []) for half in (b"0", b"1")]
        return flight.FlightInfo(self.script.history.schema, descriptor, endpoints, -1, -1)

    def do_get(self, context: Any, ticket: Any) -> flight.RecordBatchStream:
        """One half."""
        assert self.script.history is not None
        middle = self.script.history.num_rows // 2
        half = self.script.history.slice(0, middle) if ticket.ticket == b"0" else self.script.history.slice(middle)
        return flight.RecordBatchStream(half)

    def do_action(self, context: Any, action: Any) -> Iterator[flight.Result]:
        """What the script has as progress of a load, one result each; an exception in it ends the action."""
        self.script.actions.append((action.type, json.loads(action.body.to_pybytes())))
        for told in self.script.loading:
            if isinstance(told, Exception):
                raise told
            yield flight.Result(json.dumps(told).encode())


class Http(ThreadingHTTPServer):
    """An HTTP server that says nothing of clients that went away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class FakeNode:
    """Both halves, running until `close`."""

    def __init__(self) -> None:
        self.script = Script()
        self.flight = FakeFlight(self.script)
        self._http = Http(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        """Ends both servers."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        self.flight.shutdown()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                node.script.connections += 1

            def do_GET(self) -> None:
                if self.path == "/v1/node":
                    self._answer(200, {"pid": 1, "http": "127.0.0.1:0", "flight": f"0.0.0.0:{node.flight.port}"})
                elif self.path == "/v1/catalog":
                    self._answer(200, node.script.catalog)
                else:
                    self._answer(404, {"detail": "no such path"})

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/artifacts":
                    node.script.artifacts.append(content)
                    self._answer(200, {"sha256": hashlib.sha256(content).hexdigest()})
                    return
                document = json.loads(content)
                if not self.path.startswith("/v1/apply"):
                    self._online(document)
                    return
                plan = self.path.endswith("?plan=true")
                node.script.applied.append((document, plan))
                self._answer(*node.script.apply(document, plan))

            def do_DELETE(self) -> None:
                self._online(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _online(self, document: dict[str, Any]) -> None:
                node.script.asked.append((f"{self.command} {self.path}", document))
                if node.script.hang_up.is_set():
                    node.script.hang_up.clear()
                    self.close_connection = True
                    return
                self._answer(*node.script.online(self.path, document))

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                written = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(written)))
                self.send_header("X-Chalk-Trace-Id", "trace-1")
                self.end_headers()
                self.wfile.write(written)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing: the test's output is its own."""

        return Handler
