"""bin/check openapi: whatever is asked of the HTTP port, no answer is a 5xx, and none is outside of what /openapi.json says.

A real node serves the example's definitions; schemathesis reads its document and asks, with what fits the schemas and what
does not.
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import featuregrid
import schemathesis
from check_report import Report, argument_parser, run
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from node_process import NodeFailed, NodeProcess
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

RULES = {"schema": "the document says that a query's data is a number"}
FULL_SECONDS, QUICK_SECONDS = 60, 20
LEAST_CALLS, QUICK_LEAST_CALLS = 300, 100
# The document's own examples are of these, so that some questions have answers.
DEFINITIONS = Path(__file__).resolve().parents[2] / "examples/flights/definitions.py"
EXAMPLES_A_ROUND = 25
# It writes where it is told to on this machine.
LEFT_OUT = {("post", "/v1/backup")}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def broken(document: dict[str, Any]) -> dict[str, Any]:
    """The document with one thing in it that is not so."""
    changed = json.loads(json.dumps(document))
    for name in ("OnlineReply", "BulkReply"):
        changed["components"]["schemas"][name]["properties"]["data"] = {"type": "number"}
    return changed


def ask(operation: Any, report: Report, counts: collections.Counter, number: int) -> None:
    """A round of calls of one operation."""
    failures: list[str] = []

    @seed(number)
    @settings(
        max_examples=EXAMPLES_A_ROUND,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=operation.as_strategy())
    def once(case: Any) -> None:
        counts["calls"] += 1
        response = case.call()
        counts[f"status {response.status_code}"] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            failures.append(f"{failure}\n{case.as_curl_command()[:1500]}")

    once()
    for text in failures:
        report.difference(f"{operation.method.upper()} {operation.path}", text)


def check(arguments: argparse.Namespace, report: Report) -> None:
    seconds = arguments.seconds or (QUICK_SECONDS if arguments.quick else FULL_SECONDS)
    counts: collections.Counter = collections.Counter()
    with NodeProcess(keep_home=arguments.keep) as node:
        with featuregrid.connect(node.http_url) as grid:
            grid.apply(DEFINITIONS)
        with urllib.request.urlopen(f"{node.http_url}/openapi.json", timeout=60) as answer:
            document = json.load(answer)
        if arguments.broken == "schema":
            document = broken(document)
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=node.http_url)
        found = [result.ok() for result in schema.get_all_operations()]
        operations = [one for one in found if (one.method, one.path) not in LEFT_OUT]
        deadline = time.monotonic() + seconds
        number = arguments.seed
        while time.monotonic() < deadline:
            for operation in operations:
                ask(operation, report, counts, number)
                number += 1
            report.progress(f"{counts['calls']} calls, {report.differences} differences")
        if not node.alive():
            raise NodeFailed(f"the node ended by itself{node.log_end()}")
    report.counts |= {"operations": len(operations), **counts}
    least = QUICK_LEAST_CALLS if arguments.quick else LEAST_CALLS
    if counts["calls"] < least or counts["status 200"] == 0:
        report.failure(f"{counts['calls']} calls, {counts['status 200']} of them with a result (expected {least}, and some)")


def main() -> int:
    parser = argument_parser("openapi", __doc__.split(": ", 1)[1], RULES)
    parser.add_argument("--seconds", type=float, help=f"of questions (default {FULL_SECONDS}, with --quick {QUICK_SECONDS})")
    return run("openapi", parser.parse_args(), check)


if __name__ == "__main__":
    sys.exit(main())
