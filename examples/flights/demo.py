"""The example from end to end: definitions, history, one flight asked online, and a training set of every flight.

Needs a running node and the package `featuregrid`. Progress goes to stderr; the last line of stdout is one JSON
object with the figures. `--flights FILE` takes another Parquet file with the columns of `data/flights.parquet`;
`--ask ID` asks for another flight than the file's last one.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import definitions
import featuregrid
import observations
import pyarrow as pa
import pyarrow.parquet as parquet
from featuregrid.value_types import json_value

DEFINITIONS = Path(definitions.__file__).resolve()

MODEL = definitions.delay_model
FEATURES = [str(output) for output in MODEL.outputs]


def tell(text: str) -> None:
    """One line of progress on stderr."""
    print(text, file=sys.stderr, flush=True)


class Stopwatch:
    """Seconds since it was made or last read, rounded to milliseconds."""

    def __init__(self) -> None:
        self.since = time.perf_counter()

    def read(self) -> float:
        """The seconds since the last reading; starts anew."""
        before, self.since = self.since, time.perf_counter()
        return round(self.since - before, 3)


def ingest_everything(grid: featuregrid.Grid, flights: pa.Table) -> dict[str, int]:
    """Ingests every observation in file order; answers how many each set was given."""
    given: dict[str, int] = {}
    for batch in observations.observation_batches(flights):
        counts = grid.ingest(batch.feature_set, batch.table, observed_at=batch.observed_at, nulls="keep")
        given[batch.feature_set] = given.get(batch.feature_set, 0) + counts["history"]
        carried = ", ".join(name for name in batch.table.column_names if name != batch.observed_at)
        tell(f"  {batch.feature_set}: {counts['history']:,} observations of {carried}")
    return given


def engines(grid: featuregrid.Grid) -> dict[str, str]:
    """What computes each feature of the model that is computed: the node's `interpreter`, or a Python `worker`."""
    return {
        f"{resolver['set']}.{output}": "interpreter" if "expression" in resolver else "worker"
        for resolver in grid.catalog()["resolvers"]
        for output in resolver["outputs"]
        if f"{resolver['set']}.{output}" in FEATURES
    }


def ask_online(grid: featuregrid.Grid, flight: str | None) -> dict[str, object]:
    """The model's inputs of one flight as they are now, as JSON has them; nothing is asked if there is no flight at all."""
    if flight is None:
        return {"inputs": {}, "values": {}, "trace_id": None}
    inputs = {"flight.id": flight}
    reply = grid.query(inputs, MODEL)
    for error in reply.errors:
        tell(f"  {error.feature}: {error}")
    for name, value in reply.items():
        tell(f"  {name}: {'not known' if value is None else value}")
    values = {name: json_value(reply[name], name) for name in FEATURES}
    return {"inputs": inputs, "values": values, "trace_id": reply.trace_id}


def training_set(grid: featuregrid.Grid, flights: pa.Table) -> pa.Table:
    """Every flight with the model's inputs as they were known at its scheduled departure, in file order."""
    spine = observations.training_spine(flights)
    return grid.training_set(spine, MODEL, time="sched_dep", keys={"flight.id": "flight_id"})


def run(url: str, flights_file: Path, ask: str | None, out: Path | None) -> dict[str, object]:
    """Applies, ingests, asks and builds the training set on the node at the URL; answers the figures."""
    flights = observations.read_flights(flights_file)
    if ask is None and flights.num_rows:
        ask = observations.flight_ids(flights)[-1].as_py()
    seconds = {}
    with featuregrid.connect(url) as grid:
        stopwatch = Stopwatch()
        tell(f"applying {DEFINITIONS.name} to {url}")
        grid.apply(str(DEFINITIONS))
        computed_by = engines(grid)
        seconds["apply"] = stopwatch.read()
        for name, engine in computed_by.items():
            tell(f"  {name}: computed by {'a Python worker' if engine == 'worker' else 'the interpreter'}")

        tell(f"ingesting the observations of {flights.num_rows:,} flights")
        given = ingest_everything(grid, flights)
        seconds["ingest"] = stopwatch.read()

        tell(f"asking for {len(FEATURES)} features of flight {ask} as they are now")
        online = ask_online(grid, ask)
        seconds["online"] = stopwatch.read()

        tell(f"joining {len(FEATURES)} features to {flights.num_rows:,} flights, each as of its scheduled departure")
        train = training_set(grid, flights)
        seconds["training_set"] = stopwatch.read()

    non_null = {name: train.num_rows - train.column(name).null_count for name in FEATURES}
    for name, count in non_null.items():
        tell(f"  {name}: {count:,} known")
    if out is not None:
        parquet.write_table(train, out)
        tell(f"wrote {out}")
    return {
        "rows": train.num_rows,
        "features": len(FEATURES),
        "non_null": non_null,
        "engines": computed_by,
        "observations": given,
        "online": online,
        "seconds": seconds,
    }


def main() -> int:
    """Runs the demo; exit status 1 with one line of reason on stderr if it fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="of the node's HTTP port, for example http://127.0.0.1:8080")
    parser.add_argument("--flights", type=Path, default=observations.FLIGHTS, help="another flights file (Parquet)")
    parser.add_argument("--ask", metavar="ID", help="the flight to ask for online (default: the last one of the file)")
    parser.add_argument("--out", type=Path, help="write the training set to this file (Parquet)")
    arguments = parser.parse_args()
    try:
        figures = run(arguments.url, arguments.flights, arguments.ask, arguments.out)
    except featuregrid.FeatureGridError as error:
        tell(str(error))  # starts with the code
        return 1
    except (OSError, ValueError) as error:
        tell(f"INVALID_QUERY: {error}")
        return 1
    print(json.dumps(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
