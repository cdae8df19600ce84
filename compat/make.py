"""Makes ``compat/RELEASE``: a backup that this build writes, and in ``expected.json`` what every later build must find in it.

Run once for each release, with the build of it: ``python compat/make.py 0.1.0``. The folder is small and never changed again.
"""

from __future__ import annotations

import datetime
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import featuregrid
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ops" / "check"))
from node_process import NodeProcess

DEFINITIONS = """
import datetime
from typing import Literal

import featuregrid as fg
from featuregrid import FeatureTime, Primary, feature, features, online


@features
class Thing:
    name: Primary[str]
    at: FeatureTime
    whole: int | None = feature(default=7)
    real: float | None
    yes: bool | None
    day: datetime.date | None
    price: fg.Decimal[10, 2] | None
    raw: bytes | None
    colour: Literal["red", "blue"] | None
    names: list[str] | None
    embedding: fg.Vector[3] | None
    doubled: int | None = feature(max_staleness="36500d")


@features
class Seat:
    flight: Primary[str]
    number: Primary[int]
    taken: bool | None


@online
def doubled(whole: Thing.whole) -> Thing.doubled:
    return 2 * whole if whole is not None else None
"""
OUTPUTS = ["whole", "real", "yes", "day", "price", "raw", "colour", "names", "embedding", "doubled"]
ENTITY_PARTS = ["value", "valid", "observed_at", "inserted_at", "origin"]
EARLY = datetime.datetime(2013, 1, 1, tzinfo=datetime.UTC)
LATE = datetime.datetime(2013, 6, 1, tzinfo=datetime.UTC)


def write(grid: featuregrid.Grid) -> None:
    """Observations in bulk and single, a null, tombstones of some and of all, an erased entity, a computed value."""
    columns: dict[str, Any] = {
        "name": ["a", "b", "c", "d"],
        "whole": pa.array([1, None, 3, 4], pa.int64()),
        "real": [1.5, float("nan"), -0.0, None],
        "yes": [True, False, None, True],
        "raw": [b"\x00\xff", b"", None, b"x"],
        "names": pa.array([["x", None], [], None, ["y"]], pa.list_(pa.string())),
        "at": pa.array([EARLY] * 4, pa.timestamp("us", "UTC")),
    }
    grid.ingest("thing", pa.table(columns), ingest_id="first")
    grid.upload(
        {
            "thing.name": ["a"],
            "thing.at": [LATE],
            "thing.day": ["2013-06-01"],
            "thing.price": ["12.50"],
            "thing.colour": ["red"],
            "thing.embedding": [[0.5, 1.5, -2.0]],
        },
        ingest_id="second",
    )
    grid.ingest(
        "thing",
        pa.table({"name": ["c"], "yes": [None], "at": pa.array([LATE], pa.timestamp("us", "UTC")), "gone": [True]}).cast(
            pa.schema([("name", pa.string()), ("yes", pa.bool_()), ("at", pa.timestamp("us", "UTC")), ("gone", pa.bool_())])
        ),
        tombstone="gone",
    )
    grid.ingest("seat", pa.table({"flight": ["U1", "U1"], "number": [1, 2], "taken": [True, False]}), observed_at="2013-01-01")
    grid.erase([{"thing.name": "d"}])
    grid.query({"thing.name": "a"}, ["thing.doubled"], durable_log=True)


def asked(grid: featuregrid.Grid) -> list[dict[str, Any]]:
    """Requests and what they were answered: online, and from history as of two times."""
    answers = []
    for name in ("a", "b", "c", "d", "nobody"):
        body = {
            "inputs": {"thing.name": name},
            "outputs": [f"thing.{output}" for output in OUTPUTS],
            "include_meta": True,
            "now": datetime.datetime.now(datetime.UTC).isoformat(),
        }
        reply = grid._node.post("/v1/query/online", body, reads=True)
        values = {item["field"]: [item["value"], item["valid"], item["meta"]["cache_hit"]] for item in reply["data"]}
        answers.append({"path": "/v1/query/online", "body": body, "values": values})
    keys = [("thing", {"name": name}) for name in ("a", "b", "c", "d")] + [("seat", {"flight": "U1", "number": 2})]
    for name, key in keys:
        for at in (None, "2013-03-01T00:00:00Z", "2013-07-01T00:00:00Z"):
            body = {"set": name, "key": key} | ({} if at is None else {"at": at})
            reply = grid._node.post("/v1/entity", body, reads=True)
            # What was computed was observed just now, which for another machine's clock may be later.
            told = {feature: parts for feature, parts in reply.items() if not feature.endswith(".doubled")}
            values = {feature: [parts[part] for part in ENTITY_PARTS] for feature, parts in told.items()}
            answers.append({"path": "/v1/entity", "body": body, "values": values})
    return answers


def main() -> int:
    """Writes the folder of the release that the first argument names."""
    folder = Path(__file__).resolve().parent / sys.argv[1]
    if folder.exists():
        print(f"{folder} is there already (expected a new release)", file=sys.stderr)
        return 1
    with NodeProcess() as node, featuregrid.connect(node.http_url) as grid:
        definitions = node.home / "definitions.py"
        definitions.write_text(DEFINITIONS, encoding="utf-8")
        grid.apply(definitions)
        write(grid)
        expected = {"release": sys.argv[1], "answers": asked(grid)}
        grid.backup(str(folder / "backup"))
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size} bytes", file=sys.stderr)
    if size > 300_000:
        shutil.rmtree(folder)
        print("more than 300,000 bytes (expected a small folder)", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
