"""A large world that is never held whole: observations and spine come in chunks, each of which its number alone decides.

One feature set of sensors, five carry sets of two features each, hourly observations (so that ties are common) and a spine
in no order at all. The same chunk made twice is the same, so the check sends it once and looks it up later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy
import pyarrow as pa
from ingests import NODE_NUMBER
from oracle import Observation, Oracle, Question, Role
from values import ARROW_TYPES, HOUR, INFINITE, SECOND, TIMESTAMP, array_of, plain_values
from world import NO_DEFAULT, Feature, FeatureSet, TimeDomain, World

CHUNK_ROWS = 50_000
BASE = 1_356_998_400 * SECOND
HOURS = 24 * 10
NULL_SHARE = 0.1
UNKNOWN_SHARE = 0.01
CARRY_SETS = (("reading", "count"), ("label", "late"), ("seen", "score"), ("day", "rank"), ("level", "kind"))


def feature(identity: int, name: str, kind: str, default: object = NO_DEFAULT, ttl_hours: int | None = None) -> Feature:
    return Feature(name, kind, identity, True, default, INFINITE if ttl_hours is None else ttl_hours * HOUR)


FEATURES = (
    feature(1, "reading", "float64"),
    feature(2, "count", "int64", ttl_hours=48),
    feature(3, "label", "string"),
    feature(4, "late", "bool", default=False),
    feature(5, "seen", "timestamp"),
    feature(6, "score", "float64", ttl_hours=96),
    feature(7, "day", "date"),
    feature(8, "rank", "int64", default=-1),
    feature(9, "level", "float64"),
    feature(10, "kind", "string", default="unknown", ttl_hours=24),
)
SENSOR = FeatureSet("sensor", "Sensor", 1, (("id", "int64"),), FEATURES)
WORLD = World(0, TimeDomain(BASE, HOUR, HOURS), {"sensor": SENSOR})
QUESTION = Question("at", {"sensor": Role("sensor", {"id": "sensor_id"})}, [f"sensor.{one.name}" for one in FEATURES])
COMMAND = {"type": "training_set", "time": "at", "keys": {"sensor.id": "sensor_id"}, "features": QUESTION.features}
SPINE_SCHEMA = pa.schema([("row", pa.int64()), ("sensor_id", pa.int64()), ("at", TIMESTAMP), ("weight", pa.float64())])


@dataclass(frozen=True)
class Size:
    """``observations`` are those of one ingest; there are five."""

    entities: int
    observations: int
    spine_rows: int
    sampled_rows: int


def chunk_lengths(rows: int) -> Iterator[tuple[int, int]]:
    """The number of each chunk and how many rows it has."""
    for first in range(0, rows, CHUNK_ROWS):
        yield first // CHUNK_ROWS, min(CHUNK_ROWS, rows - first)


def observation_chunks(seed: int, size: Size, ingest: int) -> Iterator[pa.RecordBatch]:
    for chunk, rows in chunk_lengths(size.observations):
        generator = numpy.random.default_rng([seed, ingest, chunk])
        columns = {"id": pa.array(generator.integers(0, size.entities, rows))}
        columns["observed_at"] = pa.array(BASE + generator.integers(0, HOURS, rows) * HOUR).cast(TIMESTAMP)
        for name in CARRY_SETS[ingest]:
            columns[name] = random_column(generator, SENSOR.feature(name).type, rows)
        yield pa.record_batch(columns)


def random_column(generator: numpy.random.Generator, kind: str, rows: int) -> pa.Array:
    nulls = generator.random(rows) < NULL_SHARE
    if kind == "float64":
        return pa.array(generator.standard_normal(rows), mask=nulls)
    numbers = generator.integers(-(10**6), 10**6, rows)
    if kind == "int64":
        return pa.array(numbers * 1_000_003, mask=nulls)
    if kind == "string":
        return pa.DictionaryArray.from_arrays(
            pa.array(numbers % 997, mask=nulls), [f"text {number}" for number in range(997)]
        ).cast(pa.string())
    if kind == "bool":
        return pa.array(numbers % 2 == 0, mask=nulls)
    if kind == "timestamp":
        return pa.array(BASE + numbers * SECOND, mask=nulls).cast(TIMESTAMP)
    return pa.array(numbers.astype("int32") // 100, mask=nulls).cast(pa.date32())


def spine_chunks(seed: int, size: Size) -> Iterator[pa.RecordBatch]:
    """Rows of random sensors at random seconds, every other one at a full hour; some sensors are unknown, some null."""
    for chunk, rows in chunk_lengths(size.spine_rows):
        generator = numpy.random.default_rng([seed, len(CARRY_SETS), chunk])
        sensors = generator.integers(0, int(size.entities * (1 + UNKNOWN_SHARE)), rows)
        seconds = generator.integers(0, (HOURS + 24) * 3600, rows)
        seconds -= numpy.where(generator.random(rows) < 0.5, seconds % 3600, 0)
        columns = [
            pa.array(chunk * CHUNK_ROWS + numpy.arange(rows)),
            pa.array(sensors, mask=generator.random(rows) < 0.005),
            pa.array(BASE + seconds * SECOND).cast(TIMESTAMP),
            pa.array(generator.standard_normal(rows)),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SPINE_SCHEMA)


def learn_about(oracle: Oracle, sensors: set[int], seed: int, size: Size, inserted_at: list[int]) -> int:
    """Tells the oracle the observations of these sensors only; answers how many there are."""
    wanted, learnt = numpy.array(sorted(sensors)), 0
    for ingest, names in enumerate(CARRY_SETS):
        identities = [SENSOR.feature(name).identity for name in names]
        first = NODE_NUMBER << 48
        for batch in observation_chunks(seed, size, ingest):
            rows = numpy.flatnonzero(numpy.isin(batch.column("id").to_numpy(), wanted))
            part = batch.take(pa.array(rows))
            cells = zip(*(plain_values(part.column(name)) for name in names), strict=True)
            for row, key, at, values in zip(
                rows, plain_values(part.column("id")), plain_values(part.column("observed_at")), cells, strict=True
            ):
                carried = dict(zip(identities, values, strict=True))
                oracle.learn(SENSOR, (key,), Observation(at, inserted_at[ingest], first + int(row), carried))
            first += batch.num_rows
            learnt += len(rows)
    return learnt


def expected_schema() -> pa.Schema:
    return pa.schema([*SPINE_SCHEMA, *((f"sensor.{one.name}", ARROW_TYPES[one.type]) for one in FEATURES)])


def expected_column(name: str, values: list) -> pa.Array:
    return array_of(SENSOR.feature(name.removeprefix("sensor.")).type, values)
