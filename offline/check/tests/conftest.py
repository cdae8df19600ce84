"""Puts the checks and what they share on the path, as bin/check does."""

import sys
from pathlib import Path

CHECKS = Path(__file__).resolve().parents[1]
for folder in (CHECKS, CHECKS.parents[1] / "ops" / "check", CHECKS.parents[1] / "python"):
    sys.path.insert(0, str(folder))
