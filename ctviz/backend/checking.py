"""Whether a model is read as it was trained: its inputs, its answers on cases of known class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ctviz.backend.backend import Backend
from ctviz.backend.cases.known import few_of_each_class
from ctviz.core import InvalidInput, Value, parameters
from ctviz.core.results import findings_of
from ctviz.estimators import Estimator
from ctviz.models import ModelCard
from ctviz.models.answers import KnownAnswers, labels_of
from ctviz.models.input_range import InputRange, input_range
from ctviz.store import CaseEntry

MOST_CASES = 200
EFFORT = ("samples", "steps")
"""Hyperparameters that cost time; whether a model is refused does not depend on them."""


@dataclass(frozen=True, eq=False)
class Checkup:
    """What was found out about a model.

    Parameters
    ----------
    inputs
        What goes into it.
    answers
        What it says of the middle slices of cases of known class.
    """

    inputs: InputRange
    answers: KnownAnswers

    def rows(self) -> list[tuple[str, str]]:
        """Return what was found, as (what, finding)."""
        answers = self.answers
        told = [
            ("values that go in", self.inputs.sentence),
            ("right", f"{answers.right} of {len(answers.labels)} cases of known class"),
        ]
        if answers.multi_label:
            told[-1] = ("all findings " + told[-1][0], told[-1][1])
            told += [
                (f"right of '{name}'", f"{answers.right_of(index)} of {len(answers.labels)} cases")
                for index, name in enumerate(answers.classes)
            ]
        for index, name in enumerate(answers.classes):
            value = answers.auc_of(index)
            # Both of two classes have the same one.
            apart = answers.multi_label or len(answers.classes) > 2
            if value is not None and (index or apart):
                verdict = ": flipped" if name in answers.flipped else ""
                told.append((f"AUC of '{name}'", f"{value:.3f}{verdict}"))
        spread = float(np.ptp(answers.probabilities, axis=0).max())
        told.append(("its answers differ by", f"{spread:.3f}" + (": constant" * answers.constant)))
        error = "expected calibration error"
        told.append((error, f"{answers.calibration_error:.3f}"))
        if answers.multi_label:
            told += [
                (f"{error} of '{name}'", f"{answers.calibration_error_of(index):.3f}")
                for index, name in enumerate(answers.classes)
            ]
        return told

    def warnings(self) -> tuple[str, ...]:
        """Return what looks wrong, in sentences."""
        return *self.inputs.warnings(), *self.answers.warnings()


def cases_for(
    card: ModelCard, entries: Sequence[CaseEntry], meaning: Mapping[str, str]
) -> list[tuple[CaseEntry, tuple[int, ...]]]:
    """Return cases of known class with the indices of the model's classes that they are of.

    That is one, or of a model of several findings all that are there.

    Parameters
    ----------
    card
        The model.
    entries
        The cases that count.
    meaning
        What a case's known class is called by the model, where it has another name.

    Raises
    ------
    InvalidInput
        If there is none, or a meaning is no class of the model.
    """
    for name in meaning.values():
        parts = findings_of(name) if card.multi_label else (name,)
        if not set(parts) <= set(card.classes):
            raise InvalidInput(
                f"The model '{card.id}' has no class '{name}'; its classes are "
                f"{', '.join(card.classes)}."
            )
    told = {known.casefold(): name for known, name in meaning.items()}
    labels = {
        each.id: labels_of(
            (each.truth or "").casefold(), card.classes, told, multi_label=card.multi_label
        )
        for each in entries
    }
    found = few_of_each_class(
        [each for each in entries if labels[each.id] is not None], most=MOST_CASES
    )
    if not found:
        known = sorted({each.truth for each in entries if each.truth})
        raise InvalidInput(
            f"No case is known to be of a class of '{card.id}' ({', '.join(card.classes)}); "
            + (f"known are {', '.join(known)}." if known else "give cases a class first.")
        )
    return [(each, labels[each.id] or ()) for each in found]


def check(backend: Backend, card: ModelCard, meaning: Mapping[str, str] | None = None) -> Checkup:
    """Return what a model's inputs and answers are on the cases of known class, their middles.

    Raises
    ------
    InvalidInput
        If there is no such case.
    """
    pairs = cases_for(card, backend.cases(), meaning or {})
    images = [backend.case(entry.id).slice(entry.middle) for entry, _ in pairs]
    model = backend.classifier(card.id)
    shares = np.stack([each.probabilities for each in model.predict_many(images)])
    known = [labels for _, labels in pairs]
    answers = KnownAnswers.of(card.classes, known, shares, multi_label=card.multi_label)
    return Checkup(input_range(model, images), answers)


def quick(cls: type[Estimator]) -> Estimator:
    """Return an estimator with the least effort that its hyperparameters allow."""
    least: dict[str, Value] = {
        p.name: p.kind(p.low) for p in parameters(cls) if p.name in EFFORT and p.low is not None
    }
    return cls.from_settings(least)
