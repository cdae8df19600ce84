"""Feature definitions of the example: airports with their weather, planes, carriers and flights, and what is computed of them.

Nothing here says how a training set is put together: a feature is reached by its path, for example
`flight.origin_airport.temp` or `flight.plane.last_arr_delay`. Nor does a function say where it runs: the node computes
`plane_age` and `bad_weather` itself, row by row, and hands whole columns of `weather_score` to a Python process.
"""

from datetime import datetime

from featuregrid import NamedQuery, Primary, _, feature, features, has_one, online


@features(tags=["flights"])
class Airport:
    """An airport; only the three of New York have weather."""

    faa: Primary[str]
    name: str
    lat: float = feature(description="degrees north")
    lon: float = feature(description="degrees east")
    alt: int = feature(description="feet above sea level")
    temp: float | None = feature(description="degrees Fahrenheit, hourly")
    wind_speed: float | None = feature(description="miles per hour, hourly")
    visib: float | None = feature(description="miles, hourly")
    precip: float | None = feature(description="inches in the hour")
    pressure: float | None = feature(description="millibars at sea level, hourly")
    humid: float | None = feature(description="relative humidity in percent, hourly")


@features(tags=["flights"])
class Plane:
    """An aircraft by its registration; many that fly are not in the planes table and have no static features."""

    tailnum: Primary[str]
    year: int | None = feature(description="year of manufacture")
    seats: int | None
    engines: int | None
    manufacturer: str | None
    model: str | None
    last_arr_delay: float | None = feature(description="minutes late at its last landing, negative if early")


@features(tags=["flights"])
class Carrier:
    """An airline by its two-letter code."""

    carrier: Primary[str]
    name: str
    last_arr_delay: float | None = feature(description="minutes late at its last landing, negative if early")


@features(tags=["flights"])
class Flight:
    """A flight out of New York, by local date, carrier, number and origin: `2013-01-01-UA-1545-EWR`."""

    id: Primary[str]
    origin: "Airport.faa"
    dest: "Airport.faa"
    tailnum: "Plane.tailnum | None"
    carrier: "Carrier.carrier"
    distance: int | None = feature(description="miles")
    sched_dep: datetime = feature(description="scheduled departure, UTC")

    # Two links lead to airports, so each relation says which one it takes.
    origin_airport: "Airport" = has_one(lambda: Flight.origin == Airport.faa)
    dest_airport: "Airport" = has_one(lambda: Flight.dest == Airport.faa)
    plane: "Plane"
    airline: "Carrier"

    # Computed, when it is asked for and in a training set alike.
    recent_delay: float | None = (_.plane.last_arr_delay + _.airline.last_arr_delay) / 2
    plane_age: int | None = feature(description="years since the plane was made")
    bad_weather: bool | None = feature(description="whether the weather at the origin is likely to hold flights up")
    weather_score: float | None = feature(description="how bad the weather at the origin is, from 0 to 1")


@online
def plane_age(year: Flight.plane.year, departure: Flight.sched_dep) -> Flight.plane_age:
    """The departure's year (UTC) less the year of manufacture."""
    if year is None:
        return None
    return departure.year - year


@online
def bad_weather(
    visib: Flight.origin_airport.visib, wind: Flight.origin_airport.wind_speed, precip: Flight.origin_airport.precip
) -> Flight.bad_weather:
    """Fog, storm or heavy rain; what was not measured is taken to be fair, and nothing measured is not known."""
    if visib is None and wind is None and precip is None:
        return None
    fog = visib is not None and visib < 3
    storm = wind is not None and wind > 25
    rain = precip is not None and precip >= 0.1
    return fog or storm or rain


@online(frame="pandas")
def weather_score(
    visib: Flight.origin_airport.visib, wind: Flight.origin_airport.wind_speed, precip: Flight.origin_airport.precip
) -> Flight.weather_score:
    """The mean of three parts from 0 to 1, over those that were measured; each row by itself, however many there are."""
    import pandas

    parts = {"fog": 1 - visib.clip(0, 10) / 10, "storm": wind.clip(0, 40) / 40, "rain": precip.clip(0, 0.5) / 0.5}
    return pandas.DataFrame(parts).mean(axis="columns")


delay_model = NamedQuery(
    name="delay_model",
    version=1,
    outputs=[
        Flight.origin_airport.temp,
        Flight.origin_airport.wind_speed,
        Flight.origin_airport.visib,
        Flight.origin_airport.precip,
        Flight.plane.year,
        Flight.plane.seats,
        Flight.plane.last_arr_delay,
        Flight.airline.last_arr_delay,
        Flight.recent_delay,
        Flight.plane_age,
        Flight.bad_weather,
        Flight.weather_score,
    ],
    tags=["flights"],
)
"""What a model of late arrivals is given, in training and in service."""
