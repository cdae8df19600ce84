"""What is served, as a loop: of all that was ever told of an entity's feature the greatest stamp, if it is young enough.

Imports nothing of the engine, nor of the Python package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from online_world import limit_of
from oracle import MISSING, Observation
from world import NO_DEFAULT, Feature, FeatureSet, World

RULES = {
    "stamp": "what arrived last is served, instead of what has the greatest stamp",
    "default": "a function is given nothing for a missing input, instead of its default",
}
CASES = ("ties", "nulls", "ttl", "staleness", "tombstones", "edges", "defaults")


class OnlineOracle:
    """Learns observations in the order of their arrival. ``cases`` counts what the answers met."""

    def __init__(self, world: World, broken: str | None = None):
        self.world = world
        self.broken = broken
        self.cases: Counter[str] = Counter()
        self._told: dict[tuple[int, tuple], list[Observation]] = {}

    def learn(self, feature_set: FeatureSet, key: tuple, observation: Observation) -> None:
        self._told.setdefault((feature_set.identity, key), []).append(observation)

    def stored(self, feature_set: FeatureSet, key: tuple, feature: Feature) -> Observation | None:
        """The observation that the grid's row has of a feature."""
        told = [one for one in self._told.get((feature_set.identity, key), []) if one.tells_of(feature.identity)]
        if not told:
            return None
        if self.broken == "stamp":
            return told[-1]
        best = max(told, key=lambda one: one.stamp)
        if any(one.observed_at == best.observed_at and one is not best for one in told):
            self.cases["ties"] += 1
        return best

    def value(self, feature_set: FeatureSet, key: tuple, name: str, now: int, overrides: Mapping[str, int]) -> object:
        """The feature as it is served at an instant, or MISSING."""
        feature = feature_set.feature(name)
        best = self.stored(feature_set, key, feature)
        if best is None or best.observed_at > now:
            return MISSING
        limit, why = limit_of(feature_set, feature, overrides.get(f"{feature_set.name}.{name}"))
        if limit is not None and now - best.observed_at > limit:
            self.cases[why] += 1
            return MISSING
        if limit is not None and now - best.observed_at == limit:
            self.cases["edges"] += 1
        if best.ends(feature.identity):
            self.cases["tombstones"] += 1
            return MISSING
        value = best.values[feature.identity]
        if value is None:
            self.cases["nulls"] += 1
        return value

    def at_path(self, path: str, key: tuple, now: int, overrides: Mapping[str, int] = {}) -> object:
        """What stands at ``set.relation.feature`` for an entity, or MISSING; every link is served by the same rule."""
        name, *relations, last = path.split(".")
        feature_set = self.world.sets[name]
        for step in relations:
            relation = feature_set.relation(step)
            found = [self.value(feature_set, key, link, now, {}) for _, link in relation.on]
            if any(part is None or part is MISSING for part in found):
                return MISSING
            feature_set, key = self.world.sets[relation.target], tuple(found)
        return self.value(feature_set, key, last, now, overrides)

    def shown(self, path: str, value: object) -> object:
        """The value as a reply shows it: the default for what is MISSING, if there is one."""
        if value is not MISSING:
            return value
        name, *relations, last = path.split(".")
        feature_set = self.world.sets[name]
        for step in relations:
            feature_set = self.world.sets[feature_set.relation(step).target]
        default = feature_set.feature(last).default
        if default is NO_DEFAULT:
            return None
        self.cases["defaults"] += 1
        return default
