"""The online-offline check itself: it agrees with a second formulation of the rules, and finds what is put in its way."""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator

import online_offline
import pyarrow.flight as flight
import pytest
from check_report import Report
from online_calls import OnlineCalls, Refused, from_json, to_json
from online_oracle import OnlineOracle
from online_world import alike, limit_of, pool, served_world
from oracle import MISSING, Observation
from stand_in_node import HttpHalf, Spoil, StandInNode
from values import DAY, HOUR, INFINITE, ODD_VALUES, SECOND, same
from world import Feature, FeatureSet

NOW = 1_800_000_000 * SECOND


@pytest.fixture(autouse=True)
def no_keys_of_relations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in does not know of keys at the end of a path."""
    monkeypatch.setattr(online_offline, "key_paths", lambda world, name: [])


Told = Callable[..., tuple[online_offline.Run, OnlineCalls, flight.FlightClient]]


@pytest.fixture
def told() -> Iterator[Told]:
    """A run whose history a stand-in was told."""
    with StandInNode() as node, flight.connect(f"grpc://127.0.0.1:{node.port}") as client:
        http = HttpHalf(node)
        with OnlineCalls(http.address) as calls:

            def tell(seed: int, broken: str | None = None, spoil: Spoil | None = None) -> tuple:
                arguments = argparse.Namespace(seed=seed, entities=15, broken=broken)
                run = online_offline.Run(arguments, Report("online-offline", seed, shown=1), NOW)
                node.world = run.world
                node.spoil = spoil or node.spoil
                run.tell(calls, client)
                return run, calls, client

            yield tell
        http.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_both_sides_and_the_oracle_agree(told: Told, seed: int) -> None:
    run, calls, client = told(seed)
    run.compare_all("here", calls, client)
    assert run.report.differences == 0
    assert run.cells > 200
    assert all(run.oracle.cases[case] for case in ("ties", "ttl", "staleness"))


def test_an_oracle_that_goes_by_arrival_finds_differences(told: Told) -> None:
    run, calls, client = told(4, broken="stamp")
    run.compare_all("here", calls, client)
    assert run.report.differences > 50


def test_a_served_value_that_is_not_the_joined_one_is_found(told: Told) -> None:
    spoiled: list[str] = []

    def spoil(path: str, value: object) -> object:
        if type(value) is int and not spoiled:
            spoiled.append(path)
            return value ^ 1
        return value

    run, calls, client = told(5, spoil=spoil)
    run.compare_all("here", calls, client)
    assert spoiled
    # Once beside the training set, and once beside the oracle.
    assert run.report.differences == 2


def test_a_shuffled_replay_keeps_every_stamp(told: Told) -> None:
    run, _, _ = told(6)
    with StandInNode() as other, flight.connect(f"grpc://127.0.0.1:{other.port}") as client:
        other.world = run.world
        http = HttpHalf(other)
        with OnlineCalls(http.address) as calls:
            run.tell_shuffled(client)
            run.compare_all("shuffled", calls, client)
        http.close()
    assert run.report.differences == 0


def test_a_world_has_the_entities_asked_for_and_no_staleness_below_a_ttl() -> None:
    for seed in range(30):
        world = served_world(random.Random(seed), seed % 26, 100, NOW)
        assert sum(len(keys) for name, keys in world.pools.items() if world.sets[name].key) == 100
        assert all(len(set(keys)) == len(keys) for keys in world.pools.values())
        for feature_set in world.sets.values():
            for feature in feature_set.features:
                limit, _ = limit_of(feature_set, feature)
                lifetime = feature_set.lifetime(feature)
                assert limit == lifetime, f"seed {seed}: {feature_set.name}.{feature.name}"


def test_composite_pools_have_parts_that_written_together_are_equal() -> None:
    keys = pool((("part_a", "int64"), ("part_b", "string")), 50)
    assert len(set(keys)) == 50
    assert len({f"{first}{second}" for first, second in keys}) < 50


SET = FeatureSet("thing", "Thing", 1, (("id", "int64"),), (), offline_ttl=None, max_staleness=5 * HOUR)


@pytest.mark.parametrize(
    ("ttl", "staleness", "override", "expected"),
    [
        (None, None, None, (5 * HOUR, "staleness")),
        (None, HOUR, None, (HOUR, "staleness")),
        (3 * HOUR, None, None, (3 * HOUR, "ttl")),
        (DAY, HOUR, None, (HOUR, "staleness")),
        (DAY, HOUR, INFINITE, (DAY, "ttl")),
        (None, HOUR, INFINITE, (None, "")),
        (None, HOUR, 2 * HOUR, (2 * HOUR, "staleness")),
        (INFINITE, INFINITE, None, (None, "")),
    ],
)
def test_the_limit_of_an_age(ttl: int | None, staleness: int | None, override: int | None, expected: tuple) -> None:
    feature = Feature("x", "int64", 2, offline_ttl=ttl, max_staleness=staleness)
    assert limit_of(SET, feature, override) == expected


def test_a_staleness_below_a_ttl_is_raised_to_it() -> None:
    feature = Feature("x", "int64", 2, offline_ttl=DAY)
    raised = alike(FeatureSet("thing", "Thing", 1, (), (feature,), max_staleness=HOUR))
    assert raised.features[0].max_staleness == DAY


def test_the_oracle_serves_the_greatest_stamp_that_is_young_enough() -> None:
    feature = Feature("x", "int64", 2, max_staleness=HOUR)
    feature_set = FeatureSet("thing", "Thing", 1, (("id", "int64"),), (feature,))
    world = served_world(random.Random(1), 1, 3, NOW)
    world.sets["thing"] = feature_set
    for broken, expected in ((None, 7), ("stamp", 8)):
        oracle = OnlineOracle(world, broken)
        for value, observed_at, inserted_at in ((6, NOW - HOUR, 1), (7, NOW - HOUR, 2), (8, NOW - 2 * HOUR, 3)):
            oracle.learn(feature_set, (1,), Observation(observed_at, inserted_at, 0, {2: value}))
        assert oracle.value(feature_set, (1,), "x", NOW, {"thing.x": 3 * HOUR}) == expected
    assert oracle.at_path("thing.x", (1,), NOW) is MISSING
    assert oracle.at_path("thing.x", (2,), NOW) is MISSING


@pytest.mark.parametrize("kind", ODD_VALUES)
def test_values_survive_json(kind: str) -> None:
    for value in [*ODD_VALUES[kind], None]:
        assert same(from_json(kind, to_json(kind, value)), value)


def test_a_refusal_tells_its_codes() -> None:
    refused = Refused(429, ["RESOURCE_EXHAUSTED"], "the log is full")
    assert (refused.status, refused.codes, str(refused)) == (429, ["RESOURCE_EXHAUSTED"], "status 429: the log is full")
