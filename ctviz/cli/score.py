"""Score importance maps: against a drawn region, against the model, and against themselves.

try:
  ctviz score C-0123abcd --reader phantom
  ctviz score scan.dcm --mask heart.png --metrics dice,auroc --format csv
  ctviz score C-0123abcd --metrics fidelity --set fidelity.step=0.05 --sign signed
  ctviz score C-0123abcd --metrics paper-2022,logit-ratio-2023,randomisation

Agreement needs a region: a mask file on the slice's grid (PNG, .npy, NIfTI), or what a reader
drew. Corrected agreement needs what that reader drew on six other patients or more. Metrics of
behaviour compute some maps more. A score that is undefined says why.
"""

import argparse
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ctviz.cli.asking import AskedSlice, answer
from ctviz.cli.choosing import (
    add_estimators,
    add_scan,
    built_metrics,
    chosen_names,
    settings_by_owner,
)
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait_all
from ctviz.core import SIGNS, InvalidInput, Mask, Prior, Score, Sign

if TYPE_CHECKING:
    from ctviz.backend import Backend
    from ctviz.metrics import Metric

DEFAULT_METRICS = ("dice", "auroc", "average-precision", "fidelity")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_scan(parser)
    add_estimators(parser)
    drawn = parser.add_mutually_exclusive_group()
    drawn.add_argument("--mask", type=Path, help="file with the region to agree with")
    drawn.add_argument("--reader", help="agree with what this reader drew on the case")
    parser.add_argument("--label", help="only this label of the reader's regions")
    parser.add_argument(
        "--metrics",
        metavar="A,B,…",
        help="names separated by commas (see `ctviz metrics`), or presets such as paper-2022, "
        f"or all (default: {','.join(DEFAULT_METRICS)})",
    )
    parser.add_argument(
        "--sign",
        choices=(*SIGNS, "both"),
        default="both",
        help="how maps are read before they are scored (default: both)",
    )
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write one row for each estimator, sign and metric."""
    from ctviz.metrics import METRICS

    names = chosen_names(METRICS, arguments.metrics, DEFAULT_METRICS)
    with opened_backend() as backend:
        answered = answer(backend, arguments, others=names)
        chosen = [a for a in arguments.set if a.partition(".")[0] in names]
        metrics = built_metrics(names, settings_by_owner(chosen, names))
        mask = _mask(backend, answered, arguments)
        prior = _prior(backend, answered, arguments)
        signs: Sequence[Sign] = SIGNS if arguments.sign == "both" else (arguments.sign,)
        rows = [
            _row(answered, estimator, sign, name, score)
            for sign in signs
            for name, metric in metrics.items()
            for estimator, score in _scores(backend, answered, metric, sign, (mask, prior))
        ]
        write_rows(rows, arguments.format)


def _mask(backend: "Backend", answered: AskedSlice, arguments: argparse.Namespace) -> Mask | None:
    if arguments.mask is not None:
        from ctviz.io import load_mask

        return load_mask(arguments.mask, answered.question.image)
    if arguments.reader is None:
        return None
    regions = backend.store.regions(
        answered.case.id, arguments.reader, slice_index=answered.slice_index
    )
    masks = [r.mask for r in regions if arguments.label in {None, r.label}]
    if not masks:
        raise InvalidInput(
            f"'{arguments.reader}' has drawn nothing of that kind on slice {answered.slice_index} "
            f"of the case '{answered.case.id}'."
        )
    return reduce(np.logical_or, masks)


def _prior(backend: "Backend", answered: AskedSlice, arguments: argparse.Namespace) -> Prior | None:
    """Return where other patients have the reader's region; None where it is from a file."""
    if arguments.reader is None:
        return None
    return backend.prior(answered.case.id, arguments.reader, arguments.label or "")


def _scores(
    backend: "Backend",
    answered: AskedSlice,
    metric: "Metric",
    sign: Sign,
    held: tuple[Mask | None, Prior | None],
) -> list[tuple[str, Score]]:
    """Return (estimator, score) for every map."""
    from ctviz.backend import Scoring

    maps = answered.maps
    mask, prior = held
    scoring = Scoring(
        answered.question, maps, sign, mask, prior=prior, estimators=answered.estimators
    )
    evaluations = wait_all(backend.score(scoring, metric), f"Scoring by {metric.title}")
    return [(m.estimator, e.score) for m, e in zip(maps, evaluations, strict=True)]


def _row(answered: AskedSlice, estimator: str, sign: Sign, metric: str, score: Score) -> Row:
    return {
        "patient": answered.case.patient,
        "case": answered.case.id,
        "slice_index": answered.slice_index,
        "model": answered.card.id,
        "estimator": estimator,
        "sign": sign,
        "metric": metric,
        "value": score.value,
        "why": score.why,
    }
