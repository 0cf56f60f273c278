"""Compare maps of a slice with those that another implementation, Captum, computes.

try:
  ctviz second-opinion CASE
  ctviz second-opinion CASE --estimators gradient,integrated-gradients --target "with contrast"

Where both agree, the largest difference is below 0.0001 of the map's largest value. Both are
computed in double precision, so that only the algorithms can differ.
"""

import argparse

from ctviz.cli.asking import question_of
from ctviz.cli.choosing import (
    add_estimators,
    add_scan,
    built,
    chosen_case,
    chosen_model,
    chosen_names,
    chosen_slice,
    settings_by_owner,
)
from ctviz.cli.tables import add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_scan(parser)
    add_estimators(parser)
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write one row for each estimator."""
    from ctviz.estimators import ESTIMATORS
    from ctviz.estimators.second_opinion import CAPTUM

    names = chosen_names(ESTIMATORS, arguments.estimators, list(CAPTUM))
    estimators = built(ESTIMATORS, names, settings_by_owner(arguments.set, names))
    with opened_backend() as backend:
        card = chosen_model(backend, arguments.model)
        case = chosen_case(backend, arguments.scan)
        image = case.slice(chosen_slice(case, arguments.slice))
        question = question_of(backend, arguments, card, image)
        opinions = [
            wait(backend.second_opinion(question, estimator), f"Asking Captum for {estimator.name}")
            for estimator in estimators
        ]
    write_rows(
        [
            {
                "model": card.id,
                "estimator": each.estimator,
                "difference": None if each.difference is None else f"{each.difference:.1e}",
                "correlation": each.correlation,
                "why": each.why,
            }
            for each in opinions
        ],
        arguments.format,
    )
