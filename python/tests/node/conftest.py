"""A real node for the tests of this folder: started once, in a folder of its own, on free ports."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from node_process import NodeProcess

import featuregrid

IMPORTS = "import datetime\nfrom featuregrid import FeatureTime, Primary, feature, features, has_one\n"

# An apply replaces the whole catalog, and a set that comes again starts empty: each test has names of its own anyhow, so that
# a failure shows whose set it is.
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def node() -> Iterator[NodeProcess]:
    """A running node."""
    with NodeProcess() as running:
        yield running


@pytest.fixture
def grid(node: NodeProcess) -> Iterator[featuregrid.Grid]:
    """A connection to the node."""
    with featuregrid.connect(node.http_url) as connected:
        yield connected


@pytest.fixture
def applied(grid: featuregrid.Grid, tmp_path: Path) -> Callable[[str], str]:
    """Applies definitions in which ``NAME`` stands for a fresh name; returns that name.

    Line 1 and 2 of the file are imports; the text starts in line 3. ``Name`` stands for the name as a class.
    """

    def apply(text: str, **options: bool) -> str:
        name = f"test{next(_numbers)}"
        path = tmp_path / "definitions.py"
        written = IMPORTS + textwrap.dedent(text).lstrip("\n")
        path.write_text(written.replace("NAME", name).replace("Name", name.title()))
        grid.apply(path, **options)
        return name

    return apply
