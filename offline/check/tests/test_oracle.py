"""The oracle's answers to cases small enough to be read off the rules."""

from __future__ import annotations

import pytest
from oracle import MISSING, Observation, Oracle, Question, Role
from world import NO_DEFAULT, Feature, FeatureSet, Relation

SPEED, LINK = Feature("speed", "int64", 1, offline_ttl=10, default=7), Feature("link", "string", 2, default="b")
FLIGHT = FeatureSet(
    "flight", "Flight", 100, (("id", "string"),), (SPEED, LINK), relations=(Relation("next", "flight", (("id", "link"),)),)
)
SETS = {"flight": FLIGHT}
NODE = 1 << 48


def ask(observations, time, path="flight.speed", **options):
    """The value of a path for entity "a" at a time; observations are (observed_at, inserted_at, values or tombstone[, key])."""
    oracle = Oracle(options.pop("broken", None))
    for position, (observed_at, inserted_at, told, *key) in enumerate(observations):
        values, tombstone = (told, None) if isinstance(told, dict) else ({}, told)
        oracle.learn(FLIGHT, (*key,) or ("a",), Observation(observed_at, inserted_at, NODE + position, values, tombstone))
    question = Question("at", {"flight": Role("flight", {"id": "key"})}, [path], **options)
    return oracle.at_path(SETS, question, {"at": time, "key": "a", "given": "c"}, path)


def test_the_newest_that_is_not_later_wins():
    assert ask([(1, 0, {1: 10}), (3, 0, {1: 30}), (5, 0, {1: 50})], 4) == 30


def test_nothing_before_all_history():
    assert ask([(5, 0, {1: 50})], 4) is MISSING


def test_the_end_is_inside_unless_it_is_exclusive():
    observations = [(1, 0, {1: 10}), (4, 0, {1: 40})]
    assert (ask(observations, 4), ask(observations, 4, exclusive=True)) == (40, 10)


def test_of_equal_times_the_later_learnt_wins_and_then_the_later_row():
    assert ask([(4, 9, {1: 10}), (4, 8, {1: 20})], 4) == 10
    assert ask([(4, 9, {1: 10}), (4, 9, {1: 20})], 4) == 20
    assert ask([(4, 9, {1: 10}), (4, 9, {1: 20})], 4, broken="ties") == 10


@pytest.mark.parametrize(("time", "expected"), [(11, 10), (12, MISSING)])
def test_the_last_instant_of_the_ttl_is_inside(time, expected):
    assert ask([(1, 0, {1: 10})], time) == expected


def test_the_ttl_counts_from_the_time_also_when_there_is_a_delay():
    assert ask([(1, 0, {1: 10})], 11, delay=5) == 10
    assert ask([(1, 0, {1: 10})], 12, delay=5) is MISSING
    assert ask([(1, 0, {1: 10})], 5, delay=5) is MISSING


def test_a_carried_null_hides_older_values_and_an_uncarried_one_does_not():
    assert ask([(1, 0, {1: 10}), (2, 0, {1: None})], 4) is None
    assert ask([(1, 0, {1: 10}), (2, 0, {2: "b"})], 4) == 10


def test_a_tombstone_ends_what_it_names_or_everything():
    assert ask([(1, 0, {1: 10}), (2, 0, frozenset({1}))], 4) is MISSING
    assert ask([(1, 0, {1: 10}), (2, 0, frozenset({2}))], 4) == 10
    assert ask([(1, 0, {1: 10}), (2, 0, "all")], 4) is MISSING
    assert ask([(2, 0, "all"), (3, 0, {1: 30})], 4) == 30


def test_the_cutoff_is_inclusive_and_may_be_the_rows_own_time():
    observations = [(1, 1, {1: 10}), (2, 6, {1: 20})]
    assert [ask(observations, 8, cutoff=cutoff) for cutoff in (5, 6)] == [10, 20]
    assert [ask(observations, time, cutoff="spine") for time in (5, 6)] == [10, 20]


def test_a_link_is_followed_as_of_the_same_time_and_its_default_never():
    observations = [(1, 0, {2: "b"}), (3, 0, {2: "c"}), (1, 0, {1: 5}, "b"), (2, 0, {1: 6}, "c")]
    assert [ask(observations, time, "flight.next.speed") for time in (0, 2, 3)] == [MISSING, 5, 6]
    assert ask(observations[2:], 3, "flight.next.speed") is MISSING
    assert ask([*observations, (4, 0, {2: None})], 5, "flight.next.speed") is MISSING


def test_a_given_link_is_followed_instead_of_the_stored_one():
    observations = [(1, 0, {2: "b"}), (1, 0, {1: 5}, "b"), (1, 0, {1: 6}, "c")]
    assert ask(observations, 2, "flight.next.speed", inputs={"flight.link": "given"}) == 6
    assert ask(observations, 2, "flight.link", inputs={"flight.link": "given"}) == "c"


def test_only_required_drops_rows_and_defaults_show_for_missing_only():
    oracle = Oracle()
    oracle.learn(FLIGHT, ("a",), Observation(1, 0, NODE, {1: None}))
    rows = [{"at": 2, "key": key} for key in ("a", "nobody", None, "a")] + [{"at": None, "key": "a"}]
    role = {"flight": Role("flight", {"id": "key"})}
    answer = oracle.answer(SETS, Question("at", role, ["flight.speed"]), rows)
    assert (answer.kept, answer.columns["flight.speed"]) == ([0, 1, 2, 3, 4], [None, 7, 7, None, 7])
    answer = oracle.answer(SETS, Question("at", role, ["flight.speed"], defaults=False), rows)
    assert (answer.columns["flight.speed"], answer.missing_of_kept) == ([None] * 5, {"flight.speed": 3})
    answer = oracle.answer(SETS, Question("at", role, ["flight.speed"], required=["flight.speed"]), rows)
    assert (answer.kept, answer.missing_of_kept, answer.missing_of_all) == ([0, 3], {"flight.speed": 0}, {"flight.speed": 3})


def test_the_lifetime_is_the_ttl_or_else_the_max_staleness():
    plain = Feature("x", "int64", 1)
    stale = Feature("x", "int64", 1, max_staleness=5)
    both = Feature("x", "int64", 1, max_staleness=5, offline_ttl=3)
    for feature, expected in ((plain, None), (stale, 5), (both, 3)):
        assert FLIGHT.lifetime(feature) == expected
    assert plain.default is NO_DEFAULT
