"""What the tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from fake_node import FakeNode, Script

import featuregrid


@pytest.fixture(autouse=True)
def no_node_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests reach the nodes that they name, and no other."""
    monkeypatch.delenv("FEATUREGRID_URL", raising=False)
    monkeypatch.setenv("FEATUREGRID_HOME", str(tmp_path_factory.getbasetemp() / "no-home"))


@pytest.fixture(autouse=True)
def interrupts_heard() -> Iterator[None]:
    """Ctrl-C is heard here and in processes started from here: a shell's background job inherits it as ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def fake_node() -> Iterator[FakeNode]:
    """A node that answers what the test's script says."""
    node = FakeNode()
    yield node
    node.close()


@pytest.fixture
def script(fake_node: FakeNode) -> Script:
    """What the fake node answers and was asked."""
    return fake_node.script


@pytest.fixture
def fake_grid(fake_node: FakeNode) -> Iterator[featuregrid.Grid]:
    """A connection to the fake node."""
    with featuregrid.connect(fake_node.url) as grid:
        yield grid
