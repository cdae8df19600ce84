"""The as-of rule as a loop: for each spine row and output, look at every observation of the entity.

Imports nothing of the engine, nor of the Python package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from world import NO_DEFAULT, Feature, FeatureSet, Relation

RULES = {
    "ties": "of equal observed_at the first learnt wins instead of the last",
    "ttl": "a value is no longer usable at the last instant of its offline ttl",
    "null": "a carried null does not hide older values",
    "key": "a composite key is its parts written together, so that (1, '11') is (11, '1')",
    "order": "rows come in the order of their times instead of the spine's",
    "tombstone": "a tombstone is passed over",
    "cutoff": "the knowledge cut-off is ignored",
    "cutoff-edge": "what was learnt at the very cut-off is not known yet",
    "end": "an exclusive end is taken as an inclusive one",
    "delay": "the offline ttl counts from T - delay instead of T",
    "default": "a carried null shows the default",
    "link": "a link that is MISSING is followed by its default",
    "required": "defaults are filled in before required is looked at",
}
# The rules that decide which observation wins; the others act on the way there or afterwards.
PICKING_RULES = ("ties", "ttl", "null", "tombstone", "cutoff", "cutoff-edge", "end", "delay")


class Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Observation:
    """``values`` by the identity of the feature; ``tombstone``: None, or the identities that it ends, or ``"all"`` of them."""

    observed_at: int
    inserted_at: int
    sequence: int
    values: Mapping[int, object]
    tombstone: frozenset[int] | str | None = None

    @property
    def stamp(self) -> tuple[int, int, int]:
        return self.observed_at, self.inserted_at, self.sequence

    def tells_of(self, identity: int) -> bool:
        return identity in self.values or self.ends(identity)

    def ends(self, identity: int) -> bool:
        return self.tombstone is not None and (self.tombstone == "all" or identity in self.tombstone)


@dataclass(frozen=True)
class Role:
    """An entity of the spine's rows: its set and which spine column holds which key column."""

    set_name: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """A training-set request in plain terms: times in microseconds, ``cutoff`` None, an instant, or ``"spine"``."""

    time: str
    roles: Mapping[str, Role]
    features: Sequence[str]
    inputs: Mapping[str, str] = field(default_factory=dict)
    exclusive: bool = False
    delay: int = 0
    cutoff: int | str | None = None
    required: Sequence[str] = ()
    defaults: bool = True


@dataclass
class Answer:
    """``kept``: the spine rows that stay, in the order of the answer; ``columns``: what each output shows for them.

    The counts are of MISSING cells, defaults or not: among the kept rows, and among all rows of the spine.
    """

    kept: list[int]
    columns: dict[str, list]
    missing_of_kept: dict[str, int]
    missing_of_all: dict[str, int]


def usable(one: Observation, identity: int, lifetime: int | None, time: int, question: Question, broken: str | None) -> bool:
    """Whether the observation may speak of the feature at ``time``: carried, old enough, young enough, known by then."""
    if not one.tells_of(identity):
        return False
    if (broken == "tombstone" and one.ends(identity)) or (broken == "null" and one.values.get(identity, 0) is None):
        return False
    latest = time - question.delay
    if one.observed_at > latest or (question.exclusive and one.observed_at == latest and broken != "end"):
        return False
    if lifetime is not None:
        used_at = latest if broken == "delay" else time
        if used_at > one.observed_at + lifetime or (broken == "ttl" and used_at == one.observed_at + lifetime):
            return False
    cutoff = time if question.cutoff == "spine" else question.cutoff
    if cutoff is None or broken == "cutoff":
        return True
    return one.inserted_at <= cutoff and not (broken == "cutoff-edge" and one.inserted_at == cutoff)


def winner(
    told: Sequence[Observation], identity: int, lifetime: int | None, time: int, question: Question, broken: str | None
) -> Observation | None:
    """The observation with the greatest stamp among the usable ones."""

    def rank(one: Observation) -> tuple[int, int, int]:
        observed_at, inserted_at, sequence = one.stamp
        return (observed_at, -inserted_at, -sequence) if broken == "ties" else (observed_at, inserted_at, sequence)

    candidates = [one for one in told if usable(one, identity, lifetime, time, question, broken)]
    return max(candidates, key=rank, default=None)


class Oracle:
    """Knows every observation by entity, and answers questions under the definitions of the moment."""

    def __init__(self, broken: str | None = None):
        self.broken = broken
        self.entities: dict[tuple, list[Observation]] = {}

    def entity(self, feature_set: FeatureSet, key: tuple) -> tuple:
        return feature_set.identity, "".join(str(part) for part in key) if self.broken == "key" else key

    def learn(self, feature_set: FeatureSet, key: tuple, observation: Observation) -> None:
        self.entities.setdefault(self.entity(feature_set, key), []).append(observation)

    def observations(self, feature_set: FeatureSet, key: tuple) -> list[Observation]:
        return self.entities.get(self.entity(feature_set, key), [])

    def value(self, feature_set: FeatureSet, key: tuple, feature: Feature, time: int, question: Question) -> object:
        """What the entity's feature is at ``time``, or MISSING; no observation is of an entity with a null in its key."""
        told = self.observations(feature_set, key)
        best = winner(told, feature.identity, feature_set.lifetime(feature), time, question, self.broken)
        return MISSING if best is None or best.ends(feature.identity) else best.values[feature.identity]

    def at_path(self, sets: Mapping[str, FeatureSet], question: Question, row: Mapping[str, object], path: str) -> object:
        """What stands at ``role.relation.feature`` for a spine row; links are followed by the same rule as of the same time."""
        name, *relations, last = path.split(".")
        if path in question.inputs:
            return row[question.inputs[path]]
        role = question.roles.get(name) or Role(name, {})
        feature_set, time = sets[role.set_name], row[question.time]
        key = tuple(row[role.keys[column]] for column, _ in feature_set.key)
        if time is None:
            return MISSING
        for hop, relation in enumerate(relations_along(sets, feature_set, relations)):
            found = [self.link(feature_set, key, link, time, question, row, name if hop == 0 else None) for _, link in relation.on]
            if any(part is None or part is MISSING for part in found):
                return MISSING
            feature_set, key = sets[relation.target], tuple(found)
        return self.value(feature_set, key, feature_set.feature(last), time, question)

    def link(self, feature_set, key, name, time, question, row, role) -> object:
        """A link's value: the spine's when the request binds it, else the stored one; its default is never followed."""
        if role is not None and f"{role}.{name}" in question.inputs:
            return row[question.inputs[f"{role}.{name}"]]
        feature = feature_set.feature(name)
        found = self.value(feature_set, key, feature, time, question)
        if found is MISSING and self.broken == "link" and feature.default is not NO_DEFAULT:
            return feature.default
        return found

    def answer(self, sets: Mapping[str, FeatureSet], question: Question, rows: Sequence[Mapping[str, object]]) -> Answer:
        found = {path: [self.at_path(sets, question, row, path) for row in rows] for path in question.features}
        defaults = {path: declared(sets, question, path).default if question.defaults else NO_DEFAULT for path in question.features}

        def dropped(row: int) -> bool:
            excused = [path for path in question.required if self.broken == "required" and defaults[path] is not NO_DEFAULT]
            return any(found[path][row] is MISSING for path in question.required if path not in excused)

        def shown(value: object, default: object) -> object:
            if value is MISSING or (value is None and self.broken == "default"):
                return None if default is NO_DEFAULT else default
            return value

        kept = [row for row in range(len(rows)) if not dropped(row)]
        if self.broken == "order":
            kept.sort(key=lambda row: rows[row][question.time] or 0)
        return Answer(
            kept,
            {path: [shown(values[row], defaults[path]) for row in kept] for path, values in found.items()},
            {path: sum(values[row] is MISSING for row in kept) for path, values in found.items()},
            {path: sum(value is MISSING for value in values) for path, values in found.items()},
        )


def relations_along(sets: Mapping[str, FeatureSet], feature_set: FeatureSet, names: Sequence[str]) -> list[Relation]:
    relations = []
    for name in names:
        relation = feature_set.relation(name)
        relations.append(relation)
        feature_set = sets[relation.target]
    return relations


def declared(sets: Mapping[str, FeatureSet], question: Question, path: str) -> Feature:
    """The definition of the feature at the end of a path."""
    name, *relations, last = path.split(".")
    feature_set = sets[question.roles[name].set_name if name in question.roles else name]
    for relation in relations_along(sets, feature_set, relations):
        feature_set = sets[relation.target]
    return feature_set.feature(last)
