"""Where a network looks on the slices of a cohort, and whether it is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics.patients import Names, Numbers, Patients, mean_of_patients
from ctviz.core import CtvizError, FloatMap, Mask, Progress, Slice
from ctviz.estimators import Estimator, explain
from ctviz.metrics.relevance_mass import RelevanceMass
from ctviz.metrics.resemblance import rank_correlation
from ctviz.models import Classifier


@dataclass(frozen=True, eq=False)
class Place:
    """One slice that networks are shown.

    Parameters
    ----------
    image
        The slice.
    patient
        A pseudonym.
    region
        Where one would look, (H, W); None where nobody drew.
    target
        Index of the class that is explained on every network.
    there
        Whether that class, or finding, is truly there; None where nobody knows.
    """

    image: Slice
    patient: str
    region: Mask | None
    target: int
    there: bool | None


@dataclass(frozen=True, eq=False)
class Attention:
    """What one network does on N slices with E estimators.

    Parameters
    ----------
    patients
        (N,) whose slices they are.
    right
        (N,) 1 where the answer is the truth, 0 where not, NaN where nobody knows.
    shares
        (N, E) share of the maps' magnitude in the region; NaN without one, or without a map.
    likeness
        (N, E) rank correlation of the maps' magnitudes with those of the network that it is
        compared with; NaN without a map.
    maps
        The maps' magnitudes (h, w), slice by slice; None where an estimator was refused.
    """

    patients: Names
    right: Numbers
    shares: Numbers
    likeness: Numbers
    maps: tuple[tuple[FloatMap | None, ...], ...]

    @cached_property
    def people(self) -> Patients:
        """The patients, of whom each counts once."""
        return Patients.of(self.patients)

    @cached_property
    def accuracy(self) -> Numbers:
        """(P,) share of right answers of each patient."""
        return self.people.means(self.right)

    @cached_property
    def share(self) -> Numbers:
        """(P, E) share of the importance in the region, of each patient."""
        return self.people.means(self.shares)

    @cached_property
    def alike(self) -> Numbers:
        """(P,) likeness of the maps of each patient, over all estimators."""
        return mean_of_patients(self.people.means(self.likeness).T)


def attention_of(
    classifier: Classifier,
    places: Sequence[Place],
    estimators: Mapping[str, Estimator],
    progress: Progress,
    like: Attention | None = None,
) -> Attention:
    """Return where a network looks, compared with another one or with itself.

    An estimator that is refused on the network has no map there.
    """
    maps, right = [], []
    for place in places:
        maps.append(_magnitudes(classifier, place, list(estimators.values()), progress))
        right.append(_rightness(classifier, place))
        progress.advance()
    others = maps if like is None else like.maps
    shares = [[_share(m, p, classifier) for m in row] for row, p in zip(maps, places, strict=True)]
    likeness = [
        [_likeness(mine, theirs) for mine, theirs in zip(row, other, strict=True)]
        for row, other in zip(maps, others, strict=True)
    ]
    return Attention(
        np.array([place.patient for place in places]),
        np.array(right, float),
        _table(shares, len(estimators)),
        _table(likeness, len(estimators)),
        tuple(map(tuple, maps)),
    )


def _table(rows: Sequence[Sequence[float]], columns: int) -> NDArray[np.float64]:
    return np.array(rows, float).reshape(len(rows), columns)


def _magnitudes(
    classifier: Classifier, place: Place, estimators: list[Estimator], progress: Progress
) -> list[FloatMap | None]:
    """Return the magnitudes (h, w) of the maps on the network's grid."""
    found: list[FloatMap | None] = [None] * len(estimators)

    def refused(index: int, error: CtvizError) -> None:
        """Leave the place empty: what it means is said of the whole cohort."""

    def done(index: int, values: FloatMap, seconds: float) -> None:  # noqa: ARG001
        found[index] = np.abs(values)

    explain(
        classifier.network,
        classifier.encode(place.image).to(classifier.precision),
        place.target,
        estimators,
        references=classifier.references,
        progress=Progress(lambda _: progress.check()),
        done=done,
        failed=refused,
    )
    return found


def _rightness(classifier: Classifier, place: Place) -> float:
    if place.there is None:
        return float("nan")
    answer = classifier.predict(place.image)
    return float((place.target in answer.found) == place.there)


def _share(values: FloatMap | None, place: Place, classifier: Classifier) -> float:
    if values is None or place.region is None:
        return float("nan")
    score = RelevanceMass()(classifier.decode(values, place.image), place.region)
    return float("nan") if score.value is None else score.value


def _likeness(mine: FloatMap | None, theirs: FloatMap | None) -> float:
    if mine is None or theirs is None:
        return float("nan")
    return rank_correlation(mine, theirs)
