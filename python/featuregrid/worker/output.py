"""What a function prints or logs, kept instead of shown."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
from types import TracebackType

MOST_BYTES = 64 << 10


class CapturedOutput:
    """Standard output and error of this process, also of what writes to their descriptors, in a file between ``begin`` and ``end``."""

    def __enter__(self) -> CapturedOutput:
        # Unlinked at once: it goes with the process.
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for descriptor in (1, 2):
            os.dup2(self._file.fileno(), descriptor)
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), write_through=True)
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), write_through=True)
        logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def begin(self) -> None:
        """Forgets what was written so far."""
        self._file.seek(0)
        self._file.truncate()

    def end(self) -> str:
        """What was written since ``begin``, its first 64 KiB."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        size = self._file.seek(0, os.SEEK_END)
        if size == 0:
            return ""
        self._file.seek(0)
        text = self._file.read(MOST_BYTES).decode("utf-8", "replace")
        return text if size <= MOST_BYTES else f"{text}\n... {size - MOST_BYTES} further bytes"
