"""A process and all that descends from it, measured; Linux only."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Measured:
    """One process: how many files it has open, its resident memory in bytes, its command's first words."""

    pid: int
    files: int
    resident_bytes: int
    command: str


@dataclass(frozen=True)
class ProcessTree:
    """All processes of a tree at one moment. What ended meanwhile is left out, and so are zombies, which hold nothing."""

    measured: tuple[Measured, ...]

    @staticmethod
    def of(root: int) -> ProcessTree:
        """The process with this id, its descendants, and what belongs to sessions that one of these leads: also orphans."""
        stats = dict(all_stats())
        children = defaultdict(list)
        for pid, (parent, _) in stats.items():
            children[parent].append(pid)
        tree, waiting = set(), [root]
        while waiting:
            pid = waiting.pop()
            if pid in stats and pid not in tree:
                tree.add(pid)
                waiting += children[pid]
        sessions = tree - {root}
        tree |= {pid for pid, (_, session) in stats.items() if session in sessions}
        return ProcessTree(tuple(each for pid in sorted(tree) if (each := measure(pid)) is not None))

    @property
    def processes(self) -> int:
        return len(self.measured)

    @property
    def files(self) -> int:
        return sum(each.files for each in self.measured)

    @property
    def resident_bytes(self) -> int:
        return sum(each.resident_bytes for each in self.measured)

    def described(self) -> str:
        each = ", ".join(f"{one.pid} {one.command} ({one.files} files, {one.resident_bytes >> 20} MiB)" for one in self.measured)
        return f"{self.processes} processes: {each}"


def all_stats() -> Iterator[tuple[int, tuple[int, int]]]:
    """Parent and session of every process that is no zombie, by its id."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # The name of a program stands in parentheses, and may have some itself.
                state, parent, _, session, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
                if state != "Z":
                    yield int(folder.name), (int(parent), int(session))


def measure(pid: int) -> Measured | None:
    """None if it has ended."""
    folder = Path(f"/proc/{pid}")
    try:
        files = len(os.listdir(folder / "fd"))
        resident = int((folder / "statm").read_text().split()[1]) * PAGE_BYTES
        words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return None
    return Measured(pid, files, resident, " ".join([Path(words[0]).name, *words[1:3]])[:60])
