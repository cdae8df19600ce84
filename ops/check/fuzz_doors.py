"""The doors of a node under mangled input: each has a client in a process of its own, so that a library that gives up is seen."""

from __future__ import annotations

import collections
import contextlib
import http.client
import json
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.flight as flight
from fuzz_definitions import OBSERVED_AT, OUTPUTS, http_requests, training_set
from fuzz_judge import Judge
from fuzz_mutations import TRICKY_TEXTS, no_json, tricky, with_changes, with_one_change

ANSWER_SECONDS = 60
MOST_KEPT = 20
ONE_FIELD, MANY_FIELDS, NO_JSON, RIGHT = "one_field", "many_fields", "no_json", "right"


@dataclass(frozen=True)
class Assignment:
    """What a door's process is to do; ``catalog`` is the definitions' JSON as it is applied."""

    http: str
    flight: str
    seed: str
    seconds: float
    catalog: dict
    unknown_code: str | None


@dataclass
class Outcome:
    """What came of it; of the differences only some are kept, all are counted."""

    inputs: int = 0
    kinds: collections.Counter = field(default_factory=collections.Counter)
    answers: collections.Counter = field(default_factory=collections.Counter)
    differences: int = 0
    shown: list[tuple[str, str]] = field(default_factory=list)

    def difference(self, headline: str, text: str) -> None:
        self.differences += 1
        if len(self.shown) < MOST_KEPT:
            self.shown.append((headline, text))


def kind_of_change(generator: random.Random) -> str:
    return generator.choices((ONE_FIELD, MANY_FIELDS, NO_JSON, RIGHT), (55, 20, 15, 10))[0]


def body_of(generator: random.Random, kind: str, document: object) -> bytes:
    """A document as it is sent: right, changed, or no JSON any more."""
    if kind == NO_JSON:
        return no_json(generator, document)
    if kind == ONE_FIELD:
        document = with_one_change(generator, document)
    elif kind == MANY_FIELDS:
        document = with_changes(generator, document)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def run_door(door: str, assignment: Assignment) -> Outcome:
    """Mangles inputs to one door until the time is up."""
    generator = random.Random(f"{assignment.seed}/{door}")
    outcome = Outcome()
    judge = Judge(assignment.unknown_code)
    deadline = time.monotonic() + assignment.seconds
    with DOORS[door](assignment, judge, outcome) as client:
        while time.monotonic() < deadline:
            client.once(generator)
    return outcome


class HttpDoor:
    """Requests to every path of the HTTP port."""

    def __init__(self, assignment: Assignment, judge: Judge, outcome: Outcome):
        self.requests = self.documents(assignment)
        self.judge = judge
        self.outcome = outcome
        self.connection = http.client.HTTPConnection(assignment.http, timeout=ANSWER_SECONDS)

    def documents(self, assignment: Assignment) -> list[tuple[str, str, object]]:
        return [one for one in http_requests(assignment.catalog) if "/v1/apply" not in one[1]]

    def __enter__(self) -> HttpDoor:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def once(self, generator: random.Random) -> None:
        method, path, document = generator.choice(self.requests)
        kind = kind_of_change(generator)
        headers = {"Content-Type": "application/json"}
        body = b"" if document is None else body_of(generator, kind, document)
        if kind != RIGHT and generator.randrange(8) == 0:
            method, path, headers = mangled_head(generator, method, path, headers)
        self.outcome.inputs += 1
        self.outcome.kinds[kind] += 1
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.outcome.difference(f"no answer to {method} {path[:80]}", f"{type(error).__name__}: {error}\n{body[:500]!r}")
            return
        told = {name.lower(): value for name, value in response.getheaders()}
        self.outcome.answers[response.status] += 1
        wrong = self.judge.of_http(response.status, told, answer)
        if wrong is None and kind == RIGHT and response.status != 200:
            wrong = f"expected status 200 to a request that is right\ngot {response.status} {answer[:500]!r}"
        if wrong is not None:
            self.outcome.difference(f"{method} {path[:80]}", f"{wrong}\nto {headers} {body[:700]!r}")


def mangled_head(generator: random.Random, method: str, path: str, headers: dict) -> tuple[str, str, dict]:
    """Another method, path or header than expected, as far as a client's library lets it be sent."""
    odd = [text for text in TRICKY_TEXTS if text and text.isascii() and text.isprintable() and " " not in text]
    how = generator.randrange(6)
    if how == 0:
        method = generator.choice(("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEADLESS", "POST"))
    elif how == 1:
        path = "/" + generator.choice(odd)[:5_000]
    elif how == 2:
        path += ("&" if "?" in path else "?") + f"plan={generator.choice(odd)[:1_000]}&%zz&=&plan"
    elif how == 3:
        path = generator.choice(
            ("/console/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//v1//node", "/v1/node/", "/v1/%00", "/.", "/v1/./node")
        )
    elif how == 4:
        headers = {**headers, "Content-Type": generator.choice(odd)[:1_000], "Accept": "application/vnd.apache.arrow.stream"}
    else:
        headers = {
            **headers,
            "traceparent": generator.choice(odd)[:1_000],
            "Authorization": f"Bearer {generator.choice(odd)[:1_000]}",
        }
    return method, path, headers


class DefinitionDoor(HttpDoor):
    """Definitions, which are only planned: none of them becomes the catalog."""

    def documents(self, assignment: Assignment) -> list[tuple[str, str, object]]:
        return [("POST", "/v1/apply?plan=true", assignment.catalog)]


class RawDoor:
    """Bytes at the HTTP port that are no HTTP, or nearly are. The node may end the connection; it must answer the next one."""

    # fmt: off
    LINES = (
        b"GET /health HTTP/1.1\r\n", b"POST /v1/query/online HTTP/1.1\r\n", b"GET / HTTP/9.9\r\n", b"\x16\x03\x01\x02\x00",
        b"PRI * HTTP/2.0\r\n\r\n",
    )
    # fmt: on
    HEADERS = (
        b"Host: a\r\n",
        b"Content-Length: 10\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
        b"X: " + b"y" * 20_000 + b"\r\n",
        b" folded\r\n",
        b"no colon\r\n",
        b": no name\r\n",
        b"Expect: 100-continue\r\n",
        b"Connection: upgrade\r\nUpgrade: websocket\r\n",
        b"\r\n",
    )  # fmt: skip
    BODIES = (b"", b"{}", b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffff\r\n")

    def __init__(self, assignment: Assignment, judge: Judge, outcome: Outcome):
        host, _, port = assignment.http.rpartition(":")
        self.address = (host, int(port))
        self.outcome = outcome
        self.judge = judge

    def __enter__(self) -> RawDoor:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def once(self, generator: random.Random) -> None:
        text = generator.choice(self.LINES)
        text += (
            b"".join(generator.choice(self.HEADERS) for _ in range(generator.randrange(5)))
            + b"\r\n"
            + generator.choice(self.BODIES)
        )
        if generator.randrange(4) == 0:
            place = generator.randrange(len(text))
            text = text[:place] + generator.randbytes(3) + text[place + 1 :]
        self.outcome.inputs += 1
        self.outcome.kinds["raw"] += 1
        with contextlib.suppress(OSError), socket.create_connection(self.address, timeout=ANSWER_SECONDS) as connection:
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := connection.recv(65_536):
                answer += chunk
            status = answer.split(b" ", 2)[1:2]
            self.outcome.answers[status[0].decode(errors="replace") if status else "closed"] += 1
            # 501 is what the HTTP library says of a version of the protocol that it does not speak.
            if status and status[0][:1] == b"5" and status[0] != b"501":
                self.outcome.difference("raw bytes answered by a status 5xx", f"{text[:300]!r}\n{answer[:500]!r}")


class FlightDoor:
    """Calls of every kind to the Flight port."""

    def __init__(self, assignment: Assignment, judge: Judge, outcome: Outcome):
        self.client = flight.connect(f"grpc://{assignment.flight}")
        self.judge = judge
        self.outcome = outcome
        self.calls: tuple[Callable[[random.Random, str], object], ...] = (
            self.exchange, self.exchange, self.put, self.put, self.get, self.describe, self.act,
        )  # fmt: skip

    def __enter__(self) -> FlightDoor:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def once(self, generator: random.Random) -> None:
        call = generator.choice(self.calls)
        kind = kind_of_change(generator)
        self.outcome.inputs += 1
        self.outcome.kinds[kind] += 1
        try:
            call(generator, kind)
            self.outcome.answers["done"] += 1
        except (flight.FlightError, pa.ArrowException, KeyError) as error:
            # The library's own words stand before the server's, and behind them.
            text = str(error.args[0] if error.args else error)
            self.judge_error(call.__name__, kind, text, getattr(error, "extra_info", None))

    def judge_error(self, what: str, kind: str, text: str, details: bytes | None) -> None:
        told = text.split(". Detail:")[0].split(". gRPC client debug context")[0]
        for code in (*self.judge.statuses, "INTERNAL_SERVER_ERROR"):
            place = told.find(f"{code}: ")
            if place >= 0:
                told = told[place:]
                self.outcome.answers[code] += 1
                break
        wrong = self.judge.of_text(told, details)
        if wrong is None and kind == RIGHT:
            wrong = f"expected an answer to a call that is right\n{text[:500]}"
        if wrong is not None:
            self.outcome.difference(f"Flight {what}", wrong)

    def exchange(self, generator: random.Random, kind: str) -> None:
        command = body_of(generator, kind, training_set())
        spine = self.spine(generator, kind)
        writer, reader = self.client.do_exchange(flight.FlightDescriptor.for_command(command))
        try:
            writer.begin(spine.schema)
            writer.write_table(spine)
            writer.done_writing()
            for _chunk in reader:
                pass
        finally:
            writer.close()

    def spine(self, generator: random.Random, kind: str) -> pa.Table:
        rows = generator.choice((0, 1, 7))
        columns: dict[str, pa.Array] = {
            "thing_id": pa.array(range(rows), pa.int64()),
            "at": pa.array([1_767_312_000_000_000] * rows, pa.timestamp("us", "UTC")),
            "given": pa.array([1.5] * rows, pa.float64()),
        }
        if kind in (ONE_FIELD, MANY_FIELDS) and generator.randrange(3) == 0:
            odd = generator.choice(
                (
                    pa.nulls(rows), pa.array(["x"] * rows), pa.array([None] * rows, pa.int64()), pa.array([1.5] * rows),
                    pa.array([[1]] * rows, pa.list_(pa.int8())), pa.array([b"x"] * rows),
                    pa.array([2**62] * rows, pa.timestamp("s")),
                    pa.array(["a"] * rows).dictionary_encode(), pa.array([True] * rows),
                    pa.array([-(2**63)] * rows, pa.timestamp("us")),
                )
            )  # fmt: skip
            columns[generator.choice(list(columns))] = odd
        return pa.table(columns)

    def put(self, generator: random.Random, kind: str) -> None:
        table = pa.table(
            {
                "id": pa.array([1, 2], pa.int64()),
                "at": pa.array([OBSERVED_AT] * 2),
                "real": pa.array([1.5, None], pa.float64()),
                "text": pa.array(["a", "b"]),
            }
        )
        path = ["observations", "thing"]
        options: object = {"observed_at": "at", "nulls": "keep"}
        if kind in (ONE_FIELD, MANY_FIELDS) and generator.randrange(2) == 0:
            place = generator.randrange(table.num_columns)
            odd = generator.choice((pa.nulls(2), pa.array(["x", "NaN"]), pa.array([1.5, 2**60 + 0.5]), pa.array([[1], []])))
            name = generator.choice((table.column_names[place], *TRICKY_TEXTS[:40]))
            table = table.set_column(place, name.encode(errors="replace").decode(), odd)
            kind = RIGHT
        elif kind != RIGHT and generator.randrange(4) == 0:
            path = [
                generator.choice(("observations", *TRICKY_TEXTS[:30])),
                *(str(tricky(generator)) for _ in range(generator.randrange(3))),
            ]
        descriptor = flight.FlightDescriptor.for_path(*(part.encode(errors="replace") for part in path))
        writer, reader = self.client.do_put(descriptor, table.schema)
        try:
            writer.write_with_metadata(table.to_batches()[0], body_of(generator, kind, options))
            writer.done_writing()
            reader.read()
        finally:
            writer.close()

    def get(self, generator: random.Random, kind: str) -> None:
        ticket = body_of(generator, kind, {"path": ["history", "maker"], "fresh": True})
        self.client.do_get(flight.Ticket(ticket)).read_all()

    def describe(self, generator: random.Random, kind: str) -> None:
        if kind == RIGHT:
            self.client.get_flight_info(flight.FlightDescriptor.for_path("history", "thing"))
        elif generator.randrange(2):
            self.client.get_flight_info(flight.FlightDescriptor.for_command(body_of(generator, kind, training_set())))
        else:
            list(self.client.list_flights(body_of(generator, kind, {"a": 1})))

    def act(self, generator: random.Random, kind: str) -> None:
        if kind == RIGHT:
            list(self.client.list_actions())
            return
        name = generator.choice(("explain", "load", *TRICKY_TEXTS[:30]))
        explained = {"command": training_set(), "columns": ["thing_id", "at", "given"], "outputs": OUTPUTS}
        list(self.client.do_action(flight.Action(name.encode(errors="replace").decode(), body_of(generator, kind, explained))))


DOORS = {"http": HttpDoor, "definitions": DefinitionDoor, "raw": RawDoor, "flight": FlightDoor}
