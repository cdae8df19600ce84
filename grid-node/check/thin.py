"""bin/check thin: a stock Java thin client and a stock Python one read the rows that HTTP gives, and may do nothing else."""

from __future__ import annotations

import argparse
import base64
import datetime
import decimal
import math
import os
import random
import struct
import subprocess
import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import featuregrid
import pyarrow as pa
from check_report import Report, argument_parser, run
from node_process import NodeProcess

ROOT = Path(__file__).resolve().parents[2]
RULES = {"column": "two columns of what HTTP gives are taken for each other"}
ROWS = 100
DEFINITIONS = """
import datetime
from featuregrid import Primary, Decimal, Vector, features


@features
class Flat:
    id: Primary[int]
    count: int | None
    price: float | None
    cost: float | None
    label: str | None
    late: bool | None
    seen: datetime.datetime | None
    day: datetime.date | None
    amount: Decimal[20, 3] | None
    raw: bytes | None
    tags: list[str] | None
    weights: Vector[2] | None


@features
class Named:
    tail: Primary[str]
    seats: int | None


@features
class Pair:
    id: Primary[int]
    carrier: Primary[str]
    delay: float | None
"""
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def written_form(value: object) -> str:
    """A text that is the same for the same value in all clients."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{struct.unpack('>Q', struct.pack('>d', value))[0]:x}"
        case datetime.datetime():
            at = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
            return str((at - EPOCH) // datetime.timedelta(microseconds=1))
        case datetime.date():
            return str((value - EPOCH.date()).days)
        case decimal.Decimal():
            return format(value.normalize(), "f")
        case bytes() | bytearray():
            return base64.b64encode(bytes(value)).decode()
        case list() | tuple():
            return "[" + ", ".join(written_form(each) for each in value) + "]"
        case _:
            return str(value)


def flat(random_: random.Random, number: int) -> dict[str, object]:
    def maybe(value: object) -> object:
        return None if random_.random() < 0.2 else value

    return {
        "id": number,
        "count": maybe(random_.randrange(-(2**62), 2**62)),
        "price": maybe(random_.choice([math.nan, -0.0, math.inf, random_.random()])),
        "cost": maybe(random_.random()),
        "label": maybe(random_.choice(["", "plain", "\u00e4\u20ac\U0001f600"])),
        "late": maybe(random_.random() < 0.5),
        "seen": maybe(EPOCH + datetime.timedelta(microseconds=random_.randrange(-(10**15), 2 * 10**15))),
        "day": maybe((EPOCH + datetime.timedelta(days=random_.randrange(-20_000, 40_000))).date()),
        "amount": maybe(decimal.Decimal(random_.randrange(-(10**15), 10**15)).scaleb(-3)),
        "raw": maybe(random_.randbytes(5)),
        "tags": maybe(["a", "b"]),
        "weights": maybe([0.5, -2.0]),
    }


class JavaClient:
    """The Java client's process; ends when its standard input does."""

    def __init__(self, address: str):
        java = Path(os.environ["FEATUREGRID_JAVA_HOME"]) / "bin" / "java"
        command = [
            str(java), f"@{ROOT / 'jvm.flags'}", "-Xmx256m", "--class-path", f"{ROOT}/ops/target/lib/*",
            str(Path(__file__).with_name("ThinClientCheck.java")), address,
        ]  # fmt: skip
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def __enter__(self) -> JavaClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, *words: str) -> list[str]:
        print("\t".join(words), file=self.process.stdin, flush=True)
        answer = []
        for line in self.process.stdout:
            if line.rstrip("\n") == "end":
                return answer
            answer.append(line.rstrip("\n"))
        raise RuntimeError(f"the Java client ended at {words[:3]} (expected an answer)")


@contextmanager
def python_client(address: str) -> Iterator[object]:
    from pyignite import Client

    host, port = address.rsplit(":", 1)
    client = Client()
    with client.connect(host, int(port)):
        yield client


def row_text(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}={values[name]}" for name in sorted(values)) + "}"


def python_row(row: object, names: Sequence[str], types: dict[str, str]) -> str:
    values = {}
    for name in names:
        if not hasattr(row, name):
            continue
        value = getattr(row, name)
        if isinstance(value, tuple) and types.get(name) == "timestamp":
            # Milliseconds, as local time without saying so, and the nanoseconds below them.
            moment, nanoseconds = value
            values[name] = str(round(moment.timestamp() * 1000) * 1000 + nanoseconds // 1000)
        elif isinstance(value, tuple) and name == "tags":
            values[name] = written_form(list(value[1]))
        else:
            values[name] = written_form(value)
    return row_text(values)


def expected_rows(grid: featuregrid.Grid, name: str, keys: dict[str, list[object]], features: list[str], broken: bool) -> list[str]:
    answer = grid.query_bulk(pa.table({f"{name}.{key}": values for key, values in keys.items()}), [f"{name}.{each}" for each in features])
    columns = {each: answer[f"{name}.{each}"].to_pylist() for each in features}
    if broken and {"price", "cost"} <= set(columns):
        columns["price"], columns["cost"] = columns["cost"], columns["price"]
    count = len(next(iter(keys.values())))
    return [row_text({each: written_form(columns[each][row]) for each in features}) for row in range(count)]


def compare(report: Report, who: str, expected: list[str], got: list[str]) -> None:
    report.counts["rows"] = int(report.counts.get("rows", 0)) + len(expected)
    for number, (left, right) in enumerate(zip(expected, got, strict=True)):
        if left != right:
            report.difference(f"{who}, row {number}", f"HTTP {left}\n{who} {right}")


def check(arguments: argparse.Namespace, report: Report) -> None:
    generator = random.Random(arguments.seed)
    broken = arguments.broken == "column"
    with NodeProcess(keep_home=arguments.keep) as node, featuregrid.connect(node.http_url) as grid:
        path = node.home / "definitions.py"
        path.write_text(DEFINITIONS)
        grid.apply(str(path))
        rows = [flat(generator, number) for number in range(ROWS)]
        for row in rows:
            grid.upload([{f"flat.{name}": value for name, value in row.items()}])
        grid.upload({"named.tail": [f"N{number}" for number in range(ROWS)], "named.seats": list(range(ROWS))})
        pairs = {"pair.id": list(range(ROWS)), "pair.carrier": ["UA" if number % 2 else "DL" for number in range(ROWS)]}
        grid.upload({**pairs, "pair.delay": [number / 3 for number in range(ROWS)]})
        worlds: list[tuple[str, dict[str, list[object]], list[str], Callable[[int], str]]] = [
            ("flat", {"id": list(range(ROWS))}, list(rows[0])[1:], lambda number: f"l:{number}"),
            ("named", {"tail": [f"N{number}" for number in range(ROWS)]}, ["seats"], lambda number: f"s:N{number}"),
            (
                "pair",
                {"id": pairs["pair.id"], "carrier": pairs["pair.carrier"]},
                ["delay"],
                lambda number: f"c:pair.key;id=l:{number};carrier=s:{pairs['pair.carrier'][number]}",
            ),
        ]
        flat_before = expected_rows(grid, "flat", {"id": list(range(ROWS))}, list(rows[0])[1:], False)
        with JavaClient(node.thin) as java, python_client(node.thin) as python:
            for name, keys, features, key in worlds:
                expected = expected_rows(grid, name, keys, features, broken)
                compare(report, f"Java, {name}", expected, java.ask("get", name, *map(key, range(ROWS))))
                compare(report, f"Java, one {name}", expected[7:8], java.ask("get", name, key(7)))
                compare(report, f"Python, {name}", expected, python_rows(python, name, keys, features))
                print(f"[thin] {name} 7: {java.ask('get', name, key(7))[0]}", file=sys.stderr)
            refusals = java.ask("refused", "flat", "l:7")
        for refusal in refusals:
            name, reason = refusal.split("\t", 1)
            print(f"[thin] refused {name:24} {reason}", file=sys.stderr)
            if reason == "ALLOWED":
                report.difference(f"{name} is allowed")
        report.counts["refused"] = len(refusals)
        name, keys, features, _ = worlds[0]
        compare(report, "HTTP, after what was refused", flat_before, expected_rows(grid, name, keys, features, False))


def python_rows(client: object, name: str, keys: dict[str, list[object]], features: list[str]) -> list[str]:
    from pyignite import GenericObjectMeta
    from pyignite.datatypes import LongObject, String

    cache = client.get_cache(name)
    types = {"seen": "timestamp"}
    if len(keys) == 1:
        wanted = next(iter(keys.values()))
        found = cache.get_all(wanted)
        return [python_row(found[key], features, types) for key in wanted]
    key_type = GenericObjectMeta("Key", (), {}, type_name=f"{name}.key", schema=OrderedDict(id=LongObject, carrier=String))
    rows = [cache.get(key_type(id=number, carrier=carrier)) for number, carrier in zip(keys["id"], keys["carrier"], strict=True)]
    return [python_row(row, features, types) for row in rows]


def main() -> int:
    warnings.simplefilter("ignore", DeprecationWarning)
    parser = argument_parser("thin", __doc__, RULES)
    return run("thin", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
