"""List the metrics with their parameters.

A parameter is changed with --set.

try:
  ctviz metrics
  ctviz score C-0123abcd --metrics fidelity --set fidelity.step=0.05
"""

import argparse

from ctviz.cli.registered import write_registry
from ctviz.cli.tables import add_format


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """List every registered metric."""
    from ctviz.metrics import METRICS

    write_registry(METRICS, arguments.format)
