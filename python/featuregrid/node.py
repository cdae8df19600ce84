"""The HTTP side of a node: where it is, and its JSON endpoints."""

from __future__ import annotations

import http.client
import json
import os
import ssl
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from featuregrid.access import Access
from featuregrid.connections import Connections
from featuregrid.errors import FeatureGridError, of_http

DEFAULT_URL = "http://127.0.0.1:8080"
ANSWER_SECONDS = 120.0

_LOOPBACKS = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "[0:0:0:0:0:0:0:0]": "[::1]"}


def find_url(url: str | None, home: str | Path | None) -> tuple[str, str | None]:
    """The address of a node and, of one that runs on this machine, the file of its certificate, if it has one.

    The address is the one given, else that of a home folder's node, else the environment's, else the default. In order: ``url``;
    ``node.json`` in ``home``; ``FEATUREGRID_URL``; ``node.json`` in ``FEATUREGRID_HOME`` or in ``~/.featuregrid``, if it is there;
    ``http://127.0.0.1:8080``. Raises FeatureGridError when ``home`` is given and no node
    runs there.
    """
    if url is not None:
        return url, None
    if home is not None:
        found = _described_url(Path(home).expanduser())
        if found is None:
            raise FeatureGridError(
                "UPSTREAM_FAILED", f"no node runs in {home} (no node.json there); start one with `featuregrid start --home {home}`"
            )
        return found
    from_environment = os.environ.get("FEATUREGRID_URL")
    if from_environment:
        return from_environment, None
    folder = Path(os.environ.get("FEATUREGRID_HOME") or "~/.featuregrid").expanduser()
    return _described_url(folder) or (DEFAULT_URL, None)


def _described_url(folder: Path) -> tuple[str, str | None] | None:
    try:
        described = json.loads((folder / "node.json").read_text(encoding="utf-8"))
        scheme = "https" if described.get("tls") else "http"
        return f"{scheme}://{reachable(described['http'])}", described.get("certificate")
    except (OSError, ValueError, KeyError, TypeError):
        return None


def reachable(address: str) -> str:
    """A port that is bound to every address of this machine is reached on loopback."""
    host, _, port = address.rpartition(":")
    return f"{_LOOPBACKS[host]}:{port}" if host in _LOOPBACKS else address


class Node:
    """JSON over HTTP with one node, on connections that stay open between calls. Several threads may use it at once.

    ``url`` is ``http://host:port`` or ``https://...``; the scheme may be left out. ``access`` is shown with each call. Proxies
    of the environment are not used.
    ``timeout`` is how many seconds a call waits for its answer. A call is never made twice, but for one that only reads and
    meets a kept connection that the node has just closed.
    """

    def __init__(self, url: str, timeout: float = ANSWER_SECONDS, access: Access | None = None) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme not in ("http", "https") or not parts.hostname or (port is None and parts.netloc.count(":") == 1):
            raise FeatureGridError("INVALID_QUERY", f"url is {url!r} (expected the node's HTTP port, like {DEFAULT_URL})")
        if timeout <= 0:
            raise FeatureGridError("INVALID_QUERY", f"timeout is {timeout} (expected more than 0 seconds)")
        self.host = parts.hostname
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
        self.timeout = timeout
        self._prefix = parts.path.rstrip("/")
        shown = access or Access()
        self._headers = shown.headers
        if parts.scheme == "https":
            self._connections = Connections(partial(http.client.HTTPSConnection, parts.hostname, port, context=shown.tls()))
        else:
            self._connections = Connections(partial(http.client.HTTPConnection, parts.hostname, port))

    def get(self, path: str) -> Any:
        """The JSON that a path answers. Raises FeatureGridError as the node answers it, UPSTREAM_FAILED if none does."""
        return self._call("GET", path, None, reads=True)

    def post(self, path: str, body: Any, reads: bool = False) -> Any:
        """The JSON that a path answers to a JSON body; ``reads`` if it changes nothing. Raises as `get` does."""
        return self._call("POST", path, body, reads)

    def post_bytes(self, path: str, content: bytes) -> Any:
        """The JSON that a path answers to bytes. Raises as `get` does."""
        return self._exchange("POST", path, content, "application/octet-stream", reads=False)

    def delete(self, path: str, body: Any) -> Any:
        """The JSON that a path answers to a JSON body that says what goes. Raises as `get` does."""
        return self._call("DELETE", path, body, reads=False)

    def close(self) -> None:
        """Ends the connections."""
        self._connections.close()

    def _call(self, method: str, path: str, document: Any, reads: bool) -> Any:
        body = None
        if document is not None:
            body = json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
        return self._exchange(method, path, body, "application/json", reads)

    def _exchange(self, method: str, path: str, body: bytes | None, content_type: str, reads: bool) -> Any:
        headers = {"Accept": "application/json", **self._headers}
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            status, lower, answer = self._exchanged(method, self._prefix + path, body, headers, reads)
        except TimeoutError as error:
            raise FeatureGridError("DEADLINE_EXCEEDED", f"{self.url}{path} gave no answer within {self.timeout:g} s") from error
        except ssl.SSLCertVerificationError as error:
            raise FeatureGridError(
                "UPSTREAM_FAILED",
                f"the certificate of the node at {self.url} is not believed: {error.verify_message} (expected one that"
                " tls_root_certs or FEATUREGRID_TLS_ROOT_CERTS vouch for, made for this host)",
            ) from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise FeatureGridError(
                "UPSTREAM_FAILED", f"no node answers at {self.url} ({why}); start one with `featuregrid start`"
            ) from error
        address = f"{method} {self.url}{path}"
        if status != 200:
            raise of_http(status, answer, lower, address)
        try:
            return json.loads(answer)
        except ValueError as error:
            text = answer[:200].decode("utf-8", errors="replace")
            raise FeatureGridError("INTERNAL_SERVER_ERROR", f"{address} answered {text!r} (expected JSON)") from error

    def _exchanged(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], reads: bool
    ) -> tuple[int, dict[str, str], bytes]:
        connection, used = self._connections.take(self.timeout)
        try:
            return self._answer(connection, method, path, body, headers)
        except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
            if not used or not reads:
                raise
        # Closed by the node between two calls. What lay idle as long is most likely closed, too.
        self._connections.close()
        connection, _ = self._connections.take(self.timeout)
        return self._answer(connection, method, path, body, headers)

    def _answer(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """One call; the connection is given back if its answer was read, else closed."""
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        except BaseException:
            # Ctrl-C comes here, too: the answer that is on its way must not become that of the next call.
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._connections.give(connection)
        return response.status, {name.lower(): value for name, value in response.getheaders()}, answer
