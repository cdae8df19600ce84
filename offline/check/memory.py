"""bin/check memory: a training set of a million rows over five million observations in a node with a heap of 512 MB."""

from __future__ import annotations

import argparse
import random
import sys
import time

import big_world
import featuregrid
import numpy
import pyarrow as pa
import pyarrow.flight as flight
from big_world import COMMAND, QUESTION, SPINE_SCHEMA, WORLD, Size
from check_report import Report, argument_parser, run
from definition_file import definition_file
from flight_calls import exchange, put_batches
from ingests import told_time
from node_process import NodeProcess
from oracle import RULES, Oracle
from values import plain_values, same, shown

HEAP = "-Xmx512m"
FULL = Size(entities=200_000, observations=1_000_000, spine_rows=1_000_000, sampled_rows=10_000)
QUICK = Size(entities=20_000, observations=100_000, spine_rows=100_000, sampled_rows=2_000)
BREAKABLE = {rule: RULES[rule] for rule in ("ties", "ttl", "null", "default")}


class Received:
    """Takes the answer batch by batch: the spine's columns are compared with what was sent, the sampled rows are kept."""

    def __init__(self, report: Report, spine: pa.Table, sampled: numpy.ndarray):
        self.report = report
        self.spine = spine
        self.sampled = sampled
        self.rows = 0
        self.kept: list[pa.RecordBatch] = []

    def batch(self, batch: pa.RecordBatch) -> None:
        sent = self.spine.slice(self.rows, batch.num_rows)
        got = pa.Table.from_batches([batch]).select(SPINE_SCHEMA.names)
        if not got.equals(sent):
            self.report.difference(
                f"rows {self.rows} to {self.rows + batch.num_rows}: the spine's columns",
                f"sent {sent.slice(0, 3).to_pylist()}\ngot  {got.slice(0, 3).to_pylist()}",
            )
        first, last = numpy.searchsorted(self.sampled, [self.rows, self.rows + batch.num_rows])
        if last > first:
            self.kept.append(batch.take(pa.array(self.sampled[first:last] - self.rows)))
        self.rows += batch.num_rows


def check(arguments: argparse.Namespace, report: Report) -> None:
    size = QUICK if arguments.quick else FULL
    with (
        NodeProcess(jvm_options=HEAP, keep_home=arguments.keep) as node,
        featuregrid.connect(node.http_url) as grid,
        flight.connect(node.flight_url) as client,
    ):
        require_small_heap(node)
        definitions = node.home / "sensor.py"
        definitions.write_text(definition_file(random.Random(arguments.seed), WORLD), encoding="utf-8")
        grid.apply(str(definitions))
        started = time.monotonic()
        inserted_at = ingest(client, arguments.seed, size, report)
        ingest_seconds = time.monotonic() - started
        ingest_peak = node.peak_bytes()
        report.progress(f"{size.observations * 5} observations in {ingest_seconds:.1f} s, peak {ingest_peak >> 20} MiB")
        received, told, seconds = ask(client, arguments.seed, size, report)
        peak = node.peak_bytes()
        report.progress(f"{received.rows} rows in {seconds:.1f} s, peak {peak >> 20} MiB")
    if received.rows != size.spine_rows or told.get("rows") != size.spine_rows or told.get("dropped") != 0:
        report.difference("rows", f"expected {size.spine_rows} rows, none dropped\ngot      {received.rows}, report {told}")
    learnt = compare_sample(arguments, size, received, inserted_at, report) if received.kept else 0
    report.counts |= {
        "observations": size.observations * len(big_world.CARRY_SETS),
        "carry_sets": len(big_world.CARRY_SETS),
        "rows": received.rows,
        "columns": len(QUESTION.features),
        "sampled_rows": sum(batch.num_rows for batch in received.kept),
        "sampled_observations": learnt,
        "heap": HEAP,
        "ingest_peak_bytes": ingest_peak,
        "peak_bytes": peak,
        "ingest_rows_per_second": round(size.observations * len(big_world.CARRY_SETS) / ingest_seconds),
        "rows_per_second": round(received.rows / seconds),
        "seconds": {"ingest": round(ingest_seconds, 1), "training_set": round(seconds, 1)},
    }


def require_small_heap(node: NodeProcess) -> None:
    """The last -Xmx of a command line counts; with another one the check would show nothing."""
    heaps = [word for word in node.command_line() if word.startswith("-Xmx")]
    if heaps[-1:] != [HEAP]:
        raise RuntimeError(
            f"the node runs with {heaps or 'no -Xmx'} (expected {HEAP} last): FEATUREGRID_JVM_OPTIONS did not reach it"
        )


def ingest(client: flight.FlightClient, seed: int, size: Size, report: Report) -> list[int]:
    """Five ingests, each of another carry set; answers the inserted_at of each."""
    inserted_at = []
    for place in range(len(big_world.CARRY_SETS)):
        schema = next(big_world.observation_chunks(seed, size, place)).schema
        batches = big_world.observation_chunks(seed, size, place)
        counts = put_batches(client, "sensor", schema, batches, {"observed_at": "observed_at"})
        if counts.get("rows") != size.observations:
            report.difference(f"counts of ingest {place}", f"expected {size.observations} rows\ngot      {counts}")
        inserted_at.append(told_time(counts))
    return inserted_at


def ask(client: flight.FlightClient, seed: int, size: Size, report: Report) -> tuple[Received, dict, float]:
    spine = pa.Table.from_batches(big_world.spine_chunks(seed, size))
    sampled = numpy.sort(numpy.random.default_rng(seed).choice(size.spine_rows, size.sampled_rows, replace=False))
    received = Received(report, spine, sampled)
    started = time.monotonic()
    schema, told = exchange(client, COMMAND, SPINE_SCHEMA, spine.to_batches(), received.batch)
    seconds = time.monotonic() - started
    expected = big_world.expected_schema()
    if not schema.equals(expected):
        report.difference("schema", f"expected {expected.to_string()!r}\ngot      {schema.to_string()!r}")
        received.kept = []
    return received, told, seconds


def compare_sample(arguments: argparse.Namespace, size: Size, received: Received, inserted_at: list[int], report: Report) -> int:
    """Compares the sampled rows with the oracle, which learns of their sensors only; answers how many observations that took."""
    sample = pa.Table.from_batches(received.kept)
    rows = [
        {"row": row, "sensor_id": sensor, "at": at}
        for row, sensor, at in zip(*(plain_values(sample.column(name)) for name in ("row", "sensor_id", "at")), strict=True)
    ]
    oracle = Oracle(arguments.broken)
    learnt = big_world.learn_about(oracle, {row["sensor_id"] for row in rows} - {None}, arguments.seed, size, inserted_at)
    answer = oracle.answer(WORLD.sets, QUESTION, rows)
    for path in QUESTION.features:
        got, expected = plain_values(sample.column(path)), answer.columns[path]
        wrong = [place for place in range(len(rows)) if not same(expected[place], got[place])]
        if wrong:
            place, kind = wrong[0], big_world.SENSOR.feature(path.split(".")[1]).type
            text = f"{rows[place]}\nexpected {shown(kind, expected[place])}\ngot      {shown(kind, got[place])}"
            report.difference(f"{path} in {len(wrong)} of {len(rows)} sampled rows", text, len(wrong))
    return learnt


def main() -> int:
    return run("memory", argument_parser("memory", __doc__.split(": ", 1)[1], BREAKABLE).parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
