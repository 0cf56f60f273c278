"""Does a new network look where the old one looked? For a test that runs by itself.

try:
  ctviz diff contrast-small contrast-shortcut --cohort marked
  ctviz diff contrast-small models/contrast-small/twins/1 --cohort demo
  ctviz diff ours ours-retrained --cohort ../scans --estimators smoothgrad,grad-cam --slices 3
  ctviz diff chest chest-retrained --cohort ../scans --finding effusion

Both networks are shown the same slices: are the answers as often right, is as much of the
importance in the drawn region, are the maps alike, do the estimators rank alike? What may change is
what the first model's twins do, networks trained alike on other patients; without them, a stated
tolerance. Ends with 1 if something left its interval over patients, so that a pipeline stops.
"""

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from ctviz.cli.choosing import add_settings, chosen_names, parsed, settings_by_owner
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import progress_bar
from ctviz.core import Settings

if TYPE_CHECKING:
    from ctviz.cohort.diff import ComparedFigure

USUAL = ("smoothgrad-squared", "integrated-gradients", "guided-backprop", "grad-cam", "deeplift")
"""Estimators of five kinds that are quick."""
MOVED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("old", metavar="MODEL", help="id of the model that is trusted")
    parser.add_argument("new", metavar="OTHER", help="id of the new one, or its folder")
    parser.add_argument(
        "--cohort",
        default="demo",
        help="demo, marked, annotated, all, or a folder of scans with or without labels.csv",
    )
    parser.add_argument("--reader", default="", help="whose drawings say where one would look")
    parser.add_argument("--label", default="", help="only this label of the reader's regions")
    parser.add_argument(
        "--finding", default="", help="of models that judge several findings, which is compared"
    )
    parser.add_argument("--slices", type=int, default=1, help="slices of each case; 0 for all")
    parser.add_argument(
        "--estimators",
        metavar="A,B,…",
        help=f"names separated by commas (default: {', '.join(USUAL)})",
    )
    add_settings(parser, "smoothgrad.samples=30")
    add_format(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare two networks, say what moved, and end with 1 if something did."""
    from ctviz.backend import Backend
    from ctviz.cohort import CohortStudy
    from ctviz.cohort.diff import compare_models
    from ctviz.estimators import ESTIMATORS

    names = chosen_names(ESTIMATORS, arguments.estimators, USUAL)
    settings = settings_by_owner(arguments.set, names)
    estimators = {
        name: ESTIMATORS[name].from_settings(parsed(ESTIMATORS[name], name, settings.get(name, {})))
        for name in names
    }
    study = CohortStudy(
        name="diff",
        cohort=arguments.cohort,
        model=arguments.old,
        reader=arguments.reader,
        label=arguments.label,
        finding=arguments.finding,
        slices_per_case=arguments.slices,
    )
    with (
        closing(Backend(Settings.from_environment(), steady=True)) as backend,
        progress_bar("Comparing the networks") as progress,
    ):
        found = compare_models(backend, study, arguments.new, estimators, progress)
    write_rows([_row(each) for each in (found.accuracy, *found.attention)], arguments.format)
    sys.stderr.write(f"{found.patients} patients. {found.sentence}\n")
    return 0 if found.holds else MOVED


def _row(figure: "ComparedFigure") -> Row:
    interval = figure.interval
    verdict = {None: "not known", True: "holds", False: "moved"}[figure.holds]
    return {
        "figure": figure.what,
        "old": figure.old,
        "new": figure.new,
        "change": figure.change,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "allowed from": figure.allowed.low,
        "allowed to": figure.allowed.high,
        "verdict": verdict,
    }
