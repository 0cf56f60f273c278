"""List the models, and why folders beside them are refused.

try:
  ctviz models
  ctviz models --format json
"""

import argparse
import sys

from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """List the model cards in short."""
    with opened_backend() as backend:
        shelf = backend.models()
        rows: list[Row] = [
            {
                "model": card.id,
                "title": card.title,
                "classes": ", ".join(card.classes),
                "network": card.architecture,
                "input": " × ".join(map(str, card.size)),
                "measured": "; ".join(f"{m.quantity} {m.value:.3f}" for m in card.measured) or None,
                "licence": card.licence,
            }
            for card in shelf.values()
        ]
        write_rows(rows, arguments.format)
        if not rows:
            sys.stderr.write("There is no model yet; make one with `ctviz train`.\n")
        for folder, why in shelf.refused.items():
            sys.stderr.write(f"{folder}: {why}\n")
