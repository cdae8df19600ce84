"""Computed features served, joined and computed by CPython: the same bits, the same failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow.flight as flight
from online_calls import OnlineCalls, from_json, to_json
from online_functions import FAILED, Function, paths_by_set
from oracle import MISSING
from values import same
from world import FeatureSet

if TYPE_CHECKING:
    from online_offline import Run

# Bulk queries answer all entities; so many are also asked alone.
ASKED_ALONE = 40
FAILURES = ("RESOLVER_FAILED", "VALIDATION_FAILED", "UPSTREAM_FAILED")


def compare_functions(where: str, run: Run, calls: OnlineCalls, client: flight.FlightClient) -> None:
    """Every entity and function: joined, served in bulk, some also one by one, and as CPython has it.

    All are asked with staleness 0: what is computed in a training set is what is computed anew.
    """
    for name, functions in sorted(paths_by_set(run.functions).items()):
        feature_set = run.world.sets[name]
        keys = [*run.world.pools[name], *nobody(feature_set)]
        paths = [one.path for one in functions]
        joined = run.joined(client, feature_set, keys, paths)
        fresh = {path: "0s" for path in paths}
        reply = calls.bulk(columns(feature_set, keys), paths, run.now, staleness=fresh)
        failed = {(error["row"], error["feature"]): error["code"] for error in reply.get("errors") or ()}
        for row, key in enumerate(keys):
            told = {path: reply["data"][path][row] for path in paths}
            codes = {path: failed.get((row, path)) for path in paths}
            compare_row(where, run, (feature_set, key), functions, told, codes, {path: joined[path][row] for path in paths})
        for row in sorted(run.generator.sample(range(len(keys)), min(len(keys), ASKED_ALONE))):
            alone = calls.query(run.inputs(feature_set, keys[row]), paths, run.now, staleness=fresh)
            run.queries += 1
            compare_alone(where, run, (feature_set, keys[row]), alone, {path: reply["data"][path][row] for path in paths})


def compare_row(
    where: str,
    run: Run,
    line: tuple[FeatureSet, tuple],
    functions: Sequence[Function],
    told: Mapping[str, object],
    codes: Mapping[str, str | None],
    joined: Mapping[str, object],
) -> None:
    for one in functions:
        path = one.path
        served = from_json(one.kind, told[path])
        run.cells += 1
        run.computed_cells += 1
        if not same(served, joined[path]):
            text = f"online  {served!r} {codes[path] or ''}\noffline {joined[path]!r}"
            run.tell_difference(f"{where}: computed online and offline", line, path, f"{text}\n{one.plain_text()}")
        value = run.computed.value(path, line[1], run.now)
        wanted = run.computed.shown(path, value)
        right = codes[path] in FAILURES if value is FAILED else codes[path] is None
        if not right or not same(served, wanted):
            text = f"online {served!r} {codes[path] or ''}\noracle {value!r}, shown as {wanted!r}"
            run.tell_difference(f"{where}: computed online and oracle", line, path, f"{text}\n{one.plain_text()}")


def compare_alone(where: str, run: Run, line: tuple[FeatureSet, tuple], reply: Mapping, together: Mapping[str, object]) -> None:
    items = {item["field"]: item for item in reply["data"]}
    for path, value in together.items():
        wanted = run.computed.value(path, line[1], run.now)
        alone = items.get(path, {})
        if not same(alone.get("value"), value):
            text = f"alone    {alone}\ntogether {value!r}"
            run.tell_difference(f"{where}: computed one by one and in bulk", line, path, text)
        elif alone["valid"] != (wanted is not MISSING and wanted is not FAILED):
            run.tell_difference(f"{where}: computed, valid", line, path, f"online {alone}\noracle {wanted!r}")


def columns(feature_set: FeatureSet, keys: Sequence[tuple]) -> dict[str, list]:
    return {
        f"{feature_set.name}.{column}": [to_json(kind, key[place]) for key in keys]
        for place, (column, kind) in enumerate(feature_set.key)
    }


def nobody(feature_set: FeatureSet) -> list[tuple]:
    """An entity that nobody ever told of."""
    return [tuple(-987_654 if kind == "int64" else "nobody" for _, kind in feature_set.key)]
