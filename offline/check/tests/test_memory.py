"""The memory check's world and comparison, in a small size and against the stand-in."""

from __future__ import annotations

import argparse

import big_world
import memory
import pyarrow.flight as flight
import pytest
from check_report import Report
from stand_in import StandIn

SIZE = big_world.Size(entities=300, observations=1_500, spine_rows=4_000, sampled_rows=800)


@pytest.mark.parametrize("rule", [None, *memory.BREAKABLE])
def test_the_sampled_rows_are_as_the_oracle_says(rule, monkeypatch):
    monkeypatch.setattr(big_world, "CHUNK_ROWS", 900)
    report = Report("memory", 3, shown=2)
    with StandIn() as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        server.world = big_world.WORLD
        inserted_at = memory.ingest(client, 3, SIZE, report)
        received, told, _ = memory.ask(client, 3, SIZE, report)
    memory.compare_sample(argparse.Namespace(seed=3, broken=rule), SIZE, received, inserted_at, report)
    assert told["rows"] == received.rows == SIZE.spine_rows
    assert (report.differences > 0) == (rule is not None)


def test_chunks_are_the_same_each_time():
    first, again = (list(big_world.observation_chunks(7, SIZE, 2)) for _ in range(2))
    assert all(left.equals(right) for left, right in zip(first, again, strict=True))
