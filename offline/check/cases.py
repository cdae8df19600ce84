"""Counts how often a run met each interesting case, so that a check that found nothing also shows what it looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from oracle import MISSING, PICKING_RULES, Answer, Observation, Oracle, Question, declared, winner
from world import NO_DEFAULT, Feature, FeatureSet

# Named after a rule: values that hang on that rule, because with it broken another observation would win.
CASES = {
    **{rule: f"values decided by the rule {rule!r}" for rule in PICKING_RULES},
    "key": "values of an entity whose key parts, written together, are another entity's, where that decides the value",
    "null-shown": "carried nulls shown",
    "null-not-default": "carried nulls shown although the feature has a default",
    "default-shown": "defaults shown for MISSING",
    "default-withheld": "MISSING shown as null because the request asks for no defaults",
    "link-default": "links that are MISSING although they have a default",
    "link-null": "links that are null",
    "two-hops": "values found two relations away",
    "composite-link": "values found through a link of two columns",
    "given": "cells that the spine gave",
    "given-link": "values found through a link that the spine gave",
    "returned": "values of features that were removed and added again",
    "shared-carry": "values from an observation whose carry set was not among the first 63 of its table",
    "imported": "values from an observation that kept another store's inserted_at",
    "row-dropped": "rows dropped because something required was MISSING",
    "row-repeated": "spine rows that repeat an earlier one's keys and time",
    "row-null-key": "spine rows with a null in a key",
    "row-null-time": "spine rows without a time",
    "row-unknown": "spine rows of an entity that has no observation",
    "row-out-of-order": "spine rows earlier than the row before them",
}
FIRST_CARRY_SETS = 63


class CountingOracle(Oracle):
    """An oracle that counts cases on the way, and remembers a request's answers by entity, feature and time."""

    def __init__(self, broken: str | None = None):
        super().__init__(broken)
        self.cases: Counter[str] = Counter({case: 0 for case in CASES})
        self.forget()

    def forget(self) -> None:
        """Begins a new world: what was learnt goes, the counts stay."""
        self.entities = {}
        self.returned: set[int] = set()
        self.written_together: dict[tuple, list[Observation]] = {}
        self.carry_sets: dict[int, dict[frozenset[int], int]] = {}
        self.remembered: dict[tuple, tuple[object, tuple[str, ...]]] = {}

    def learn(self, feature_set: FeatureSet, key: tuple, observation: Observation) -> None:
        super().learn(feature_set, key, observation)
        if len(key) > 1:
            self.written_together.setdefault(together(feature_set, key), []).append(observation)
        carried = self.carry_sets.setdefault(feature_set.identity, {})
        if observation.values:
            carried.setdefault(frozenset(observation.values), len(carried))

    def value(self, feature_set: FeatureSet, key: tuple, feature: Feature, time: int, question: Question) -> object:
        place = feature_set.identity, key, feature.identity, time
        if place not in self.remembered:
            found = super().value(feature_set, key, feature, time, question)
            self.remembered[place] = found, tuple(self.cases_of(feature_set, key, feature, time, question))
        found, cases = self.remembered[place]
        self.cases.update(cases)
        return found

    def cases_of(self, feature_set: FeatureSet, key: tuple, feature: Feature, time: int, question: Question) -> list[str]:
        told = [one for one in self.observations(feature_set, key) if one.tells_of(feature.identity)]
        lifetime = feature_set.lifetime(feature)
        best = winner(told, feature.identity, lifetime, time, question, None)
        cases = [
            rule for rule in PICKING_RULES
            if worth_asking(rule, lifetime, question) and winner(told, feature.identity, lifetime, time, question, rule) is not best
        ]  # fmt: skip
        if len(key) > 1:
            mixed = self.written_together.get(together(feature_set, key), [])
            if winner(mixed, feature.identity, lifetime, time, question, None) is not best:
                cases.append("key")
        if best is not None and not best.ends(feature.identity):
            if self.carry_sets[feature_set.identity][frozenset(best.values)] >= FIRST_CARRY_SETS:
                cases.append("shared-carry")
            if best.sequence < 1 << 48:
                cases.append("imported")
            if feature.identity in self.returned:
                cases.append("returned")
        return cases

    def link(self, feature_set, key, name, time, question, row, role) -> object:
        found = super().link(feature_set, key, name, time, question, row, role)
        if found is MISSING and feature_set.feature(name).default is not NO_DEFAULT:
            self.cases["link-default"] += 1
        if found is None:
            self.cases["link-null"] += 1
        return found

    def answer(self, sets: Mapping[str, FeatureSet], question: Question, rows: Sequence[Mapping[str, object]]) -> Answer:
        self.remembered = {}
        answer = super().answer(sets, question, rows)
        self.count_rows(sets, question, rows)
        self.cases["row-dropped"] += len(rows) - len(answer.kept)
        for path in question.features:
            self.count_column(sets, question, path, answer)
        return answer

    def count_rows(self, sets: Mapping[str, FeatureSet], question: Question, rows: Sequence[Mapping[str, object]]) -> None:
        seen, before = set(), None
        for row in rows:
            time = row[question.time]
            keys = [
                (role.set_name, tuple(row[role.keys[column]] for column, _ in sets[role.set_name].key))
                for role in question.roles.values()
            ]
            self.cases["row-null-time"] += time is None
            self.cases["row-null-key"] += any(None in key for _, key in keys)
            self.cases["row-unknown"] += any(None not in key and not self.observations(sets[name], key) for name, key in keys)
            self.cases["row-repeated"] += (time, *keys) in seen
            self.cases["row-out-of-order"] += time is not None and before is not None and time < before
            seen.add((time, *keys))
            before = time

    def count_column(self, sets: Mapping[str, FeatureSet], question: Question, path: str, answer: Answer) -> None:
        feature, shown = declared(sets, question, path), answer.columns[path]
        nulls, missing = sum(value is None for value in shown), answer.missing_of_kept[path]
        found = len(shown) - missing
        if path in question.inputs:
            self.cases["given"] += len(shown)
            return
        if feature.default is not NO_DEFAULT and question.defaults:
            self.cases["default-shown"] += missing
            self.cases["null-not-default"] += nulls
            self.cases["null-shown"] += nulls
        else:
            self.cases["default-withheld"] += missing if feature.default is not NO_DEFAULT else 0
            self.cases["null-shown"] += nulls - missing
        name, *relations, _ = path.split(".")
        if not relations:
            return
        self.cases["two-hops"] += found if len(relations) > 1 else 0
        feature_set = sets[question.roles[name].set_name]
        relation = feature_set.relation(relations[0])
        self.cases["composite-link"] += found if len(relation.on) > 1 else 0
        if any(f"{name}.{link}" in question.inputs for _, link in relation.on):
            self.cases["given-link"] += found


def together(feature_set: FeatureSet, key: tuple) -> tuple:
    return feature_set.identity, "".join(str(part) for part in key)


def worth_asking(rule: str, lifetime: int | None, question: Question) -> bool:
    if rule in ("cutoff", "cutoff-edge"):
        return question.cutoff is not None
    if rule == "end":
        return question.exclusive
    if rule == "ttl":
        return lifetime is not None
    if rule == "delay":
        return lifetime is not None and question.delay > 0
    return True
