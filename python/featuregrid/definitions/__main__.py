"""``python -m featuregrid.definitions PATH`` prints the document that an apply of the path would send, as JSON."""

from __future__ import annotations

import contextlib
import json
import sys

from featuregrid.definitions import load


def main(arguments: list[str]) -> int:
    """Prints the document of the one path given; exit status 1 with mistakes, 2 for wrong usage."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m featuregrid.definitions PATH", file=sys.stderr)
        return 2
    # What the definitions print is not part of the answer.
    with contextlib.redirect_stdout(sys.stderr):
        loaded = load(arguments[0])
    print(json.dumps(loaded.document, indent=2))
    for error in loaded.mistakes:
        print(f"{error['code']}: {error['message']}", file=sys.stderr)
    return 1 if loaded.mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
