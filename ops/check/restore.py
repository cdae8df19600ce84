"""bin/check restore: a backup made under writes holds what was acknowledged before one moment, no more, online and offline."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import featuregrid
import pyarrow as pa
import pyarrow.compute as pc
from check_report import Report, argument_parser, run
from node_process import LAUNCHER, NodeFailed, NodeProcess
from restore_ledger import Row, Write, cut, newest, read_ledger, visible
from restore_writer import micros, time_of

DEFINITIONS = """
from featuregrid import FeatureTime, Primary, feature, features, online


@features
class Event:
    id: Primary[int]
    at: FeatureTime
    serial: int
    doubled: int = feature(max_staleness="1d")
    secret: int = feature(max_staleness="1d")


@features
class Account:
    id: Primary[int]
    at: FeatureTime
    serial: int


@online
def doubled(serial: Event.serial) -> Event.doubled:
    return 2 * serial


@online(store_offline=False)
def secret(serial: Event.serial) -> Event.secret:
    return 3 * serial
"""
SETS = ("event", "account")
BREAKS = {
    "cut": "the oracle takes what was written after the point, too",
    "file": "a byte of the backup's largest file is flipped, by which its restore is refused",
}
FULL_ROWS, QUICK_ROWS = 200_000, 20_000
# Entities whose computed values are stored before the backup, and some whose are afterwards.
WARM = range(200, 260)
COLD = range(10_000, 10_060)
WRITES_BEFORE, WRITES_AFTER = 60, 40
WRITE_SECONDS = 180
COMMAND_SECONDS = 300
ROWS_A_QUERY = 5_000
DAY_MICROS = 86_400_000_000


class WriterProcess:
    """The writer in a process of its own; leaving ``with`` ends it whatever happened."""

    def __init__(self, url: str, ledger: Path, seed: int, base: int):
        self.ledger = ledger
        arguments = ["--url", url, "--ledger", str(ledger), "--seed", str(seed), "--base", str(base)]
        code = "import sys, restore_writer; sys.exit(restore_writer.main())"
        self._process = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=Path(__file__).parent, stdout=sys.stderr)

    def __enter__(self) -> WriterProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def await_writes(self, more: int) -> None:
        """Returns when so many further writes are acknowledged."""
        wanted = self._acknowledged() + more
        deadline = time.monotonic() + WRITE_SECONDS
        while self._acknowledged() < wanted:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NodeFailed(f"the writer (status {self._process.poll()}) had no {more} writes answered in {WRITE_SECONDS} s")
            time.sleep(0.02)

    def settle(self) -> None:
        """Lets it have answered what it has begun."""
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(WRITE_SECONDS)
        if self._process.poll() != 0:
            raise NodeFailed(f"the writer ended with status {self._process.poll()} (expected 0; it said why above)")

    def _acknowledged(self) -> int:
        return self.ledger.read_bytes().count(b"\n") if self.ledger.exists() else 0


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A command of the launcher, ended."""
    environment = {name: value for name, value in os.environ.items() if name not in ("FEATUREGRID_HOME", "FEATUREGRID_URL")}
    return subprocess.run(
        [str(LAUNCHER), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        env=environment,
        check=False,
    )


def answered(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    if done.returncode != 0:
        raise NodeFailed(f"{' '.join(done.args[1:3])} ended with status {done.returncode}: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def preload(grid: featuregrid.Grid, rows: int, base: int) -> Write:
    """Entities that are there before anything else, each with its key as serial, the newest of it until others come."""
    keys = pa.array(range(rows), pa.int64())
    table = pa.table(
        {"id": keys, "serial": keys, "at": pa.array([base - rows + key for key in range(rows)], pa.timestamp("us", "UTC"))}
    )
    begin = time.monotonic()
    inserted = micros(grid.ingest("event", table)["inserted_at"])
    told = tuple(Row("event", key, key, base - rows + key) for key in range(rows))
    return Write("ingest", begin, time.monotonic(), inserted, told)


def compute(grid: featuregrid.Grid, keys: Iterable[int]) -> None:
    """Has computed values stored before the answer."""
    for key in keys:
        grid.query({"event.id": key}, ["event.doubled", "event.secret"], durable_log=True)


def flip(backup: Path) -> Path:
    """Changes one bit in the middle of the largest file."""
    largest = max((path for path in backup.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    largest.write_bytes(content)
    return largest


def check_refusals(backup: Path, folder: Path, report: Report) -> None:
    """A damaged and an incomplete backup are refused, and nothing is written."""
    copy = folder / "copy"
    shutil.copytree(backup, copy)
    flip(copy)
    cases = [("a flipped bit", "INTERNAL_SERVER_ERROR", copy)]
    incomplete = folder / "incomplete"
    shutil.copytree(backup, incomplete)
    (incomplete / "manifest.json").unlink()
    cases.append(("no manifest", "INVALID_QUERY", incomplete))
    for what, code, damaged in cases:
        home = folder / f"home-of-{damaged.name}"
        done = command("restore", damaged, "--home", home)
        last = done.stderr.splitlines()[-1] if done.stderr else ""
        if done.returncode != 1 or not last.startswith(code):
            report.difference(f"{what}: restore ended with status {done.returncode}, {last!r} (expected 1, {code})")
        if home.exists():
            report.difference(f"{what}: restore left {home}")


def stored_rows(grid: featuregrid.Grid) -> tuple[dict[tuple[str, int], tuple[int, int]], list[tuple[int, int]], int]:
    """What was written, by set and serial: key and inserted_at; computed values as (value, inserted_at); rows stored twice."""
    written: dict[tuple[str, int], tuple[int, int]] = {}
    computed: list[tuple[int, int]] = []
    doubles = 0
    for name in SETS:
        table = grid.history(name)
        told = table.filter(pc.not_equal(table["__origin"], "query"))
        times = told["__inserted_at"].cast(pa.int64()).to_pylist()
        for key, serial, inserted in zip(told["id"].to_pylist(), told["serial"].to_pylist(), times, strict=True):
            doubles += (name, serial) in written
            written[name, serial] = (key, inserted)
        if name == "event":
            asked = table.filter(pc.equal(table["__origin"], "query"))
            times = asked["__inserted_at"].cast(pa.int64()).to_pylist()
            computed = list(zip(asked["doubled"].to_pylist(), times, strict=True))
            if "secret" in table.column_names:
                computed.append((-1, 0))
    return written, computed, doubles


def served(grid: featuregrid.Grid, entities: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int | None]:
    """The serial that is served for each entity."""
    found: dict[tuple[str, int], int | None] = {}
    for name in SETS:
        keys = [key for feature_set, key in entities if feature_set == name]
        for start in range(0, len(keys), ROWS_A_QUERY):
            piece = keys[start : start + ROWS_A_QUERY]
            table = grid.query_bulk(pa.table({f"{name}.id": pa.array(piece, pa.int64())}), [f"{name}.serial"])
            found |= {(name, key): value for key, value in zip(piece, table[f"{name}.serial"].to_pylist(), strict=True)}
    return found


def joined(grid: featuregrid.Grid, entities: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int | None]:
    """The serial that a training set finds for each entity as of now."""
    found: dict[tuple[str, int], int | None] = {}
    now = pa.scalar(time.time_ns() // 1_000, pa.timestamp("us", "UTC"))
    for name in SETS:
        keys = [key for feature_set, key in entities if feature_set == name]
        spine = pa.table({"key": pa.array(keys, pa.int64()), "ts": pa.array([now.as_py()] * len(keys), pa.timestamp("us", "UTC"))})
        table = grid.training_set(spine, [f"{name}.serial"], time="ts", keys={f"{name}.id": "key"})
        found |= {(name, key): value for key, value in zip(keys, table[f"{name}.serial"].to_pylist(), strict=True)}
    return found


def hits(node: NodeProcess, keys: Iterable[int], expected: bool, report: Report) -> int:
    """Whether stored computed values are served as they were stored: a value of an unknown version would be computed again."""
    found = 0
    for key in keys:
        body = {"inputs": {"event.id": key}, "outputs": ["event.doubled", "event.secret"], "include_meta": True}
        request = urllib.request.Request(
            f"{node.http_url}/v1/query/online", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            reply = json.loads(answer.read())
        for item in reply["data"]:
            hit = bool((item.get("meta") or {}).get("cache_hit"))
            wanted = key * (2 if item["field"] == "event.doubled" else 3)
            found += hit
            if hit != expected or (expected and item["value"] != wanted):
                report.difference(f"{item['field']} of {key}: {item} (expected {'a stored' if expected else 'no stored'} {wanted})")
    return found


def compare(what: str, expected: Mapping[Any, Any], got: Mapping[Any, Any], report: Report) -> None:
    missing = [key for key in expected if key not in got]
    unknown = [key for key in got if key not in expected]
    other = [key for key in expected if key in got and got[key] != expected[key]]
    report.counts |= {f"{what}_missing": len(missing), f"{what}_unknown": len(unknown), f"{what}_other": len(other)}
    for why, keys in (("is missing", missing), ("is more than there should be", unknown), ("is another", other)):
        if keys:
            shown = ", ".join(f"{key}: {got.get(key)} (expected {expected.get(key)})" for key in keys[:3])
            report.difference(f"{what} {why}, {len(keys)} times: {shown}", weight=len(keys))


def judge(
    node: NodeProcess, writes: list[Write], times: tuple[float, float], point: int, broken: str | None, report: Report
) -> None:
    """Compares the restored node with the writes that were acknowledged before the point."""
    with featuregrid.connect(node.http_url) as grid:
        warm = hits(node, WARM, True, report)
        cold = hits(node, COLD, False, report)
        stored, computed, doubles = stored_rows(grid)
        begun, ended = times
        if broken == "cut":
            ended, point = float("inf"), sys.maxsize
        found = cut(writes, begun, ended, point, set(stored))
        for told in found.told:
            report.difference(told)
        rows = visible(found.taken)
        compare("history", {place: (row.key, inserted) for place, (row, inserted) in rows.items()}, stored, report)
        serials = newest(rows.values())
        entities = sorted({(row.feature_set, row.key) for write in writes for row in write.rows})
        expected = {entity: serials.get(entity) for entity in entities}
        compare("online", expected, served(grid, entities), report)
        compare("training_set", expected, joined(grid, entities), report)
        later = [value for value, inserted in computed if inserted >= point or value == -1 or (value is not None and value % 2)]
        # The restored node computed some of the cold ones itself just now.
        own = {2 * key for key in COLD}
        wrong = [value for value in later if value not in own]
        if wrong or doubles:
            report.difference(f"computed values of after the point or not to be kept: {wrong[:3]}; {doubles} rows stored twice")
        inserted = micros(
            grid.upload({"account.id": [1], "account.at": [time_of(point if point < sys.maxsize else 0)], "account.serial": [1]})[
                "inserted_at"
            ]
        )
        if point < sys.maxsize and inserted <= point:
            report.difference(f"an upload to the restored node is inserted at {inserted}, not after the point {point}")
    report.counts |= {
        "writes": len(writes), "before": found.before, "during_in": found.during_in, "during_out": found.during_out,
        "after": found.after, "rows": len(stored), "computed": len(computed), "stored_hits": warm, "cold_hits": cold,
    }  # fmt: skip


def kill_during(node: NodeProcess, folder: Path, report: Report) -> None:
    """A node that is killed in the middle of a backup leaves no backup, and starts again as it was."""
    target = folder / "killed"
    body = json.dumps({"directory": str(target)}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{node.http_url}/v1/backup", body), timeout=60) as answer:
        answer.read()
    deadline = time.monotonic() + WRITE_SECONDS
    while not (target / "catalog.json").exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    node.kill()
    if (target / "manifest.json").exists():
        report.counts["killed_too_late"] = 1
        return
    done = command("restore", target, "--home", folder / "home-of-killed")
    if done.returncode != 1 or "INVALID_QUERY" not in done.stderr:
        report.difference(f"a backup whose node was killed: restore ended with {done.returncode}, {done.stderr[-300:]}")
    node.start()
    with featuregrid.connect(node.http_url) as grid:
        if grid.query({"event.id": COLD[0]}, ["event.serial"])["event.serial"] != COLD[0]:
            report.difference("a node that was killed during a backup does not serve what it did")


def check(arguments: argparse.Namespace, report: Report) -> None:
    rows = arguments.rows or (QUICK_ROWS if arguments.quick else FULL_ROWS)
    # Days back: what is observed later than the clock is refused.
    base = time.time_ns() // 1_000 - 30 * DAY_MICROS
    with tempfile.TemporaryDirectory(prefix="featuregrid-restore-") as scratch, contextlib.ExitStack() as nodes:
        folder = Path(scratch)
        node = nodes.enter_context(NodeProcess(keep_home=arguments.keep))
        (folder / "definitions.py").write_text(DEFINITIONS, encoding="utf-8")
        with featuregrid.connect(node.http_url) as grid:
            grid.apply(folder / "definitions.py")
            first = preload(grid, rows, base)
            compute(grid, WARM)
            report.progress(f"{rows} entities are there")
            ledger = folder / "ledger.jsonl"
            with WriterProcess(node.http_url, ledger, arguments.seed, base) as writer:
                writer.await_writes(WRITES_BEFORE)
                begun = time.monotonic()
                answer = answered(command("backup", folder / "backup", "--url", node.http_url, "--json"))
                times = (begun, time.monotonic())
                writer.await_writes(WRITES_AFTER)
                writer.settle()
            compute(grid, COLD)
        report.progress(f"backup of {answer['files']} files, {answer['bytes']} bytes; writes paused {answer['paused_ms']} ms")
        report.counts |= {
            "backup_bytes": answer["bytes"],
            "backup_seconds": round(times[1] - times[0], 1),
            "paused_ms": answer["paused_ms"],
        }
        if not arguments.quick:
            kill_during(node, folder, report)
        node.stop()
        backup = folder / "backup"
        if not arguments.broken:
            check_refusals(backup, folder, report)
        if arguments.broken == "file":
            flip(backup)
        restored = NodeProcess(keep_home=arguments.keep)
        nodes.callback(restored.stop)
        done = command("restore", backup, "--home", restored.home, "--json")
        if arguments.broken == "file" and done.returncode != 0:
            report.difference("the backup is refused", done.stderr.splitlines()[-1])
            return
        answered(done)
        restored.start()
        report.progress("restored and started")
        judge(restored, [first, *read_ledger(ledger)], times, micros(answer["point"]["inserted_at"]), arguments.broken, report)


def main() -> int:
    parser = argument_parser("restore", __doc__.split(": ", 1)[1], BREAKS)
    parser.add_argument("--rows", type=int, help=f"entities to begin with (default {FULL_ROWS}, with --quick {QUICK_ROWS})")
    return run("restore", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
