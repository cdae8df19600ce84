"""Random training-set requests of a world: the spine that is sent, the command that goes with it, and both in plain terms."""

from __future__ import annotations

import datetime
import decimal
import random
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from oracle import Question, Role
from values import (
    DAY,
    HOUR,
    MILLISECOND,
    SECOND,
    array_of,
    duration_text,
    iso_text,
    make_value,
    nanosecond_timestamp,
    random_zone,
)
from world import INTEGERS, TEXTS, FeatureSet, World

UNKNOWN = {"int64": [2, 1111, -7], "string": ["2", "1111", "nobody"]}


@dataclass(frozen=True)
class TrainingRequest:
    """``rows`` is the spine as the oracle reads it; ``spine`` holds the same in Arrow, in batches of ``batch_rows``."""

    command: dict[str, object]
    question: Question
    spine: pa.Table
    rows: Sequence[dict[str, object]]
    batch_rows: int


def random_request(generator: random.Random, world: World, rows: int, told_times: Sequence[int]) -> TrainingRequest:
    """A request of some of the world's sets in some roles; ``told_times`` are inserted_at times that the server gave."""
    roles = random_roles(generator, world)
    features = random_paths(generator, world, roles)
    exclusive, delay, cutoff = generator.random() < 0.3, random_delay(generator, world), random_cutoff(generator, world, told_times)
    given = random_inputs(generator, world, roles, features)
    plain, columns = key_columns(generator, world, roles, rows)
    # What a given value is in a row without a time is not said anywhere, so requests with given values have no such row.
    plain["at"], columns["at"] = spine_times(generator, world, rows, told_times, nullable=not given)
    for path, (column, kind, nullable) in given.items():
        plain[column] = [given_value(generator, world, roles, path, kind, nullable) for _ in range(rows)]
        columns[column] = array_of(kind, plain[column])
    columns |= label_columns(generator, rows)
    order = generator.sample(sorted(columns), len(columns))
    question = Question(
        "at",
        roles,
        features,
        {path: column for path, (column, _, _) in given.items()},
        exclusive,
        delay,
        cutoff,
        required=generator.sample(features, min(len(features), generator.choice([1, 1, 2]))) if generator.random() < 0.25 else [],
        defaults=generator.random() < 0.75,
    )
    spine = pa.table([columns[name] for name in order], names=order)
    table_rows = [dict(zip(plain, values, strict=True)) for values in zip(*plain.values(), strict=True)]
    return TrainingRequest(command_of(generator, question), question, spine, table_rows, generator.choice([1, 50, 333, 100_000]))


def random_roles(generator: random.Random, world: World) -> dict[str, Role]:
    """One to three entities of the rows; a role's name is its set's own, a new one, or at times that of another set."""
    keyed = sorted(name for name, feature_set in world.sets.items() if feature_set.key)
    roles: dict[str, Role] = {}
    for place in range(generator.choice([1, 1, 2, 3])):
        set_name = generator.choice(keyed)
        if len(keyed) > 1 and roles and generator.random() < 0.4:
            set_name = next(iter(roles.values())).set_name
        name = set_name if generator.random() < 0.5 else f"role_{place}"
        if generator.random() < 0.05:
            name = generator.choice(keyed)
        if name not in roles:
            roles[name] = Role(set_name, {column: f"{column}_{place}" for column, _ in world.sets[set_name].key})
    return roles


def random_paths(generator: random.Random, world: World, roles: dict[str, Role]) -> list[str]:
    """Up to eight outputs of the roles, most of them one or two relations away, and of the global set."""
    globals_ = [name for name, feature_set in world.sets.items() if not feature_set.key]
    paths: list[str] = []
    for _ in range(generator.randint(1, 8)):
        if globals_ and generator.random() < 0.12:
            path, feature_set = globals_[0], world.sets[globals_[0]]
        else:
            path = generator.choice(sorted(roles))
            feature_set = world.sets[roles[path].set_name]
        for _ in range(generator.choice([0, 0, 1, 1, 2, 2, 3])):
            if not feature_set.relations:
                break
            relation = generator.choice(feature_set.relations)
            path, feature_set = f"{path}.{relation.name}", world.sets[relation.target]
        returned = [feature for feature in feature_set.features if feature.identity in world.returned]
        path = f"{path}.{generator.choice(returned if returned and generator.random() < 0.3 else feature_set.features).name}"
        if path not in paths:
            paths.append(path)
    return paths


def random_delay(generator: random.Random, world: World) -> int:
    """A multiple of the world's step, or nothing where a step is finer than text can say."""
    if world.domain.unit < MILLISECOND or generator.random() < 0.6:
        return 0
    return generator.choice([0, 1, 1, 2, 3]) * world.domain.unit


def random_cutoff(generator: random.Random, world: World, told_times: Sequence[int]) -> int | str | None:
    """None, each row's own time, an instant of the world, or about one at which the server learnt something."""
    if generator.random() < 0.45:
        return None
    if generator.random() < 0.5:
        return "spine"
    if told_times and generator.random() < 0.5:
        return generator.choice(told_times) + generator.choice([0, 0, -1])
    return world.domain.moment(generator)


def random_inputs(
    generator: random.Random, world: World, roles: dict[str, Role], features: list[str]
) -> dict[str, tuple[str, str, bool]]:
    """Features of a role's own that the spine gives, among them links: path -> (spine column, type, nullable)."""
    given: dict[str, tuple[str, str, bool]] = {}
    if generator.random() < 0.75:
        return given
    for place, path in enumerate(generator.sample(features, len(features))[:2]):
        name, *relations, last = path.split(".")
        if name not in roles:
            continue
        feature_set = world.sets[roles[name].set_name]
        if relations:
            last = generator.choice(feature_set.relation(relations[0]).on)[1]
        feature = feature_set.feature(last)
        given[f"{name}.{last}"] = (f"given_{place}", feature.type, feature.nullable)
    return given


def given_value(generator: random.Random, world: World, roles: dict[str, Role], path: str, kind: str, nullable: bool) -> object:
    if nullable and generator.random() < 0.2:
        return None
    name, last = path.split(".")
    for relation in world.sets[roles[name].set_name].relations:
        for place, (_, link) in enumerate(relation.on):
            if link == last:
                return generator.choice(world.pools[relation.target])[place]
    return make_value(generator, kind, generator.randrange(1000))


def key_columns(
    generator: random.Random, world: World, roles: dict[str, Role], rows: int
) -> tuple[dict[str, list], dict[str, pa.Array]]:
    """The entities of the rows: known ones, unknown ones, and nulls in some part of a key."""
    plain: dict[str, list] = {}
    columns: dict[str, pa.Array] = {}
    for role in roles.values():
        feature_set = world.sets[role.set_name]
        entities = [random_entity(generator, world, feature_set) for _ in range(rows)]
        for place, (column, kind) in enumerate(feature_set.key):
            values, array = dressed_key(generator, kind, [entity[place] for entity in entities])
            plain[role.keys[column]], columns[role.keys[column]] = values, array
    return plain, columns


def random_entity(generator: random.Random, world: World, feature_set: FeatureSet) -> tuple:
    chance = generator.random()
    if chance < 0.85:
        return generator.choice(world.pools[feature_set.name])
    if chance < 0.93 or len(feature_set.key) == 1:
        return tuple(generator.choice([*UNKNOWN[kind], None]) for _, kind in feature_set.key)
    return tuple(generator.choice([None, *(INTEGERS if kind == "int64" else TEXTS)]) for _, kind in feature_set.key)


def dressed_key(generator: random.Random, kind: str, values: list) -> tuple[list, pa.Array]:
    """A key column in one of the types that people's frames have; values that the type cannot hold become nulls."""
    if kind == "string":
        types = [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.string())]
        chosen = generator.choice([pa.string(), *types])
        plain = pa.array(values, pa.string())
        return values, plain.dictionary_encode().cast(chosen) if pa.types.is_dictionary(chosen) else plain.cast(chosen)
    chosen = generator.choice([pa.int64(), pa.int64(), pa.int32(), pa.int16(), pa.uint64(), pa.float64()])
    if pa.types.is_floating(chosen):
        values = [value if value is None or abs(value) <= 2**53 else None for value in values]
        return values, pa.array([None if value is None else float(value) for value in values], chosen)
    low, high = (
        (0, 2**63 - 1)
        if pa.types.is_unsigned_integer(chosen)
        else (-(2 ** (chosen.bit_width - 1)), 2 ** (chosen.bit_width - 1) - 1)
    )
    values = [value if value is None or low <= value <= high else None for value in values]
    return values, pa.array(values, chosen)


def spine_times(
    generator: random.Random, world: World, rows: int, told_times: Sequence[int], nullable: bool
) -> tuple[list[int | None], pa.Array]:
    """Times about the world's instants, before all of them and after the server learnt of them, in any unit or as text."""
    domain = world.domain
    # Steps of a second and more can be told in seconds; then nothing is moved by a microsecond to either side of an edge.
    whole_seconds = domain.unit % SECOND == 0 and generator.random() < 0.4

    def moment() -> int | None:
        chance = generator.random()
        if nullable and chance < 0.04:
            return None
        if told_times and chance < 0.1 and not whole_seconds:
            return generator.choice(told_times) + generator.choice([-1, 0, 0, 1])
        time = domain.base + generator.randrange(-2, domain.steps + 6) * domain.unit
        return time + (generator.choice([-1, 1]) if chance > 0.85 and not whole_seconds else 0)

    times = [moment() for _ in range(rows)]
    if generator.random() < 0.3:
        times.sort(key=lambda time: time or 0)
    zone = random_zone(generator)
    if whole_seconds:
        unit = generator.choice(["s", "ms"])
        size = SECOND if unit == "s" else MILLISECOND
        scaled = [None if time is None else time // size for time in times]
        return times, pa.array(scaled, pa.int64()).cast(pa.timestamp(unit, zone))
    spelling = generator.random()
    if spelling < 0.2:
        return times, pa.array([None if time is None else iso_text(time, generator) for time in times], pa.string())
    if spelling < 0.45:
        return times, nanosecond_timestamp(generator, times)
    return times, pa.array(times, pa.int64()).cast(pa.timestamp("us", zone))


def label_columns(generator: random.Random, rows: int) -> dict[str, pa.Array]:
    """Columns that mean nothing to the join and come back as they went, of types that features do not have."""
    numbers = range(rows)
    columns = {
        "row": pa.array(numbers, pa.int64()),
        "label.late": pa.array([generator.choice([True, False, None]) for _ in numbers], pa.bool_()),
        "weight": pa.array([generator.choice([0.5, float("nan"), None, -0.0]) for _ in numbers], pa.float32()),
        "tags": pa.array([generator.choice([["a", None], [], None, ["é"]]) for _ in numbers], pa.list_(pa.string())),
        "place": pa.array([{"x": number, "y": None} for number in numbers], pa.struct([("x", pa.int32()), ("y", pa.string())])),
        "price": pa.array([decimal.Decimal(number) / 4 for number in numbers], pa.decimal128(12, 2)),
        "blob": pa.array([bytes([number % 256]) * 3 for number in numbers], pa.binary()),
        "nothing": pa.nulls(rows),
        "day": pa.array([datetime.date(2013, 1, 1 + number % 28) for number in numbers], pa.date32()),
        "colour": pa.array([generator.choice(["red", "green", None]) for _ in numbers], pa.string()).dictionary_encode(),
    }
    chosen = generator.sample(sorted(columns), generator.randint(0, 3))
    if generator.random() < 0.6:
        chosen.append("row")
    return {name: columns[name] for name in chosen}


def command_of(generator: random.Random, question: Question) -> dict[str, object]:
    """The question as the JSON of the command, in its short and long forms, with and without what is the default anyway."""
    command: dict[str, object] = {"type": "training_set", "time": question.time, "features": list(question.features)}
    sets, keys = {}, {}
    for name, role in question.roles.items():
        if name == role.set_name and generator.random() < 0.6:
            keys |= {f"{name}.{column}": spine_column for column, spine_column in role.keys.items()}
        else:
            sets[name] = {"set": role.set_name, "keys": dict(role.keys)}
    if sets:
        command["sets"] = sets
    if keys:
        command["keys"] = keys
    if question.inputs:
        command["inputs"] = dict(question.inputs)
    if question.exclusive or generator.random() < 0.2:
        command["end"] = "exclusive" if question.exclusive else "inclusive"
    if question.delay or generator.random() < 0.2:
        command["delay"] = delay_text(generator, question.delay)
    if question.cutoff is not None:
        command["cutoff"] = question.cutoff if question.cutoff == "spine" else iso_text(question.cutoff, generator)
    if question.required or generator.random() < 0.2:
        command["required"] = list(question.required)
    if not question.defaults or generator.random() < 0.2:
        command["defaults"] = question.defaults
    return command


def delay_text(generator: random.Random, delay: int) -> str:
    """The delay in its shortest spelling, or in one smaller unit."""
    if generator.random() < 0.3:
        for unit, size in (("h", HOUR), ("s", SECOND), ("ms", MILLISECOND)):
            if 0 < delay < 3 * DAY and delay % size == 0:
                return f"{delay // size}{unit}"
    return duration_text(delay)
