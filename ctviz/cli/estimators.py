"""List the importance estimators with their parameters.

A parameter is changed with --set.

try:
  ctviz estimators
  ctviz explain C-0123abcd --estimators smoothgrad --set smoothgrad.samples=30
"""

import argparse

from ctviz.cli.registered import write_registry
from ctviz.cli.tables import add_format


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """List every registered estimator."""
    from ctviz.estimators import ESTIMATORS

    write_registry(ESTIMATORS, arguments.format)
