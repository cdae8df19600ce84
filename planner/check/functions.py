"""bin/check functions; what it does stands in functions_check.py, a name that can be imported."""

import sys

from functions_check import main

if __name__ == "__main__":
    sys.exit(main())
