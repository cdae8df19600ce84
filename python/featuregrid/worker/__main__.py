"""``python -m featuregrid.worker SOCKET MEMORY FILES``: answers calls of functions that come over a Unix domain socket.

A message either way is a JSON header (4 bytes of length, little-endian, then the text) and an Arrow IPC stream (8 bytes of length,
then the bytes; none: length 0). The process ends when the other side closes the socket, or dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from featuregrid.worker.calls import answer
from featuregrid.worker.output import CapturedOutput

_PARENT_DEATH_SIGNAL = 1
_CHILD_SUBREAPER = 36


def main(path: str, memory: int, files: int) -> None:
    """Serves one connection to its end. ``memory`` is in bytes of address space, ``files`` the most that may be open."""
    _limit(memory, files)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        # What a function prints must not go where the node's own output goes, and nothing may read the node's input.
        with CapturedOutput() as output:
            while (message := _receive(connection)) is not None:
                header, content = message
                output.begin()
                reply, answered = answer(header, content)
                reply["output"] = output.end()
                reply["children"] = _children()
                _send(connection, reply, answered)


def _limit(memory: int, files: int) -> None:
    with contextlib.suppress(OSError):
        os.setsid()
    with contextlib.suppress(OSError, AttributeError):
        control = ctypes.CDLL(None).prctl
        control(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        # What a function starts stays this process's, also when it lets go of it.
        control(_CHILD_SUBREAPER, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if memory > 0:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _children() -> int:
    """How many processes a call has left; 0 where the system does not tell."""
    count = 0
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            count += len(task.read_text().split())
    return count


def _receive(connection: socket.socket) -> tuple[dict[str, Any], bytes] | None:
    start = _exactly(connection, 4)
    if start is None:
        return None
    header = _exactly(connection, struct.unpack("<I", start)[0])
    size = _exactly(connection, 8)
    content = _exactly(connection, struct.unpack("<Q", size)[0]) if size is not None else None
    return None if header is None or content is None else (json.loads(header), content)


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(count - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def _send(connection: socket.socket, header: dict[str, Any], content: bytes) -> None:
    text = json.dumps(header).encode()
    connection.sendall(struct.pack("<I", len(text)) + text + struct.pack("<Q", len(content)) + content)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
