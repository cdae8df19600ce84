"""bin/check online-offline: what is served at an instant and what a training set finds there are the same, bit for bit."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Mapping, Sequence

import featuregrid
import pyarrow as pa
import pyarrow.flight as flight
from check_report import Report, argument_parser, run
from definition_file import definition_file
from flight_calls import put_observations, training_set
from ingests import told_time
from node_process import NodeProcess
from online_calls import OnlineCalls, from_json, to_json
from online_functions import CASES as FUNCTION_CASES
from online_functions import FunctionOracle, random_functions, with_functions
from online_functions_comparison import compare_functions
from online_oracle import CASES, RULES, OnlineOracle
from online_world import first_of, key_paths, kind_of, paths_of, served_world
from oracle import MISSING
from replay import Arrival, as_import, random_history, shuffled, upload_document
from values import HOUR, INFINITE, SECOND, array_of, duration_text, iso_text, plain_values, same
from world import FeatureSet, World

FULL_ENTITIES, QUICK_ENTITIES = 1_000, 130
ROWS_AN_ENTITY = 7
FAR_PATHS = 24
LEAST_OF_EACH_CASE = 100
COUNTED = ("ties", "nulls", "ttl", "staleness")
OVERRIDDEN_ENTITIES = 200

Line = tuple[FeatureSet, tuple]


class Run:
    """One world and what was told of it. The history is told to a first node through both doors, and to a second one as imports."""

    def __init__(self, arguments: argparse.Namespace, report: Report, now: int):
        self.report = report
        self.now = now
        self.generator = random.Random(f"online-offline/{arguments.seed}")
        self.world: World = served_world(self.generator, arguments.seed % 26, arguments.entities, now)
        self.oracle = OnlineOracle(self.world, arguments.broken)
        # Random choices of their own, so that they change nothing of the world.
        self.functions = random_functions(random.Random(f"online-offline/functions/{arguments.seed}"), self.world)
        self.computed = FunctionOracle(self.oracle, self.functions, arguments.broken)
        self.definitions = with_functions(definition_file(self.generator, self.world), self.world, self.functions)
        self.paths = {name: paths_of(self.generator, self.world, name, FAR_PATHS) for name in self.world.sets}
        self.arrivals = random_history(self.generator, self.world, arguments.entities * ROWS_AN_ENTITY)
        self.stamped: list[tuple[Arrival, int]] = []
        self.cells = self.queries = self.computed_cells = 0

    def apply(self, node: NodeProcess) -> None:
        path = node.home / "definitions-of-the-check.py"
        path.write_text(self.definitions, encoding="utf-8")
        with featuregrid.connect(node.http_url) as grid:
            grid.apply(path)

    def tell(self, calls: OnlineCalls, client: flight.FlightClient) -> None:
        """Replays the history as it arrives, by uploads and ingests in turn, and teaches the oracle the stamps."""
        for arrival in self.arrivals:
            feature_set = self.world.sets[arrival.ingest.set_name]
            if arrival.by_upload:
                counts = calls.upload(upload_document(feature_set, arrival.ingest))
            else:
                counts = put_observations(
                    client, feature_set.name, arrival.ingest.table, arrival.ingest.options, arrival.ingest.batch_rows
                )
            told = counts.get("observations", counts.get("rows"))
            if told != len(arrival.ingest.facts):
                self.report.difference("counts of a write", f"expected {len(arrival.ingest.facts)} rows\ngot      {counts}")
            inserted_at = told_time(counts)
            self.stamped.append((arrival, inserted_at))
            for key, observation in arrival.stamped(inserted_at):
                self.oracle.learn(feature_set, key, observation)

    def tell_shuffled(self, client: flight.FlightClient) -> None:
        """Replays the same history in another order, as imports that keep its times."""
        for arrival, inserted_at in shuffled(self.generator, self.stamped):
            ingest = as_import(arrival.ingest, inserted_at)
            put_observations(client, ingest.set_name, ingest.table, ingest.options, ingest.batch_rows)

    def compare_all(self, where: str, calls: OnlineCalls, client: flight.FlightClient) -> None:
        """Every entity and path: served one by one, served in bulk, joined, and as the oracle has it."""
        for name, feature_set in sorted(self.world.sets.items()):
            keys = [*self.world.pools[name], *unknown_keys(feature_set)] if feature_set.key else [()]
            paths, keyed = self.paths[name], key_paths(self.world, name)
            kinds = {path: kind_of(self.world, path) for path in [*paths, *keyed]}
            joined = self.joined(client, feature_set, keys, [*paths, *keyed])
            bulk = self.bulk(calls, feature_set, keys, kinds) if feature_set.key else None
            for row, key in enumerate(keys):
                reply = calls.query(self.inputs(feature_set, key), list(kinds), self.now)
                self.queries += 1
                self.compare(where, (feature_set, key), reply, {path: joined[path][row] for path in kinds}, kinds)
                if bulk is not None:
                    self.compare_bulk(where, (feature_set, key), reply, {path: bulk[path][row] for path in kinds}, kinds)

    def joined(
        self, client: flight.FlightClient, feature_set: FeatureSet, keys: Sequence[tuple], paths: Sequence[str]
    ) -> Mapping[str, list]:
        columns = {column: array_of(kind, [key[place] for key in keys]) for place, (column, kind) in enumerate(feature_set.key)}
        spine = pa.table({**columns, "at": array_of("timestamp", [self.now] * len(keys))})
        command = {
            "type": "training_set",
            "time": "at",
            "keys": {f"{feature_set.name}.{column}": column for column in columns},
            "features": list(paths),
        }
        table, _ = training_set(client, command, spine)
        return {path: plain_values(table.column(path)) for path in paths}

    def bulk(
        self, calls: OnlineCalls, feature_set: FeatureSet, keys: Sequence[tuple], kinds: Mapping[str, str]
    ) -> Mapping[str, list]:
        inputs = {
            f"{feature_set.name}.{column}": [to_json(kind, key[place]) for key in keys]
            for place, (column, kind) in enumerate(feature_set.key)
        }
        reply = calls.bulk(inputs, list(kinds), self.now)
        return {path: reply["data"][path] for path in kinds}

    def inputs(self, feature_set: FeatureSet, key: tuple) -> dict[str, object]:
        return {
            f"{feature_set.name}.{column}": to_json(kind, part) for (column, kind), part in zip(feature_set.key, key, strict=True)
        }

    def compare(self, where: str, line: Line, reply: Mapping, joined: Mapping[str, object], kinds: Mapping[str, str]) -> None:
        items = self.items(where, line, reply, kinds)
        for path, kind in kinds.items():
            if path not in items:
                continue
            served = from_json(kind, items[path]["value"])
            self.cells += 1
            if not same(served, joined[path]):
                self.tell_difference(f"{where}: online and offline", line, path, f"online  {served!r}\noffline {joined[path]!r}")
            if path.rpartition(".")[2] in dict(self.target_key(path)):
                continue
            self.compare_with_oracle(where, line, path, items[path], served, {})

    def compare_with_oracle(
        self, where: str, line: Line, path: str, item: Mapping, served: object, overrides: Mapping[str, int]
    ) -> None:
        value = self.oracle.at_path(path, line[1], self.now, overrides)
        wanted = self.oracle.shown(path, value)
        if not same(served, wanted):
            text = f"online {served!r}\noracle {wanted!r} {overrides or ''}"
            self.tell_difference(f"{where}: online and oracle", line, path, text)
        elif item["valid"] != (value is not MISSING):
            self.tell_difference(f"{where}: valid", line, path, f"online {item}\noracle {value!r}")

    def compare_bulk(self, where: str, line: Line, reply: Mapping, bulk: Mapping[str, object], kinds: Mapping[str, str]) -> None:
        items = self.items(where, line, reply, kinds)
        for path, kind in kinds.items():
            alone, together = from_json(kind, items.get(path, {}).get("value")), from_json(kind, bulk[path])
            if not same(alone, together):
                self.tell_difference(f"{where}: one by one and in bulk", line, path, f"alone    {alone!r}\ntogether {together!r}")

    def compare_overridden(self, where: str, calls: OnlineCalls) -> None:
        """Asks for some entities with other max stalenesses than declared, where only the oracle can tell what is right."""
        for name, feature_set in sorted(self.world.sets.items()):
            limited = [
                feature
                for feature in feature_set.features
                if first_of(feature.max_staleness, feature_set.max_staleness, feature.offline_ttl, feature_set.offline_ttl)
            ]
            keys = self.world.pools[name] if feature_set.key else [()]
            for key in self.generator.sample(keys, min(len(keys), OVERRIDDEN_ENTITIES // len(self.world.sets))):
                overrides = {
                    f"{name}.{feature.name}": self.generator.choice([HOUR, 3 * HOUR, 7 * HOUR, INFINITE]) for feature in limited
                }
                staleness = {path: duration_text(span) for path, span in overrides.items()}
                kinds = {path: kind_of(self.world, path) for path in overrides}
                if not kinds:
                    continue
                reply = calls.query(self.inputs(feature_set, key), list(kinds), self.now, staleness=staleness)
                self.queries += 1
                line = (feature_set, key)
                for path, item in self.items(where, line, reply, kinds).items():
                    self.cells += 1
                    self.compare_with_oracle(
                        f"{where}, staleness overridden", line, path, item, from_json(kinds[path], item["value"]), overrides
                    )

    def items(self, where: str, line: Line, reply: Mapping, kinds: Mapping[str, str]) -> dict[str, Mapping]:
        items = {item["field"]: item for item in reply["data"]}
        if reply.get("errors") or items.keys() != kinds.keys():
            missing = sorted(kinds.keys() - items.keys())
            self.tell_difference(f"{where}: the reply", line, "", f"errors {reply.get('errors')}\nwithout {missing}")
        return items

    def target_key(self, path: str) -> tuple:
        name, *relations, _ = path.split(".")
        feature_set = self.world.sets[name]
        for relation in relations:
            feature_set = self.world.sets[feature_set.relation(relation).target]
        return feature_set.key

    def tell_difference(self, headline: str, line: Line, path: str, text: str) -> None:
        feature_set, key = line

        def details() -> str:
            return f"{text}\nof {path or feature_set.name} with key {key!r} at {iso_text(self.now)}"

        self.report.difference(headline, details)


def unknown_keys(feature_set: FeatureSet) -> list[tuple]:
    """An entity that nobody ever told of."""
    return [tuple(-987_654 if kind == "int64" else "nobody" for _, kind in feature_set.key)]


def with_node(arguments: argparse.Namespace, one: Run, work: Callable[[OnlineCalls, flight.FlightClient], None]) -> None:
    with NodeProcess(keep_home=arguments.keep) as node:
        one.apply(node)
        with OnlineCalls(node.http) as calls, flight.connect(node.flight_url) as client:
            work(calls, client)


def check(arguments: argparse.Namespace, report: Report) -> None:
    if arguments.entities is None:
        arguments.entities = QUICK_ENTITIES if arguments.quick else FULL_ENTITIES
    started = time.monotonic()
    # An hour ahead, so that what was observed an hour before it is not later than the clock.
    now = time.time_ns() // 1_000 // SECOND * SECOND + HOUR
    one = Run(arguments, report, now)
    observations = sum(len(each.ingest.facts) for each in one.arrivals)
    report.progress(f"{len(one.arrivals)} writes of {observations} rows, asked at {iso_text(now)}")

    def as_it_arrived(calls: OnlineCalls, client: flight.FlightClient) -> None:
        one.tell(calls, client)
        report.progress(f"told in {time.monotonic() - started:.1f} s")
        one.compare_all("as it arrived", calls, client)
        report.counts["cases"] = {case: one.oracle.cases[case] for case in CASES}
        one.compare_overridden("as it arrived", calls)
        compare_functions("as it arrived", one, calls, client)
        report.counts["function_cases"] = {case: one.computed.cases[case] for case in FUNCTION_CASES}

    def in_another_order(calls: OnlineCalls, client: flight.FlightClient) -> None:
        one.tell_shuffled(client)
        one.compare_all("shuffled", calls, client)
        compare_functions("shuffled", one, calls, client)

    with_node(arguments, one, as_it_arrived)
    report.progress(f"{one.cells} cells, {report.differences} differences after {time.monotonic() - started:.1f} s; now shuffled")
    with_node(arguments, one, in_another_order)
    uploads = sum(each.by_upload for each in one.arrivals)
    report.counts |= {
        "entities": arguments.entities, "uploads": uploads, "ingests": len(one.arrivals) - uploads,
        "observations": observations, "queries": one.queries, "cells": one.cells,
        "functions": len(one.functions), "computed_cells": one.computed_cells,
        "seconds": round(time.monotonic() - started, 1),
    }  # fmt: skip
    if arguments.entities >= FULL_ENTITIES:
        rare = {case: one.oracle.cases[case] for case in COUNTED if one.oracle.cases[case] <= LEAST_OF_EACH_CASE}
        if rare:
            report.failure(f"cases met no more than {LEAST_OF_EACH_CASE} times, so the run shows little of them: {rare}")


def main() -> int:
    parser = argument_parser("online-offline", __doc__.split(": ", 1)[1], RULES)
    parser.add_argument("--entities", type=int, help=f"how many entities (default {FULL_ENTITIES}, with --quick {QUICK_ENTITIES})")
    return run("online-offline", parser.parse_args(), check)
