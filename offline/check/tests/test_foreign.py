"""The foreign check itself: it finds nothing in tables that are as they should be, and finds what is broken on purpose."""

from __future__ import annotations

import argparse
from types import SimpleNamespace

import foreign
import pyarrow.flight as flight
import pytest
from check_report import Report
from stand_in_history import StandInWithHistory


class RunOnTheStandIn(foreign.Run):
    def __init__(self, server: StandInWithHistory, client: flight.FlightClient, home, broken: str | None):
        arguments = argparse.Namespace(seed=5, broken=broken)
        super().__init__(arguments, Report("foreign", 5, shown=3), SimpleNamespace(home=home), None, client)
        self.server = server

    def apply(self, path, world):
        # A set that comes back gets a table of its own, which this stand-in does not do: there it never goes.
        self.server.apply(world)

    def feature_numbers(self, world):
        return dict(self.server.numbers)


@pytest.fixture
def run(tmp_path, monkeypatch):
    def keep_all_sets(generator, world):
        names = list(world.sets.items())
        original(generator, world)
        world.sets.update({name: one for name, one in names if name not in world.sets})
        world.removed_sets.clear()

    original = foreign.remove_some
    monkeypatch.setattr(foreign, "remove_some", keep_all_sets)
    with StandInWithHistory(tmp_path) as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        yield lambda broken: RunOnTheStandIn(server, client, tmp_path, broken)


def test_tables_as_they_should_be(run):
    one = run(None)
    one.one_world(0)
    assert one.report.differences == 0
    assert min(one.counts[count] for count in ("rows", "files", "tombstones", "returned_columns", "composite_tables")) > 0


@pytest.mark.parametrize("rule", foreign.RULES)
def test_what_is_broken_is_found(run, rule):
    one = run(rule)
    one.one_world(0)
    assert one.report.differences > 0
