"""A history to be replayed: what arrives, in which order, and through which door, upload or ingest."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from ingests import KNOWN_AT, SEEN_AT, Fact, Ingest, random_ingest
from online_calls import to_json
from oracle import Observation
from values import TIMESTAMP, array_of, iso_text
from world import FeatureSet, World

NODE_NUMBER = 1


@dataclass(frozen=True)
class Arrival:
    """One write of one set. Either door takes it: the ingest's table or `upload_rows`."""

    ingest: Ingest
    by_upload: bool

    def stamped(self, inserted_at: int) -> list[tuple[tuple, Observation]]:
        """Its rows with the stamps that the node gave them."""
        return [
            (fact.key, Observation(fact.observed_at, inserted_at, (NODE_NUMBER << 48) + position, fact.values, fact.tombstone))
            for position, fact in enumerate(self.ingest.facts)
        ]


def random_history(generator: random.Random, world: World, rows: int) -> list[Arrival]:
    """First every feature of every entity, twice, then whatever comes until there are so many rows."""
    arrivals = [arrival(generator, world, name, whole=True) for name in sorted(world.sets)]
    told = sum(len(one.ingest.facts) for one in arrivals)
    while told < rows:
        # Large sets are told of more often than the global one, which has one row.
        name = generator.choices(sorted(world.sets), [len(world.pools[name]) for name in sorted(world.sets)])[0]
        arrivals.append(arrival(generator, world, name))
        told += len(arrivals[-1].ingest.facts)
    return arrivals


def arrival(generator: random.Random, world: World, name: str, whole: bool = False) -> Arrival:
    """Random rows of a set that the node itself stamps."""
    while True:
        ingest = random_ingest(generator, world, (), name, whole=whole)
        if not ingest.imported:
            return Arrival(ingest, by_upload=generator.random() < 0.5 and uploadable(world.sets[name], ingest))


def uploadable(feature_set: FeatureSet, ingest: Ingest) -> bool:
    """Whether each row names something: in an upload a row is of the sets that it names, and a global one has no key to name."""
    return bool(feature_set.key) or all(fact.values or fact.tombstone not in (None, "all") for fact in ingest.facts)


def upload_document(feature_set: FeatureSet, ingest: Ingest) -> dict:
    """The same rows as an upload states them: what a row does not carry is absent, a tombstone is marked."""
    timed = feature_set.time is not None and any(
        feature_set.feature(feature_set.time).identity in fact.values for fact in ingest.facts
    )
    rows = [upload_row(feature_set, fact, timed) for fact in ingest.facts]
    return {"rows": rows} if timed else {"rows": rows, "observed_at": SEEN_AT}


def upload_row(feature_set: FeatureSet, fact: Fact, timed: bool) -> dict:
    key = zip(feature_set.key, fact.key, strict=True)
    row: dict[str, object] = {f"{feature_set.name}.{column}": to_json(kind, value) for (column, kind), value in key}
    if not timed:
        row[SEEN_AT] = iso_text(fact.observed_at)
    for feature in feature_set.features:
        if feature.identity in fact.values:
            row[f"{feature_set.name}.{feature.name}"] = to_json(feature.type, fact.values[feature.identity])
        elif fact.tombstone not in (None, "all") and feature.identity in fact.tombstone:
            row[f"{feature_set.name}.{feature.name}"] = None
    if fact.tombstone is not None:
        row["__tombstone"] = True
    return row


def as_import(ingest: Ingest, inserted_at: int) -> Ingest:
    """The same rows as an import that keeps the time at which another node learnt them."""
    rows = len(ingest.facts)
    table = ingest.table.append_column(pa.field(KNOWN_AT, TIMESTAMP), array_of("timestamp", [inserted_at] * rows))
    options = {name: value for name, value in ingest.options.items() if name != "ingest_id"}
    return Ingest(ingest.set_name, table, {**options, "preserve_inserted_at": KNOWN_AT}, ingest.facts, ingest.batch_rows)


def shuffled(generator: random.Random, arrivals: Sequence[tuple[Arrival, int]]) -> list[tuple[Arrival, int]]:
    """The arrivals in another order; the rows of each stay in theirs, which is part of their stamps."""
    return generator.sample(list(arrivals), len(arrivals))
