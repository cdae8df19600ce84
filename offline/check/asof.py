"""bin/check asof: training sets through Flight against a naive join on random worlds, and against pandas' merge_asof."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import featuregrid
import flight_weather
import pyarrow as pa
import pyarrow.flight as flight
from cases import CASES, CountingOracle
from check_report import Report, argument_parser, run
from comparison import Comparison, describe_request, describe_schema
from definition_file import definition_file
from flight_calls import put_observations, training_set
from ingests import Ingest, Teacher, first_ingests, random_ingest
from node_process import NodeFailed, NodeProcess
from oracle import RULES
from training_requests import TrainingRequest, random_request
from values import same
from world import World, bring_back, random_world, remove_some

FULL_ROWS, QUICK_ROWS, QUICK_FLIGHTS = 100_000, 6_000, 20_000
QUICK_SECONDS = 25
LEAST_OF_EACH_CASE = 20
REQUESTS_A_PHASE = 4
# A world that failed as a whole shows little more the tenth time.
FAILED_WORLDS_LIMIT = 10
REFUSALS = (featuregrid.FeatureGridError, flight.FlightError, pa.ArrowException)


class Run:
    """One run of the check against one node: world after world, until enough spine rows were compared."""

    def __init__(
        self, arguments: argparse.Namespace, report: Report, grid: featuregrid.Grid, client: flight.FlightClient, folder: Path
    ):
        self.arguments = arguments
        self.report = report
        self.grid = grid
        self.client = client
        self.folder = folder
        self.oracle = CountingOracle(arguments.broken)
        self.comparison = Comparison(report, self.oracle)
        self.worlds = self.applies = self.ingests = self.observations = self.requests = self.rows = self.failed_worlds = 0

    def all_worlds(self) -> None:
        numbers = [self.arguments.world] if self.arguments.world is not None else range(self.arguments.worlds or sys.maxsize)
        started = time.monotonic()
        for number in numbers:
            if self.rows >= self.arguments.rows or self.failed_worlds >= FAILED_WORLDS_LIMIT:
                break
            if self.arguments.quick and time.monotonic() - started > QUICK_SECONDS:
                self.report.progress(f"no further world is begun after {QUICK_SECONDS} s, since this is the quick form")
                break
            self.one_world(number)
            self.worlds += 1
            self.report.progress(
                f"world {number}: {self.rows} rows in {self.requests} requests so far, {self.report.differences} differences"
            )

    def one_world(self, number: int) -> None:
        """Definitions, ingests and requests in three phases: as first applied, some features removed, the same names again."""
        generator = random.Random(f"{self.arguments.seed}/{number}")
        world = random_world(generator, number)
        self.oracle.forget()
        teacher = Teacher(self.oracle)
        where = f"seed {self.arguments.seed} world {number}"
        try:
            for phase, change in enumerate((None, remove_some, bring_back)):
                if change is not None:
                    change(generator, world)
                self.oracle.returned = world.returned
                self.apply(definition_file(generator, world), f"world_{number}_phase_{phase}.py")
                for ingest in first_ingests(generator, world, teacher.told_times) if phase == 0 else ():
                    self.ingest(where, generator, world, teacher, ingest)
                for _ in range(generator.randint(4, 7)):
                    self.ingest(where, generator, world, teacher, random_ingest(generator, world, teacher.told_times))
                for place in range(REQUESTS_A_PHASE):
                    rows = generator.choice([0, 3, 60, 150, 150, 250, 200 if self.arguments.quick else 1_500])
                    request = random_request(generator, world, rows, teacher.told_times)
                    self.ask(f"{where} phase {phase} request {place}", world, request, through_package=generator.random() < 0.25)
        except REFUSALS as error:
            self.failed_worlds += 1
            self.report.difference(f"{where}: refused", refusal(error))

    def apply(self, definitions: str, name: str) -> None:
        path = self.folder / name
        path.write_text(definitions, encoding="utf-8")
        try:
            self.grid.apply(str(path))
        except REFUSALS as error:
            error.add_note(f"apply of {name}:\n{definitions}")
            raise
        self.applies += 1

    def ingest(self, where: str, generator: random.Random, world: World, teacher: Teacher, ingest: Ingest) -> None:
        counts = self.put(ingest, through_package=generator.random() < 0.3)
        if counts.get("rows") != len(ingest.facts):
            self.report.difference(
                f"{where}: counts of an ingest into {ingest.set_name}", f"expected {len(ingest.facts)} rows\ngot      {counts}"
            )
        if "ingest_id" in ingest.options and generator.random() < 0.5:
            # A retry: the same rows under the same id are there once, so the oracle hears of them once.
            self.put(ingest, through_package=False)
        teacher.learn(world.sets[ingest.set_name], ingest, counts)
        self.ingests += 1
        self.observations += len(ingest.facts)

    def put(self, ingest: Ingest, through_package: bool) -> dict:
        try:
            if through_package:
                return dict(self.grid.ingest(ingest.set_name, ingest.table, **ingest.options))
            return put_observations(self.client, ingest.set_name, ingest.table, ingest.options, ingest.batch_rows)
        except REFUSALS as error:
            error.add_note(f"ingest into {ingest.set_name}: {ingest.options}, columns {describe_schema(ingest.table.schema)}")
            raise

    def ask(self, where: str, world: World, request: TrainingRequest, through_package: bool) -> None:
        try:
            if through_package:
                options = {name: value for name, value in request.command.items() if name != "type"}
                table = self.grid.training_set(request.spine, **options)
                told = self.grid.last_report
                table = table.replace_schema_metadata(None)
            else:
                table, told = training_set(self.client, request.command, request.spine, request.batch_rows)
        except REFUSALS as error:
            error.add_note(describe_request(request))
            self.report.difference(f"{where}: refused", refusal(error))
            return
        self.comparison.compare(where, world.sets, request, table, told)
        self.requests += 1
        self.rows += len(request.rows)

    def weather_of_flights(self) -> int:
        """Every flight's weather at scheduled departure, both ends; answers how many flights were asked for."""
        self.apply(flight_weather.DEFINITIONS, "weather.py")
        weather = flight_weather.observations()
        self.grid.ingest("weather_station", weather, observed_at="time_hour")
        spine = flight_weather.spine(self.arguments.flights, self.arguments.seed)
        for exclusive in (False, True):
            command = flight_weather.command(exclusive)
            table, _ = training_set(self.client, command, spine)
            if table.num_rows != spine.num_rows or not table.select(spine.schema.names).equals(spine):
                self.report.difference(
                    "merge_asof: the spine's rows", f"expected {spine.num_rows} rows as sent\ngot      {table.num_rows}"
                )
                continue
            wanted = flight_weather.expected(spine, weather, exclusive)
            for measure in flight_weather.MEASURES:
                right = pa.array(wanted[measure], pa.float64(), from_pandas=True)
                got = table.column(f"weather_station.{measure}").combine_chunks()
                if right.equals(got):
                    continue
                rows = [row for row, pair in enumerate(zip(right.to_pylist(), got.to_pylist(), strict=True)) if not same(*pair)]
                if rows:
                    row = rows[0]
                    text = f"row {row} {spine.slice(row, 1).to_pylist()}: expected {right[row]}, got {got[row]}\nrequest: {command}"
                    self.report.difference(f"merge_asof: {measure} in {len(rows)} of {spine.num_rows} flights", text, len(rows))
        return spine.num_rows


def refusal(error: BaseException) -> str:
    """An error as a difference shows it: what the server said, without gRPC's own context, and what it was said to."""
    said = str(error).split(". gRPC client debug context", 1)[0]
    return "\n".join([f"{type(error).__name__}: {said[:1000]}", *getattr(error, "__notes__", [])])


def check(arguments: argparse.Namespace, report: Report) -> None:
    if arguments.rows is None:
        arguments.rows = QUICK_ROWS if arguments.quick else FULL_ROWS
    if arguments.flights is None and arguments.quick:
        arguments.flights = QUICK_FLIGHTS
    with NodeProcess(keep_home=arguments.keep) as node:
        folder = node.home / "definitions-of-the-check"
        folder.mkdir()
        with featuregrid.connect(node.http_url) as grid, flight.connect(node.flight_url) as client:
            one = Run(arguments, report, grid, client, folder)
            started = time.monotonic()
            one.all_worlds()
            seconds = time.monotonic() - started
            if not node.alive():
                raise NodeFailed(f"the node ended by itself{node.log_end()}")
            flights = one.weather_of_flights() if arguments.world is None else 0
    report.counts |= {
        "worlds": one.worlds, "applies": one.applies, "ingests": one.ingests, "observations": one.observations,
        "requests": one.requests, "rows": one.rows, "cells": one.comparison.cells, "flights": flights,
        "seconds": round(seconds, 1), "cases": dict(one.oracle.cases),
    }  # fmt: skip
    if one.rows >= FULL_ROWS:
        rare = {case: one.oracle.cases[case] for case in CASES if one.oracle.cases[case] < LEAST_OF_EACH_CASE}
        if rare:
            report.failure(f"cases met fewer than {LEAST_OF_EACH_CASE} times, so the run shows little of them: {rare}")


def main() -> int:
    parser = argument_parser("asof", __doc__.split(": ", 1)[1], RULES)
    parser.add_argument("--rows", type=int, help=f"spine rows to compare (default {FULL_ROWS}, with --quick {QUICK_ROWS})")
    parser.add_argument("--worlds", type=int, help="stop after this many worlds")
    parser.add_argument("--world", type=int, metavar="N", help="only world N, as a difference names it")
    parser.add_argument("--flights", type=int, help=f"flights of the merge_asof part (default all, with --quick {QUICK_FLIGHTS})")
    return run("asof", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
