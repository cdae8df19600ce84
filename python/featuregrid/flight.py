"""The Arrow Flight side of a node: one call up, batches down, and errors as the node meant them.

pyarrow's calls block where a signal does not reach them. So each stream is read, and written, by a thread of its own, and the
caller's thread waits where Ctrl-C gets through.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight

from featuregrid.access import Access
from featuregrid.errors import FeatureGridError, of_flight

# Messages that wait between the reading thread and the caller: enough to overlap, few enough to bound memory.
MESSAGES_AHEAD = 4
END_SECONDS = 10.0
REFUSAL_SECONDS = 1.0
SIGNAL_SECONDS = 0.2

# The metadata by which an upload that stopped midway tells the node to store nothing.
ABANDONED = b'{"abandoned": true}'
_DETAILS = "grpc-status-details-bin"

# What pyarrow raises for a failed call: Flight's own errors are ArrowExceptions too.
CALL_ERRORS = (pa.ArrowException, OSError)


class _Trailers(flight.ClientMiddleware):  # type: ignore[misc]
    """Keeps the error's JSON of one call, which pyarrow drops for some of its exceptions; sends the call's own headers."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self.details: bytes | None = None
        self._headers = dict(headers or {})

    def sending_headers(self) -> dict[str, str]:
        return self._headers

    def received_headers(self, headers: Mapping[str, list[bytes | str]]) -> None:
        for name, values in headers.items():
            if name.lower() == _DETAILS and values:
                value = values[0]
                self.details = value.encode() if isinstance(value, str) else value


class _TrailersOfCalls(flight.ClientMiddlewareFactory):  # type: ignore[misc]
    """Makes the middleware of each call, and hands it to the thread that makes the call."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._thread = threading.local()
        self._headers = {name.lower(): value for name, value in headers.items()}

    def start_call(self, info: Any) -> _Trailers:
        self._thread.started = _Trailers(self._headers)
        return self._thread.started  # type: ignore[no-any-return]

    def of_this_thread(self) -> _Trailers:
        """The middleware of the call that this thread made last."""
        return getattr(self._thread, "started", None) or _Trailers()


def awaited(waiting: queue.Queue[Any] | queue.SimpleQueue[Any]) -> Any:
    """The next thing in a queue. It looks up now and then: a signal just before a wait without end would not end it."""
    while True:
        with contextlib.suppress(queue.Empty):
            return waiting.get(timeout=SIGNAL_SECONDS)


class FlightConnection:
    """A connection to a node's Flight port, ``host:port``, encrypted or not. Several threads may use it at once."""

    def __init__(self, address: str, access: Access | None = None, tls: bool = False) -> None:
        self.address = address
        shown = access or Access()
        self._trailers = _TrailersOfCalls(shown.headers)
        roots = {"tls_root_certs": shown.root_certificates} if tls and shown.root_certificates is not None else {}
        scheme = "grpc+tls" if tls else "grpc"
        self._client = flight.connect(f"{scheme}://{address}", middleware=[self._trailers], **roots)

    def close(self) -> None:
        """Ends the connection; further calls fail."""
        self._client.close()

    def exchange(self, command: Mapping[str, Any], schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Answer:
        """Sends batches up while the answer streams down. Raises FeatureGridError when the answer is read.

        ``batches`` are taken by another thread; an error that they raise ends the call and is raised to the reader.
        """
        descriptor = flight.FlightDescriptor.for_command(json.dumps(command).encode())

        def start() -> tuple[Any, _Sending, _Trailers]:
            writer, reader, trailers = self._started(lambda: self._client.do_exchange(descriptor))
            return reader, _Sending(writer, schema, batches), trailers

        return Answer(start)

    def read(self, *path: str) -> tuple[pa.Schema, list[pa.RecordBatch]]:
        """Everything below a path descriptor: the endpoints of its flight info, one after the other."""
        descriptor = flight.FlightDescriptor.for_path(*path)
        (info, _) = self._started(lambda: (self._client.get_flight_info(descriptor),))
        schema: pa.Schema | None = None
        batches: list[pa.RecordBatch] = []
        for endpoint in info.endpoints:
            with Answer(partial(self._get, endpoint.ticket)) as answer:
                schema = answer.schema if schema is None else schema
                batches += list(answer)
        return schema if schema is not None else info.schema, batches

    def put(
        self, path: tuple[str, ...], schema: pa.Schema, batches: Iterable[pa.RecordBatch], options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Sends batches to a path descriptor as one whole, options in the first one's metadata; the node's counts.

        A stream that ends early must not look like a short one that is complete, and pyarrow cannot cancel a put: whatever
        stops it midway (an error of ``batches``, Ctrl-C) sends a second message with metadata, for which a node refuses the whole.
        """
        upload = _Upload(lambda: self._client.do_put(flight.FlightDescriptor.for_path(*path), schema), schema, batches, options)
        result: queue.SimpleQueue[dict[str, Any] | BaseException] = queue.SimpleQueue()

        def run() -> None:
            try:
                result.put(upload.run())
            except CALL_ERRORS as error:
                result.put(upload.error or of_flight(error, self._trailers.of_this_thread().details))
            except BaseException as error:
                result.put(upload.error or error)

        thread = threading.Thread(target=run, name="featuregrid-put", daemon=True)
        try:
            # Inside, for Ctrl-C during the start has to stop the thread as well.
            thread.start()
            outcome: dict[str, Any] | BaseException = awaited(result)
        except BaseException:
            upload.stopped.set()
            with contextlib.suppress(RuntimeError):
                if not upload.complete.is_set() and upload.complete.wait(END_SECONDS):
                    thread.join(REFUSAL_SECONDS)
            raise
        thread.join()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def act_text(self, name: str, body: Mapping[str, Any]) -> Iterator[str]:
        """The answers of an action that answers text."""
        for result in self._acted(name, body):
            yield result.decode()

    def act(self, name: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Runs an action; each JSON object that the node answers as it comes."""
        for result in self._acted(name, body):
            yield json.loads(result)

    def _acted(self, name: str, body: Mapping[str, Any]) -> Iterator[bytes]:
        """The bodies of an action's results.

        pyarrow cannot cancel an action: after an interrupt the node goes on with it, and a thread here waits for its end.
        """
        action = flight.Action(name, json.dumps(body).encode())
        results: queue.SimpleQueue[bytes | BaseException | None] = queue.SimpleQueue()

        def run() -> None:
            try:
                for result in self._client.do_action(action):
                    results.put(result.body.to_pybytes())
                results.put(None)
            except CALL_ERRORS as error:
                results.put(of_flight(error, self._trailers.of_this_thread().details))
            except BaseException as error:
                results.put(error)

        thread = threading.Thread(target=run, name="featuregrid-act", daemon=True)
        thread.start()
        while (result := awaited(results)) is not None:
            if isinstance(result, BaseException):
                thread.join()
                raise result
            yield result
        thread.join()

    def _get(self, ticket: flight.Ticket) -> tuple[Any, None, _Trailers]:
        reader, trailers = self._started(lambda: (self._client.do_get(ticket),))
        return reader, None, trailers

    def _started(self, call: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
        """What a call returns, and its trailers behind."""
        try:
            return (*call(), self._trailers.of_this_thread())
        except CALL_ERRORS as error:
            raise of_flight(error, self._trailers.of_this_thread().details) from error


class _Sending:
    """The upward half of an exchange. ``error`` is what the batches raised, ``refusal`` what writing them did."""

    def __init__(self, writer: Any, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        self.writer = writer
        self.error: BaseException | None = None
        self.refusal: BaseException | None = None
        self.stopped = threading.Event()
        self._schema = schema
        self._batches = batches

    def run(self, cancel: Callable[[], None]) -> None:
        """Writes everything. The reading half tells what became of it."""
        try:
            self.writer.begin(self._schema)
            for batch in self._taken(cancel):
                self.writer.write_batch(batch)
            if not self.stopped.is_set():
                self.writer.done_writing()
        except CALL_ERRORS as error:
            self.refusal = error
            cancel()

    def _taken(self, cancel: Callable[[], None]) -> Iterator[pa.RecordBatch]:
        batches = iter(self._batches)
        while not self.stopped.is_set():
            try:
                batch = next(batches)
            except StopIteration:
                return
            except BaseException as error:
                self.error = error
                self.stopped.set()
                cancel()
                return
            yield batch


class Answer:
    """The stream that a call answers: iterate over its batches once, inside ``with``, where the call begins.

    ``schema`` is that of the batches; ``metadata`` is the last message's application metadata as JSON, None before the end and
    if there was none. Leaving the block before the end cancels the call. Raises FeatureGridError as the node answers it.
    """

    def __init__(self, start: Callable[[], tuple[Any, _Sending | None, _Trailers]]) -> None:
        self.metadata: dict[str, Any] | None = None
        self._start = start
        self._messages: queue.Queue[Any] = queue.Queue(MESSAGES_AHEAD)
        self._stopped = threading.Event()
        self._ended = False
        self._schema: pa.Schema | None = None
        self._threads: list[tuple[threading.Thread, threading.Event]] = []

    def __enter__(self) -> Answer:
        self._reader, self._sending, self._trailers = self._start()
        try:
            self._run(self._read, "featuregrid-read")
            if self._sending is not None:
                self._run(partial(self._sending.run, self._reader.cancel), "featuregrid-write")
        except BaseException:
            # Ctrl-C comes here, too, and the block that would end the call is not entered then.
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _run(self, work: Callable[[], None], name: str) -> None:
        begun = threading.Event()

        def run() -> None:
            begun.set()
            work()

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append((thread, begun))
        thread.start()

    def _end(self) -> None:
        self._stopped.set()
        if self._sending is not None:
            self._sending.stopped.set()
        if not self._ended:
            self._reader.cancel()
        for thread, begun in self._threads:
            # Ctrl-C may have come before the thread was started, or while it was being started: then it runs soon.
            if begun.wait(0 if thread.is_alive() else SIGNAL_SECONDS) or thread.is_alive():
                thread.join(END_SECONDS)
        # Closed by hand: pyarrow's destructor would print what it meets to stderr.
        with contextlib.suppress(*CALL_ERRORS):
            if self._sending is not None:
                self._sending.writer.close()

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches; waits for the node's first message."""
        if self._schema is None:
            self._schema = self._next()
            if self._schema is None:
                raise FeatureGridError("INTERNAL_SERVER_ERROR", "the node ended the call without an answer (expected a schema)")
        return self._schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        # The first message is the schema.
        _ = self.schema
        while (message := self._next()) is not None:
            if message.app_metadata is not None:
                self.metadata = json.loads(message.app_metadata.to_pybytes())
            if message.data is not None:
                yield message.data

    def _next(self) -> Any:
        """The next message, or None at the end."""
        if self._ended:
            return None
        message = awaited(self._messages)
        if message is None or isinstance(message, BaseException):
            self._ended = True
            self._raise(message)
        return message

    def _raise(self, error: BaseException | None) -> None:
        """Raises the cause of the call's end, if it is an error."""
        if self._sending is not None and self._sending.error is not None:
            raise self._sending.error
        if error is None:
            return
        if isinstance(error, flight.FlightCancelledError) and self._sending is not None and self._sending.refusal is not None:
            # The call was cancelled here because the node, or pyarrow, did not take a batch.
            error = self._sending.refusal
        raise of_flight(error, self._trailers.details) from error

    def _read(self) -> None:
        try:
            self._hand_over(self._reader.schema)
            while not self._stopped.is_set():
                self._hand_over(self._reader.read_chunk())
        except StopIteration:
            self._hand_over(None)
        except BaseException as error:
            self._hand_over(error)

    def _hand_over(self, message: Any) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(queue.Full):
                self._messages.put(message, timeout=SIGNAL_SECONDS)
                return


class _Upload:
    """One put, run by one thread and stopped by another.

    ``complete`` is set once everything is sent, or nothing more can be: from then on only the node decides.
    ``error`` is what the batches raised.
    """

    def __init__(
        self,
        start: Callable[[], tuple[Any, Any]],
        schema: pa.Schema,
        batches: Iterable[pa.RecordBatch],
        options: Mapping[str, Any],
    ) -> None:
        self.stopped = threading.Event()
        self.complete = threading.Event()
        self.error: BaseException | None = None
        self._start = start
        self._schema = schema
        self._batches = batches
        self._options = json.dumps(options).encode()

    def run(self) -> dict[str, Any]:
        """Sends everything and returns the node's counts."""
        writer, metadata = self._start()
        answered: bytes | None = None
        try:
            self._write(writer)
            while (message := metadata.read()) is not None:
                answered = message.to_pybytes()
        finally:
            # Closed by hand in any case: its error is the node's, also where writing and reading met none.
            writer.close()
        if answered is None:
            raise FeatureGridError("INTERNAL_SERVER_ERROR", "the node answered no counts (expected them as put metadata)")
        if self.error is not None:
            raise self.error
        counts: dict[str, Any] = json.loads(answered)
        return counts

    def _write(self, writer: Any) -> None:
        written = 0
        try:
            for batch in self._taken():
                if written == 0:
                    writer.write_with_metadata(batch, self._options)
                else:
                    writer.write_batch(batch)
                written += 1
            if written == 0:
                # An upload of no rows still has to carry its options.
                writer.write_with_metadata(nulls(self._schema, 0), self._options)
            if self.error is not None:
                writer.write_with_metadata(nulls(self._schema, 0), ABANDONED)
            writer.done_writing()
        finally:
            self.complete.set()

    def _taken(self) -> Iterator[pa.RecordBatch]:
        """The batches; they end early, and ``error`` is set, after an error of theirs or when stopped."""
        batches = iter(self._batches)
        while True:
            try:
                if self.stopped.is_set():
                    raise FeatureGridError("CANCELLED", "the upload was interrupted and nothing is stored")
                batch = next(batches, None)
            except BaseException as error:
                self.error = error
                return
            if batch is None:
                return
            yield batch


def nulls(schema: pa.Schema, rows: int) -> pa.RecordBatch:
    """So many rows of nothing."""
    return pa.RecordBatch.from_arrays([pa.nulls(rows, field.type) for field in schema], schema=schema)
