"""Shared by the tests of the flights example: its modules on the path, and its data read once."""

import sys
from pathlib import Path

import pandas
import pyarrow as pa
import pytest

EXAMPLE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(EXAMPLE))


@pytest.fixture(scope="session")
def flights() -> pa.Table:
    """The flights file as the example reads it."""
    import observations

    return observations.read_flights()


@pytest.fixture(scope="session")
def expected_flights() -> pandas.DataFrame:
    """The flights file as the oracle reads it, landings included."""
    import expected

    return expected.read_flights(expected.DATA / "flights.parquet", expected.DATA)


@pytest.fixture(scope="session")
def expected_training(expected_flights: pandas.DataFrame) -> pandas.DataFrame:
    """The oracle's training set of every flight."""
    import expected

    return expected.expected_training_set(expected_flights)
