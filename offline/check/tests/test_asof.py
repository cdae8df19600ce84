"""The asof check itself: it agrees with a second formulation of the rules, and every broken rule makes it find differences."""

from __future__ import annotations

import argparse

import asof
import pyarrow.flight as flight
import pytest
from check_report import Report
from oracle import RULES
from stand_in import StandIn


class GridOfTheStandIn:
    """The part of the package's grid that the check uses; requests all go over plain Flight."""

    def apply(self, path: str) -> None:
        pass


class RunOnTheStandIn(asof.Run):
    def __init__(self, server: StandIn, client: flight.FlightClient, folder, broken: str | None, rows: int, seed: int = 5):
        arguments = argparse.Namespace(seed=seed, world=None, worlds=None, rows=rows, quick=True, broken=broken)
        super().__init__(arguments, Report("asof", seed, shown=2), GridOfTheStandIn(), client, folder)
        self.server = server

    def ingest(self, where, generator, world, teacher, ingest):
        self.server.world = world
        super().ingest(where, generator, world, teacher, ingest)

    def put(self, ingest, through_package):
        return super().put(ingest, through_package=False)

    def ask(self, where, world, request, through_package):
        super().ask(where, world, request, through_package=False)

    def one_world(self, number):
        self.server.told, self.server.imported = {}, {}
        super().one_world(number)


@pytest.fixture
def run(tmp_path):
    with StandIn() as server, flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        yield lambda broken, rows, seed=5: RunOnTheStandIn(server, client, tmp_path, broken, rows, seed)


def test_the_naive_join_and_the_second_formulation_agree(run):
    one = run(None, 6_000)
    one.all_worlds()
    assert one.report.differences == 0
    assert one.rows >= 6_000
    assert one.comparison.missing_meanings == {"kept rows"}


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_found(run, rule):
    one = run(rule, 10_000)
    number = 0
    while one.report.differences == 0 and one.rows < 10_000:
        one.one_world(number)
        number += 1
    assert one.report.differences > 0
    assert one.failed_worlds == 0
