"""Connections to one HTTP port, kept open from one call to the next."""

from __future__ import annotations

import contextlib
import http.client
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable

# A server closes what lies idle; one that was used lately is rarely closed at the very moment of its next use.
IDLE_SECONDS = 15.0
IDLE_CONNECTIONS = 16


class Connections:
    """Idle connections, the one used last first. Several threads may share it, each takes a connection of its own.

    ``open`` makes a connection that is not connected yet. A process that was forked starts without any: two processes that
    write into one connection would read each other's answers.
    """

    def __init__(self, open: Callable[[], http.client.HTTPConnection]) -> None:
        self._open = open
        self._idle: deque[tuple[float, http.client.HTTPConnection]] = deque()
        self._lock = threading.Lock()
        self._process = os.getpid()

    def take(self, timeout: float) -> tuple[http.client.HTTPConnection, bool]:
        """A connection of the caller's own until it is given back, and whether it was used before.

        One that its server has closed meanwhile is not handed out. ``timeout`` are seconds for each wait on it.
        """
        while (idle := self._newest()) is not None:
            since, connection = idle
            if time.monotonic() - since < IDLE_SECONDS and connection.sock is not None and not _closed_by_server(connection):
                connection.timeout = timeout
                connection.sock.settimeout(timeout)
                return connection, True
            connection.close()
        connection = self._open()
        connection.timeout = timeout
        return connection, False

    def give(self, connection: http.client.HTTPConnection) -> None:
        """Keeps a connection whose answer was read to its end; closes the one that lay idle longest if there are too many."""
        with self._lock:
            self._idle.append((time.monotonic(), connection))
            surplus = self._idle.popleft()[1] if len(self._idle) > IDLE_CONNECTIONS else None
        if surplus is not None:
            surplus.close()

    def close(self) -> None:
        """Closes all that are idle; later calls open new ones."""
        while (idle := self._newest()) is not None:
            idle[1].close()

    def _newest(self) -> tuple[float, http.client.HTTPConnection] | None:
        with self._lock:
            if self._process != os.getpid():
                self._idle.clear()
                self._process = os.getpid()
            return self._idle.pop() if self._idle else None


def _closed_by_server(connection: http.client.HTTPConnection) -> bool:
    """Nothing may come on an idle connection: what can be read is its end, or an answer to nobody."""
    with contextlib.suppress(OSError, ValueError):
        return bool(select.select([connection.sock], [], [], 0)[0])
    return True
