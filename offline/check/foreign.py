"""bin/check foreign: pyiceberg and DuckDB read a history table as DoGet streams it, and as it was ingested."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sqlite3
import sys
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

import duckdb
import featuregrid
import pyarrow as pa
import pyarrow.flight as flight
from check_report import Report, argument_parser, run
from definition_file import definition_file
from flight_calls import history, put_observations
from ingests import Ingest, Teacher, first_ingests, random_ingest
from node_process import NodeProcess
from oracle import Observation, Oracle
from pyiceberg.table import StaticTable
from values import ARROW_TYPES, TIMESTAMP, plain_values
from world import FeatureSet, World, bring_back, random_world, remove_some

FULL_WORLDS, QUICK_WORLDS = 6, 2
RULES = {
    "rows": "the last row of every ingest is not expected",
    "stamp": "the first row of an ingest is expected at position 1 instead of 0",
    "returned": "a feature that was added again is expected in the column that it had before",
    "file": "DuckDB is not shown one of the table's files",
}
SYSTEM_TYPES = {
    "__observed_at": TIMESTAMP,
    "__inserted_at": TIMESTAMP,
    "__sequence": pa.int64(),
    "__origin": pa.string(),
    "__tombstone": pa.bool_(),
    "__carry": pa.int32(),
    "__bucket": pa.int32(),
    "__carried": pa.binary(),
}
# These are used where needed only.
OPTIONAL_COLUMNS = {"__bucket", "__carried"}
ROWS_SHOWN = 4
TABLES_QUERY = """
    select table_name, metadata_location from iceberg_tables
    where catalog_name = 'featuregrid' and table_namespace = 'history'
"""


class Run:
    """Worlds that grow in three phases; after each, every table is read in three ways."""

    def __init__(
        self, arguments: argparse.Namespace, report: Report, node: NodeProcess, grid: featuregrid.Grid, client: flight.FlightClient
    ):
        self.broken = arguments.broken
        self.arguments = arguments
        self.report = report
        self.node = node
        self.grid = grid
        self.client = client
        self.counts = Counter(worlds=0, ingests=0, tables=0, rows=0, files=0, tombstones=0, returned_columns=0, composite_tables=0)

    def one_world(self, number: int) -> None:
        generator = random.Random(f"{self.arguments.seed}/{number}")
        world = random_world(generator, number)
        teacher = Teacher(Oracle())
        stated: dict[int, list[tuple[tuple, Observation]]] = {}
        numbers: dict[int, int] = {}
        for phase, change in enumerate((None, remove_some, bring_back)):
            if change is not None:
                change(generator, world)
            path = self.node.home / f"world_{number}_phase_{phase}.py"
            path.write_text(definition_file(generator, world), encoding="utf-8")
            self.apply(path, world)
            numbers |= self.feature_numbers(world)
            ingests = first_ingests(generator, world, teacher.told_times) if phase != 1 else []
            ingests += [random_ingest(generator, world, teacher.told_times) for _ in range(generator.randint(4, 7))]
            for ingest in ingests:
                self.ingest(world.sets[ingest.set_name], ingest, teacher, stated)
            for feature_set in world.sets.values():
                if feature_set.identity in stated:
                    where = f"seed {self.arguments.seed} world {number} phase {phase}, table {feature_set.name}"
                    self.one_table(where, world, feature_set, stated[feature_set.identity], numbers)
        self.counts["worlds"] += 1

    def apply(self, path: Path, world: World) -> None:
        self.grid.apply(str(path))

    def ingest(self, feature_set: FeatureSet, ingest: Ingest, teacher: Teacher, stated: dict[int, list]) -> None:
        counts = put_observations(self.client, ingest.set_name, ingest.table, ingest.options, ingest.batch_rows)
        rows = teacher.stamped(feature_set, ingest, counts)
        stated.setdefault(feature_set.identity, []).extend(rows[:-1] if self.broken == "rows" else rows)
        self.counts["ingests"] += 1

    def feature_numbers(self, world: World) -> dict[int, int]:
        """The catalog's number of every feature that stands in it now, by the check's identity."""
        with urllib.request.urlopen(f"{self.node.http_url}/v1/catalog") as reply:
            catalog = json.load(reply)
        told = {(one["name"], feature["name"]): feature["number"] for one in catalog["sets"] for feature in one["features"]}
        return {feature.identity: told[one.name, feature.name] for one in world.sets.values() for feature in one.features}

    def one_table(self, where: str, world: World, feature_set: FeatureSet, stated: list, numbers: dict[int, int]) -> None:
        streamed = history(self.client, feature_set.name)
        table = StaticTable.from_metadata(self.metadata_location(feature_set.name))
        scan = table.scan()
        tasks = list(scan.plan_files())
        if any(task.delete_files for task in tasks):
            self.report.difference(f"{where}: delete files", "expected none: history is only ever appended to or rewritten")
        files = [urllib.parse.unquote(urllib.parse.urlparse(task.file.file_path).path) for task in tasks]
        readers = {"pyiceberg": scan.to_arrow(), "DuckDB": self.read_with_duckdb(files)}
        for reader, other in readers.items():
            self.compare_readers(f"{where}, DoGet and {reader}", streamed, other)
        columns = {number: table.schema().find_column_name(int(field)) for number, field in numbered_fields(table.properties)}
        self.compare_with_ingested(
            where, world, feature_set, streamed, stated, {one: columns.get(number) for one, number in numbers.items()}
        )
        self.counts.update(tables=1, rows=streamed.num_rows, files=len(files), composite_tables=len(feature_set.key) > 1)

    def metadata_location(self, set_name: str) -> str:
        """Where the newest metadata of the set's table lies; of a set that was removed and added again the last table counts."""
        file = f"file:{self.node.home}/history/catalog.sqlite?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True)) as catalog:
            tables = dict(catalog.execute(TABLES_QUERY))
        own = [name for name in tables if name == set_name or name.startswith(f"{set_name}__")]
        if not own:
            raise LookupError(f"the Iceberg catalog has no table for set {set_name!r} (it has {sorted(tables)})")
        return tables[max(own, key=lambda name: int(name.removeprefix(set_name).removeprefix("__") or 0))]

    def read_with_duckdb(self, files: list[str]) -> pa.Table:
        # The partition folders' names are not looked at: every column has to stand in the files themselves.
        shown = files[1:] if self.broken == "file" and len(files) > 1 else files
        with duckdb.connect() as database:
            database.execute("set TimeZone = 'UTC'")
            query = "select * from read_parquet(?, union_by_name = true, hive_partitioning = false)"
            return database.sql(query, params=[shown]).to_arrow_table()

    def compare_readers(self, where: str, streamed: pa.Table, other: pa.Table) -> None:
        if sorted(streamed.schema.names) != sorted(other.schema.names):
            self.report.difference(
                f"{where}: columns", f"DoGet {sorted(streamed.schema.names)}\nother {sorted(other.schema.names)}"
            )
            return
        for name in streamed.schema.names:
            left, right = streamed.schema.field(name).type, plain_type(other.schema.field(name).type)
            if left != right:
                self.report.difference(f"{where}: type of {name}", f"DoGet {left}\nother {right}")
                return
        left, right = rows_of(streamed, streamed.schema.names), rows_of(other, streamed.schema.names)
        if left == right:
            return
        only_left, only_right = list((left - right).elements()), list((right - left).elements())
        text = [f"{streamed.num_rows} and {other.num_rows} rows; columns {streamed.schema.names}"]
        text += [f"only DoGet: {row}" for row in only_left[:ROWS_SHOWN]] + [f"only other: {row}" for row in only_right[:ROWS_SHOWN]]
        self.report.difference(f"{where}: rows", "\n".join(text), len(only_left) + len(only_right))

    def compare_with_ingested(
        self, where: str, world: World, feature_set: FeatureSet, streamed: pa.Table, stated: list, columns: dict[int, str | None]
    ) -> None:
        """Every row that was ingested is there once, under its stamp, with its key and its values in their features' columns."""
        types = {column: ARROW_TYPES[kind] for column, kind in feature_set.key} | SYSTEM_TYPES
        types |= {columns[one.identity]: ARROW_TYPES[one.type] for one in feature_set.features if columns.get(one.identity)}
        for name, expected in types.items():
            present = name in streamed.schema.names
            if (not present and name not in OPTIONAL_COLUMNS) or (present and streamed.schema.field(name).type != expected):
                got = streamed.schema.field(name).type if present else "no such column"
                self.report.difference(f"{where}: column {name}", f"expected {expected}\ngot      {got}")
                return
        cells = {name: plain_values(streamed.column(name)) for name in streamed.schema.names}
        places = {(cells["__inserted_at"][row], cells["__sequence"][row]): row for row in range(streamed.num_rows)}
        expected_places = set()
        for key, observation in stated:
            place = observation.inserted_at, observation.sequence + (self.broken == "stamp")
            expected_places.add(place)
            row = places.get(place)
            if row is None:
                # An observation that carries nothing says nothing, stored or not.
                if observation.values or observation.tombstone:
                    self.report.difference(f"{where}: a row is not there", f"expected {observation} of {key} at {place}")
                continue
            wanted = dict(zip([column for column, _ in feature_set.key], key, strict=True))
            wanted |= {
                "__observed_at": observation.observed_at,
                "__tombstone": observation.tombstone is not None,
                "__origin": "ingest",
            }
            for identity, value in observation.values.items():
                wanted[self.column_of(identity, columns, world, feature_set)] = value
            got = {name: cells[name][row] if name in cells else "no such column" for name in wanted}
            if repr(got) != repr(wanted):
                self.report.difference(f"{where}: a row differs", f"stamp {place}\nexpected {wanted}\ngot      {got}")
            self.counts["tombstones"] += observation.tombstone is not None
        for place in places.keys() - expected_places:
            self.report.difference(
                f"{where}: a row that nobody ingested", str({name: cells[name][places[place]] for name in cells})
            )
        self.counts["returned_columns"] += sum(
            one.identity in world.returned and columns.get(one.identity) != one.name for one in feature_set.features
        )

    def column_of(self, identity: int, columns: dict[int, str | None], world: World, feature_set: FeatureSet) -> str:
        if self.broken == "returned" and identity in world.returned:
            return next(one.name for one in feature_set.features if one.identity == identity)
        return columns.get(identity) or f"(no column for feature {identity})"


def numbered_fields(properties: dict[str, str]) -> list[tuple[int, str]]:
    """The table's properties ``field.<feature number>`` -> Iceberg field id."""
    return [(int(name.removeprefix("field.")), value) for name, value in properties.items() if name.startswith("field.")]


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Readers differ in how wide the offsets of text are; that is theirs."""
    return {pa.large_string(): pa.string(), pa.string_view(): pa.string(), pa.large_binary(): pa.binary()}.get(kind, kind)


def rows_of(table: pa.Table, names: list[str]) -> Counter:
    """The rows as a multiset; spelled out, since NaN is no equal of itself and 0.0 is one of -0.0."""
    return Counter(map(repr, zip(*(plain_values(table.column(name)) for name in names), strict=True)))


def check(arguments: argparse.Namespace, report: Report) -> None:
    worlds = arguments.worlds or (QUICK_WORLDS if arguments.quick else FULL_WORLDS)
    with (
        NodeProcess(keep_home=arguments.keep) as node,
        featuregrid.connect(node.http_url) as grid,
        flight.connect(node.flight_url) as client,
    ):
        one = Run(arguments, report, node, grid, client)
        for number in range(worlds):
            one.one_world(number)
            read = f"{one.counts['rows']} rows of {one.counts['tables']} tables so far"
            report.progress(f"world {number}: {read}, {report.differences} differences")
    report.counts |= dict(one.counts)
    for case in ("returned_columns", "composite_tables", "tombstones"):
        if one.counts[case] == 0:
            report.failure(f"the run met no {case.replace('_', ' ')}, so it shows nothing of them")


def main() -> int:
    parser = argument_parser("foreign", __doc__.split(": ", 1)[1], RULES)
    parser.add_argument("--worlds", type=int, help=f"how many worlds (default {FULL_WORLDS}, with --quick {QUICK_WORLDS})")
    return run("foreign", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
