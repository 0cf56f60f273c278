"""Ask a model what it sees on a slice.

try:
  ctviz predict C-0123abcd
  ctviz predict scan.dcm --model contrast-small --format json
  ctviz predict C-0123abcd --all
"""

import argparse
import sys

from ctviz.cli.choosing import add_scan, chosen_case, chosen_model, chosen_slice
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait_all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_scan(parser)
    parser.add_argument("--all", action="store_true", help="every slice of the case")
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write the probability of every class."""
    with opened_backend() as backend:
        case = chosen_case(backend, arguments.scan)
        card = chosen_model(backend, arguments.model)
        one = chosen_slice(case, arguments.slice)
        indices = range(len(case.slices)) if arguments.all else [one]
        images = [case.slice(index) for index in indices]
        jobs = [backend.predict(image, card.id) for image in images]
        likeness = [backend.strangeness(image, card.id) for image in images]
        rows: list[Row] = [
            {
                "case": case.id,
                "slice_index": index,
                "model": card.id,
                "prediction": answer.label,
                **dict(zip(answer.classes, map(float, answer.probabilities), strict=True)),
                "strangeness": strange,
                "truth": case.truth,
            }
            for index, answer, strange in zip(
                indices,
                wait_all(jobs, "Classifying"),
                wait_all(likeness, "Comparing with the training"),
                strict=True,
            )
        ]
        write_rows(rows, arguments.format)
        known = card.familiarity
        warning = "" if known is None else known.warning(likeness[0].result(0))
        for caveat in filter(None, (*backend.classifier(card.id).caveats(images[0]), warning)):
            sys.stderr.write(f"{caveat}\n")
