"""The oracle against a naive reading of the as-of rule, and the figures of the full training set."""

import itertools
import math
import random
from datetime import datetime

import definitions
import expected
import observations
import pandas
import pyarrow as pa

SEED = 20130101
SAMPLE = 60


def test_the_figures_of_the_full_training_set(
    expected_flights: pandas.DataFrame, expected_training: pandas.DataFrame
) -> None:
    assert len(expected_training) == 336_776
    assert {name: int(expected_training[name].notna().sum()) for name in expected.FEATURES} == {
        "flight.origin_airport.temp": 336_759,
        "flight.origin_airport.wind_speed": 336_698,
        "flight.origin_airport.visib": 336_776,
        "flight.origin_airport.precip": 336_776,
        "flight.plane.year": 278_864,
        "flight.plane.seats": 284_170,
        "flight.plane.last_arr_delay": 330_139,
        "flight.airline.last_arr_delay": 336_647,
        "flight.recent_delay": 330_139,
        "flight.plane_age": 278_864,
        "flight.bad_weather": 336_776,
        "flight.weather_score": 336_776,
    }
    assert expected.expected_observations(expected_flights) == {
        "airport": 27_573,
        "plane": 330_668,
        "carrier": 327_362,
        "flight": 336_776,
    }


class NaiveHistory:
    """Observations of one feature, looked at one by one: the newest of an entity wins, the later of two equal times."""

    def __init__(self, batches: list[observations.ObservationBatch], feature_set: str, key: str, feature: str):
        self.by_entity: dict[str, list[tuple[datetime, object]]] = {}
        for batch in batches:
            if batch.feature_set != feature_set or feature not in batch.table.column_names:
                continue
            static = pandas.Timestamp(observations.STATIC_OBSERVED_AT, tz="UTC")
            times = (
                batch.table["observed_at"].to_pylist()
                if batch.observed_at == "observed_at"
                else [static] * batch.table.num_rows
            )
            for entity, value, time in zip(
                batch.table[key].to_pylist(), batch.table[feature].to_pylist(), times, strict=True
            ):
                self.by_entity.setdefault(entity, []).append((time, value))

    def value(self, entity: str | None, time: datetime) -> object:
        newest = None
        for observed_at, value in self.by_entity.get(entity, []):
            if observed_at <= time and (newest is None or observed_at >= newest[0]):
                newest = (observed_at, value)
        return None if newest is None else newest[1]


def test_the_oracle_agrees_with_a_naive_reading_of_the_observations(
    flights: pa.Table, expected_training: pandas.DataFrame
) -> None:
    batches = list(observations.observation_batches(flights))
    rows = sorted(random.Random(SEED).sample(range(flights.num_rows), SAMPLE))
    spine = observations.training_spine(flights).take(rows).to_pylist()
    sources = {"origin_airport": ("airport", "faa"), "plane": ("plane", "tailnum"), "airline": ("carrier", "carrier")}
    links = {
        "origin_airport": NaiveHistory(batches, "flight", "id", "origin"),
        "plane": NaiveHistory(batches, "flight", "id", "tailnum"),
        "airline": NaiveHistory(batches, "flight", "id", "carrier"),
    }
    for name in expected.OBSERVED:
        _, relation, feature = name.split(".")
        history = NaiveHistory(batches, *sources[relation], feature)
        for row, asked in zip(rows, spine, strict=True):
            link = links[relation].value(asked["flight_id"], asked["sched_dep"])
            value = history.value(link, asked["sched_dep"])
            wanted = expected_training[name].iloc[row]
            assert value == (None if pandas.isna(wanted) else wanted), f"seed {SEED}: {name} of {asked}"


def test_the_oracle_agrees_with_the_functions_called_as_plain_python(
    flights: pa.Table, expected_training: pandas.DataFrame
) -> None:
    weather = pandas.read_parquet(expected.DATA / "weather.parquet")
    ages = expected_training[["flight.plane.year", "sched_dep", "flight.plane_age"]].sample(SAMPLE, random_state=SEED)
    for year, departure, age in ages.itertuples(index=False):
        known = definitions.plane_age(None if pandas.isna(year) else int(year), departure.to_pydatetime())
        assert known == (None if pandas.isna(age) else age), f"seed {SEED}: made in {year}, departs {departure}"
    odd = pandas.DataFrame(itertools.product([None, 0.0, 2.9, 3.0, 10.0, 12.0], [None, 0.0, 25.0, 25.1, 60.0], [None, 0.0, 0.1, 0.7]))
    rows = pandas.concat([weather[["visib", "wind_speed", "precip"]].set_axis(range(3), axis=1), odd]).astype("float64")
    scores = definitions.weather_score(*(rows[column].reset_index(drop=True) for column in range(3))).tolist()
    for row, score in zip(rows.itertuples(index=False), scores, strict=True):
        given = [None if pandas.isna(value) else value for value in row]
        assert definitions.bad_weather(*given) == expected.bad_weather(row), given
        assert score == expected.weather_score(row) or (math.isnan(score) and given == [None] * 3), given


def test_the_oracle_has_the_spine_of_the_example(flights: pa.Table, expected_training: pandas.DataFrame) -> None:
    spine = observations.training_spine(flights).to_pandas()
    assert list(expected_training["flight_id"]) == list(spine["flight_id"])
    assert (expected_training["sched_dep"] == spine["sched_dep"]).all()
    assert list(expected_training["late"].fillna(False)) == list(spine["late"].fillna(False))
    assert expected_training["late"].isna().equals(spine["late"].isna())
