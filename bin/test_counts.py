"""Sums up the JUnit reports below the folders given: one closing line, and one line for each test that did not pass.

Exit status 1 when a test failed or was skipped, or when there is no test at all.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def read_reports(folders: list[Path]) -> dict[str, list[str]]:
    """Names of the tests in all reports (TEST-*.xml of Surefire, *.xml of pytest), by outcome."""
    outcomes: dict[str, list[str]] = {"passed": [], "failed": [], "skipped": []}
    for report in sorted(path for folder in folders for path in folder.glob("*.xml")):
        for case in ElementTree.parse(report).iter("testcase"):
            name = f"{case.get('classname', '')}.{case.get('name', '')}"
            if case.find("failure") is not None or case.find("error") is not None:
                outcomes["failed"].append(name)
            elif case.find("skipped") is not None:
                outcomes["skipped"].append(name)
            else:
                outcomes["passed"].append(name)
    return outcomes


def main(arguments: list[str]) -> int:
    outcomes = read_reports([Path(argument) for argument in arguments])
    for outcome in ("failed", "skipped"):
        for name in outcomes[outcome]:
            print(f"{outcome}: {name}")
    print(", ".join(f"{len(names)} {outcome}" for outcome, names in outcomes.items()))
    clean = not outcomes["failed"] and not outcomes["skipped"]
    return 0 if clean and outcomes["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
