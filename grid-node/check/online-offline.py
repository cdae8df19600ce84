"""bin/check online-offline; what it does stands in online_offline.py, a name that can be imported."""

import sys

from online_offline import main

if __name__ == "__main__":
    sys.exit(main())
