"""What every benchmark has in common on the outside: the machine it ran on, medians, its last line."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path


def machine() -> str:
    """The processor's name and how many of them this process may use."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        model = next((line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")), model)
    return f"{model}, {len(os.sched_getaffinity(0))} processors"


def median_of(runs: Sequence[Mapping[str, float]], what: str) -> float:
    """The median of one figure over all runs."""
    return statistics.median(run[what] for run in runs)


def write_report(report: Mapping[str, object], file: Path | None) -> int:
    """Prints the report as one line of JSON, and writes it to a file if one is given; the exit status, 0."""
    text = json.dumps(report)
    if file is not None:
        file.write_text(text + "\n", encoding="utf-8")
    print(text, flush=True)
    return 0
