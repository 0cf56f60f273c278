"""One phantom to look at: what the model uses of it, beside what the best and the worst map say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.backend import Backend, Question
from ctviz.cohort.files import read_sealed, write_sealed
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.statistics import Entrant
from ctviz.cohort.truth.findings import TruthFindings
from ctviz.cohort.truth.plan import TruthStudy
from ctviz.cohort.truth.unit import PhantomUnit, phantom_name
from ctviz.core import FloatMap, InvalidInput, Score, Slice
from ctviz.core.files import Arrays
from ctviz.core.foreign import foreign
from ctviz.truth import MEASURES, Judgement, PartMap

PICTURE_VERSION = 1
"""Raised whenever the file's form changes."""


@dataclass(frozen=True, eq=False)
class DrawnPhantom:
    """The slice of a phantom, and which of its pixels belong to which part.

    Parameters
    ----------
    name
        Of the phantom.
    """

    name: str
    image: Slice
    parts: PartMap

    @classmethod
    def of(cls, scene: str, seed: int) -> Self:
        """Draw the phantom of a seed, which takes a second or two."""
        known = PhantomUnit.of(scene, seed).known
        parts = PartMap.of(known.parts, known.image.shape)
        return cls(phantom_name(seed), known.image, parts)


@dataclass(frozen=True, eq=False)
class ShownMap:
    """A map of the slice (H, W), and under which sign it is read."""

    entrant: Entrant
    values: FloatMap


@dataclass(frozen=True, eq=False)
class TruthPicture:
    """A phantom, the true effects of its parts, and maps of it.

    Parameters
    ----------
    effects
        (P,) of the parts on the class's log-odds.
    maps
        The best entrant's first.
    """

    phantom: DrawnPhantom
    effects: NDArray[np.float64]
    maps: tuple[ShownMap, ...]

    def importance(self, shown: ShownMap) -> NDArray[np.float64]:
        """Return (P,) what a map says of each part."""
        return self.phantom.parts.sums(shown.values, shown.entrant.sign)

    def agreement(self, shown: ShownMap) -> Score:
        """Return how well a map agrees with the effects, by the measure that decides."""
        measure = next(iter(MEASURES.values()))
        return measure(self.importance(shown), self.effects, shown.entrant.sign)


def effects_of(parts: PartMap, effects: Mapping[str, float]) -> NDArray[np.float64]:
    """Return (P,) the effects in the order of the parts of a phantom that was drawn again."""
    if effects.keys() != set(parts.names):
        raise InvalidInput(
            "The phantom has other parts than when the study was run, by another version of ctviz; "
            "run the study again in a new folder."
        )
    return np.array([effects[name] for name in parts.names])


def shown_entrants(findings: TruthFindings) -> tuple[Entrant, ...]:
    """Return the entrant closest to the truth and the one farthest from it, controls aside."""
    decisive = findings.rankings[0].standings
    placed = [e for e in decisive if e.rank is not None and not e.entrant.control]
    placed.sort(key=lambda each: each.rank or 0.0)
    return tuple(dict.fromkeys(each.entrant for each in (*placed[:1], *placed[-1:])))


def typical(values: NDArray[np.float64]) -> int | None:
    """Return the phantom on which entrants agree with the truth most nearly as in the mean.

    Parameters
    ----------
    values
        (N, E) of E entrants on N phantoms, NaN where undefined. None if no phantom has all values.
    """
    whole = ~np.isnan(values).any(axis=1)
    if not values.size or not whole.any():
        return None
    apart = np.abs(values - values[whole].mean(axis=0)).sum(axis=1)
    return int(np.argmin(np.where(whole, apart, np.inf)))


def typical_place(found: TruthFindings, judged: Sequence[Judgement]) -> int | None:
    """Return which of the phantoms is typical for the entrants that are shown; None if none is."""
    places = [found.entrants.index(entrant) for entrant in shown_entrants(found)]
    return typical(np.array([each.values[:, :, 0].ravel()[places] for each in judged]))


def question_of(
    backend: Backend, study: TruthStudy, found: TruthFindings, phantom: DrawnPhantom
) -> Question:
    """Return what the maps of a phantom answer: why its true class."""
    classes = backend.models()[study.model].classes
    return Question(phantom.image, study.model, classes.index(found.subject.explained))


def save_picture(picture: TruthPicture | None, folder: Path) -> None:
    """Keep the picture of a study's typical phantom; without one, none is kept."""
    if picture is None:
        StudyFolder(folder).picture.unlink(missing_ok=True)
        return
    phantom, maps = picture.phantom, picture.maps
    arrays: Arrays = {
        "version": np.asarray(PICTURE_VERSION),
        "phantom": np.asarray(phantom.name),
        "hounsfield": phantom.image.hounsfield,
        "spacing": np.asarray(phantom.image.spacing_mm),
        "parts": np.asarray(phantom.parts.names),
        "owners": phantom.parts.owners,
        "effects": picture.effects,
        "estimators": np.asarray([each.entrant.estimator for each in maps]),
        "signs": np.asarray([each.entrant.sign for each in maps]),
        "maps": np.stack([each.values for each in maps]),
    }
    write_sealed(StudyFolder(folder).picture, arrays)


def load_picture(folder: Path) -> TruthPicture | None:
    """Return the picture of a study's typical phantom; None if there is none that can be read."""
    arrays = read_sealed(StudyFolder(folder).picture)
    if arrays is None or int(arrays["version"]) != PICTURE_VERSION:
        return None
    with foreign(InvalidInput("The study's picture is damaged; start the study again.")):
        row_mm, column_mm = map(float, arrays["spacing"])
        image = Slice(arrays["hounsfield"], (row_mm, column_mm))
        parts = PartMap(tuple(map(str, arrays["parts"])), arrays["owners"])
        entrants = zip(arrays["estimators"], arrays["signs"], strict=True)
        maps = tuple(
            ShownMap(Entrant(str(estimator), "signed" if sign == "signed" else "absolute"), values)
            for (estimator, sign), values in zip(entrants, arrays["maps"], strict=True)
        )
        phantom = DrawnPhantom(str(arrays["phantom"]), image, parts)
        return TruthPicture(phantom, arrays["effects"], maps)
