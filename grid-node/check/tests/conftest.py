"""Puts the checks and what they share on the path, as bin/check does."""

import sys
from pathlib import Path

CHECKS = Path(__file__).resolve().parents[1]
PROJECT = CHECKS.parents[1]
# The stand-in for a node's offline half lies with the tests of the offline checks.
OFFLINE = PROJECT / "offline" / "check"
for folder in (OFFLINE / "tests", PROJECT / "python", OFFLINE, PROJECT / "ops" / "check", CHECKS):
    sys.path.insert(0, str(folder))
