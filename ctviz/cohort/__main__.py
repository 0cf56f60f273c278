"""`python -m ctviz.cohort ORDER < PLAN` runs a study; see `ctviz.cohort.run.background`."""

import sys

from ctviz.cohort.run.background import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.buffer.read().decode()))
