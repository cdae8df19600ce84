"""The HTTP side of a node: where it is, and its JSON endpoints."""

from __future__ import annotations

import http.client
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from featuregrid.errors import FeatureGridError, of_http

DEFAULT_URL = "http://127.0.0.1:8080"
ANSWER_SECONDS = 120.0


def find_url(url: str | None, home: str | Path | None) -> str:
    """The address of a node: the one given, else that of a home folder's node, else the environment's, else the default.

    In order: ``url``; ``node.json`` in ``home``; ``FEATUREGRID_URL``; ``node.json`` in ``FEATUREGRID_HOME`` or in
    ``~/.featuregrid``, if it is there; ``http://127.0.0.1:8080``. Raises FeatureGridError when ``home`` is given and no node
    runs there.
    """
    if url is not None:
        return url
    if home is not None:
        found = _described_url(Path(home).expanduser())
        if found is None:
            raise FeatureGridError(
                "UPSTREAM_FAILED", f"no node runs in {home} (no node.json there); start one with `featuregrid start --home {home}`"
            )
        return found
    from_environment = os.environ.get("FEATUREGRID_URL")
    if from_environment:
        return from_environment
    folder = Path(os.environ.get("FEATUREGRID_HOME") or "~/.featuregrid").expanduser()
    return _described_url(folder) or DEFAULT_URL


def _described_url(folder: Path) -> str | None:
    try:
        described = json.loads((folder / "node.json").read_text(encoding="utf-8"))
        return f"http://{described['http']}"
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Node:
    """JSON over HTTP with one node. Each call opens a connection of its own, so it may be used by several threads.

    ``url`` is ``http://host:port`` or ``https://...``; the scheme may be left out. Proxies of the environment are not used.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme not in ("http", "https") or not parts.hostname or (port is None and parts.netloc.count(":") == 1):
            raise FeatureGridError("INVALID_QUERY", f"url is {url!r} (expected the node's HTTP port, like {DEFAULT_URL})")
        self.host = parts.hostname
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
        self._secure = parts.scheme == "https"
        self._port = port
        self._prefix = parts.path.rstrip("/")

    def get(self, path: str) -> Any:
        """The JSON that a path answers. Raises FeatureGridError as the node answers it, UPSTREAM_FAILED if none does."""
        return self._call("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        """The JSON that a path answers to a JSON body. Raises as `get` does."""
        return self._call("POST", path, json.dumps(body, allow_nan=False).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self.host, self._port, timeout=ANSWER_SECONDS)
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, self._prefix + path, body, headers)
            response = connection.getresponse()
            answer = response.read()
            lower = {name.lower(): value for name, value in response.getheaders()}
        except TimeoutError as error:
            raise FeatureGridError("DEADLINE_EXCEEDED", f"{self.url}{path} gave no answer within {ANSWER_SECONDS:.0f} s") from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise FeatureGridError(
                "UPSTREAM_FAILED", f"no node answers at {self.url} ({why}); start one with `featuregrid start`"
            ) from error
        finally:
            connection.close()
        address = f"{method} {self.url}{path}"
        if response.status != 200:
            raise of_http(response.status, answer, lower, address)
        try:
            return json.loads(answer)
        except ValueError as error:
            text = answer[:200].decode("utf-8", errors="replace")
            raise FeatureGridError("INTERNAL_SERVER_ERROR", f"{address} answered {text!r} (expected JSON)") from error
