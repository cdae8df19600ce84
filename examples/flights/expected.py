"""The example's training set computed again, without FeatureGrid: plain pandas and the standard library.

Run by itself it prints the figures of the training set as one JSON object; the tests compare every value of the
real one with it. It shares no code with `observations.py`: landings are found row by row with `zoneinfo`.
"""

import argparse
import json
import math
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas

DATA = Path(__file__).resolve().parent / "data"
STATIC = pandas.Timestamp("2012-12-31", tz="UTC")
LATE_MINUTES = 15
ISLANDS = {
    "BQN": "America/Puerto_Rico",
    "PSE": "America/Puerto_Rico",
    "SJU": "America/Puerto_Rico",
    "STT": "America/St_Thomas",
}
OBSERVED = [
    "flight.origin_airport.temp",
    "flight.origin_airport.wind_speed",
    "flight.origin_airport.visib",
    "flight.origin_airport.precip",
    "flight.plane.year",
    "flight.plane.seats",
    "flight.plane.last_arr_delay",
    "flight.airline.last_arr_delay",
]
COMPUTED = ["flight.recent_delay", "flight.plane_age", "flight.bad_weather", "flight.weather_score"]
FEATURES = OBSERVED + COMPUTED


def landing(departure: datetime, clock: int, zone: ZoneInfo) -> datetime:
    """The first instant strictly after an aware departure at which the zone's clock reads hours * 100 + minutes."""
    local = departure.astimezone(zone)
    wanted = time(clock // 100 % 24, clock % 100)
    candidates = []
    for days in range(-1, 4):
        for fold in (0, 1):
            wall = datetime.combine(local.date() + timedelta(days=days), wanted)
            instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
            exists = instant.astimezone(zone).replace(tzinfo=None) == wall
            if exists and instant > departure:
                candidates.append(instant)
    return min(candidates)


def read_flights(file: Path, data: Path) -> pandas.DataFrame:
    """The flights in file order with `id`, `scheduled` and `landed` (NaT where there is no arrival)."""
    flights = pandas.read_parquet(file)
    flights["id"] = [
        f"{row.year:04d}-{row.month:02d}-{row.day:02d}-{row.carrier}-{row.flight}-{row.origin}"
        for row in flights.itertuples()
    ]
    hour = pandas.to_datetime(flights["time_hour"], utc=True)
    flights["scheduled"] = (hour + pandas.to_timedelta(flights["minute"], unit="min")).dt.as_unit("us")
    airports = pandas.read_parquet(data / "airports.parquet").dropna(subset="tzone")
    names = dict(zip(airports["faa"], airports["tzone"], strict=True)) | ISLANDS
    zones = {airport: ZoneInfo(name) for airport, name in names.items()}
    landed = []
    for row in flights.itertuples():
        if pandas.isna(row.arr_delay) or pandas.isna(row.arr_time) or pandas.isna(row.dep_delay):
            landed.append(pandas.NaT)
        else:
            departure = row.scheduled.to_pydatetime() + timedelta(minutes=row.dep_delay)
            landed.append(landing(departure, int(row.arr_time), zones[row.dest]))
    flights["landed"] = pandas.Series(landed, index=flights.index, dtype="datetime64[us, UTC]")
    return flights


def as_of(
    keys: pandas.Series, times: pandas.Series, observations: pandas.DataFrame, key: str, time_name: str
) -> pandas.DataFrame:
    """For each key and time the newest row of the observations, the later in their order of two equal times.

    Row i belongs to key i; it is all null if the key is null or nothing was observed by then.
    """
    asked = pandas.DataFrame({"key": keys, "time": times, "row": range(len(keys))}).dropna()
    known = observations.rename(columns={key: "key", time_name: "known_at"}).sort_values("known_at", kind="stable")
    asked["time"] = asked["time"].astype("datetime64[us, UTC]")
    known["known_at"] = known["known_at"].astype("datetime64[us, UTC]")
    merged = pandas.merge_asof(
        asked.sort_values("time", kind="stable"), known, left_on="time", right_on="known_at", by="key"
    )
    return merged.set_index("row").reindex(range(len(keys)))


def landings_by(flights: pandas.DataFrame, key: str) -> pandas.DataFrame:
    """The observations of `last_arr_delay` of one key column, in file order."""
    landed = flights[[key, "arr_delay", "landed"]].dropna()
    return landed.rename(columns={"arr_delay": "last_arr_delay"})


def bad_weather(weather: tuple[float, float, float]) -> bool | None:
    """Whether visibility, wind or rain are bad; None if none of them was measured (NaN)."""
    visib, wind, precip = weather
    if all(math.isnan(value) for value in weather):
        return None
    return visib < 3 or wind > 25 or precip >= 0.1  # NaN is none of it


def weather_score(weather: tuple[float, float, float]) -> float:
    """The mean of what visibility, wind and rain say from 0 to 1, without what was not measured; NaN if nothing was."""
    visib, wind, precip = weather
    fog = 1 - max(0.0, min(visib, 10.0)) / 10
    storm = max(0.0, min(wind, 40.0)) / 40
    rain = max(0.0, min(precip, 0.5)) / 0.5
    parts = [part for part, value in zip((fog, storm, rain), weather, strict=True) if not math.isnan(value)]
    return sum(parts) / len(parts) if parts else math.nan


def computed(
    links: pandas.DataFrame, at_origin: pandas.DataFrame, training: dict[str, pandas.Series]
) -> dict[str, pandas.Series]:
    """What is computed of each flight, row by row."""
    weather = list(zip(at_origin["visib"], at_origin["wind_speed"], at_origin["precip"], strict=True))
    delays = training["flight.plane.last_arr_delay"] + training["flight.airline.last_arr_delay"]
    return {
        "flight.recent_delay": delays / 2,
        "flight.plane_age": links["scheduled"].dt.year - training["flight.plane.year"],
        "flight.bad_weather": pandas.Series([bad_weather(row) for row in weather], dtype="boolean"),
        "flight.weather_score": pandas.Series([weather_score(row) for row in weather], dtype="float64"),
    }


def expected_training_set(flights: pandas.DataFrame, data: Path = DATA) -> pandas.DataFrame:
    """The spine's columns and FEATURES of each flight at its scheduled departure, in file order."""
    weather = pandas.read_parquet(data / "weather.parquet")
    planes = pandas.read_parquet(data / "planes.parquet").assign(known_at=STATIC)
    times = flights["scheduled"]
    # Links are those of the flight's own row, which is known from STATIC on; of two rows with one id the last counts.
    links = as_of(flights["id"], times, flights.assign(known_at=STATIC), "id", "known_at")
    at_origin = as_of(links["origin"], times, weather, "origin", "time_hour")
    of_plane = as_of(links["tailnum"], times, planes, "tailnum", "known_at")
    plane_landing = as_of(links["tailnum"], times, landings_by(flights, "tailnum"), "tailnum", "landed")
    carrier_landing = as_of(links["carrier"], times, landings_by(flights, "carrier"), "carrier", "landed")
    frames = [at_origin] * 4 + [of_plane] * 2 + [plane_landing, carrier_landing]
    columns = {name: frame[name.rsplit(".")[-1]] for name, frame in zip(OBSERVED, frames, strict=True)}
    columns |= computed(links, at_origin, columns)
    late = (flights["arr_delay"] > LATE_MINUTES).astype("boolean").mask(flights["arr_delay"].isna())
    spine = {"flight_id": flights["id"], "sched_dep": times, "late": late}
    return pandas.DataFrame({name: column.array for name, column in (spine | columns).items()})


def expected_observations(flights: pandas.DataFrame, data: Path = DATA) -> dict[str, int]:
    """How many observations each set is given."""
    rows = {
        name: len(pandas.read_parquet(data / f"{name}.parquet")) for name in ("airports", "weather", "planes", "airlines")
    }
    return {
        "airport": rows["airports"] + rows["weather"],
        "plane": rows["planes"] + len(landings_by(flights, "tailnum")),
        "carrier": rows["airlines"] + len(landings_by(flights, "carrier")),
        "flight": len(flights),
    }


def main() -> int:
    """Prints the figures; with --out writes the training set as Parquet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flights", type=Path, default=DATA / "flights.parquet")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    flights = read_flights(arguments.flights, DATA)
    training = expected_training_set(flights)
    if arguments.out is not None:
        training.to_parquet(arguments.out, index=False)
    figures = {
        "rows": len(training),
        "features": len(FEATURES),
        "non_null": {name: int(training[name].notna().sum()) for name in FEATURES},
        "observations": expected_observations(flights),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
