"""Backups: begun over HTTP, followed until they end. The node writes them on its own machine."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from featuregrid.errors import FeatureGridError
from featuregrid.node import Node

if TYPE_CHECKING:
    from featuregrid.client import Grid

PATH = "/v1/backup"
POLL_SECONDS = 0.2


def run_backup(node: Node, directory: str, progress: Callable[[dict[str, Any]], None] | None) -> dict[str, Any]:
    """Begins a backup and waits for its end; `Grid.backup` says the rest."""
    state: dict[str, Any] = node.post(PATH, {"directory": directory})
    try:
        while state["state"] == "running":
            if progress is not None:
                progress(state)
            time.sleep(POLL_SECONDS)
            state = node.get(PATH)
    except KeyboardInterrupt:
        node.delete(PATH, {})
        raise
    if state["state"] != "done":
        error = state.get("error") or {"code": "INTERNAL_SERVER_ERROR", "message": f"the backup ended as {state}"}
        raise FeatureGridError(error["code"], error["message"])
    return {"directory": state["directory"], **state["result"]}


def add_backup(parser: argparse.ArgumentParser, connect: Callable[[argparse.Namespace], Grid]) -> None:
    """The command ``backup``."""
    parser.add_argument("directory", metavar="DIR", help="an absolute path on the node's machine: an empty folder, or none yet")
    parser.set_defaults(run=lambda options: _backup(options, connect))


def _backup(options: argparse.Namespace, connect: Callable[[argparse.Namespace], Grid]) -> dict[str, Any]:
    told = ""

    def tell(state: dict[str, Any]) -> None:
        nonlocal told
        line = f"backup: {state['step']}, {state['files']} files, {state['bytes'] / 1e6:.1f} MB"
        if line != told:
            print(line, file=sys.stderr, flush=True)
            told = line

    with connect(options) as grid:
        result = grid.backup(options.directory, tell)
    if not options.json:
        rows = sum(result["observations"].values())
        print(
            f"{rows} observations and {result['online_rows']} online rows as of {result['point']['inserted_at']}"
            f" are in {result['directory']} ({result['files']} files, {result['bytes'] / 1e6:.1f} MB)"
        )
    return result
