"""A world to be served: many entities, and times so near that nothing has expired by the clock when it is asked for."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence

from values import HOUR, INFINITE
from world import (
    GLOBAL_WORD,
    INTEGERS,
    ODD_INTEGERS,
    ODD_TEXTS,
    SET_WORDS,
    TEXTS,
    Feature,
    FeatureSet,
    TimeDomain,
    World,
    add_relations,
    add_set,
)

STEPS = 12


def served_world(generator: random.Random, number: int, entities: int, now: int) -> World:
    """Three keyed sets that share the entities among them and a global one.

    Everything is observed at whole hours before ``now``, the last an hour before. Asked at ``now``, an hour ahead of the clock, a
    row of which something may still be used at that instant has not expired yet, also at the very edge of a max staleness.
    """
    world = World(number, TimeDomain(now - STEPS * HOUR, HOUR, STEPS))
    keys = [(("part_a", "int64"), ("part_b", "string")), (("id", "int64"),), (("id", "string"),)]
    words = generator.sample(SET_WORDS, len(keys))
    for place, (word, key) in enumerate(zip(words, keys, strict=True)):
        add_set(generator, world, word, key)
        name = list(world.sets)[-1]
        world.pools[name] = pool(key, entities // len(keys) + (place < entities % len(keys)))
    add_set(generator, world, GLOBAL_WORD, ())
    for name in [name for name, feature_set in world.sets.items() if feature_set.key]:
        add_relations(generator, world, name)
    for name, feature_set in list(world.sets.items()):
        world.sets[name] = alike(with_limits(feature_set) if feature_set.key else feature_set)
    return world


def with_limits(feature_set: FeatureSet) -> FeatureSet:
    """The set with an offline ttl on one of its features and a max staleness alone on another, whatever chance gave it."""
    plain = [one for one in feature_set.features if one.name not in feature_set.links() and one.name != feature_set.time]
    aging, stale = plain[:2]
    changed = {
        aging.name: dataclasses.replace(aging, nullable=True, offline_ttl=3 * HOUR, max_staleness=None),
        stale.name: dataclasses.replace(stale, nullable=True, offline_ttl=None, max_staleness=3 * HOUR),
    }
    features = tuple(changed.get(one.name, one) for one in feature_set.features)
    # The set's own ttl would be that of the second feature, too.
    return dataclasses.replace(feature_set, features=features, offline_ttl=None)


def pool(key: Sequence[tuple[str, str]], count: int) -> list[tuple]:
    """So many entities, odd keys first; composite ones are parts that written together would often be equal."""
    if len(key) == 1:
        integers = [*INTEGERS, *ODD_INTEGERS, *range(1_000, 1_000 + count)]
        texts = [*TEXTS, *ODD_TEXTS, *(f"e{place}" for place in range(count))]
        return [(value,) for value in dict.fromkeys(integers if key[0][1] == "int64" else texts)][:count]
    side = 1
    while side * side < count:
        side += 1
    numbers = [int("1" * (1 + place % 15)) + place // 15 for place in range(side)]
    return [(first, str(second)) for first in numbers for second in numbers][:count]


def alike(feature_set: FeatureSet) -> FeatureSet:
    """The set with no max staleness below an offline ttl of the same feature: there training sees, by the rules, what serving
    does not."""

    def fitting(feature: Feature) -> Feature:
        ttl = first_of(feature.offline_ttl, feature_set.offline_ttl)
        staleness = first_of(feature.max_staleness, feature_set.max_staleness)
        if ttl is None or staleness is None or staleness >= ttl:
            return feature
        return dataclasses.replace(feature, max_staleness=ttl)

    return dataclasses.replace(feature_set, features=tuple(fitting(feature) for feature in feature_set.features))


def first_of(*declared: int | None) -> int | None:
    return next((one for one in declared if one is not None), None)


def limit_of(feature_set: FeatureSet, feature: Feature, override: int | None = None) -> tuple[int | None, str]:
    """How old a stored value may be to be served, in microseconds, None for ever; and whether ``ttl`` or ``staleness`` says so.

    An override takes the place of the max staleness, and of an offline ttl that only follows it.
    """
    ttl = first_of(feature.offline_ttl, feature_set.offline_ttl)
    staleness = first_of(override, feature.max_staleness, feature_set.max_staleness)
    finite = [(span, why) for span, why in ((ttl, "ttl"), (staleness, "staleness")) if span is not None and span < INFINITE]
    return min(finite, default=(None, ""))


def paths_of(generator: random.Random, world: World, name: str, most: int) -> list[str]:
    """Outputs for the entities of a set: all of its own features, and some of those at most two relations away."""
    own = [f"{name}.{feature.name}" for feature in world.sets[name].features]
    far = []
    for first in world.sets[name].relations:
        target = world.sets[first.target]
        far += [f"{name}.{first.name}.{feature.name}" for feature in target.features]
        for second in target.relations:
            far += [f"{name}.{first.name}.{second.name}.{feature.name}" for feature in world.sets[second.target].features]
    return own + sorted(generator.sample(far, min(len(far), most)))


def key_paths(world: World, name: str) -> list[str]:
    """The key columns of the entities that the set's relations lead to: there if the entity has a row."""
    return [
        f"{name}.{relation.name}.{column}"
        for relation in world.sets[name].relations
        for column, _ in world.sets[relation.target].key
    ]


def kind_of(world: World, path: str) -> str:
    """The type of what stands at a path."""
    name, *relations, last = path.split(".")
    feature_set = world.sets[name]
    for relation in relations:
        feature_set = world.sets[feature_set.relation(relation).target]
    return dict(feature_set.key).get(last) or feature_set.feature(last).type
