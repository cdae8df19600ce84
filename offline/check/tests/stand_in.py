"""A Flight server that plays the node for the tests of the checks, by a second formulation of the as-of rule: pandas joins.

It reads definitions from a world that the test hands over, keeps every fact of every ingest as a row of a frame (one for each
feature), and answers by merge, filter, sort and last. It shares no code with the oracle but the definitions' dataclasses.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pandas
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.flight as flight
from world import FeatureSet, World

ARROW = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "bool": pa.bool_(), "date": pa.date32()}
SIZES = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000}
MISSING = "(missing)"


class StandIn(flight.FlightServerBase):
    """``world`` is what ``apply`` would have given the node."""

    def __init__(self):
        super().__init__("grpc://127.0.0.1:0")
        self.world: World | None = None
        self.told: dict[int, list[dict]] = {}
        self.imported: dict[int, int] = {}
        self.ingest_ids: dict[str, dict] = {}
        self.clock = 1_750_000_000_000_000

    def do_put(self, context, descriptor, reader, writer):
        feature_set = self.world.sets[descriptor.path[1].decode()]
        batches, options = [], {}
        for chunk in reader:
            if chunk.app_metadata is not None:
                options = json.loads(chunk.app_metadata.to_pybytes())
            batches.append(chunk.data)
        counts = self.ingest_ids.get(options.get("ingest_id")) or self.ingest(feature_set, pa.Table.from_batches(batches), options)
        self.ingest_ids[options.get("ingest_id") or str(self.clock)] = counts
        writer.write(json.dumps(counts).encode())

    def ingest(self, feature_set: FeatureSet, table: pa.Table, options: dict) -> dict:
        self.clock += 1
        columns = {name: values_of(table.column(name)) for name in table.schema.names}
        observed = options.get("observed_at", feature_set.time)
        observed_at = columns[observed] if observed in columns else [micros(observed)] * table.num_rows
        first = 1 << 48
        if "preserve_inserted_at" in options:
            first = self.imported.get(feature_set.identity, 0)
            self.imported[feature_set.identity] = first + table.num_rows
        features = [feature for feature in feature_set.features if feature.name in columns]
        for row in range(table.num_rows):
            ended = "tombstone" in options and columns[options["tombstone"]][row]
            fact = {
                "key": tuple(columns[column][row] for column, _ in feature_set.key),
                "observed_at": observed_at[row],
                "inserted_at": columns[options["preserve_inserted_at"]][row] if "preserve_inserted_at" in options else self.clock,
                "sequence": first + row,
                "ended": ended,
            }
            rows = self.told.setdefault(feature_set.identity, [])
            if ended and not features:
                rows.append({**fact, "identity": 0, "value": None})
            for feature in features:
                value = converted(feature.type, columns[feature.name][row])
                if ended or value is not None or options.get("nulls") != "skip":
                    rows.append({**fact, "identity": feature.identity, "value": value})
        moment = datetime.fromtimestamp(self.clock // 1_000_000, UTC).replace(microsecond=self.clock % 1_000_000)
        return {
            "rows": table.num_rows,
            "history": table.num_rows,
            "online": 0,
            "inserted_at": moment.isoformat().replace("+00:00", "Z"),
        }

    def do_exchange(self, context, descriptor, reader, writer):
        command = json.loads(descriptor.command)
        spine = reader.read_all()
        table, report = self.training_set(command, spine)
        writer.begin(table.schema)
        for batch in table.to_batches(max_chunksize=200):
            writer.write_batch(batch)
        writer.write_metadata(json.dumps(report).encode())

    def training_set(self, command: dict, spine: pa.Table) -> tuple[pa.Table, dict]:
        roles = {name: (role["set"], role["keys"]) for name, role in command.get("sets", {}).items()}
        for column, spine_column in command.get("keys", {}).items():
            name, key = column.split(".")
            roles.setdefault(name, (name, {}))[1][key] = spine_column
        columns = {
            name: values_of(spine.column(name))
            for name in {command["time"], *(c for _, keys in roles.values() for c in keys.values())}
        }
        columns |= {name: values_of(spine.column(name)) for name in command.get("inputs", {}).values()}
        keep = [True] * spine.num_rows
        outputs, missing = {}, {}
        for path in command["features"]:
            kind, default, values = self.column(command, roles, columns, path, spine.num_rows)
            if path in command.get("required", []):
                keep = [kept and value is not MISSING for kept, value in zip(keep, values, strict=True)]
            filled = default if command.get("defaults", True) else None
            missing[path] = [value is MISSING for value in values]
            outputs[path] = arrow(kind, [filled if value is MISSING else value for value in values])
        table = pa.table([*spine.columns, *outputs.values()], names=[*spine.schema.names, *outputs]).filter(
            pa.array(keep, pa.bool_())
        )
        counts = {path: sum(one and kept for one, kept in zip(values, keep, strict=True)) for path, values in missing.items()}
        return table, {"rows": table.num_rows, "dropped": spine.num_rows - table.num_rows, "missing": counts}

    def column(self, command: dict, roles: dict, columns: dict, path: str, rows: int) -> tuple[str, object, list]:
        name, *relations, last = path.split(".")
        set_name, keys = roles.get(name, (name, {}))
        feature_set, inputs = self.world.sets[set_name], command.get("inputs", {})
        entities = pandas.DataFrame({"row": range(rows), "time": pandas.Series(columns[command["time"]], dtype=object)})
        entities["key"] = [tuple(columns[keys[column]][row] for column, _ in feature_set.key) for row in range(rows)]
        entities = only(entities, [time is not None for time in entities["time"]])
        given = {path.rpartition(".")[2]: column for path, column in inputs.items() if path.startswith(f"{name}.")}
        for relation_name in relations:
            relation = feature_set.relation(relation_name)
            parts = []
            for _, link in relation.on:
                found = (
                    {row: columns[given[link]][row] for row in entities["row"]}
                    if link in given
                    else self.pick(command, feature_set, link, entities)
                )
                parts.append([found.get(row, MISSING) for row in entities["row"]])
            entities = entities.assign(key=pandas.Series(list(zip(*parts, strict=True)), index=entities.index, dtype=object))
            entities = only(entities, [None not in key and MISSING not in key for key in entities["key"]])
            feature_set, given = self.world.sets[relation.target], {}
        feature = feature_set.feature(last)
        default = feature.default if isinstance(feature.default, (int, float, str, bool)) else None
        if path in inputs:
            return feature.type, default, list(columns[inputs[path]])
        found = self.pick(command, feature_set, last, entities)
        return feature.type, default, [found.get(row, MISSING) for row in range(rows)]

    def pick(self, command: dict, feature_set: FeatureSet, name: str, entities: pandas.DataFrame) -> dict[int, object]:
        """The value of the feature for each row that has one."""
        feature = feature_set.feature(name)
        told = pandas.DataFrame(self.told.get(feature_set.identity, []), dtype=object)
        if told.empty or entities.empty:
            return {}
        joined = entities.merge(told[told["identity"].isin([feature.identity, 0])], on="key")
        numbers = joined[["time", "observed_at", "inserted_at"]].astype("int64")
        latest = numbers["time"] - micros_of(command.get("delay", "0s"))
        fits = numbers["observed_at"] < latest if command.get("end") == "exclusive" else numbers["observed_at"] <= latest
        lifetime = feature_set.lifetime(feature)
        if lifetime is not None:
            fits &= numbers["time"] - numbers["observed_at"] <= lifetime
        if "cutoff" in command:
            fits &= numbers["inserted_at"] <= (numbers["time"] if command["cutoff"] == "spine" else micros(command["cutoff"]))
        last = joined[fits].sort_values(["observed_at", "inserted_at", "sequence"]).drop_duplicates("row", keep="last")
        return {row: value for row, value, ended in zip(last["row"], last["value"], last["ended"], strict=True) if not ended}


def only(frame: pandas.DataFrame, flags: list[bool]) -> pandas.DataFrame:
    return frame[pandas.Series(flags, index=frame.index, dtype=bool)]


def values_of(column: pa.ChunkedArray) -> list:
    """Times as microseconds, whatever their unit and zone; dictionaries decoded; integers that came as floats as integers."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type):
        if column.type.unit == "ns":
            numbers = column.cast(pa.int64()).to_pylist()
            return [None if number is None else number // 1000 for number in numbers]
        return column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).to_pylist()
    if pa.types.is_date(column.type):
        return column.cast(pa.int32()).to_pylist()
    values = column.to_pylist()
    texts = [value for value in values if isinstance(value, str)]
    if texts and all(re.match(r"\d{4}-\d\d-\d\d", text) for text in texts):
        return [None if value is None else micros(value) for value in values]
    if (
        pa.types.is_float64(column.type)
        and texts == []
        and all(value is None or (value == value and value.is_integer()) for value in values)
    ):
        return [None if value is None else int(value) if abs(value) > 0 or str(value) == "0.0" else value for value in values]
    return values


def converted(kind: str, value: object) -> object:
    return float(value) if kind == "float64" and isinstance(value, int) else value


def micros(text: str) -> int:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    difference = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return (difference.days * 86_400 + difference.seconds) * 1_000_000 + difference.microseconds


def micros_of(duration: str) -> int:
    return sum(int(count) * SIZES[unit] for count, unit in re.findall(r"(\d+)(ms|[dhms])", duration))


def arrow(kind: str, values: list) -> pa.Array:
    if kind == "timestamp":
        return pa.array(values, pa.int64()).cast(pa.timestamp("us", "UTC"))
    if kind == "date":
        return pa.array(values, pa.int32()).cast(pa.date32())
    if kind == "float64":
        values = [None if value is None else float(value) for value in values]
    return (
        compute.cast(pa.array(values), ARROW[kind])
        if any(value is not None for value in values)
        else pa.nulls(len(values), ARROW[kind])
    )
