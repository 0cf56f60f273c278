"""Change what is drawn on a slice and ask a model again.

try:
  ctviz whatif C-0123abcd --region heart --do cap=45
  ctviz whatif C-0123abcd --region heart --do remove --estimators smoothgrad --places 10
  ctviz whatif scan.dcm --mask aorta.nii.gz --do set-mean=45 --edge-mm 3 --out experiment
  ctviz whatif C-0123abcd --region heart --reader AB --do blur=8 --keep "Blurred" --as AB

Operations: blur (SD in mm), cap (nothing above so many HU), remove (continued from around), set-hu,
set-mean (HU; the texture stays), shift (by so many HU). With --places the same change is made at so
many other places of the body: how much would any such change do? With --out everything is written:
the slices in HU, what is drawn, the maps before and after, a picture and the numbers as JSON.
"""

import argparse
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ctviz.cli.asking import AskedSlice, answer
from ctviz.cli.choosing import add_estimators, add_scan, parsed, settings_by_owner
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait, wait_all
from ctviz.core import SIGNS, InvalidInput, Mask, UnknownName, Value, parameters
from ctviz.core.experiment import DEFAULT_EDGE_MM, Edit, Experiment

if TYPE_CHECKING:
    from ctviz.backend import Backend
    from ctviz.whatif import Outcome

MOST_PLACES = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_scan(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--region", metavar="LABEL", help="the label of what somebody drew")
    where.add_argument("--mask", type=Path, help="a file with what is to be changed")
    parser.add_argument("--reader", help="who drew the region (default: whoever did)")
    parser.add_argument(
        "--do", required=True, metavar="OPERATION[=VALUE]", help="what is done to it, e.g. cap=45"
    )
    parser.add_argument(
        "--edge-mm",
        type=float,
        default=DEFAULT_EDGE_MM,
        help=f"width of the soft edge around it (default: {DEFAULT_EDGE_MM:g})",
    )
    parser.add_argument(
        "--places", type=int, default=0, help="at how many other places to try it (default: none)"
    )
    parser.add_argument("--seed", type=int, default=0, help="what the places are drawn from")
    parser.add_argument("--sign", choices=SIGNS, default="absolute", help="how maps are read")
    add_estimators(parser)
    parser.add_argument("--out", type=Path, help="folder to write everything to")
    parser.add_argument("--keep", metavar="NAME", help="keep it with the case under this name")
    parser.add_argument("--as", dest="who", default="", metavar="READER", help="who keeps it")
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Change, ask again, and write what came of it."""
    if not 0 <= arguments.places <= MOST_PLACES or arguments.seed < 0:
        raise InvalidInput(f"'--places' is 0 to {MOST_PLACES} and '--seed' is not below 0.")
    name, _, value = arguments.do.partition("=")
    with opened_backend() as backend:
        operation = _operation(name, value, arguments)
        answered = answer(backend, arguments, others=[name])
        edit = Edit(name, _mask(backend, answered, arguments), operation, arguments.edge_mm)
        outcome = _outcome(backend, answered, edit, arguments)
        experiment = Experiment(
            id=secrets.token_hex(8),
            case_id=answered.case.id,
            slice_index=answered.slice_index,
            reader=arguments.who,
            model_id=answered.card.id,
            edit=edit,
            title=arguments.keep or arguments.do,
        )
        if arguments.keep is not None:
            backend.store.keep_experiment(experiment)
        if arguments.out is not None:
            _write(experiment, outcome, arguments.out)
        _say(outcome, answered, arguments)


def _operation(name: str, value: str, arguments: argparse.Namespace) -> dict[str, Value]:
    """Return the settings of an operation, of which the first may stand beside its name."""
    from ctviz.edits import OPERATIONS

    known = parameters(OPERATIONS[name])
    owners = {each.partition(".")[0] for each in arguments.set}
    texts = dict(settings_by_owner(arguments.set, sorted({name, *owners})).get(name, {}))
    if value:
        if not known:
            raise InvalidInput(f"'{name}' has no value; write --do {name}.")
        texts[known[0].name] = value
    return parsed(OPERATIONS[name], name, texts)


def _mask(backend: "Backend", answered: AskedSlice, arguments: argparse.Namespace) -> Mask:
    """Return what is to be changed, (H, W)."""
    if arguments.mask is not None:
        from ctviz.io import load_mask

        return load_mask(arguments.mask, answered.question.image)
    case_id = answered.case.id
    if case_id not in {entry.id for entry in backend.cases()}:
        raise InvalidInput("Nothing is drawn on a file that is not among the cases; use --mask.")
    drawn = [
        region
        for region in backend.store.regions(case_id, slice_index=answered.slice_index)
        if arguments.reader in (None, region.reader)
    ]
    found: list[Mask] = [region.mask for region in drawn if region.label == arguments.region]
    if not found:
        raise UnknownName(
            f"region on slice {answered.slice_index}",
            arguments.region,
            {region.label for region in drawn},
        )
    whole: Mask = np.logical_or.reduce(found)
    return whole


def _outcome(
    backend: "Backend", answered: AskedSlice, edit: Edit, arguments: argparse.Namespace
) -> "Outcome":
    from ctviz.whatif import AnsweredSlice, Outcome

    question, model_id = answered.question, answered.card.id
    edited = wait(backend.edited(question.image, edit), "Editing").in_place_of(question.image)
    moments = []
    for image in (question.image, edited):
        jobs = backend.explain(replace(question, image=image), answered.estimators)
        maps = wait_all(jobs, "Explaining")
        moments.append(
            AnsweredSlice(
                image,
                wait(backend.predict(image, model_id), "Classifying"),
                wait(backend.strangeness(image, model_id), "Comparing with the training"),
                {one.estimator: one for one in maps},
            )
        )
    places: tuple[float, ...] = ()
    if arguments.places:
        job = backend.elsewhere(question, edited, places=arguments.places, seed=arguments.seed)
        places = tuple(map(float, wait(job, "Trying elsewhere")[:, question.target]))
    return Outcome(edit, question.target, moments[0], moments[1], places)


def _write(experiment: Experiment, outcome: "Outcome", folder: Path) -> None:
    from ctviz.whatif import files_of

    name = f"{experiment.case_id}-{experiment.slice_index:03d}-{experiment.model_id}-what-if"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files_of(experiment, outcome, name).items():
            (folder / file).write_bytes(content)
    except OSError as error:
        raise InvalidInput(
            f"The experiment cannot be written ({error.strerror}); choose another folder with "
            "--out."
        ) from None


def _say(outcome: "Outcome", answered: AskedSlice, arguments: argparse.Namespace) -> None:
    """Write a row for each map, and what came of it in sentences beside."""
    before, after = outcome.probabilities
    common: Row = {
        "case": answered.case.id,
        "slice_index": answered.slice_index,
        "model": answered.card.id,
        "class": outcome.name,
        "before": before,
        "after": after,
        "score_before": outcome.log_odds[0],
        "score_after": outcome.log_odds[1],
        "strangeness_after": outcome.after.strangeness,
        "least_elsewhere": min(outcome.elsewhere, default=None),
        "most_elsewhere": max(outcome.elsewhere, default=None),
    }
    rows: list[Row] = [
        {
            **common,
            "estimator": name,
            "importance_in_what_is_drawn": outcome.importance(name, arguments.sign).value,
            "share_of_the_picture": outcome.drawn_share,
        }
        for name in outcome.before.maps
    ]
    write_rows(rows or [common], arguments.format)
    known = answered.card.familiarity
    warning = "" if known is None else known.warning(outcome.after.strangeness)
    for sentence in filter(None, (outcome.sentence, outcome.control, warning)):
        sys.stderr.write(f"{sentence}\n")
