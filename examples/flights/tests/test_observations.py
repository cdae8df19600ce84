"""When a flight landed, and which observations the files give."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy
import observations
import pandas
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet
import pytest

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEED = 20130101


def micros(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def landing(departure: datetime, clock: int, zone: str) -> datetime:
    answer = observations.landing_times(numpy.array([micros(departure)]), numpy.array([clock]), zone)
    return EPOCH + int(answer[0]) * MICROSECOND


def landing_minute_by_minute(departure: datetime, clock: int, zone: str) -> datetime:
    """The oracle: looks at the zone's clock every minute."""
    zone_info = ZoneInfo(zone)
    instant = departure.replace(second=0, microsecond=0)
    while True:
        instant += timedelta(minutes=1)
        local = instant.astimezone(zone_info)
        if local.hour * 100 + local.minute == clock % 2400:
            return instant


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("case", "departure", "clock", "zone", "expected"),
    [
        ("the same zone", "2013-01-01 10:17", 830, "America/New_York", "2013-01-01 13:30"),
        ("an hour to the west", "2013-01-01 10:17", 830, "America/Chicago", "2013-01-01 14:30"),
        ("past midnight", "2013-01-02 03:00", 47, "America/New_York", "2013-01-02 05:47"),
        ("2400 is the next midnight", "2013-01-02 03:00", 2400, "America/New_York", "2013-01-02 05:00"),
        ("2400 at midnight is a day later", "2013-01-02 05:00", 2400, "America/New_York", "2013-01-03 05:00"),
        ("the clock at departure is not after it", "2013-06-01 12:00", 800, "America/New_York", "2013-06-02 12:00"),
        ("west, an earlier clock than New York's", "2013-07-01 23:30", 2130, "America/Los_Angeles", "2013-07-02 04:30"),
        ("Arizona knows no summer time", "2013-07-01 16:00", 1130, "America/Phoenix", "2013-07-01 18:30"),
        ("Hawaii, ten hours away", "2013-07-01 14:00", 1345, "Pacific/Honolulu", "2013-07-01 23:45"),
        ("Alaska in summer", "2013-07-06 20:00", 1900, "America/Anchorage", "2013-07-07 03:00"),
        ("Puerto Rico stays on its time", "2013-07-01 12:00", 1140, "America/Puerto_Rico", "2013-07-01 15:40"),
        ("St Thomas too", "2013-01-01 12:00", 1240, "America/St_Thomas", "2013-01-01 16:40"),
        ("summer begins on the way", "2013-03-10 06:30", 330, "America/New_York", "2013-03-10 07:30"),
        ("a clock that this night skips", "2013-03-10 05:04", 203, "America/New_York", "2013-03-11 06:03"),
        ("a clock read twice: the first", "2013-11-03 04:00", 110, "America/New_York", "2013-11-03 05:10"),
        ("a clock read twice: the second", "2013-11-03 05:20", 110, "America/New_York", "2013-11-03 06:10"),
        ("a departure between two minutes", "2013-01-01 10:17:30", 518, "America/New_York", "2013-01-01 10:18"),
    ],
)
def test_a_landing_is_the_first_instant_after_departure_whose_local_clock_reads_the_arrival(
    case: str, departure: str, clock: int, zone: str, expected: str
) -> None:
    assert landing(utc(departure), clock, zone) == utc(expected), case
    assert landing_minute_by_minute(utc(departure), clock, zone) == utc(expected), case


def test_landings_agree_with_a_walk_along_the_clock_around_every_change_of_offset() -> None:
    choice = random.Random(SEED)
    changes = {
        "America/New_York": ["2013-03-10 07:00", "2013-11-03 06:00"],
        "America/Anchorage": ["2013-03-10 11:00", "2013-11-03 10:00"],
        "America/Havana": ["2013-03-10 05:00", "2013-11-03 05:00"],
        "Australia/Lord_Howe": ["2013-04-06 15:00", "2013-10-05 15:30"],
        "Asia/Kathmandu": ["2013-06-01 00:00"],
    }
    for zone, instants in changes.items():
        departures = [
            utc(choice.choice(instants)) + timedelta(minutes=choice.randint(-2000, 200)) for _ in range(150)
        ]
        clocks = [choice.randrange(24) * 100 + choice.randrange(60) for _ in departures]
        found = observations.landing_times(
            numpy.array([micros(departure) for departure in departures]), numpy.array(clocks), zone
        )
        for departure, clock, answer in zip(departures, clocks, found, strict=True):
            wanted = micros(landing_minute_by_minute(departure, clock, zone))
            assert answer == wanted, f"seed {SEED}: {departure} {clock} {zone}"


def test_landings_agree_with_a_walk_along_the_clock_for_a_sample_and_for_the_days_around_summer_time(
    flights: pa.Table,
) -> None:
    scheduled = observations.scheduled_departures(flights).cast(pa.int64()).to_numpy()
    change_days = [("2013-03-09 12:00", "2013-03-12"), ("2013-11-02 12:00", "2013-11-05")]
    wanted = numpy.zeros(flights.num_rows, dtype=bool)
    for start, end in change_days:
        wanted |= (scheduled >= micros(utc(start))) & (scheduled < micros(utc(end)))
    wanted[random.Random(SEED).sample(range(flights.num_rows), 2000)] = True
    odd = compute.or_kleene(
        compute.equal(flights.column("arr_time"), 2400),
        compute.is_in(flights.column("dest"), pa.array(["ANC", "HNL"])),
    )
    chosen = flights.filter(compute.or_kleene(pa.array(wanted), odd))
    chosen = chosen.filter(compute.is_valid(chosen.column("arr_delay")))
    zones = observations.destination_zones()
    departures = observations.scheduled_departures(chosen).to_pylist()
    landed = observations.landings(chosen)["observed_at"].to_pylist()
    for row, departure, found in zip(chosen.to_pylist(), departures, landed, strict=True):
        left = departure + timedelta(minutes=row["dep_delay"])
        assert found == landing_minute_by_minute(left, row["arr_time"], zones[row["dest"]]), f"seed {SEED}: {row}"


def test_landings_of_all_flights_agree_with_the_row_by_row_oracle(
    flights: pa.Table, expected_flights: pandas.DataFrame
) -> None:
    found = observations.landings(flights)["observed_at"].cast(pa.int64()).to_numpy()
    wanted = expected_flights["landed"].dropna().dt.as_unit("us").astype("int64").to_numpy()
    assert numpy.array_equal(found, wanted)


def test_a_clock_that_no_clock_reads_is_refused() -> None:
    with pytest.raises(ValueError, match="arr_time is 1260"):
        landing(utc("2013-01-01 10:00"), 1260, "America/New_York")


def some_flights(**changes: object) -> pa.Table:
    """Three flights; `changes` replaces whole columns."""
    columns = {
        "year": [2013, 2013, 2013],
        "month": [1, 1, 11],
        "day": [1, 1, 3],
        "dep_delay": [2.0, None, -3.0],
        "arr_time": [830, None, 2400],
        "arr_delay": [11.0, None, -20.0],
        "carrier": ["UA", "UA", "B6"],
        "flight": [1545, 7, 35],
        "tailnum": ["N14228", "N14228", None],
        "origin": ["EWR", "EWR", "JFK"],
        "dest": ["IAH", "IAH", "SJU"],
        "distance": [1400, 1400, 1598],
        "minute": [15, 0, 59],
        "time_hour": ["2013-01-01T10:00:00Z", "2013-01-01T11:00:00Z", "2013-11-03T22:00:00Z"],
    }
    columns.update(changes)
    return pa.table(columns)


def read(table: pa.Table, folder) -> pa.Table:
    file = folder / "flights.parquet"
    parquet.write_table(table, file)
    return observations.read_flights(file)


def test_a_flights_file_may_have_other_types_and_more_columns_in_any_order(tmp_path) -> None:
    plain = read(some_flights(), tmp_path)
    assert plain.schema == observations.FLIGHT_COLUMNS
    other = some_flights(
        year=[2013.0, 2013.0, 2013.0],
        arr_time=[830.0, float("nan"), 2400.0],
        carrier=pa.array(["UA", "UA", "B6"]).dictionary_encode(),
        time_hour=["2013-01-01 10:00:00", "2013-01-01 11:00:00", "2013-11-03 22:00:00"],
        extra=[1, 2, 3],
    )
    assert read(other.select(sorted(other.column_names)), tmp_path) == plain


def test_a_flights_file_that_lacks_a_column_or_has_a_value_that_does_not_fit_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="lacks the columns \\['minute'\\]"):
        read(some_flights().drop_columns(["minute"]), tmp_path)
    with pytest.raises(ValueError, match="'flight'.* does not fit int64"):
        read(some_flights(flight=[1.5, 2.0, 3.0]), tmp_path)
    with pytest.raises(ValueError, match="'time_hour'.* does not fit timestamp"):
        read(some_flights(time_hour=["soon", "2013-01-01T11:00:00Z", None]), tmp_path)


def test_a_flight_that_did_not_arrive_gives_no_landing_and_one_without_a_tail_number_none_of_a_plane(tmp_path) -> None:
    batches = list(observations.observation_batches(read(some_flights(), tmp_path)))
    assert [(batch.feature_set, batch.table.num_rows) for batch in batches] == [
        ("airport", 1458),
        ("airport", 26_115),
        ("plane", 3322),
        ("plane", 1),
        ("carrier", 16),
        ("carrier", 2),
        ("flight", 3),
    ]
    assert batches[3].table.to_pylist() == [
        {"tailnum": "N14228", "last_arr_delay": 11.0, "observed_at": utc("2013-01-01 14:30")}
    ]
    assert batches[5].table.to_pylist() == [
        {"carrier": "UA", "last_arr_delay": 11.0, "observed_at": utc("2013-01-01 14:30")},
        {"carrier": "B6", "last_arr_delay": -20.0, "observed_at": utc("2013-11-04 04:00")},
    ]
    assert batches[6].table["tailnum"].to_pylist() == ["N14228", "N14228", None]
    assert batches[6].table["id"].to_pylist()[2] == "2013-11-03-B6-35-JFK"


def test_no_flights_at_all_still_give_the_static_observations_and_the_weather(tmp_path) -> None:
    batches = list(observations.observation_batches(read(some_flights().slice(0, 0), tmp_path)))
    assert [batch.table.num_rows for batch in batches] == [1458, 26_115, 3322, 0, 16, 0, 0]


def test_an_arrival_at_an_airport_without_a_known_zone_is_refused(tmp_path) -> None:
    flights = read(some_flights(dest=["XXX", "IAH", "SJU"]), tmp_path)
    with pytest.raises(ValueError, match="no time zone is known for the destinations \\['XXX'\\]"):
        list(observations.observation_batches(flights))


def test_empty_weather_cells_are_nulls() -> None:
    weather = observations.weather_rows()
    assert {name: weather[name].null_count for name in weather.column_names if weather[name].null_count} == {
        "temp": 1,
        "humid": 1,
        "wind_speed": 4,
        "pressure": 2729,
    }


def test_the_spine_asks_at_the_scheduled_departure_and_carries_the_answer(tmp_path) -> None:
    spine = observations.training_spine(read(some_flights(arr_delay=[16.0, None, 15.0]), tmp_path))
    assert spine["sched_dep"].to_pylist()[0] == utc("2013-01-01 10:15")
    assert spine["late"].to_pylist() == [True, None, False]
