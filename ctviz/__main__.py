"""`python -m ctviz` is the command line."""

import sys

from ctviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
