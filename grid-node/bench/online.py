"""bin/bench online: reading 50 stored features of one entity, and of a hundred, over HTTP, beside two peers in the same run:
a bare Vert.x handler that returns the same bytes, and the stock Ignite thin client. Also rows a second of bulk load and bytes a row.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import featuregrid
import numpy
import pyarrow as pa
from bench_report import machine, median_of, write_report
from node_process import NodeProcess, orderly_end

ROOT = Path(__file__).resolve().parents[2]
FEATURES = 50
HUNDRED = 100
WARM_UP_SECONDS = 8.0
SET = "wide"


def definitions() -> str:
    columns = "\n".join(f"    feature_{number:02d}: float | None" for number in range(FEATURES))
    return f"from featuregrid import Primary, features\n\n\n@features\nclass Wide:\n    id: Primary[str]\n{columns}\n"


def table(rows: int, seed: int) -> pa.Table:
    random = numpy.random.default_rng(seed)
    columns = {"id": [f"entity-{number}" for number in range(rows)]}
    columns |= {f"feature_{number:02d}": random.standard_normal(rows) for number in range(FEATURES)}
    return pa.table(columns)


def bodies(folder: Path) -> dict[str, Path]:
    outputs = [f"{SET}.feature_{number:02d}" for number in range(FEATURES)]
    one = {"inputs": {f"{SET}.id": "entity-7"}, "outputs": outputs}
    hundred = {"inputs": {f"{SET}.id": [f"entity-{number}" for number in range(HUNDRED)]}, "outputs": outputs}
    files = {"one": folder / "one.json", "hundred": folder / "hundred.json"}
    files["one"].write_text(json.dumps(one))
    files["hundred"].write_text(json.dumps(hundred))
    return files


def ask(http: str, path: str, body: Path) -> bytes:
    request = urllib.request.Request(f"http://{http}{path}", body.read_bytes(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read()


class Java:
    """A process of OnlineBench.java, which ends when its standard input does."""

    def __init__(self, *arguments: str):
        java = Path(os.environ["FEATUREGRID_JAVA_HOME"]) / "bin" / "java"
        self.command = [
            str(java), f"@{ROOT / 'jvm.flags'}", "-Xmx512m", "--class-path", f"{ROOT}/ops/target/lib/*",
            str(Path(__file__).with_name("OnlineBench.java")), *arguments,
        ]  # fmt: skip
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Java:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{shlex.join(self.command)} ended (expected a line)")
        return line.strip()

    def ask(self, line: str) -> dict[str, float]:
        print(line, file=self.process.stdin, flush=True)
        return json.loads(self.line())


def measure(node: NodeProcess, folder: Path, rounds: int, seconds: float) -> dict[str, list[dict[str, float]]]:
    """All rounds of all peers; before them each is asked for a while, and what that shows is kept under `cold`."""
    requests = bodies(folder)
    paths = {"one": "/v1/query/online", "hundred": "/v1/query/bulk"}
    replies = {}
    for name, path in paths.items():
        replies[name] = folder / f"{name}.reply"
        replies[name].write_bytes(ask(node.http, path, requests[name]))
    keys = {"one": "entity-7", "hundred": ",".join(f"entity-{number}" for number in range(HUNDRED))}
    runs: dict[str, list[dict[str, float]]] = {}
    with Java("bare", str(replies["one"]), str(replies["hundred"])) as bare, Java("measure") as measuring:
        port = bare.line()
        lines = {}
        for index, name in enumerate(paths):
            lines[f"{name}: featuregrid"] = f"http {seconds} {node.http} {paths[name]} {requests[name]}"
            lines[f"{name}: bare handler"] = f"http {seconds} 127.0.0.1:{port} /{index} {requests[name]}"
            lines[f"{name}: thin client"] = f"thin {seconds} {node.thin} {SET} {keys[name]}"
        for name, line in lines.items():
            # A node that has just started compiles its hot paths for some ten seconds; a peer is given as long.
            word, _, rest = line.split(" ", 2)
            runs[f"cold {name}"] = [measuring.ask(f"{word} {WARM_UP_SECONDS} {rest}")]
        for number in range(rounds):
            for name, line in lines.items():
                result = measuring.ask(line)
                runs.setdefault(name, []).append(result)
                print(f"[online] round {number + 1}  {name:22} p50 {result['p50_us']:8.1f} us  p99 {result['p99_us']:8.1f} us", file=sys.stderr)
    return runs


def memory(http: str) -> float:
    with urllib.request.urlopen(f"http://{http}/metrics", timeout=30) as reply:
        for line in reply.read().decode().splitlines():
            if line.startswith("featuregrid_grid_memory_bytes "):
                return float(line.split()[1])
    raise RuntimeError("/metrics has no featuregrid_grid_memory_bytes")


def bench(arguments: argparse.Namespace) -> dict[str, object]:
    rows = 20_000 if arguments.quick else 200_000
    rounds, seconds = (3, 2.0) if arguments.quick else (5, 5.0)
    with NodeProcess(settings={"thin.port": 0}) as node, featuregrid.connect(node.http_url) as grid, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "definitions.py"
        path.write_text(definitions())
        grid.apply(str(path))
        grid.ingest(SET, table(HUNDRED * 10, 1))
        before = memory(node.http)
        started = time.monotonic()
        counts = grid.ingest(SET, table(rows, 2))
        loading = time.monotonic() - started
        bytes_a_row = (memory(node.http) - before) / (rows - HUNDRED * 10)
        runs = measure(node, Path(folder), rounds, seconds)
    medians = {name: {what: median_of(run, what) for what in ("p50_us", "p99_us", "per_second")} for name, run in runs.items()}
    return {
        "bench": "online",
        "command": shlex.join(["bin/bench", "online", *sys.argv[1:]]),
        "machine": machine(),
        "features": FEATURES,
        "ingest_rows": counts["rows"],
        "ingest_rows_per_second": round(rows / loading),
        "memory_bytes_a_row": round(bytes_a_row),
        "medians": medians,
        "one_p50_over_bare": round(medians["one: featuregrid"]["p50_us"] / medians["one: bare handler"]["p50_us"], 2),
        "hundred_p50_over_bare": round(medians["hundred: featuregrid"]["p50_us"] / medians["hundred: bare handler"]["p50_us"], 2),
        "one_p50_over_thin_client": round(medians["one: featuregrid"]["p50_us"] / medians["one: thin client"]["p50_us"], 2),
        "runs": runs,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench online", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 rows and 3 short rounds instead of 200,000 and 5")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line's object to a file")
    arguments = parser.parse_args()
    with orderly_end():
        return write_report(bench(arguments), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
