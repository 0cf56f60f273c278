"""`python -m ctviz.cohort ORDER < PLAN` runs a study in the background; see `ctviz.cohort.runs`."""

import sys

from ctviz.cohort.runs import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.buffer.read().decode()))
