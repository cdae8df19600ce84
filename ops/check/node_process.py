"""A node of its own for a check: started on free ports in a temporary home, measured, and ended with its folder."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

LAUNCHER = Path(__file__).resolve().parents[2] / "bin" / "featuregrid"

# The launcher builds what is missing before it starts a node; a first build downloads some 300 jars.
START_LIMIT_SECONDS = 1200
STOP_LIMIT_SECONDS = 30
LOG_LINES_SHOWN = 40


class NodeFailed(Exception):
    """A node that did not start, or ended by itself; the message carries the end of its log."""


class NodeProcess:
    """A running node; ``with NodeProcess(...) as node`` ends it and removes its home, whatever happens inside.

    ``settings`` become ``--set name=value`` (the ports are free ones unless set), ``jvm_options`` goes to the node's JVM
    (``-Xmx512m``). ``keep_home`` leaves the folder for a look afterwards and prints where it is.
    Attributes once started: ``pid``, ``http``, ``flight`` and ``thin`` (``host:port``), ``home``. Not thread-safe.
    `end` and `kill` end it in order or as a crash would, and `start` brings it back in the same home, on other ports.
    """

    def __init__(self, settings: Mapping[str, object] | None = None, jvm_options: str | None = None, keep_home: bool = False):
        self.settings = {"http.port": 0, "flight.port": 0, "thin.port": 0, **(settings or {})}
        self.jvm_options = jvm_options
        self.keep_home = keep_home
        self.home = Path(tempfile.mkdtemp(prefix="featuregrid-check-"))
        self.pid = 0
        self.http = ""
        self.flight = ""
        self.thin = ""
        self._handle: int | None = None

    def __enter__(self) -> NodeProcess:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def http_url(self) -> str:
        return f"http://{self.http}"

    @property
    def flight_url(self) -> str:
        return f"grpc://{self.flight}"

    def start(self) -> None:
        """Starts the node in its home, which may hold what an earlier one left, and waits until it is ready."""
        command = [str(LAUNCHER), "start", "--detach", "--home", str(self.home), "--json"]
        for name, value in self.settings.items():
            command += ["--set", f"{name}={value}"]
        environment = {name: value for name, value in os.environ.items() if name not in ("FEATUREGRID_HOME", "FEATUREGRID_URL")}
        # A node breaks a rule on purpose only for a check.
        environment["FEATUREGRID_CHECK"] = "1"
        if self.jvm_options is not None:
            environment["FEATUREGRID_JVM_OPTIONS"] = self.jvm_options
        # A file, not a pipe: the node inherits what the launcher has, and a pipe would stay open as long as the node runs.
        with tempfile.TemporaryFile("w+") as answer:
            try:
                status = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=answer, env=environment, timeout=START_LIMIT_SECONDS, check=False
                ).returncode
            except (OSError, subprocess.TimeoutExpired) as error:
                raise NodeFailed(f"{' '.join(command)}: {error}{self.log_end()}") from error
            answer.seek(0)
            lines = answer.read().splitlines()
        if status != 0:
            raise NodeFailed(f"{' '.join(command)} ended with status {status} (expected 0){self.log_end()}")
        try:
            described = json.loads(lines[-1])
            self.pid, self.http = int(described["pid"]), described["http"]
            self.flight, self.thin = described["flight"], described["thin"]
        except (IndexError, ValueError, KeyError, TypeError) as error:
            shown = lines[-1] if lines else "nothing"
            raise NodeFailed(f'start --json printed {shown!r} last (expected {{"pid":, "http":, "flight":, "thin":}})') from error
        if hasattr(os, "pidfd_open"):
            try:
                self._handle = os.pidfd_open(self.pid)
            except ProcessLookupError as error:
                raise NodeFailed(f"the node (process {self.pid}) ended right after its start{self.log_end()}") from error

    def peak_bytes(self) -> int:
        """The most memory that the whole process has had resident so far (VmHWM), in bytes; Linux only."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise NodeFailed(f"process {self.pid} shows no VmHWM: it has ended{self.log_end()}")

    def command_line(self) -> list[str]:
        """The node's own command line, as the kernel has it; Linux only."""
        return Path(f"/proc/{self.pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]

    def alive(self) -> bool:
        return self.pid != 0 and not self._ended_within(0)

    def log_end(self) -> str:
        """The last lines of every log under the home folder, to be put behind a message; empty when there is none."""
        shown = []
        for path in sorted(self.home.rglob("*.log")):
            with path.open(errors="replace") as log:
                shown += [f"--- {path.relative_to(self.home)}", *(line.rstrip() for line in deque(log, LOG_LINES_SHOWN))]
        return "".join(f"\n{line}" for line in shown)

    def kill(self) -> None:
        """Ends the node at once, as a crash would; its home stays as it is then."""
        if not self.pid:
            # Process 0 would be this one's whole group.
            raise NodeFailed("no node runs (expected one to kill)")
        self._signal(signal.SIGKILL)
        if not self._ended_within(STOP_LIMIT_SECONDS):
            raise NodeFailed(f"the node (process {self.pid}) still runs {STOP_LIMIT_SECONDS} s after SIGKILL")
        self._forget()

    def end(self) -> None:
        """Asks the node to end, and kills it when it does not; its home stays. Harmless when it is gone already."""
        if self.pid:
            self._signal(signal.SIGTERM)
            if not self._ended_within(STOP_LIMIT_SECONDS):
                print(f"the node (process {self.pid}) still runs {STOP_LIMIT_SECONDS} s after SIGTERM: killed", file=sys.stderr)
                self._signal(signal.SIGKILL)
                self._ended_within(STOP_LIMIT_SECONDS)
        self._forget()

    def stop(self) -> None:
        """Ends the node in order and removes its home; harmless when it is gone already."""
        self.end()
        if self.keep_home:
            print(f"the node's home is kept: {self.home}", file=sys.stderr)
        else:
            shutil.rmtree(self.home, ignore_errors=True)

    def _forget(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self.pid = 0

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, number)
            else:
                os.kill(self.pid, number)

    def _ended_within(self, seconds: float) -> bool:
        if self._handle is not None:
            # A process's descriptor reads as ready once the process has ended.
            return bool(select.select([self._handle], [], [], seconds)[0])
        deadline = time.monotonic() + seconds
        while True:
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)


@contextlib.contextmanager
def orderly_end() -> Iterator[None]:
    """Within it SIGTERM ends this process by SystemExit, so that a check that is cut off takes its node with it."""

    def leave(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
