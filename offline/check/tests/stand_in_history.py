"""The stand-in with a history of its own: Iceberg tables that pyiceberg writes, in the layout that a node's tables have."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.flight as flight
from pyiceberg.catalog.sql import SqlCatalog
from stand_in import ARROW, StandIn, arrow, converted, micros, values_of
from world import FeatureSet

TYPES = {**ARROW, "timestamp": pa.timestamp("us", "UTC")}


class StandInWithHistory(StandIn):
    def __init__(self, home: Path):
        super().__init__()
        (home / "history" / "warehouse").mkdir(parents=True)
        self.catalog = SqlCatalog(
            "featuregrid", uri=f"sqlite:///{home}/history/catalog.sqlite", warehouse=f"file://{home}/history/warehouse"
        )
        self.catalog.create_namespace("history")
        self.numbers: dict[int, int] = {}

    def number(self, identity: int) -> int:
        return self.numbers.setdefault(identity, len(self.numbers) + 1)

    def apply(self, world) -> None:
        self.world = world
        for feature_set in world.sets.values():
            for feature in feature_set.features:
                self.number(feature.identity)

    def ingest(self, feature_set: FeatureSet, table: pa.Table, options: dict) -> dict:
        first = self.imported.get(feature_set.identity, 0) if "preserve_inserted_at" in options else 1 << 48
        counts = super().ingest(feature_set, table, options)
        features = [feature for feature in feature_set.features if feature.name in table.schema.names]
        stored = self.table_of(feature_set, features)
        rows = table.num_rows
        columns = {name: values_of(table.column(name)) for name in table.schema.names}
        gone = columns[options["tombstone"]] if "tombstone" in options else [False] * rows
        observed = options.get("observed_at", feature_set.time)
        known = columns[options["preserve_inserted_at"]] if "preserve_inserted_at" in options else [self.clock] * rows
        observed_at = columns[observed] if observed in columns else [micros(observed)] * rows
        cells = {column: arrow(kind, columns[column]) for column, kind in feature_set.key}
        for feature in features:
            told = zip(columns[feature.name], gone, strict=True)
            values = [None if ended else converted(feature.type, value) for value, ended in told]
            cells[self.column(stored, feature)] = arrow(feature.type, values)
        cells |= {
            "__observed_at": arrow("timestamp", observed_at),
            "__inserted_at": arrow("timestamp", known),
            "__sequence": pa.array([first + row for row in range(rows)], pa.int64()),
            "__origin": pa.array(["ingest"] * rows),
            "__tombstone": pa.array(gone, pa.bool_()),
            "__carry": pa.array([0] * rows, pa.int32()),
        }
        stored.append(pa.table(cells))
        return counts

    def column(self, stored, feature) -> str:
        return stored.schema().find_column_name(int(stored.properties[f"field.{self.number(feature.identity)}"]))

    def table_of(self, feature_set: FeatureSet, features: list):
        plain = ("history", feature_set.name)
        if not self.catalog.table_exists(plain):
            columns = [(column, TYPES[kind]) for column, kind in feature_set.key]
            columns += [(name, TYPES["timestamp"]) for name in ("__observed_at", "__inserted_at")]
            columns += [("__sequence", pa.int64()), ("__origin", pa.string()), ("__tombstone", pa.bool_()), ("__carry", pa.int32())]
            self.catalog.create_table(plain, pa.schema(columns))
        stored = self.catalog.load_table(plain)
        for feature in features:
            number = self.number(feature.identity)
            if f"field.{number}" in stored.properties:
                continue
            name = feature.name if feature.name not in stored.schema().column_names else f"{feature.name}__{number}"
            with stored.update_schema() as update:
                update.union_by_name(pa.schema([(name, TYPES[feature.type])]))
            with stored.transaction() as transaction:
                transaction.set_properties({f"field.{number}": str(stored.schema().find_field(name).field_id)})
        return stored

    def rows(self, name: str) -> pa.Table:
        table = self.catalog.load_table(("history", name)).scan().to_arrow()
        types = [pa.string() if pa.types.is_large_string(field.type) else field.type for field in table.schema]
        return table.cast(pa.schema(list(zip(table.schema.names, types, strict=True))))

    def get_flight_info(self, context, descriptor):
        name = descriptor.path[1].decode()
        return flight.FlightInfo(self.rows(name).schema, descriptor, [flight.FlightEndpoint(name.encode(), [])], -1, -1)

    def do_get(self, context, ticket):
        return flight.RecordBatchStream(self.rows(ticket.ticket.decode()))
