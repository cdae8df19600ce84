"""The commands that need Python: ``python -m featuregrid.command_line apply|ingest|query|training-set ...``.

``bin/featuregrid`` passes them on with the node's address. With ``--json`` the last line of stdout is one JSON object. Exit
status 0 done, 1 failed (``CODE: text`` on stderr, for an apply a line for each mistake), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from featuregrid.backups import add_backup
from featuregrid.client import ApplyResult, Grid, connect
from featuregrid.errors import FeatureGridError
from featuregrid.frames import open_parquet
from featuregrid.online_commands import add_erase, add_explain, add_get, add_load, add_query, add_upload, names, query_name
from featuregrid.training import keys_by_name, outputs_of

_COLOURS = {"+": "32", "~": "33", "-": "31"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[-1:] == ["--"]:
        # argparse refuses a "--" that nothing follows, which is how a launcher ends a command without operands.
        given.pop()
    options = _parser().parse_args(given)
    try:
        answer = options.run(options)
        if options.json:
            print(json.dumps(answer), flush=True)
        return 0
    except FeatureGridError as error:
        _tell_failure(options, error)
    except KeyboardInterrupt:
        _tell_failure(options, FeatureGridError("CANCELLED", "interrupted"))
    except BrokenPipeError:
        # Whoever read stdout has had enough; nothing is left to tell it, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _tell_failure(options: argparse.Namespace, error: FeatureGridError) -> None:
    if options.command != "apply":
        print(f"{error.code}: {_one_line(error.message)}", file=sys.stderr)
        return
    for found in error.errors:
        print(f"{found['code']}: {_one_line(str(found['message']))}", file=sys.stderr)
    if options.json:
        nothing: dict[str, Any] = {"version": None, "added": [], "changed": [], "removed": []}
        print(json.dumps({**nothing, "errors": error.errors}), flush=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="featuregrid", description="Commands of FeatureGrid that read or write with Python.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    node = argparse.ArgumentParser(add_help=False)
    node.add_argument("--url", help="the node's HTTP port (default: FEATUREGRID_URL, else the node of the home folder)")
    node.add_argument("--home", help="folder of the node's state (default: FEATUREGRID_HOME, else ~/.featuregrid)")
    node.add_argument("--token", help="a token that the node knows (default: FEATUREGRID_TOKEN)")
    node.add_argument("--tls-root-certs", metavar="FILE", help="certificates that vouch for the node's, in PEM")
    node.add_argument("--json", action="store_true", help="print one JSON object as the last line of stdout")
    _add_apply(commands.add_parser("apply", parents=[node], help="make the catalog what definitions say"))
    _add_ingest(commands.add_parser("ingest", parents=[node], help="store the rows of a Parquet file"))
    _add_training_set(
        commands.add_parser("training-set", parents=[node], help="join features to a spine, each as of its row's time")
    )
    online = {
        "query": (add_query, "ask for features as they are now"),
        "explain": (add_explain, "the plan of a query, and with --analyze how it went"),
        "get": (add_get, "every feature of one entity, or why it is missing"),
        "upload": (add_upload, "write one observation"),
        "load": (add_load, "bring history into the grid"),
        "erase": (add_erase, "erase entities from online store and history"),
        "backup": (add_backup, "copy what the node holds at one moment into a folder"),
    }
    for name, (add, explained) in online.items():
        add(commands.add_parser(name, parents=[node], help=explained), _connect)
    return parser


def _add_apply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a .py file, a package folder, or a dotted module name")
    parser.add_argument("--dry-run", action="store_true", help="tell the difference and change nothing")
    parser.add_argument("--replace", action="store_true", help="let types and keys change, at the loss of the values")
    parser.set_defaults(run=_apply)


def _add_ingest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("feature_set", metavar="SET", help="the feature set")
    parser.add_argument("file", metavar="FILE", help="a Parquet file: key columns, features, and the columns that options name")
    parser.add_argument("--observed-at", metavar="COLUMN", help="column of times at which the rows were true, or one time for all")
    parser.add_argument("--nulls", choices=["keep", "skip"], default="keep", help="whether a null is a value (default %(default)s)")
    parser.add_argument("--ingest-id", metavar="ID", help="a name for this ingest, which makes a retry harmless")
    parser.add_argument("--preserve-inserted-at", metavar="COLUMN", help="column of another store's insertion times")
    parser.add_argument("--round", choices=["floor"], help="accept times finer than a microsecond")
    parser.add_argument("--allow-future", action="store_true", help="accept times to come")
    parser.add_argument("--tombstone", metavar="COLUMN", help="bool column, true where the row ends its entity")
    parser.set_defaults(run=_ingest)


def _add_training_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--spine", required=True, metavar="FILE", help="a Parquet file with key columns and a column of times")
    parser.add_argument("--time", required=True, metavar="COLUMN", help="the spine's column of times")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--features", action="append", type=names, metavar="NAME,...", help="the features to join")
    asked.add_argument(
        "--query", type=query_name, metavar="NAME@VERSION", help="a named query of the definitions, in place of --features"
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="the Parquet file to write")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        type=_pair,
        metavar="KEY=COLUMN",
        help="the spine column of a key; default for flight.id: a column flight.id, flight_id or id, the first that is there",
    )
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        type=_role,
        metavar="ROLE=SET:KEY=COLUMN[,...]",
        help="a set under another name, as origin=airport:faa=origin",
    )
    parser.add_argument(
        "--input", action="append", default=[], type=_pair, metavar="NAME=COLUMN", help="a column as a feature's value"
    )
    parser.add_argument("--end", choices=["inclusive", "exclusive"], default="inclusive", help="whether the time itself counts")
    parser.add_argument("--delay", metavar="DURATION", help="look so much earlier, as 1h30m")
    parser.add_argument("--cutoff", metavar="TIME", help="leave out what was inserted later; 'spine': than each row's own time")
    parser.add_argument("--required", action="append", default=[], type=names, metavar="NAME,...", help="drop rows that miss one")
    parser.add_argument("--recompute", action="append", default=[], type=names, metavar="NAME,...", help="must be computed")
    parser.add_argument(
        "--sample", action="append", default=[], type=names, metavar="NAME,...", help="taken from observations, not computed"
    )
    parser.add_argument("--explain", action="store_true", help="print the plan and stop; --out is not written")
    parser.add_argument("--no-defaults", action="store_true", help="show missing values as null")
    parser.add_argument("--errors", choices=["null", "raise"], default="null", help="what a cell that fails does")
    parser.set_defaults(run=_training_set)


def _pair(text: str) -> tuple[str, str]:
    name, equals, column = text.partition("=")
    if not (name and equals and column):
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=COLUMN")
    return name, column


def _role(text: str) -> tuple[str, dict[str, Any]]:
    role, equals, rest = text.partition("=")
    feature_set, colon, keys = rest.partition(":")
    if not (role and equals and feature_set and colon and keys):
        raise argparse.ArgumentTypeError(f"{text!r} is no ROLE=SET:KEY=COLUMN[,KEY=COLUMN...]")
    return role, {"set": feature_set, "keys": dict(_pair(pair) for pair in keys.split(","))}


def _connect(options: argparse.Namespace) -> Grid:
    return connect(options.url, options.home, token=options.token, tls_root_certs=options.tls_root_certs)


def _apply(options: argparse.Namespace) -> dict[str, Any]:
    # What the definitions print while they are imported is no part of the answer.
    with _connect(options) as grid, contextlib.redirect_stdout(sys.stderr):
        result = grid.apply(options.path, replace=options.replace, dry_run=options.dry_run)
    if not options.json:
        _print_difference(result, options.dry_run)
    return {
        "version": result.version,
        "added": result.added,
        "changed": result.changed,
        "removed": result.removed,
        "breaks": result.breaks,
        "costs": result.costs,
        "errors": [],
    }


def _print_difference(result: ApplyResult, dry_run: bool) -> None:
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    lines = [("+", name) for name in result.added]
    lines += [("~", name) for name in result.changed]
    lines += [("-", name) for name in result.removed]
    for sign, name in lines:
        detail = result.details.get(name)
        line = f"{sign} {name}: {detail}" if detail else f"{sign} {name}"
        print(f"\033[{_COLOURS[sign]}m{line}\033[0m" if coloured else line)
    for broken in result.breaks:
        through = "" if broken["through"] == broken["because"] else f" through {broken['through']}"
        fate = "stays, and finds nothing until that is written again" if broken["stays"] else "goes with it"
        print(f"! {broken['object']} depends on {broken['because']}{through}: {fate}")
    for name, cost in result.costs.items():
        print(f"$ {name}: {cost}")
    if not lines:
        print(f"no difference; the catalog is at version {result.version}")
    elif dry_run:
        print(f"nothing is changed yet; an apply would make this version {result.version}")
    else:
        print(f"the catalog is at version {result.version}")


def _ingest(options: argparse.Namespace) -> dict[str, Any]:
    with _connect(options) as grid:
        counts = grid.ingest(
            options.feature_set,
            options.file,
            observed_at=options.observed_at,
            nulls=options.nulls,
            ingest_id=options.ingest_id,
            round=options.round,
            preserve_inserted_at=options.preserve_inserted_at,
            allow_future=options.allow_future,
            tombstone=options.tombstone,
        )
    if not options.json:
        print(f"{counts['rows']} rows read, {counts['history']} observations stored (ingest {counts.get('ingest_id')})")
    return counts


def _training_set(options: argparse.Namespace) -> dict[str, Any]:
    started = time.perf_counter()
    features = [name for listed in options.features or () for name in listed]
    required = [name for listed in options.required for name in listed]
    keys, roles = dict(options.key), dict(options.role)
    with open_parquet(options.spine) as file:
        columns = file.schema_arrow.names
    with _connect(options) as grid:
        catalog = grid.catalog()
        asked = outputs_of(options.query, catalog) if options.query else features
        found = keys_by_name([*asked, *required], keys, roles, columns, catalog)
        for key in found.keys() - keys.keys():
            print(f"key {key}: spine column {found[key]!r}", file=sys.stderr)
        how: dict[str, Any] = {
            "time": options.time,
            "keys": found,
            "sets": roles,
            "inputs": dict(options.input),
            "end": options.end,
            "delay": options.delay,
            "cutoff": options.cutoff,
            "required": required,
            "defaults": not options.no_defaults,
            "recompute": [name for listed in options.recompute for name in listed],
            "sample": [name for listed in options.sample for name in listed],
            "errors": options.errors,
        }
        if options.explain:
            text = grid.explain_training_set(columns, options.query or features, **how)
            if not options.json:
                print(text.rstrip())
            return {"text": text}
        report = grid.training_set_file(options.spine, options.out, options.query or features, **how)
    seconds = round(time.perf_counter() - started, 3)
    if not options.json:
        print(f"{report['rows']} rows written to {options.out}, {report['dropped']} dropped, in {seconds} s")
        for name, count in report.get("missing", {}).items():
            print(f"  {name}: {count} missing")
    return {"rows": report["rows"], "dropped": report["dropped"], "seconds": seconds}


if __name__ == "__main__":
    sys.exit(main())
