"""Train a classifier: for the paper's task, contrast agent, or for lesions in phantoms.

try:
  ctviz train --out models/my-model
  ctviz train --real ../shared/data/tcga-luad-contrast --network resnet50 --out models/my-model
  ctviz train --set phantoms=50 --set phantom_steps=20 --out models/quick
  ctviz train lesion --out models/my-lesions

It learns on phantoms and, with --real, on the slices of a folder with a table labels.csv; then it
is measured by cross-validation over patients. A lesion may lie anywhere, so that no map that knows
only where organs are can be right; its classifier learns on phantoms alone. All figures are in the
card that is written.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctviz.cli.choosing import add_settings, parsed, split_assignment
from ctviz.cli.waiting import progress_bar
from ctviz.core import InvalidInput, Tunable

TASKS = ("contrast", "lesion")
NETWORKS = ("small", "resnet50", "shortcut")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument(
        "task", nargs="?", choices=TASKS, default=TASKS[0], help="what to tell (default: contrast)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder of the new model; its name becomes the model's id",
    )
    parser.add_argument(
        "--network", choices=NETWORKS, help="which network for contrast (default: small)"
    )
    parser.add_argument("--real", type=Path, help="folder of real slices with labels.csv")
    parser.add_argument("--name", help="what the card calls the real slices")
    parser.add_argument("--licence", help="licence of the real slices")
    parser.add_argument("--source", help="where the real slices come from")
    parser.add_argument("--title", help="what lists call the model")
    add_settings(parser, "phantoms=200")


def run(arguments: argparse.Namespace) -> None:
    """Train, measure and write a model."""
    {"contrast": _train_contrast, "lesion": _train_lesion}[arguments.task](arguments)


def _train_contrast(arguments: argparse.Namespace) -> None:
    from ctviz.training.contrast import (
        RESNET50,
        SHORTCUT,
        SMALL,
        RealSlices,
        TrainingPlan,
        train_contrast,
    )

    plans = {"small": SMALL, "resnet50": RESNET50, "shortcut": SHORTCUT}
    plan = plans[arguments.network or "small"]
    given = _said_of_real_slices(arguments)
    if given and arguments.real is None:
        raise InvalidInput("--name, --licence and --source describe a --real folder; name it too.")
    plan = replace(
        plan,
        real=None if arguments.real is None else RealSlices(arguments.real, **given),
        **_changes(TrainingPlan, plan.title, arguments),
    )
    with progress_bar("Training") as progress:
        train_contrast(plan, arguments.out, progress)


def _train_lesion(arguments: argparse.Namespace) -> None:
    from ctviz.training.lesion import LesionPlan, train_lesion

    if arguments.network or arguments.real or _said_of_real_slices(arguments):
        raise InvalidInput(
            "A classifier of lesions has one network and learns on phantoms alone; leave out "
            "--network, --real and what describes them."
        )
    plan = LesionPlan(**_changes(LesionPlan, LesionPlan.title, arguments))
    with progress_bar("Training") as progress:
        train_lesion(plan, arguments.out, progress)


def _said_of_real_slices(arguments: argparse.Namespace) -> dict[str, str]:
    said = {name: getattr(arguments, name) for name in ("name", "licence", "source")}
    return {name: text for name, text in said.items() if text is not None}


def _changes(plan: type[Tunable], title: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the command line says of a plan of either task."""
    settings = parsed(plan, "train", dict(map(split_assignment, arguments.set)))
    name = arguments.out.resolve().name
    return {"id": name, "title": arguments.title or title, **settings}
