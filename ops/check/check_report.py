"""What every check has in common on the outside: its arguments, how it tells of differences, its last line and exit status."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Callable, Mapping

from node_process import orderly_end

DIFFERENCES_SHOWN = 8
DEFAULT_SEED = 20130101


class Report:
    """Counts differences and shows the first few on stderr; ``failures`` are reasons to fail that are no differences."""

    def __init__(self, check: str, seed: int, shown: int = DIFFERENCES_SHOWN):
        self.check = check
        self.seed = seed
        self.shown = shown
        self.differences = 0
        self.failures: list[str] = []
        self.counts: dict[str, object] = {}

    def difference(self, headline: str, details: Callable[[], str] | str = "", weight: int = 1) -> None:
        """Notes ``weight`` differences under one headline; ``details`` is only asked for when it will be shown."""
        self.differences += weight
        if self.shown > 0:
            self.shown -= 1
            text = details if isinstance(details, str) else details()
            print(f"\nDIFFERENCE {headline}", *(f"  {line}" for line in text.splitlines()), sep="\n", file=sys.stderr)
            if self.shown == 0:
                print("\n(further differences are counted, not shown; --show N shows more)", file=sys.stderr)

    def failure(self, reason: str) -> None:
        self.failures.append(reason)
        print(f"FAILED {reason}", file=sys.stderr)

    def progress(self, text: str) -> None:
        print(f"[{self.check}] {text}", file=sys.stderr, flush=True)

    def last_line(self) -> str:
        line = {"check": self.check, "seed": self.seed, **self.counts}
        if self.failures:
            line["failures"] = self.failures
        return json.dumps({**line, "differences": self.differences})


def argument_parser(check: str, description: str, rules: Mapping[str, str]) -> argparse.ArgumentParser:
    """The arguments that all checks take; ``rules`` says what ``--break RULE`` breaks in the oracle."""
    explained = "".join(f"\n  {rule:12} {meaning}" for rule, meaning in rules.items())
    parser = argparse.ArgumentParser(
        prog=f"bin/check {check}",
        description=description,
        epilog=f"--break RULE: the same run with one rule broken in the oracle, which must find differences.\nRULE:{explained}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of everything random (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="a small form of at most 60 s")
    parser.add_argument("--break", dest="broken", choices=list(rules), metavar="RULE", help="break this rule on purpose")
    parser.add_argument(
        "--show", type=int, default=DIFFERENCES_SHOWN, metavar="N", help="differences told in full (default %(default)s)"
    )
    parser.add_argument("--keep", action="store_true", help="keep the node's home folder")
    return parser


def run(check: str, arguments: argparse.Namespace, body: Callable[[argparse.Namespace, Report], None]) -> int:
    """Runs the check and prints its last line; 0 when there was no difference and no failure, else 1."""
    report = Report(check, arguments.seed, arguments.show)
    if arguments.broken:
        report.counts["broken"] = arguments.broken
    try:
        with orderly_end():
            body(arguments, report)
    except Exception as error:
        traceback.print_exc()
        report.failure(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}")
    print(report.last_line(), flush=True)
    return 1 if report.differences or report.failures else 0
