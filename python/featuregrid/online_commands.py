"""The commands that ask and write single entities: query, get, load, erase, upload."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from featuregrid.client import Grid
from featuregrid.entity import aligned, entity_lines
from featuregrid.errors import FeatureGridError
from featuregrid.query import QueryReply, query_reference
from featuregrid.value_types import ValueType, json_value, value_type

Connect = Callable[[argparse.Namespace], Grid]


def add_query(parser: argparse.ArgumentParser, connect: Connect) -> None:
    """What ``query`` may be given."""
    parser.add_argument(
        "--in", dest="inputs", action="append", default=[], type=named, metavar="NAME=VALUE", help="a value that is known"
    )
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--out", dest="outputs", action="append", type=names, metavar="NAME,...", help="the features to get")
    asked.add_argument(
        "--name", type=query_name, metavar="NAME@VERSION", help="a named query of the definitions, in place of --out"
    )
    parser.add_argument("--now", metavar="TIME", help="ask as of this time (default: the node's clock)")
    parser.add_argument(
        "--staleness", action="append", default=[], type=named, metavar="NAME=DURATION", help="how old a value may be, as 10m"
    )
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="a tag of the query's context")
    parser.add_argument(
        "--require-tag", action="append", default=[], metavar="TAG", help="a tag that each function that runs must have"
    )
    parser.add_argument("--query-name", metavar="NAME", help="a name under which the query is counted")
    parser.add_argument("--explain", action="store_true", help="show the plan, too")
    parser.set_defaults(run=lambda options: _query(options, connect))


def add_get(parser: argparse.ArgumentParser, connect: Connect) -> None:
    """What ``get`` may be given."""
    _add_entity(parser, many=False)
    parser.add_argument("--at", metavar="TIME", help="as it was at this time, from history (default: as it is now)")
    parser.set_defaults(run=lambda options: _get(options, connect))


def add_load(parser: argparse.ArgumentParser, connect: Connect) -> None:
    """What ``load`` may be given."""
    parser.add_argument("feature_set", metavar="SET", help="the feature set")
    parser.add_argument("--as-of", metavar="TIME", default="now", help="load what was known to be true then (default %(default)s)")
    parser.set_defaults(run=lambda options: _load(options, connect))


def add_erase(parser: argparse.ArgumentParser, connect: Connect) -> None:
    """What ``erase`` may be given."""
    _add_entity(parser, many=True)
    parser.set_defaults(run=lambda options: _erase(options, connect))


def add_upload(parser: argparse.ArgumentParser, connect: Connect) -> None:
    """What ``upload`` may be given."""
    parser.add_argument("row", nargs="+", type=named, metavar="NAME=VALUE", help="the key and the values of one observation")
    parser.add_argument("--observed-at", metavar="TIME", help="when it was true (default: now)")
    parser.add_argument("--ingest-id", metavar="ID", help="a name for this write, which makes a retry harmless")
    parser.set_defaults(run=lambda options: _upload(options, connect))


def _add_entity(parser: argparse.ArgumentParser, many: bool) -> None:
    parser.add_argument("feature_set", metavar="SET", help="the feature set")
    what = "the key of each entity" if many else "the entity's key"
    several = "column=value for each of several columns; none for a global set"
    parser.add_argument("key", nargs="*", metavar="KEY", help=f"{what}; {several}")


def names(text: str) -> list[str]:
    """Names with commas between."""
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name (expected names with commas between)")
    return found


def query_name(text: str) -> str:
    """A query's name and version."""
    if query_reference(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME@VERSION")
    return text


def named(text: str) -> tuple[str, str]:
    """A name and a text, which may be empty and may hold further equals signs."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE")
    return name, value


def text_value(declared: ValueType | None, text: str) -> Any:
    """What a text on a command line means for a type, as JSON has it; a text that fits none is left for the node to refuse."""
    if declared is None or declared == value_type("string"):
        return text
    if text == "null":
        return None
    if declared == value_type("bool"):
        return {"true": True, "false": False}.get(text, text)
    try:
        if declared == value_type("int64"):
            return int(text)
        if declared == value_type("float64"):
            return json_value(float(text), "value")
    except ValueError:
        pass
    return text


def _typed(grid: Grid, given: Sequence[tuple[str, str]]) -> dict[str, Any]:
    types = grid.types.of(name for name, _ in given)
    return {name: text_value(types[name], text) for name, text in given}


def _query(options: argparse.Namespace, connect: Connect) -> Any:
    outputs = [name for listed in options.outputs or () for name in listed]
    with connect(options) as grid:
        reply = grid.query(
            _typed(grid, options.inputs),
            options.name or outputs,
            now=options.now,
            staleness=dict(options.staleness),
            tags=options.tag,
            required_resolver_tags=options.require_tag,
            query_name=options.query_name,
            explain=options.explain,
        )
    if not options.json:
        for line in query_lines(reply):
            print(line)
        for error in reply.errors:
            concerned = f" ({error.feature})" if error.feature else ""
            print(f"{error.code}: {' '.join(error.message.split())}{concerned}", file=sys.stderr)
    return reply.raw


def query_lines(reply: QueryReply) -> list[str]:
    """A reply as a person reads it: a line a feature, the plan if it was asked for, and where to look further."""
    rows = [("feature", "value")]
    for name in reply:
        told = reply.details(name)
        shown = str(told["value"]) if told.get("value") is not None else "null" if told.get("valid") else "(missing)"
        if not told.get("valid") and told.get("value") is not None:
            shown += " (default)"
        rows.append((name, "(failed)" if told.get("error") else shown))
    lines = aligned(rows)
    if reply.explain is not None:
        lines += ["", *reply.explain.splitlines()]
    return [*lines, "", f"trace {reply.trace_id}"]


def entity_keys(grid: Grid, feature_set: str, given: Sequence[str]) -> list[dict[str, Any]]:
    """Entities by their keys' texts: each text one entity of a set with one key column, else ``column=value`` for each column.

    An entity of several columns ends where a column comes again. No text at all is a global set's one entity. Raises
    FeatureGridError INVALID_QUERY for what is neither.
    """
    columns = grid.types.key_of(feature_set)
    types = grid.types.of(f"{feature_set}.{column}" for column in columns)
    entities: list[dict[str, Any]] = []
    for text in given:
        column, equals, value = text.partition("=")
        column = column.removeprefix(f"{feature_set}.")
        if not (equals and column in columns):
            if len(columns) > 1:
                expected = " ".join(f"{name}=VALUE" for name in columns)
                raise FeatureGridError("INVALID_QUERY", f"the key of {feature_set!r} is {text!r} (expected {expected})")
            # A set that the catalog does not have is left for the node to refuse.
            column, value = (columns or ["id"])[0], text
        if not entities or column in entities[-1]:
            entities.append({})
        entities[-1][column] = text_value(types.get(f"{feature_set}.{column}"), value)
    return entities or [{}]


def _get(options: argparse.Namespace, connect: Connect) -> Any:
    with connect(options) as grid:
        keys = entity_keys(grid, options.feature_set, options.key)
        if len(keys) > 1:
            given = " ".join(options.key)
            raise FeatureGridError("INVALID_QUERY", f"the keys {given} are those of {len(keys)} entities (expected one)")
        view = grid.get(options.feature_set, keys[0], at=options.at)
    if not options.json:
        for line in entity_lines(view.raw):
            print(line)
    return view.raw


def _load(options: argparse.Namespace, connect: Connect) -> Any:
    def tell(done: dict[str, Any]) -> None:
        print(f"{done['rows']:,} rows, {done['buckets']} of {done['of']} buckets", file=sys.stderr, flush=True)

    with connect(options) as grid:
        # A terminal gets a bar, a log a line each time.
        loaded = grid.load(options.feature_set, as_of=options.as_of, progress=None if sys.stderr.isatty() else tell)
    if not options.json:
        print(f"{loaded['rows']:,} rows of {options.feature_set} loaded as of {loaded.get('as_of', options.as_of)}")
    return loaded


def _erase(options: argparse.Namespace, connect: Connect) -> Any:
    with connect(options) as grid:
        keys = entity_keys(grid, options.feature_set, options.key)
        erased = grid.erase([{f"{options.feature_set}.{column}": value for column, value in key.items()} for key in keys])
    if not options.json:
        print(f"{erased.get('erased', len(keys))} entities of {options.feature_set} erased")
        if erased.get("note"):
            print(erased["note"])
    return erased


def _upload(options: argparse.Namespace, connect: Connect) -> Any:
    with connect(options) as grid:
        written = grid.upload([_typed(grid, options.row)], observed_at=options.observed_at, ingest_id=options.ingest_id)
    if not options.json:
        print(f"{written['observations']} observation written at {written['inserted_at']}")
    return written
