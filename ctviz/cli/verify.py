"""Compute again what an object of ctviz claims, and say whether it still holds.

try:
  ctviz verify results/sr-contrast-r18.dcm
  ctviz verify results/pm-1-smoothgrad.dcm
  ctviz verify results/seg-1-AB.dcm

Every probability and score of a report, and a map pixel by pixel, is computed from the case in the
data folder with the settings that the object names; masks are held against what their reader has
drawn. The exit code is 1 if something does not hold.
"""

import argparse
import sys
from pathlib import Path

from ctviz.cli.tables import add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("report", metavar="OBJECT", type=Path, help="a report, map or segmentation")
    add_format(parser)


def run(arguments: argparse.Namespace) -> int:
    """List every number with what it is now."""
    from ctviz.export import verify

    with opened_backend() as backend:
        verdicts = verify(backend, arguments.report, lambda job: wait(job, "Computing"))
        write_rows(
            [
                {
                    "what": verdict.what,
                    "claimed": verdict.claimed,
                    "found": verdict.found,
                    "holds": "yes" if verdict.holds else "no",
                    "why": verdict.why,
                }
                for verdict in verdicts
            ],
            arguments.format,
        )
    wrong = sum(not verdict.holds for verdict in verdicts)
    sys.stderr.write(
        f"{wrong} of {len(verdicts)} numbers do not hold any more.\n"
        if wrong
        else f"All {len(verdicts)} numbers hold.\n"
    )
    return 1 if wrong else 0
