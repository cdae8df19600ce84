"""`Grid.backup` follows a backup to its end, whichever that is."""

from __future__ import annotations

from typing import Any, cast

import pytest
from featuregrid.backups import PATH, run_backup
from featuregrid.errors import FeatureGridError
from featuregrid.node import Node

RUNNING = {"state": "running", "directory": "/b", "step": "online", "files": 2, "bytes": 10}
DONE = {**RUNNING, "state": "done", "result": {"files": 3, "bytes": 20}}


class ScriptedNode:
    """Answers one state after the other, and notes what it was told."""

    def __init__(self, *states: dict[str, Any]) -> None:
        self.states = list(states)
        self.told: list[tuple[str, str, Any]] = []

    def post(self, path: str, body: Any) -> dict[str, Any]:
        self.told.append(("POST", path, body))
        return self.states.pop(0)

    def get(self, path: str) -> dict[str, Any]:
        self.told.append(("GET", path, None))
        return self.states.pop(0)

    def delete(self, path: str, body: Any) -> dict[str, Any]:
        self.told.append(("DELETE", path, body))
        return {}


def test_a_backup_is_followed_to_its_end() -> None:
    node = ScriptedNode(RUNNING, {**RUNNING, "files": 5}, DONE)
    heard: list[int] = []
    result = run_backup(cast(Node, node), "/b", lambda state: heard.append(state["files"]))
    assert result == {"directory": "/b", "files": 3, "bytes": 20}
    assert heard == [2, 5]
    assert node.told[0] == ("POST", PATH, {"directory": "/b"})


def test_a_backup_that_fails_is_an_error() -> None:
    failed = {**RUNNING, "state": "failed", "error": {"code": "RESOURCE_EXHAUSTED", "message": "no room"}}
    with pytest.raises(FeatureGridError, match="no room") as raised:
        run_backup(cast(Node, ScriptedNode(RUNNING, failed)), "/b", None)
    assert raised.value.code == "RESOURCE_EXHAUSTED"


def test_an_interrupt_ends_the_backup_at_the_node() -> None:
    def interrupt(_: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    node = ScriptedNode(RUNNING)
    with pytest.raises(KeyboardInterrupt):
        run_backup(cast(Node, node), "/b", interrupt)
    assert node.told[-1] == ("DELETE", PATH, {})
