"""bin/bench restart: how long after its start a node with a million rows answers a query again; stopped cleanly, and killed."""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import sys
import time
import urllib.request
from pathlib import Path

import featuregrid
import numpy
import pyarrow as pa
from bench_report import machine, write_report
from node_process import NodeProcess, orderly_end

FEATURES = 10
DEFINITIONS = "from featuregrid import Primary, features\n\n\n@features\nclass Account:\n    id: Primary[int]\n" + "\n".join(
    f"    feature_{number}: float | None" for number in range(FEATURES)
)


def table(first: int, rows: int) -> pa.Table:
    random = numpy.random.default_rng(first)
    columns = {"id": numpy.arange(first, first + rows)}
    return pa.table(columns | {f"feature_{number}": random.standard_normal(rows) for number in range(FEATURES)})


def ask(http: str, entity: int) -> object:
    body = {"inputs": {"account.id": entity}, "outputs": ["account.feature_3"]}
    request = urllib.request.Request(f"http://{http}/v1/query/online", json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.loads(reply.read())["data"][0]["value"]


def restart(node: NodeProcess, entity: int, kill: bool) -> float:
    expected = ask(node.http, entity)
    node.kill() if kill else node.end()
    started = time.monotonic()
    node.start()
    answer = ask(node.http, entity)
    seconds = time.monotonic() - started
    if answer != expected:
        raise RuntimeError(f"account {entity} has {answer} after the restart (expected {expected})")
    return seconds


def bench(arguments: argparse.Namespace) -> dict[str, object]:
    rows = 100_000 if arguments.quick else 1_000_000
    runs: dict[str, list[float]] = {"stopped": [], "killed": []}
    with NodeProcess(jvm_options=arguments.jvm) as node:
        with featuregrid.connect(node.http_url) as grid:
            path = node.home / "account.py"
            path.write_text(DEFINITIONS + "\n")
            grid.apply(str(path))
            for first in range(0, rows, 100_000):
                grid.ingest("account", table(first, 100_000))
        for number in range(arguments.times):
            for kind, kill in (("stopped", False), ("killed", True)):
                seconds = restart(node, (number * 7919) % rows, kill)
                runs[kind].append(round(seconds, 2))
                print(f"[restart] {rows} rows, {kind}: answers after {seconds:.1f} s", file=sys.stderr)
    return {
        "bench": "restart",
        "command": shlex.join(["bin/bench", "restart", *sys.argv[1:]]),
        "machine": machine(),
        "rows": rows,
        "median_seconds_stopped": statistics.median(runs["stopped"]),
        "median_seconds_killed": statistics.median(runs["killed"]),
        "runs": runs,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench restart", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 rows instead of a million")
    parser.add_argument("--times", type=int, default=5, help="restarts of each kind (default %(default)s)")
    parser.add_argument("--jvm", default=None, metavar="OPTIONS", help="options of the node's JVM, like -Xmx2g")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line's object to a file")
    arguments = parser.parse_args()
    with orderly_end():
        return write_report(bench(arguments), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
