"""Feature definitions of the example: airports with their weather, planes, carriers and flights.

Nothing here says how a training set is put together: a feature is reached by its path, for example
`flight.origin_airport.temp` or `flight.plane.last_arr_delay`.
"""

from datetime import datetime

from featuregrid import Primary, feature, features, has_one


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
