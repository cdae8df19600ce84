"""Random ingests of a world: the Arrow table and options that the server gets, and what each row of it states."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from oracle import Observation, Oracle
from values import TIMESTAMP, array_of, dressed, dressed_timestamp, iso_text, make_value, nanosecond_timestamp, plain_values
from world import FeatureSet, World

NODE_NUMBER = 1
SEEN_AT, KNOWN_AT, GONE = "seen_at", "known_at", "gone"


@dataclass(frozen=True)
class Fact:
    """One row as it is meant: ``known_at`` is None when the server stamps it, ``tombstone`` as in ``Observation``."""

    key: tuple
    observed_at: int
    known_at: int | None
    values: dict[int, object]
    tombstone: frozenset[int] | str | None


@dataclass(frozen=True)
class Ingest:
    """``options`` is the JSON that goes before the rows; ``batch_rows`` how many rows one Flight message holds."""

    set_name: str
    table: pa.Table
    options: dict[str, object]
    facts: Sequence[Fact]
    batch_rows: int

    @property
    def imported(self) -> bool:
        return "preserve_inserted_at" in self.options


def first_ingests(generator: random.Random, world: World, told_times: Sequence[int]) -> list[Ingest]:
    """What most sets begin with: every feature of every entity, so that links lead somewhere.

    A wide set also gets rows that each carry another few of its features, more kinds of rows than a table has carry sets.
    """
    names = [name for name in sorted(world.sets) if generator.random() < 0.8]
    whole = [random_ingest(generator, world, told_times, name, whole=True) for name in names]
    wide = [name for name in sorted(world.sets) if world.sets[name].wide]
    return whole + [random_ingest(generator, world, told_times, name, scattered=True) for name in wide]


def random_ingest(
    generator: random.Random,
    world: World,
    told_times: Sequence[int],
    set_name: str | None = None,
    whole: bool = False,
    scattered: bool = False,
) -> Ingest:
    """An ingest of a random set. ``told_times`` are inserted_at times that the server gave before: imports may repeat them."""
    feature_set = world.sets[set_name or generator.choice(sorted(world.sets))]
    rows = 160 if scattered else generator.choice([1, generator.randint(2, 12), generator.randint(20, 70)])
    keys = [generator.choice(world.pools[feature_set.name]) for _ in range(rows)]
    if whole:
        keys = generator.sample(world.pools[feature_set.name] * 2, len(world.pools[feature_set.name]) * 2)
        rows = len(keys)
    tombstones = generator.random() < 0.2 and not whole and not scattered
    skip = scattered or generator.random() < 0.3
    names = carried_names(generator, feature_set, tombstones, everything=whole or scattered)
    options: dict[str, object] = {"nulls": "skip"} if skip else ({"nulls": "keep"} if generator.random() < 0.3 else {})
    columns = {
        column: dressed(generator, kind, [key[place] for key in keys]) for place, (column, kind) in enumerate(feature_set.key)
    }
    observed, observed_columns = observation_times(generator, world, feature_set, names, rows, options)
    columns |= observed_columns
    cells = {}
    for name in names:
        feature = feature_set.feature(name)
        if name == feature_set.time:
            cells[name] = observed
            continue
        cells[name] = feature_cells(generator, world, feature_set, name, rows, skip or feature.nullable)
        columns[name] = dressed(generator, feature.type, cells[name])
    known: Sequence[int | None] = [None] * rows
    if generator.random() < 0.3:
        known = [import_time(generator, world, told_times) for _ in range(rows)]
        options["preserve_inserted_at"] = KNOWN_AT
        columns[KNOWN_AT] = dressed_timestamp(generator, known)
    gone = [tombstones and (not names or generator.random() < 0.4) for _ in range(rows)]
    if tombstones:
        options["tombstone"] = GONE
        columns[GONE] = pa.array(gone, pa.bool_())
    if generator.random() < 0.3:
        options["ingest_id"] = f"load-{world.number}-{world.next_serial()}"
    ended = frozenset(feature_set.feature(name).identity for name in names) or "all"
    facts = [
        Fact(
            keys[row],
            observed[row],
            known[row],
            {} if gone[row] else carried(feature_set, cells, row, skip),
            ended if gone[row] else None,
        )
        for row in range(rows)
    ]
    order = generator.sample(sorted(columns), len(columns))
    table = pa.table([columns[name] for name in order], names=order)
    return Ingest(feature_set.name, table, options, facts, generator.choice([1, 7, 1000]))


def carried_names(generator: random.Random, feature_set: FeatureSet, tombstones: bool, everything: bool) -> list[str]:
    """The features whose columns an ingest has; none at times for tombstones, which then end all of them.

    A tombstone of some features comes without the feature time, which it would end too.
    """
    names = [feature.name for feature in feature_set.features]
    if tombstones:
        names = [name for name in names if name != feature_set.time]
        return generator.sample(names, generator.choice([0, 1, min(2, len(names))]))
    if everything or generator.random() < 0.3:
        return names
    return generator.sample(names, generator.randint(1, len(names)))


def carried(feature_set: FeatureSet, cells: dict[str, list], row: int, skip: bool) -> dict[int, object]:
    return {feature_set.feature(name).identity: column[row] for name, column in cells.items() if not (skip and column[row] is None)}


def feature_cells(generator: random.Random, world: World, feature_set: FeatureSet, name: str, rows: int, may_be_null: bool) -> list:
    """Values of one feature; those of a link are mostly parts of the keys that its target has."""
    feature = feature_set.feature(name)
    targets = [
        (relation.target, place)
        for relation in feature_set.relations
        for place, (_, link) in enumerate(relation.on)
        if link == name
    ]

    def cell() -> object:
        if may_be_null and generator.random() < 0.25:
            return None
        if targets and generator.random() < 0.95:
            target, place = targets[0]
            return generator.choice(world.pools[target])[place]
        return make_value(generator, feature.type, world.next_serial())

    return [cell() for _ in range(rows)]


def observation_times(
    generator: random.Random, world: World, feature_set: FeatureSet, names: Sequence[str], rows: int, options: dict[str, object]
) -> tuple[list[int], dict[str, pa.Array]]:
    """observed_at of each row and the columns that say so: the feature time, another column, or one text for all rows."""

    def moment() -> int:
        return world.domain.moment(generator) + (generator.choice([-1, 1]) if generator.random() < 0.05 else 0)

    if feature_set.time in names:
        column = feature_set.time
        if generator.random() < 0.3:
            options["observed_at"] = column
    elif generator.random() < 0.75:
        column = options["observed_at"] = SEEN_AT
    else:
        constant = moment()
        options["observed_at"] = iso_text(constant, generator)
        return [constant] * rows, {}
    observed = [moment() for _ in range(rows)]
    if generator.random() < 0.15:
        options["round"] = "floor"
        return observed, {column: nanosecond_timestamp(generator, observed)}
    return observed, {
        column: dressed_timestamp(generator, observed) if generator.random() < 0.5 else array_of("timestamp", observed)
    }


def import_time(generator: random.Random, world: World, told_times: Sequence[int]) -> int:
    if told_times and generator.random() < 0.25:
        return generator.choice(told_times) - generator.choice([0, 0, 1])
    return world.domain.moment(generator)


def told_time(counts: Mapping[str, object]) -> int:
    """The inserted_at that an ingest's counts tell, in microseconds; KeyError when they tell none."""
    return plain_values(pa.array([counts["inserted_at"]]).cast(TIMESTAMP))[0]


class Teacher:
    """Tells an oracle what an acknowledged ingest stated, with the stamps that the server must have given it."""

    def __init__(self, oracle: Oracle):
        self.oracle = oracle
        self.imported_rows: dict[int, int] = {}
        self.told_times: list[int] = []

    def learn(self, feature_set: FeatureSet, ingest: Ingest, counts: Mapping[str, object]) -> None:
        for key, observation in self.stamped(feature_set, ingest, counts):
            self.oracle.learn(feature_set, key, observation)

    def stamped(self, feature_set: FeatureSet, ingest: Ingest, counts: Mapping[str, object]) -> list[tuple[tuple, Observation]]:
        """The ingest's rows with their stamps: one inserted_at, which the counts tell, unless an import's rows bring their own."""
        first, inserted_at = NODE_NUMBER << 48, None
        if ingest.imported:
            first = self.imported_rows.get(feature_set.identity, 0)
            self.imported_rows[feature_set.identity] = first + len(ingest.facts)
        else:
            inserted_at = told_time(counts)
            self.told_times.append(inserted_at)
        stamped = []
        for position, fact in enumerate(ingest.facts):
            known_at = inserted_at if fact.known_at is None else fact.known_at
            stamped.append((fact.key, Observation(fact.observed_at, known_at, first + position, fact.values, fact.tombstone)))
        return stamped
