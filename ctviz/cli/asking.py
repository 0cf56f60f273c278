"""What `explain` and `score` have in common: a question, and the maps that answer it."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctviz.cli.choosing import (
    built,
    chosen_case,
    chosen_model,
    chosen_names,
    chosen_slice,
    chosen_target,
    settings_by_owner,
)
from ctviz.cli.waiting import wait
from ctviz.core import Cancelled, Case, CtvizError, ImportanceMap, Slice

if TYPE_CHECKING:
    from ctviz.backend import Backend, Question
    from ctviz.estimators import Estimator
    from ctviz.models import ModelCard


@dataclass(frozen=True, eq=False)
class AskedSlice:
    """The maps of one slice, what they explain, and which estimator made each of them."""

    case: Case
    slice_index: int
    card: "ModelCard"
    question: "Question"
    maps: Sequence[ImportanceMap]
    estimators: Sequence["Estimator"]


def answer(
    backend: "Backend", arguments: argparse.Namespace, others: Sequence[str] = ()
) -> AskedSlice:
    """Return the maps that the arguments ask for; a refused estimator is said and left out.

    Parameters
    ----------
    others
        Whose parameters ``--set`` may change beside the estimators'.
    """
    from ctviz.backend import DEFAULT_ESTIMATORS
    from ctviz.estimators import ESTIMATORS

    names = chosen_names(ESTIMATORS, arguments.estimators, DEFAULT_ESTIMATORS)
    estimators = built(ESTIMATORS, names, settings_by_owner(arguments.set, [*names, *others]))
    card = chosen_model(backend, arguments.model)
    case = chosen_case(backend, arguments.scan)
    slice_index = chosen_slice(case, arguments.slice)
    image = case.slice(slice_index)
    question = question_of(backend, arguments, card, image)
    maps, makers = [], []
    for job, estimator in zip(backend.explain(question, estimators), estimators, strict=True):
        try:
            maps.append(wait(job, "Explaining"))
            makers.append(estimator)
        except Cancelled:
            raise
        except CtvizError as error:
            sys.stderr.write(f"{error}\n")
    return AskedSlice(case, slice_index, card, question, maps, makers)


def question_of(
    backend: "Backend", arguments: argparse.Namespace, card: "ModelCard", image: Slice
) -> "Question":
    """Return what the arguments ask of a slice: about the predicted class by default."""
    from ctviz.backend import Question

    target = (
        wait(backend.predict(image, card.id), "Classifying").target
        if arguments.target is None
        else chosen_target(card, arguments.target)
    )
    other = arguments.rather_than
    return Question(image, card.id, target, None if other is None else chosen_target(card, other))
