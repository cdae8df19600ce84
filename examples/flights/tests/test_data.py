"""Facts about the files in data/."""

import make_data
import observations
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet
import pytest

ROWS = {"flights": 336_776, "weather": 26_115, "planes": 3_322, "airports": 1_458, "airlines": 16}


@pytest.mark.parametrize("name", ROWS)
def test_a_file_holds_the_packages_rows_in_the_packages_order(name: str) -> None:
    stored = parquet.read_table(make_data.DATA / f"{name}.parquet")
    assert stored.num_rows == ROWS[name]
    assert stored.equals(make_data.read_package_table(name))


def test_the_script_writes_the_same_bytes_every_time(tmp_path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert make_data.write_data(first) == make_data.write_data(second)
    for name in ROWS:
        assert (first / f"{name}.parquet").read_bytes() == (second / f"{name}.parquet").read_bytes()


def test_the_files_are_small() -> None:
    assert sum(file.stat().st_size for file in make_data.DATA.iterdir()) < 12_000_000


def test_flight_ids_are_unique(flights: pa.Table) -> None:
    ids = observations.flight_ids(flights)
    assert ids[0].as_py() == "2013-01-01-UA-1545-EWR"
    assert ids.null_count == 0
    assert compute.count_distinct(ids).as_py() == flights.num_rows


def test_thousands_of_landings_of_a_carrier_share_an_instant_but_not_the_delay(flights: pa.Table) -> None:
    landed = observations.landings(flights)
    instants = landed.group_by(["carrier", "observed_at"]).aggregate([("last_arr_delay", "count_distinct")])
    disputed = compute.greater(instants.column("last_arr_delay_count_distinct"), 1)
    assert compute.sum(disputed).as_py() == 15_525


def test_every_destination_of_a_flight_that_arrived_has_a_time_zone(flights: pa.Table) -> None:
    assert set(flights.column("dest").unique().to_pylist()) <= set(observations.destination_zones())
