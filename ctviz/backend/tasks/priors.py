"""Where a reader's regions usually are: mean masks of other patients, and the control of them."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.core import ImportanceMap, Mask, Prior
from ctviz.core.prior import MEAN_MASK, by_image_fraction
from ctviz.store import Store

PATIENTS_REMEMBERED, PRIORS_REMEMBERED = 64, 16
"""How many patients' mean masks, and how many of all others', stay in memory."""

Drawn = tuple[tuple[str, tuple[int, ...]], ...]
"""A patient's cases, each with the numbers of the Regions that stand on it."""


class Priors:
    """Mean masks of other patients; remembered until somebody draws on one of them."""

    def __init__(self, store: Store, models: Models) -> None:
        self._store, self._models = store, models
        self._mean_of = lru_cache(PATIENTS_REMEMBERED)(self._compute_mean)
        self._prior_of = lru_cache(PRIORS_REMEMBERED)(self._compute_prior)

    def of_others(
        self, case_id: str, reader: str, label: str, among: Iterable[str] | None
    ) -> Prior:
        """Return the mean mask, on the grid of a case, of patients other than its own.

        Of each patient all slices are taken on which the reader drew that label (any, if it is
        empty): their masks are averaged, and then the patients'. ``among`` names the cases that
        count, by default all there are.
        """
        entry = self._store.case(case_id)
        counted = None if among is None else set(among)
        others = [
            (patient, case, number)
            for patient, case, number in self._store.standing(reader, label)
            if patient != entry.patient and (counted is None or case in counted)
        ]
        drawn = tuple(_by_case(rows) for _, rows in groupby(sorted(others), lambda row: row[0]))
        return self._prior_of(drawn, reader, label, entry.shape)

    def control(self, question: Question, prior: Prior) -> ImportanceMap:
        """Return the control `mean-mask`: the mean mask as a map that explains any question."""
        classifier = self._models.classifier(question.model_id)
        native = classifier.place(prior.mean, question.image)
        return ImportanceMap(prior.mean, MEAN_MASK, native=native)

    def _compute_prior(
        self, patients: tuple[Drawn, ...], reader: str, label: str, shape: tuple[int, int]
    ) -> Prior:
        return Prior.of([self._mean_of(drawn, reader, label, shape) for drawn in patients], shape)

    def _compute_mean(
        self, drawn: Drawn, reader: str, label: str, shape: tuple[int, int]
    ) -> NDArray[np.float64]:
        """Return the mean mask (H, W) of a patient's drawn slices.

        The Regions' numbers are not looked at: they are there because another drawing has another
        number, and is not the one that is remembered.
        """
        total, slices = np.zeros(shape), 0
        for case, _ in drawn:
            masks: dict[int, Mask] = {}
            for region in self._store.regions(case, reader):
                if label in {"", region.label}:
                    index = region.slice_index
                    masks[index] = region.mask | masks.get(index, region.mask)
            together = np.zeros(self._store.case(case).shape)
            for mask in masks.values():
                together += mask
            total += by_image_fraction(together, shape)
            slices += len(masks)
        return total / max(1, slices)


def _by_case(rows: Iterable[tuple[str, str, int]]) -> Drawn:
    cases: dict[str, list[int]] = {}
    for _, case, number in rows:
        cases.setdefault(case, []).append(number)
    return tuple((case, tuple(numbers)) for case, numbers in cases.items())
