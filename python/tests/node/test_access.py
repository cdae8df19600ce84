"""A node whose doors ask for tokens and encrypt: who gets in, who does not, and what is told to whom."""

from __future__ import annotations

import gc
import http.client
import json
import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as flight
import pytest
from certificate import Certificate, make_certificate
from node_process import LAUNCHER, NodeProcess
from pyignite import Client
from pyignite.exceptions import AuthenticationError, ReconnectError

import featuregrid
from featuregrid import FeatureGridError

# The thin client asks for an old protocol by its name, and leaves sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

DEFINITIONS = """
from featuregrid import Primary, features

@features
class Plane:
    id: Primary[int]
    seats: int | None
"""
ALL = ("read", "ingest", "import", "erase", "apply", "operate")


class Guarded:
    """A node that asks for tokens, with a token of each role and one of all."""

    def __init__(self, folder: Path) -> None:
        self.certificate: Certificate = make_certificate(folder)
        self.node = NodeProcess({**self.certificate.settings, "access.required": "true"})
        self.tokens = {role: self.token("create", "--role", role)["token"] for role in ALL}
        together = [word for role in ALL for word in ("--role", role)]
        self.tokens["all"] = self.token("create", *together)["token"]

    def token(self, *words: str) -> Any:
        """One `featuregrid token` command, its answer as JSON."""
        command = [LAUNCHER, "token", *words, "--home", self.node.home, "--json"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])

    def connect(self, role: str) -> featuregrid.Grid:
        """A connection with the token of a role."""
        return featuregrid.connect(self.url, token=self.tokens[role], tls_root_certs=self.certificate.certificate)

    @property
    def url(self) -> str:
        return f"https://{self.node.http}"

    @contextmanager
    def http(self) -> Iterator[http.client.HTTPSConnection]:
        """A plain connection, which is closed."""
        trust = ssl.create_default_context(cafile=os.fspath(self.certificate.certificate))
        connection = http.client.HTTPSConnection(self.node.http, timeout=20, context=trust)
        try:
            yield connection
        finally:
            connection.close()

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, Any]:
        """One call with nothing but these headers: status and body."""
        with self.http() as connection:
            connection.request(method, path, headers=headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())

    def seats(self) -> Any:
        """What somebody with a good token is answered; others are served whatever happens beside."""
        with self.connect("read") as grid:
            return grid.query({"plane.id": 1}, ["plane.seats"])["plane.seats"]

    def thin(self, **options: Any) -> Any:
        """What a stock thin client reads."""
        host, port = self.node.thin.rsplit(":", 1)
        with Client(timeout=20, **options).connect(host, int(port)):
            raise AssertionError("never reached")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A node with one plane."""
    folder = tmp_path_factory.mktemp("access")
    made = Guarded(folder)
    try:
        made.node.start()
        (folder / "definitions.py").write_text(DEFINITIONS)
        with made.connect("all") as grid:
            grid.apply(folder / "definitions.py")
            grid.upload({"plane.id": [1], "plane.seats": [149]})
        yield made
        log = (made.node.home / "logs" / "node.log").read_text()
        assert not [role for role, token in made.tokens.items() if token[3:] in log]
    finally:
        made.node.stop()


def changed(token: str) -> str:
    """The token with one bit of one letter changed."""
    return token[:20] + chr(ord(token[20]) ^ 1) + token[21:]


def refusal(code: str, call: Any) -> FeatureGridError:
    """What a call is refused with."""
    with pytest.raises(FeatureGridError) as refused:
        call()
    assert refused.value.code == code
    return refused.value


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """What a test left is collected with it: its warnings are this file's, and not those of whichever test comes later."""
    yield
    gc.collect()


def test_health_needs_no_token_and_nothing_else_goes_without(guarded: Guarded) -> None:
    assert guarded.ask("GET", "/health") == (200, {"status": "alive"})
    assert guarded.ask("GET", "/ready") == (200, {"status": "ready"})
    for method, path in [
        ("GET", "/v1/node"),
        ("GET", "/v1/catalog"),
        ("POST", "/v1/apply"),
        ("POST", "/v1/artifacts"),
        ("POST", "/v1/query/online"),
        ("POST", "/v1/query/bulk"),
        ("POST", "/v1/query/explain"),
        ("POST", "/v1/upload"),
        ("POST", "/v1/entity"),
        ("DELETE", "/v1/entities"),
        ("GET", "/metrics"),
    ]:
        status, body = guarded.ask(method, path)
        assert (status, body["errors"][0]["code"]) == (401, "UNAUTHENTICATED"), path
        status, body = guarded.ask(method, path, Authorization=f"Bearer {changed(guarded.tokens['all'])}")
        assert (status, body["errors"][0]["code"]) == (401, "UNAUTHENTICATED"), path
        assert guarded.tokens["all"][:12] not in json.dumps(body)
    assert guarded.seats() == 149


def test_other_schemes_and_bare_tokens_are_no_bearer(guarded: Guarded) -> None:
    for sent in ("", "Bearer", "Bearer ", f"Basic {guarded.tokens['all']}", guarded.tokens["all"], "Bearer fg_"):
        assert guarded.ask("GET", "/v1/node", Authorization=sent)[0] == 401, sent
    assert guarded.ask("GET", "/v1/node", Authorization=f"bearer {guarded.tokens['read']}")[0] == 200


def test_a_role_allows_what_it_says_and_no_more(guarded: Guarded, tmp_path: Path) -> None:
    definitions = tmp_path / "definitions.py"
    definitions.write_text(DEFINITIONS)
    rows = pa.table({"id": [2], "seats": [55]})
    calls: dict[str, Any] = {
        "read": lambda grid: grid.query({"plane.id": 1}, ["plane.seats"]),
        "ingest": lambda grid: grid.ingest("plane", rows),
        "import": lambda grid: grid.ingest("plane", rows, allow_future=True),
        "erase": lambda grid: grid.erase([{"plane.id": 999}]),
        "apply": lambda grid: grid.apply(definitions, dry_run=True),
        "operate": lambda grid: grid.load("plane"),
    }
    for role in ALL:
        with guarded.connect(role) as grid:
            for needed, call in calls.items():
                if needed == role:
                    call(grid)
                else:
                    assert needed in refusal("UNAUTHORIZED", lambda call=call, grid=grid: call(grid)).message
    assert guarded.ask("GET", "/metrics", Authorization=f"Bearer {guarded.tokens['read']}")[0] == 403
    assert guarded.seats() == 149


def test_histories_and_training_sets_are_read_by_readers_alone(guarded: Guarded) -> None:
    spine = pa.table({"id": [1], "ts": pa.array([4_000_000_000_000_000], pa.timestamp("us"))})
    with guarded.connect("read") as grid:
        assert grid.history("plane").num_rows >= 1
        trained = grid.training_set(spine, ["plane.seats"], time="ts", keys={"plane.id": "id"})
        assert trained["plane.seats"].to_pylist() == [149]
    with guarded.connect("operate") as grid:
        refusal("UNAUTHORIZED", lambda: grid.history("plane"))
        refusal("UNAUTHORIZED", lambda: grid.training_set(spine, ["plane.seats"], time="ts", keys={"plane.id": "id"}))


def test_flight_refuses_strangers_in_the_same_form(guarded: Guarded) -> None:
    roots = guarded.certificate.certificate.read_bytes()
    bad = changed(guarded.tokens["all"])
    with flight.connect(f"grpc+tls://{guarded.node.flight}", tls_root_certs=roots) as client:
        for headers in ([], [(b"authorization", f"Bearer {bad}".encode())]):
            with pytest.raises(flight.FlightUnauthenticatedError, match="UNAUTHENTICATED: ") as refused:
                client.get_flight_info(
                    flight.FlightDescriptor.for_path("history", "plane"), flight.FlightCallOptions(headers=headers)
                )
            assert bad not in str(refused.value)
            assert bad.encode() not in (refused.value.extra_info or b"")
        good = flight.FlightCallOptions(headers=[(b"authorization", f"Bearer {guarded.tokens['read']}".encode())])
        assert len(list(client.list_flights(options=good))) == 1
    assert guarded.seats() == 149


def test_who_does_not_trust_the_certificate_is_told_so(guarded: Guarded, tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "other").certificate
    token = guarded.tokens["all"]
    for roots in (None, other):
        told = refusal("UPSTREAM_FAILED", lambda roots=roots: featuregrid.connect(guarded.url, token=token, tls_root_certs=roots))
        assert "certificate" in told.message
        assert token not in told.message
    refusal("UPSTREAM_FAILED", lambda: featuregrid.connect(f"http://{guarded.node.http}", token=token))
    with (
        flight.connect(f"grpc+tls://{guarded.node.flight}", tls_root_certs=other.read_bytes()) as client,
        pytest.raises(flight.FlightUnavailableError),
    ):
        list(client.list_flights())
    assert guarded.seats() == 149


def test_a_line_end_in_a_token_begins_no_header(guarded: Guarded) -> None:
    for sent in ("fg_x\r\nX-More: 1", "fg_x\n", "fg_ x", ""):
        told = refusal("UNAUTHENTICATED", lambda sent=sent: featuregrid.connect(guarded.url, token=sent))
        assert "fg_x" not in told.message
    # Past the client's own check, the bytes as somebody would send them who means no good.
    address = guarded.node.http.rsplit(":", 1)
    trust = ssl.create_default_context(cafile=os.fspath(guarded.certificate.certificate))
    with (
        socket.create_connection((address[0], int(address[1])), timeout=20) as plain,
        trust.wrap_socket(plain, server_hostname="localhost") as door,
    ):
        door.sendall(
            b"GET /v1/node HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer fg_x\r\nAuthorization: Bearer "
            + guarded.tokens["all"].encode()
            + b"\r\nConnection: close\r\n\r\n"
        )
        answer = b"".join(iter(lambda: door.recv(65_536), b""))
    # The first header counts, whatever stands behind it.
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert guarded.seats() == 149


def test_thin_clients_show_the_token_as_their_password(guarded: Guarded) -> None:
    trust: dict[str, Any] = {
        "use_ssl": True,
        "ssl_ca_certfile": os.fspath(guarded.certificate.certificate),
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
    }
    host, port = guarded.node.thin.rsplit(":", 1)
    with (client := Client(username="any", password=guarded.tokens["read"], timeout=20, **trust)).connect(host, int(port)):
        assert client.get_cache("plane").get(1).seats == 149
    for password in (changed(guarded.tokens["read"]), guarded.tokens["operate"]):
        with pytest.raises(AuthenticationError) as refused:
            guarded.thin(username="any", password=password, **trust)
        assert password not in str(refused.value)
    with pytest.raises(AuthenticationError):
        guarded.thin(**trust)
    with pytest.raises(ReconnectError):
        guarded.thin()
    assert guarded.seats() == 149


def test_a_revoked_token_ends_what_it_opened(guarded: Guarded) -> None:
    made = guarded.token("create", "--role", "read", "--name", "short")
    assert made["token"] not in (guarded.node.home / "access" / "tokens.json").read_text()
    listed = guarded.token("list")["tokens"]
    assert {**made, "token": None} in [{**kept, "token": None} for kept in listed]
    host, port = guarded.node.thin.rsplit(":", 1)
    client = Client(
        username="any",
        password=made["token"],
        timeout=20,
        use_ssl=True,
        ssl_ca_certfile=os.fspath(guarded.certificate.certificate),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
    )
    roots = guarded.certificate.certificate
    with featuregrid.connect(guarded.url, token=made["token"], tls_root_certs=roots) as grid, client.connect(host, int(port)):
        assert grid.query({"plane.id": 1}, ["plane.seats"])["plane.seats"] == 149
        assert client.get_cache("plane").get(1).seats == 149
        guarded.token("revoke", made["id"])
        refusal("UNAUTHENTICATED", lambda: grid.query({"plane.id": 1}, ["plane.seats"]))
        refusal("UNAUTHENTICATED", lambda: grid.history("plane"))
        with pytest.raises((ReconnectError, AuthenticationError, OSError)):
            client.get_cache("plane").get(1)
    assert guarded.seats() == 149


def test_the_commands_take_the_token_from_the_environment(guarded: Guarded) -> None:
    command = [LAUNCHER, "query", "--in", "plane.id=1", "--out", "plane.seats", "--json", "--home", guarded.node.home]
    environment = {name: value for name, value in os.environ.items() if name != "FEATUREGRID_TOKEN"}

    refused = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (refused.returncode, refused.stderr.splitlines()[-1][:16]) == (1, "UNAUTHENTICATED:")
    environment["FEATUREGRID_TOKEN"] = guarded.tokens["read"]
    answered = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert json.loads(answered.stdout.splitlines()[-1])["data"][0]["value"] == 149
    del environment["FEATUREGRID_TOKEN"]
    flagged = subprocess.run([*command, "--token", guarded.tokens["read"]], capture_output=True, env=environment, check=False)
    assert flagged.returncode == 0
