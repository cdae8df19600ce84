"""What a stock Ignite thin client sees of the online store: rows by key, features by name; and that it may do nothing else."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest
from node_process import NodeProcess
from pyignite import Client, GenericObjectMeta
from pyignite.datatypes import LongObject, String
from pyignite.exceptions import CacheError

import featuregrid

Applied = Callable[[str], str]

THING = """
    @features
    class Name:
        id: Primary[int]
        price: float | None
        label: str | None
"""
NAMED = """
    @features
    class Name:
        tail: Primary[str]
        seats: int
"""
PAIR = """
    @features
    class Name:
        id: Primary[int]
        carrier: Primary[str]
        delay: int
"""


@pytest.fixture
def client(node: NodeProcess) -> Iterator[Client]:
    """A thin client of the node."""
    host, port = json.loads((node.home / "node.json").read_text())["thin"].rsplit(":", 1)
    reader = Client()
    with reader.connect(host, int(port)):
        yield reader


def test_features_are_read_by_name(grid: featuregrid.Grid, applied: Applied, client: Client) -> None:
    name = applied(THING)
    grid.ingest(name, pa.table({"id": [7, 8], "price": [2.5, None], "label": ["seven", "eight"]}))
    row = client.get_cache(name).get(7)
    assert (row.price, row.label) == (2.5, "seven")
    assert client.get_cache(name).get(8).price is None
    assert client.get_cache(name).get(9) is None


def test_a_hundred_rows_are_read_at_once(grid: featuregrid.Grid, applied: Applied, client: Client) -> None:
    name = applied(THING)
    ids = list(range(100))
    grid.ingest(name, pa.table({"id": ids, "price": [each / 2 for each in ids], "label": [str(each) for each in ids]}))
    rows = client.get_cache(name).get_all(ids)
    assert {key: (row.price, row.label) for key, row in rows.items()} == {each: (each / 2, str(each)) for each in ids}


def test_a_text_is_a_key(grid: featuregrid.Grid, applied: Applied, client: Client) -> None:
    name = applied(NAMED)
    grid.ingest(name, pa.table({"tail": ["N10156"], "seats": [55]}))
    assert client.get_cache(name).get("N10156").seats == 55


def test_a_composite_key_is_an_object_of_the_key_columns_in_order(
    grid: featuregrid.Grid, applied: Applied, client: Client
) -> None:
    name = applied(PAIR)
    grid.ingest(name, pa.table({"id": [1, 1], "carrier": ["UA", "DL"], "delay": [5, 6]}))
    fields = OrderedDict(id=LongObject, carrier=String)
    key = GenericObjectMeta("Key", (), {}, type_name=f"{name}.key", schema=fields)
    cache = client.get_cache(name)
    assert cache.get(key(id=1, carrier="DL")).delay == 6
    assert cache.get(key(id=1, carrier="AA")) is None
    assert [row.delay for row in cache.get_all([key(id=1, carrier="UA")]).values()] == [5]


def test_a_client_may_only_read(grid: featuregrid.Grid, applied: Applied, client: Client) -> None:
    name = applied(THING)
    grid.ingest(name, pa.table({"id": [7], "price": [2.5], "label": ["seven"]}))
    cache = client.get_cache(name)
    for refused in (
        lambda: cache.put(7, 1),
        lambda: cache.remove_key(7),
        lambda: list(cache.scan()),
        cache.destroy,
        lambda: client.create_cache("mine"),
        lambda: client.get_cache("__catalog").get("catalog"),
    ):
        with pytest.raises(CacheError, match="thin client"):
            refused()
    assert cache.get(7).price == 2.5
