"""What the files of this example say, as observations of the sets in `definitions.py`.

All times are UTC, int64 microseconds since the epoch inside this module and `timestamp[us, UTC]` in its tables.
Row order is file order everywhere: of two observations of the same entity and instant the later row wins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy
import pandas
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet

DATA = Path(__file__).resolve().parent / "data"
FLIGHTS = DATA / "flights.parquet"
UTC_TIME = pa.timestamp("us", "UTC")

STATIC_OBSERVED_AT = "2012-12-31"
"""When rows without a time of their own, flights among them, are taken to be known."""

ISLAND_ZONES = {
    "BQN": "America/Puerto_Rico",
    "PSE": "America/Puerto_Rico",
    "SJU": "America/Puerto_Rico",
    "STT": "America/St_Thomas",
}
"""Time zones of the destinations that the airports table lacks."""

LATE_MINUTES = 15
"""A flight is late if it arrives more than so many minutes after its schedule."""

FLIGHT_COLUMNS = pa.schema(
    [
        ("year", pa.int64()),
        ("month", pa.int64()),
        ("day", pa.int64()),
        ("dep_delay", pa.float64()),
        ("arr_time", pa.int64()),
        ("arr_delay", pa.float64()),
        ("carrier", pa.string()),
        ("flight", pa.int64()),
        ("tailnum", pa.string()),
        ("origin", pa.string()),
        ("dest", pa.string()),
        ("distance", pa.int64()),
        ("minute", pa.int64()),
        ("time_hour", UTC_TIME),
    ]
)

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE


@dataclass(frozen=True)
class ObservationBatch:
    """Rows of one feature set that carry the same features, to be ingested in one call.

    `observed_at` is the name of a column of `table`, or the time at which all of its rows were observed.
    A null in a column is a carried null.
    """

    feature_set: str
    table: pa.Table
    observed_at: str


def read_flights(file: Path = FLIGHTS) -> pa.Table:
    """A flights file as a table of FLIGHT_COLUMNS, rows in file order.

    The file may hold more columns, in any order, and its own integer, float, text or time types as long as every
    value fits exactly; NaN is read as null and a time without a zone as UTC. Raises ValueError if a column is
    missing or a value does not fit, OSError if the file cannot be read.
    """
    table = parquet.read_table(file)
    missing = [name for name in FLIGHT_COLUMNS.names if name not in table.column_names]
    if missing:
        raise ValueError(f"{file} lacks the columns {missing} (expected all of {FLIGHT_COLUMNS.names})")
    columns = []
    for field in FLIGHT_COLUMNS:
        column = table.column(field.name)
        try:
            columns.append(as_type(column, field.type))
        except (ValueError, pa.ArrowNotImplementedError) as error:
            reason = f"column {field.name!r} is {column.type} and does not fit {field.type}: {error}"
            raise ValueError(f"{file}: {reason}") from error
    return pa.table(columns, schema=FLIGHT_COLUMNS)


def as_type(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    """The column as another type, value for value, NaN as null. Raises ValueError if a value does not fit."""
    if pa.types.is_floating(column.type):
        column = compute.if_else(compute.is_nan(column), pa.scalar(None, column.type), column)
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if is_text and wanted == UTC_TIME:
        # Arrow's own cast refuses a text that names no zone.
        times = pandas.to_datetime(column.to_pandas(), utc=True, format="ISO8601")
        return pa.chunked_array([pa.Array.from_pandas(times, type=UTC_TIME)])
    return column.cast(wanted)


def flight_ids(flights: pa.Table) -> pa.ChunkedArray:
    """The key of each flight, `year-month-day-carrier-number-origin`, for example `2013-01-01-UA-1545-EWR`.

    The date is the local one of the scheduled departure.
    """

    def digits(name: str, width: int) -> pa.ChunkedArray:
        return compute.utf8_lpad(flights.column(name).cast(pa.string()), width, "0")

    return compute.binary_join_element_wise(
        digits("year", 4),
        digits("month", 2),
        digits("day", 2),
        flights.column("carrier"),
        flights.column("flight").cast(pa.string()),
        flights.column("origin"),
        "-",
    )


def scheduled_departures(flights: pa.Table) -> pa.ChunkedArray:
    """The scheduled departure of each flight: the UTC hour of its schedule plus the minute."""
    hour = flights.column("time_hour").cast(pa.int64())
    return compute.add(hour, compute.multiply(flights.column("minute"), MINUTE)).cast(UTC_TIME)


def landing_times(departure: numpy.ndarray, clock: numpy.ndarray, zone: str) -> numpy.ndarray:
    """The first instant strictly after each departure at which the clock of the zone reads `clock`.

    `departure` is int64 microseconds UTC, `clock` int64 hours * 100 + minutes where 2400 reads as 0; the answer is
    int64 microseconds UTC, a whole minute. On the day on which summer time ends a clock is read twice, on the day
    on which it starts some are not read at all, so every offset of the zone is tried on every day in question, and
    a candidate counts only if the zone's clock does read so then. Raises ValueError for a clock that none can read.
    """
    if departure.size == 0:
        return departure.astype(numpy.int64)
    clock = numpy.where(clock == 2400, 0, clock)
    wrong = (clock < 0) | (clock >= 2400) | (clock % 100 >= 60)
    if wrong.any():
        raise ValueError(f"arr_time is {clock[wrong][0]} (expected hours * 100 + minutes, 0000 to 2400)")
    clock_time = (clock // 100 * 60 + clock % 100) * MINUTE
    local_midnight = local_time(departure, zone) // DAY * DAY
    first = numpy.full(departure.shape, numpy.iinfo(numpy.int64).max)
    offsets = zone_offsets(int(departure.min()) - 2 * DAY, int(departure.max()) + 5 * DAY, zone)
    # A zone may skip the clock on one day, and the local date may step back where summer time ends at midnight.
    for day in range(-1, 4):
        wanted = local_midnight + day * DAY + clock_time
        for offset in offsets:
            candidate = wanted - offset
            reads_so = (candidate > departure) & (local_time(candidate, zone) == wanted)
            first = numpy.where(reads_so & (candidate < first), candidate, first)
    if (first == numpy.iinfo(numpy.int64).max).any():
        raise ValueError(f"a clock in {zone} is not read within three days of a departure (expected a civil time zone)")
    return first


def local_time(instant: numpy.ndarray, zone: str) -> numpy.ndarray:
    """What the calendar and clock of the zone show at each instant, as microseconds since a local 1970-01-01."""
    utc = pandas.DatetimeIndex(instant.view("datetime64[us]")).tz_localize("UTC")
    return utc.tz_convert(zone).tz_localize(None).as_unit("us").asi8


def zone_offsets(start: int, end: int, zone: str) -> numpy.ndarray:
    """The different offsets from UTC, in microseconds, that the zone has between two instants."""
    hours = numpy.arange(start, end + 60 * MINUTE, 60 * MINUTE, dtype=numpy.int64)
    return numpy.unique(local_time(hours, zone) - hours)


def destination_zones(data: Path = DATA) -> dict[str, str]:
    """The time zone of each airport that has one, the islands that the airports table lacks included."""
    airports = parquet.read_table(data / "airports.parquet", columns=["faa", "tzone"])
    known = zip(airports["faa"].to_pylist(), airports["tzone"].to_pylist(), strict=True)
    return {faa: zone for faa, zone in known if zone is not None} | ISLAND_ZONES


def landings(flights: pa.Table, data: Path = DATA) -> pa.Table:
    """The flights that arrived: `tailnum`, `carrier`, `last_arr_delay` in minutes and `observed_at`, the landing.

    A flight without an arrival delay gives no row, nor does one whose departure delay or arrival clock is null: when
    it landed is unknown. Raises ValueError if a destination's time zone is not known.
    """
    arrived = compute.and_(
        compute.is_valid(flights.column("arr_delay")),
        compute.and_(
            compute.is_valid(flights.column("arr_time")),
            compute.and_(compute.is_valid(flights.column("dep_delay")), compute.is_valid(flights.column("time_hour"))),
        ),
    )
    flights = flights.filter(arrived)
    scheduled = scheduled_departures(flights).cast(pa.int64()).to_numpy()
    delay = numpy.rint(flights.column("dep_delay").to_numpy() * MINUTE).astype(numpy.int64)
    departure = scheduled + delay
    clock = flights.column("arr_time").to_numpy()
    zone_of = destination_zones(data)
    unknown = sorted(set(flights.column("dest").unique().to_pylist()) - set(zone_of), key=str)
    if unknown:
        raise ValueError(f"no time zone is known for the destinations {unknown} (expected codes of airports.parquet)")
    zones = numpy.array([zone_of[dest] for dest in flights.column("dest").to_pylist()], dtype=object)
    landed = numpy.empty(departure.shape, dtype=numpy.int64)
    for zone in sorted(set(zones)):
        here = zones == zone
        landed[here] = landing_times(departure[here], clock[here], zone)
    return pa.table(
        {
            "tailnum": flights.column("tailnum"),
            "carrier": flights.column("carrier"),
            "last_arr_delay": flights.column("arr_delay"),
            "observed_at": pa.array(landed, pa.int64()).cast(UTC_TIME),
        }
    )


def flight_rows(flights: pa.Table) -> pa.Table:
    """What is known of a flight beforehand; a flight of an unknown plane has a null `tailnum`."""
    return pa.table(
        {
            "id": flight_ids(flights),
            "origin": flights.column("origin"),
            "dest": flights.column("dest"),
            "tailnum": flights.column("tailnum"),
            "carrier": flights.column("carrier"),
            "distance": flights.column("distance"),
            "sched_dep": scheduled_departures(flights),
        }
    )


def weather_rows(data: Path = DATA) -> pa.Table:
    """The hourly weather of the three New York airports by `faa`, an empty cell a null, with `observed_at`."""
    weather = parquet.read_table(data / "weather.parquet")
    return weather.rename_columns({"origin": "faa", "time_hour": "observed_at"})


def landings_by(key: str, landed: pa.Table) -> pa.Table:
    """The arrival delays of one key column, `tailnum` or `carrier`; a null key is no entity and gives no row."""
    return landed.select([key, "last_arr_delay", "observed_at"]).filter(compute.is_valid(landed.column(key)))


def observation_batches(flights: pa.Table, data: Path = DATA) -> Iterator[ObservationBatch]:
    """Every observation of the example, in the order in which it is ingested."""
    airports = parquet.read_table(data / "airports.parquet", columns=["faa", "name", "lat", "lon", "alt"])
    landed = landings(flights, data)
    yield ObservationBatch("airport", airports, STATIC_OBSERVED_AT)
    yield ObservationBatch("airport", weather_rows(data), "observed_at")
    yield ObservationBatch("plane", parquet.read_table(data / "planes.parquet"), STATIC_OBSERVED_AT)
    yield ObservationBatch("plane", landings_by("tailnum", landed), "observed_at")
    yield ObservationBatch("carrier", parquet.read_table(data / "airlines.parquet"), STATIC_OBSERVED_AT)
    yield ObservationBatch("carrier", landings_by("carrier", landed), "observed_at")
    yield ObservationBatch("flight", flight_rows(flights), STATIC_OBSERVED_AT)


def training_spine(flights: pa.Table) -> pa.Table:
    """The label rows: `flight_id`, `sched_dep` (the instant of the question) and `late`, the answer.

    `late` is null for a flight that never arrived.
    """
    return pa.table(
        {
            "flight_id": flight_ids(flights),
            "sched_dep": scheduled_departures(flights),
            "late": compute.greater(flights.column("arr_delay"), float(LATE_MINUTES)),
        }
    )
