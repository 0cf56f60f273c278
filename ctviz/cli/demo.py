"""Make the demo cohort: eight phantom patients as DICOM, with their known anatomy.

The files are in the folder `demo` of CTVIZ_DATA. Nothing is made twice.

try:
  ctviz demo && ctviz app
"""

import argparse

from ctviz.cli.cases import list_cases
from ctviz.cli.tables import add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Make what is missing and list the cohort."""
    with opened_backend() as backend:
        imported = wait(backend.import_demo(), "Making phantoms")
        write_rows(list_cases(backend, imported.cases), arguments.format)
