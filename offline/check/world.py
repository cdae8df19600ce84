"""A random world: feature sets with keys, links, ttls and defaults, and how their definitions change while history grows.

Small domains on purpose: a few entities and a dozen instants, so that ties, edges and repeated rows are the common case.
"""

from __future__ import annotations

import dataclasses
import random
import string
from dataclasses import dataclass, field

from values import DAY, HOUR, INFINITE, MILLISECOND, MINUTE, ODD_TEXTS, SECOND, make_value

NO_DEFAULT = object()
INTEGERS = [1, 11, 111]
TEXTS = ["1", "11", "111"]
ODD_INTEGERS = [0, -1, 12, 2**53 + 1, -(2**63), 2**63 - 1]
SET_WORDS = ["account", "branch", "carrier", "device", "event"]
GLOBAL_WORD = "market"
WIDE_FEATURES = 10


@dataclass(frozen=True)
class Feature:
    """``identity`` tells a feature from an earlier one of its name; ``target`` is ``Class.key`` of a foreign key."""

    name: str
    type: str
    identity: int
    nullable: bool = True
    default: object = NO_DEFAULT
    offline_ttl: int | None = None
    max_staleness: int | None = None
    target: str | None = None


@dataclass(frozen=True)
class Relation:
    """A has-one to the set ``target``; ``on`` pairs each of its key columns with a feature of the set that has the relation."""

    name: str
    target: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FeatureSet:
    """``key`` is empty for a global set; ``time`` names the feature time, which is among ``features``."""

    name: str
    class_name: str
    identity: int
    key: tuple[tuple[str, str], ...]
    features: tuple[Feature, ...]
    time: str | None = None
    relations: tuple[Relation, ...] = ()
    offline_ttl: int | None = None
    max_staleness: int | None = None

    @property
    def wide(self) -> bool:
        """Whether rows can carry more combinations of its features than a table has carry sets for."""
        return len(self.features) >= WIDE_FEATURES

    def feature(self, name: str) -> Feature:
        return next(feature for feature in self.features if feature.name == name)

    def relation(self, name: str) -> Relation | None:
        return next((relation for relation in self.relations if relation.name == name), None)

    def links(self) -> set[str]:
        return {link for relation in self.relations for _, link in relation.on}

    def lifetime(self, feature: Feature) -> int | None:
        """How long a value may be used, in microseconds, None for ever: the offline ttl, else the max staleness."""
        for declared in (feature.offline_ttl, self.offline_ttl, feature.max_staleness, self.max_staleness):
            if declared is not None:
                return None if declared >= INFINITE else declared
        return None


@dataclass(frozen=True)
class TimeDomain:
    base: int
    unit: int
    steps: int

    def moment(self, generator: random.Random) -> int:
        return self.base + generator.randrange(self.steps) * self.unit

    def span(self, generator: random.Random) -> int:
        return generator.choice([0, 1, 2, 3, 5, self.steps, 2 * self.steps]) * self.unit


@dataclass
class World:
    """The definitions as they are now; ``removed`` remembers what a later phase may bring back under the same name."""

    number: int
    domain: TimeDomain
    sets: dict[str, FeatureSet] = field(default_factory=dict)
    pools: dict[str, list[tuple]] = field(default_factory=dict)
    wide: bool = False
    removed: list[tuple[str, Feature]] = field(default_factory=list)
    removed_sets: list[FeatureSet] = field(default_factory=list)
    returned: set[int] = field(default_factory=set)
    serial: int = 0

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial


def letters(number: int) -> str:
    """0, 1, ... as a, b, ..., z, ba, ...: what makes the names of one world's sets its own."""
    text = ""
    while True:
        number, rest = divmod(number, 26)
        text = string.ascii_lowercase[rest] + text
        if number == 0:
            return text


def random_world(generator: random.Random, number: int) -> World:
    unit = generator.choice([1, MILLISECOND, SECOND, SECOND, MINUTE, HOUR, DAY])
    # 2013, the last seconds before 1970, 1900, and a leap day.
    base = generator.choice([1_356_998_400 * SECOND, -3 * unit, -2_208_988_800 * SECOND, 1_709_164_800 * SECOND])
    world = World(number, TimeDomain(base, unit, generator.randint(8, 16)), wide=number % 3 == 0)
    keys = [
        generator.choice([(("part_a", "int64"), ("part_b", "string")), (("part_a", "string"), ("part_b", "string"))]),
        (("id", "int64"),),
        (("id", "string"),),
    ]
    generator.shuffle(keys)
    for word, key in zip(SET_WORDS, keys, strict=False):
        add_set(generator, world, word, key)
    add_set(generator, world, GLOBAL_WORD, ())
    for name in [name for name, feature_set in world.sets.items() if feature_set.key]:
        add_relations(generator, world, name)
    return world


def add_set(generator: random.Random, world: World, word: str, key: tuple[tuple[str, str], ...]) -> None:
    name = word + letters(world.number)
    class_name = name.capitalize() if generator.random() < 0.7 else "Thing" + name.capitalize()
    wide = world.wide and len(key) == 1 and not any(one.wide for one in world.sets.values())
    count = WIDE_FEATURES if wide else generator.randint(3, 6)
    features = [
        random_feature(generator, world, place, nullable=True if wide else generator.random() < 0.7) for place in range(count)
    ]
    time = None
    if generator.random() < 0.4:
        time = "ts"
        features.append(Feature(time, "timestamp", world.next_serial(), nullable=False))
    generator.shuffle(features)
    world.sets[name] = FeatureSet(
        name, class_name, world.next_serial(), key, tuple(features), time,
        offline_ttl=random_span(generator, world.domain, 0.1), max_staleness=random_staleness(generator, world.domain, 0.1),
    )  # fmt: skip
    world.pools[name] = random_pool(generator, key)


def random_feature(generator: random.Random, world: World, place: int, nullable: bool, name: str | None = None) -> Feature:
    kind = generator.choice(["int64", "float64", "string", "bool", "timestamp", "date"])
    default = NO_DEFAULT
    if generator.random() < 0.45:
        default = make_value(generator, kind, 900_000 + place)
        # A default is written into a Python file and from there into JSON: plain numbers and days that a calendar has.
        if kind == "float64":
            default = 0.25 + place
    return Feature(
        name or f"{kind}_{place}", kind, world.next_serial(), nullable, default,
        offline_ttl=random_span(generator, world.domain, 0.4), max_staleness=random_staleness(generator, world.domain, 0.15),
    )  # fmt: skip


def random_span(generator: random.Random, domain: TimeDomain, chance: float) -> int | None:
    if generator.random() >= chance:
        return None
    return INFINITE if generator.random() < 0.15 else domain.span(generator)


def random_staleness(generator: random.Random, domain: TimeDomain, chance: float) -> int | None:
    span = random_span(generator, domain, chance)
    return domain.unit if span == 0 else span


def random_pool(generator: random.Random, key: tuple[tuple[str, str], ...]) -> list[tuple]:
    """The entities of a set. Composite ones are made of 1, 11 and 111, whose parts written together would often be equal."""
    parts = [list(INTEGERS) if kind == "int64" else list(TEXTS) for _, kind in key]
    if len(key) == 1:
        odd = ODD_INTEGERS if key[0][1] == "int64" else ODD_TEXTS
        return [(value,) for value in parts[0] + generator.sample(odd, 4)]
    pool: list[tuple] = [()]
    for values in parts:
        pool = [(*entity, value) for entity in pool for value in values]
    return pool


def add_relations(generator: random.Random, world: World, name: str) -> None:
    """One or two has-ones to any keyed set, itself among them, through links made for each."""
    feature_set = world.sets[name]
    targets = [target for target, other in world.sets.items() if other.key]
    features, relations = list(feature_set.features), list(feature_set.relations)
    for place, target in enumerate(generator.sample(targets, generator.randint(1, 2))):
        other = world.sets[target]
        foreign = generator.random() < 0.6
        on = []
        for column, kind in other.key:
            default = generator.choice(world.pools[target])[len(on)] if generator.random() < 0.25 else NO_DEFAULT
            link = Feature(
                f"link_{place}_{column}", kind, world.next_serial(), generator.random() < 0.8, default,
                offline_ttl=random_span(generator, world.domain, 0.15), target=f"{other.class_name}.{column}" if foreign else None,
            )  # fmt: skip
            features.append(link)
            on.append((column, link.name))
        relations.append(Relation(f"one_{place}", target, tuple(on)))
    world.sets[name] = dataclasses.replace(feature_set, features=tuple(features), relations=tuple(relations))


def remove_some(generator: random.Random, world: World) -> None:
    """Phase two: every set that can spare one loses a feature, and at times a set that nothing points at goes as a whole."""
    pointed_at = {relation.target for feature_set in world.sets.values() for relation in feature_set.relations}
    spare = [name for name in world.sets if name not in pointed_at]
    if spare and generator.random() < 0.3:
        world.removed_sets.append(world.sets.pop(generator.choice(spare)))
    for name, feature_set in list(world.sets.items()):
        plain = [one for one in feature_set.features if one.name not in feature_set.links() and one.name != feature_set.time]
        if len(plain) < 3:
            continue
        for gone in generator.sample(plain, generator.randint(1, 2)):
            world.removed.append((name, gone))
            feature_set = dataclasses.replace(feature_set, features=tuple(one for one in feature_set.features if one is not gone))
        world.sets[name] = feature_set


def bring_back(generator: random.Random, world: World) -> None:
    """Phase three: what was removed is added again, half of it with another type; some ttls and defaults change on the way."""
    for feature_set in world.removed_sets:
        features = tuple(dataclasses.replace(one, identity=world.next_serial()) for one in feature_set.features)
        world.sets[feature_set.name] = dataclasses.replace(feature_set, identity=world.next_serial(), features=features)
        world.returned.update(one.identity for one in features)
    for place, (name, gone) in enumerate(world.removed):
        again = random_feature(generator, world, 40 + place, gone.nullable, gone.name)
        if generator.random() < 0.5:
            again = dataclasses.replace(gone, identity=world.next_serial())
        world.returned.add(again.identity)
        feature_set = world.sets[name]
        changed = tuple(
            dataclasses.replace(one, offline_ttl=random_span(generator, world.domain, 0.5)) if generator.random() < 0.2 else one
            for one in feature_set.features
        )
        features = (*changed, again)
        if generator.random() < 0.3 and not any(one.name == "added" for one in features):
            features = (*features, random_feature(generator, world, 60, True, "added"))
        world.sets[name] = dataclasses.replace(feature_set, features=features)
    world.removed, world.removed_sets = [], []
