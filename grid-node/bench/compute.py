"""bin/bench compute: 100 features computed by 25 functions, beside 100 stored features in the same run. How long planning takes and
what the plan cache saves, a query over HTTP with and without its values being logged, and rows a second of a training set.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import featuregrid
import numpy
import pyarrow as pa
from bench_report import machine, median_of, write_report
from node_process import NodeProcess, orderly_end
from online import WARM_UP_SECONDS, Java, ask

FUNCTIONS = 25
RESULTS = 4
FEATURES = FUNCTIONS * RESULTS
SET = "wide"
SEED = 7
ENTITIES = 1_000
ROWS_FULL, ROWS_QUICK = 200_000, 20_000
START = 1_767_225_600_000_000
HOUR = 3_600_000_000
FUNCTION = """

@online
def function_{number:02d}(a: Wide.stored_{first:02d}, b: Wide.stored_{second:02d}) -> fg.Features[{outputs}]:
    if a is None or b is None:
        return None, None, None, None
    total = a + b
    return total, a * b - 1.5, a / (abs(b) + 1), total if a > b else -total
"""


def stored() -> list[str]:
    return [f"stored_{number:02d}" for number in range(FEATURES)]


def computed() -> list[str]:
    return [f"computed_{number:02d}" for number in range(FEATURES)]


def definitions() -> str:
    lines = ["import featuregrid as fg", "from featuregrid import Primary, features, online", "", "", "@features", "class Wide:"]
    lines += ["    id: Primary[int]", *(f"    {name}: float | None" for name in [*stored(), *computed()])]
    text = "\n".join(lines) + "\n"
    for number in range(FUNCTIONS):
        outputs = ", ".join(f"Wide.computed_{number * RESULTS + place:02d}" for place in range(RESULTS))
        text += FUNCTION.format(number=number, first=2 * number, second=2 * number + 1, outputs=outputs)
    return text


def observations() -> pa.Table:
    random_numbers = numpy.random.default_rng(SEED)
    columns: dict[str, object] = {"id": range(ENTITIES)}
    columns |= {name: random_numbers.standard_normal(ENTITIES) for name in stored()}
    return pa.table(columns)


def document(names: Sequence[str], **options: object) -> dict:
    return {"inputs": {f"{SET}.id": 7}, "outputs": [f"{SET}.{name}" for name in names], **options}


def measure_plans(address: str, names: Sequence[str], asks: int, generator: random.Random) -> dict[str, float]:
    """Asks in new orders, each of which is a plan of its own, and in one order, which is not; microseconds at the caller.

    Planning is what the medians differ by.
    """
    times: dict[bool, list[float]] = {True: [], False: []}
    connection = http.client.HTTPConnection(address, timeout=30)
    for number in range(2 * asks):
        new = number % 2 == 0
        order = generator.sample(list(names), len(names)) if new else list(names)
        # With a now of the caller's nothing is written back.
        body = json.dumps(document(order, now="2026-01-02T00:00:00Z"))
        started = time.perf_counter()
        connection.request("POST", "/v1/query/online", body, {"Content-Type": "application/json"})
        reply = connection.getresponse().read()
        seconds = time.perf_counter() - started
        missed = json.loads(reply)["meta"]["missed_plan_cache"]
        if number > 1:
            if missed != new:
                raise RuntimeError(f"the plan cache was missed: {missed} (expected {new})")
            times[new].append(seconds * 1e6)
    connection.close()
    known, unknown = statistics.median(times[False]), statistics.median(times[True])
    return {
        "planned_p50_us": round(unknown, 1), "planned_p99_us": round(percentile(times[True], 99), 1),
        "cached_p50_us": round(known, 1), "cached_p99_us": round(percentile(times[False], 99), 1),
        "planning_us": round(unknown - known, 1),
    }  # fmt: skip


def percentile(times: Sequence[float], which: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[which - 1]


def measure_queries(node: NodeProcess, folder: Path, rounds: int, seconds: float) -> dict[str, list[dict[str, float]]]:
    """All rounds of one query over HTTP in a closed loop, with both kinds of features."""
    bodies = {
        "stored": document(stored()),
        "computed": document(computed(), now="2026-01-02T00:00:00Z"),
        "computed and logged": document(computed()),
    }
    runs: dict[str, list[dict[str, float]]] = {}
    with Java("measure") as measuring:
        files = {}
        for place, (name, body) in enumerate(bodies.items()):
            files[name] = folder / f"{place}.json"
            files[name].write_text(json.dumps(body))
            reply = json.loads(ask(node.http, "/v1/query/online", files[name]))
            if reply["errors"] or not all(item["valid"] for item in reply["data"]):
                raise RuntimeError(f"the query of {name} features answers {str(reply)[:500]} (expected values only)")
            runs[f"cold {name}"] = [measuring.ask(f"http {WARM_UP_SECONDS} {node.http} /v1/query/online {files[name]}")]
        for number in range(rounds):
            for name, file in files.items():
                result = measuring.ask(f"http {seconds} {node.http} /v1/query/online {file}")
                runs.setdefault(name, []).append(result)
                print(
                    f"[compute] round {number + 1}  {name:20} p50 {result['p50_us']:8.1f} us  p99 {result['p99_us']:8.1f} us",
                    file=sys.stderr,
                )
    return runs


def measure_training(grid: featuregrid.Grid, rows: int, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Rows a second of the same spine with each kind of features."""
    random_numbers = numpy.random.default_rng(SEED)
    times = START + HOUR + numpy.arange(rows, dtype=numpy.int64)
    spine = pa.table({"id": random_numbers.integers(0, ENTITIES, rows), "at": pa.array(times).cast(pa.timestamp("us", "UTC"))})
    runs: dict[str, list[dict[str, float]]] = {}
    for number in range(rounds + 1):
        for kind, names in (("stored", stored()), ("computed", computed())):
            started = time.monotonic()
            answer = grid.training_set(spine, [f"{SET}.{name}" for name in names], time="at", keys={f"{SET}.id": "id"})
            seconds = time.monotonic() - started
            if answer.column(f"{SET}.{names[-1]}").null_count:
                raise RuntimeError(f"a training set of {kind} features has nulls (expected none)")
            if number:
                # The first of each warms up.
                runs.setdefault(kind, []).append({"rows_per_second": round(rows / seconds), "seconds": round(seconds, 3)})
                print(f"[compute] training set {number}  {kind:10} {rows / seconds:10.0f} rows/s", file=sys.stderr)
    return runs


def medians(runs: Mapping[str, list[dict[str, float]]], *what: str) -> dict[str, dict[str, float]]:
    return {name: {one: median_of(each, one) for one in what} for name, each in runs.items()}


def bench(arguments: argparse.Namespace) -> dict[str, object]:
    rows = ROWS_QUICK if arguments.quick else ROWS_FULL
    rounds, seconds, asks = (3, 2.0, 200) if arguments.quick else (5, 5.0, 1_000)
    with NodeProcess() as node, featuregrid.connect(node.http_url) as grid, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "definitions.py"
        path.write_text(definitions())
        grid.apply(str(path))
        grid.ingest(SET, observations(), observed_at="2026-01-01T00:00:00Z")
        queries = measure_queries(node, Path(folder), rounds, seconds)
        kinds = {"stored": stored(), "computed": computed()}
        # The first of each warms up.
        generator = random.Random(SEED)
        plans = {
            kind: [measure_plans(node.http, names, asks, generator) for _ in range(rounds + 1)][1:] for kind, names in kinds.items()
        }
        training = measure_training(grid, rows, rounds)
    query_medians = medians(queries, "p50_us", "p99_us", "per_second")
    training_medians = medians(training, "rows_per_second")
    return {
        "bench": "compute",
        "command": shlex.join(["bin/bench", "compute", *sys.argv[1:]]),
        "machine": machine(),
        "functions": FUNCTIONS,
        "features": FEATURES,
        "spine_rows": rows,
        "queries": query_medians,
        "computed_p50_over_stored": round(query_medians["computed"]["p50_us"] / query_medians["stored"]["p50_us"], 2),
        "plans": medians(plans, "planned_p50_us", "planned_p99_us", "cached_p50_us", "cached_p99_us", "planning_us"),
        "training_sets": training_medians,
        "stored_rows_over_computed": round(
            training_medians["stored"]["rows_per_second"] / training_medians["computed"]["rows_per_second"], 2
        ),
        "runs": {"queries": queries, "plans": plans, "training_sets": training},
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench compute", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 rows and 3 short rounds instead of 200,000 and 5")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line's object to a file")
    arguments = parser.parse_args()
    with orderly_end():
        return write_report(bench(arguments), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
