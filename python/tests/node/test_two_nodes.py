"""Two nodes of one grid over one history: each answers for every key."""

from __future__ import annotations

import contextlib
import datetime
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import featuregrid
import numpy
import pyarrow as pa
import pytest
from node_process import NodeProcess

DEFINITIONS = """
from featuregrid import Primary, features


@features
class Shop:
    id: Primary[int]
    city: str | None


@features
class Sale:
    id: Primary[str]
    shop_id: "Shop.id | None"
    shop: "Shop"
    price: float | None
"""
ROWS = 500
OBSERVED = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def grids(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[featuregrid.Grid, featuregrid.Grid, NodeProcess]]:
    """Connections to both nodes, and the second node."""
    history = tmp_path_factory.mktemp("history")
    discovery = free_port()
    first = {"history.folder": history, "grid.discovery-port": discovery}
    second = {"history.folder": history, "grid.peers": f"127.0.0.1:{discovery}"}
    with contextlib.ExitStack() as stack:
        nodes = [stack.enter_context(NodeProcess(settings=settings)) for settings in (first, second)]
        left, right = (stack.enter_context(featuregrid.connect(node.http_url)) for node in nodes)
        yield left, right, nodes[1]


def test_two_nodes_are_one_grid_and_one_is_enough(
    grids: tuple[featuregrid.Grid, featuregrid.Grid, NodeProcess], tmp_path: Path
) -> None:
    left, right, second = grids
    each_answers_for_every_key_and_both_write_one_history(left, right, tmp_path / "definitions.py")
    a_change_of_the_catalog_on_one_node_is_seen_by_the_other(left, right, tmp_path / "definitions.py")
    what_was_acknowledged_outlives_a_node_that_is_killed(left, second)


def each_answers_for_every_key_and_both_write_one_history(left: featuregrid.Grid, right: featuregrid.Grid, path: Path) -> None:
    path.write_text(DEFINITIONS)
    left.apply(path)
    right.ingest("shop", pa.table({"id": numpy.arange(50), "city": [f"city {number}" for number in range(50)]}), observed_at=OBSERVED)
    sales = pa.table(
        {
            "id": [f"sale {number}" for number in range(ROWS)],
            "shop_id": [number % 50 for number in range(ROWS)],
            "price": [float(number) for number in range(ROWS)],
        }
    )
    left.ingest("sale", sales, observed_at=OBSERVED)
    for grid, start in ((left, 0), (right, 1)):
        ids = [f"sale {number}" for number in range(start, ROWS, 2)]
        grid.upload({"sale.id": ids, "sale.price": [number + 0.25 for number in range(start, ROWS, 2)]})

    outputs = ["sale.price", "sale.shop.city"]
    asked = {"sale.id": [f"sale {number}" for number in range(ROWS)]}
    expected = {
        "sale.price": [number + 0.25 for number in range(ROWS)],
        "sale.shop.city": [f"city {number % 50}" for number in range(ROWS)],
    }
    for grid in (left, right):
        answer = grid.query_bulk(pa.table(asked), outputs)
        assert {name: answer[name].to_pylist() for name in outputs} == expected
        one = grid.query({"sale.id": "sale 17"}, outputs)
        assert (one["sale.price"], one["sale.shop.city"]) == (17.25, "city 17")

    spine = pa.table({"sale_id": asked["sale.id"], "ts": [datetime.datetime.now(datetime.UTC)] * ROWS})
    for grid in (left, right):
        train = grid.training_set(spine, outputs, time="ts", keys={"sale.id": "sale_id"})
        assert {name: train[name].to_pylist() for name in outputs} == expected


def a_change_of_the_catalog_on_one_node_is_seen_by_the_other(left: featuregrid.Grid, right: featuregrid.Grid, path: Path) -> None:
    path.write_text(DEFINITIONS + "    discount: float | None\n")
    right.apply(path)
    left.upload({"sale.id": ["sale 1"], "sale.discount": [0.5]})
    assert right.query({"sale.id": "sale 1"}, ["sale.discount"])["sale.discount"] == 0.5


def what_was_acknowledged_outlives_a_node_that_is_killed(left: featuregrid.Grid, second: NodeProcess) -> None:
    ids = [f"late {number}" for number in range(ROWS)]
    left.upload({"sale.id": ids, "sale.price": [1.5] * ROWS})
    second.kill()
    deadline = time.monotonic() + 60
    while True:
        # The grid takes some seconds to know that a node is gone; until then a question may fail, and never answers wrongly.
        with contextlib.suppress(featuregrid.FeatureGridError):
            answer = left.query_bulk(pa.table({"sale.id": ids}), ["sale.price"])
            break
        assert time.monotonic() < deadline, "the node that is left answers no question"
    assert answer["sale.price"].to_pylist() == [1.5] * ROWS
