"""The harness that gives a check its node, with a launcher that starts a sleeping process instead."""

from __future__ import annotations

import os
import signal
import subprocess

import node_process
import pytest
from node_process import NodeFailed, NodeProcess

# The sleeper keeps the launcher's stdout open, as a detached node may.
LAUNCHER = """#!/usr/bin/env bash
home="$4"
printf '%s\\n' "$*" >"$home/arguments"
printf '%s\\n' "${FEATUREGRID_JVM_OPTIONS:-none}" "${FEATUREGRID_CHECK:-none}" >"$home/options"
sleep 600 &
printf '%s' "$!" >"$home/pid"
echo "some progress"
echo "{\\"pid\\": $!, \\"http\\": \\"127.0.0.1:1\\", \\"flight\\": \\"127.0.0.1:2\\", \\"thin\\": \\"127.0.0.1:3\\"}"
"""
FAILING_LAUNCHER = """#!/usr/bin/env bash
mkdir "$4/logs" && echo "the port is taken" >"$4/logs/node.log"
exit 1
"""


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    def use(text: str) -> None:
        path = tmp_path / "featuregrid"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setattr(node_process, "LAUNCHER", path)

    return use


def running(pid: int) -> bool:
    # A process that has ended may still be listed until its parent takes note.
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()[:1] not in ("", "Z")


def test_a_node_ends_with_its_home(launcher):
    launcher(LAUNCHER)
    with NodeProcess({"history.folder": "x"}, jvm_options="-Xmx512m") as node:
        pid, home = node.pid, node.home
        arguments = (home / "arguments").read_text().split()
        assert running(pid) and node.alive()
        assert (node.http_url, node.flight_url) == ("http://127.0.0.1:1", "grpc://127.0.0.1:2")
        assert arguments[:3] == ["start", "--detach", "--home"] and "history.folder=x" in arguments and "http.port=0" in arguments
        # A check may break a rule in its node on purpose, and says that it is one.
        assert (home / "options").read_text().split() == ["-Xmx512m", "1"]
        assert node.peak_bytes() > 0
        assert node.command_line()[0] == "sleep"
    assert not running(pid)
    assert not home.exists()


def test_a_killed_node_comes_back_in_its_home(launcher):
    launcher(LAUNCHER)
    with NodeProcess() as node:
        killed, home = node.pid, node.home
        node.kill()
        assert not running(killed)
        assert not node.alive() and home.exists()
        with pytest.raises(NodeFailed, match="no node runs"):
            node.kill()
        node.start()
        assert node.alive() and node.pid != killed and node.home == home
    assert not home.exists()


def test_a_node_that_ended_by_itself_is_noticed(launcher):
    launcher(LAUNCHER)
    with NodeProcess() as node:
        os.kill(node.pid, signal.SIGKILL)
        assert node._ended_within(10)
        assert not node.alive()


def test_a_node_that_does_not_start_shows_its_log(launcher):
    launcher(FAILING_LAUNCHER)
    node = NodeProcess()
    with pytest.raises(NodeFailed, match=r"(?s)status 1 .*the port is taken"), node:
        pass
    assert not node.home.exists()
