"""Train a classifier: for the paper's task, contrast agent, or for lesions in phantoms.

try:
  ctviz train --out models/my-model
  ctviz train --real ../shared/data/tcga-luad-contrast --network resnet50 --out models/my-model
  ctviz train --robust --out models/my-robust-model
  ctviz train --set phantoms=50 --set phantom_steps=20 --out models/quick
  ctviz train --list --real ../shared/data/tcga-luad-contrast --out models/contrast-small
  ctviz train lesion --out models/my-lesions

It learns on phantoms and, with --real, on the slices of a folder with a table labels.csv; then it
is measured by cross-validation over patients. All figures are in the card that is written, and
beside it the digests of the real slices, by which a study notices that the model has seen them. A
robust network learns also from scans that lost pixels as fidelity removes them, so that fidelity
measures what it saw and not its surprise. A lesion may lie anywhere, so that no map that knows only
where organs are can be right; its classifier learns on phantoms alone.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctviz.cli.choosing import add_settings, parsed, split_assignment
from ctviz.cli.waiting import progress_bar
from ctviz.core import InvalidInput, Settings, Tunable
from ctviz.core.text import count_of

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
    parser.add_argument(
        "--robust", action="store_true", help="train with scans that lost pixels as well"
    )
    parser.add_argument(
        "--twins",
        action="store_true",
        help="keep the networks of the cross-validation: how far maps depend on chance in training",
    )
    parser.add_argument("--real", type=Path, help="folder of real slices with labels.csv")
    parser.add_argument("--name", help="what the card calls the real slices")
    parser.add_argument("--licence", help="licence of the real slices")
    parser.add_argument("--source", help="where the real slices come from")
    parser.add_argument("--title", help="what lists call the model")
    parser.add_argument(
        "--list",
        action="store_true",
        help="train nothing: list the slices of --real in --out, a model that was trained on them",
    )
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

    if arguments.list:
        _list(arguments)
        return
    plans = {"small": SMALL, "resnet50": RESNET50, "shortcut": SHORTCUT}
    plan = plans[arguments.network or "small"]
    given = _said_of_real_slices(arguments)
    if given and arguments.real is None:
        raise InvalidInput("--name, --licence and --source describe a --real folder; name it too.")
    if arguments.twins and arguments.real is None:
        raise InvalidInput(
            "Twins come from the cross-validation on --real slices; name their folder."
        )
    plan = replace(
        plan,
        real=None
        if arguments.real is None
        else RealSlices(arguments.real, **given, secret=_secret()),
        **{
            "robust": arguments.robust,
            "twins": arguments.twins,
            **_changes(TrainingPlan, plan.title, arguments),
        },
    )
    with progress_bar("Training") as progress:
        train_contrast(plan, arguments.out, progress)


def _list(arguments: argparse.Namespace) -> None:
    from ctviz.training.contrast import RealSlices
    from ctviz.training.listing import list_training_slices

    if arguments.real is None:
        raise InvalidInput("Name the slices that the model was trained on with --real.")
    found = list_training_slices(RealSlices(arguments.real), arguments.out)
    sys.stderr.write(f"{count_of(len(found.slices), 'different slice')} listed.\n")


def _secret() -> bytes:
    """Return the secret behind the patients' pseudonyms in this data folder."""
    from ctviz.backend.cases.catalogue import pseudonym_key

    return pseudonym_key(Settings.from_environment().data)


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
