"""Check whether estimators notice that a model has forgotten what it learnt.

try:
  ctviz sanity contrast-small --estimators gradient,guided-backprop
  ctviz sanity contrast-small --estimators all --format csv

The layers of a copy of the model are randomised from the output towards the input, and each map is
compared with the one on the model itself. Passing is necessary, but proves no map right.
"""

import argparse
from typing import TYPE_CHECKING

from ctviz.cli.choosing import (
    add_settings,
    built,
    chosen_model,
    chosen_names,
    settings_by_owner,
)
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait

if TYPE_CHECKING:
    from ctviz.backend import Sanity

VERDICTS = {True: "passed", False: "failed", None: None}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("model", nargs="?", help="model id (see `ctviz models`)")
    parser.add_argument(
        "--estimators",
        metavar="A,B,…",
        help="names separated by commas, or all (see `ctviz estimators`)",
    )
    add_settings(parser, "smoothgrad.samples=30")
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write one row for each estimator."""
    from ctviz.backend import DEFAULT_ESTIMATORS
    from ctviz.estimators import ESTIMATORS

    names = chosen_names(ESTIMATORS, arguments.estimators, DEFAULT_ESTIMATORS)
    estimators = built(ESTIMATORS, names, settings_by_owner(arguments.set, names))
    with opened_backend() as backend:
        card = chosen_model(backend, arguments.model)
        jobs = [backend.sanity(card.id, estimator) for estimator in estimators]
        rows = [
            _row(card.id, estimator.name, wait(job, f"Checking {estimator.title}"))
            for estimator, job in zip(estimators, jobs, strict=True)
        ]
    write_rows(rows, arguments.format)


def _row(model: str, estimator: str, sanity: "Sanity") -> Row:
    return {
        "model": model,
        "estimator": estimator,
        "verdict": VERDICTS[sanity.passed],
        "correlation": sanity.correlation,
        "similarity": sanity.similarity,
        "why": sanity.why,
    }
