"""What there is to send: regions, maps, the model's answer and scores, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Case, ImportanceMap, Prediction, Region, Score, Sign
from ctviz.core.params import Value
from ctviz.core.targets import named

Settings: TypeAlias = Mapping[str, Value]


Unit: TypeAlias = Literal["1", "mm", "s"]


def _none() -> Settings:
    return MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Explanation:
    """An estimator's map, and what made it.

    Parameters
    ----------
    importance
        The map (H, W) of the answer's slice, signed.
    title, family
        How screens call the estimator, and to which kind it belongs.
    settings
        Its hyperparameters, all of them.
    picture
        (h, w, 3) uint8, the map over the slice with its warning burned in; None if nobody asked.
    """

    importance: ImportanceMap
    title: str
    family: str = ""
    settings: Settings = field(default_factory=_none)
    picture: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class GivenScore:
    """A metric's score of one map, and what is needed to compute it again.

    Parameters
    ----------
    estimator
        Whose map it is.
    sign
        How the map was read.
    metric, title
        The metric's name, and how screens call it.
    better
        The direction that speaks for the map.
    settings
        Its hyperparameters, all of them.
    region
        What agreement was measured against; None for metrics that need no region.
    unit
        Of the score, as UCUM writes it.
    """

    estimator: str
    sign: Sign
    metric: str
    title: str
    better: Literal["higher", "lower"]
    score: Score
    settings: Settings = field(default_factory=_none)
    region: Region | None = None
    unit: Unit = "1"


@dataclass(frozen=True, eq=False)
class ResultAnswer:
    """What a model says of one slice, where it looked, and how good the maps are.

    Parameters
    ----------
    target
        Index of the class that is explained.
    rather_than
        Index of the class that it is explained against; None where that is none.
    model_title, weights
        How screens call the model, and the sha256 of its weights.
    sees
        Which slices it sees at a time, in words; empty if one.
    """

    slice_index: int
    prediction: Prediction
    target: int
    model_title: str
    weights: str
    explanations: tuple[Explanation, ...] = ()
    scores: tuple[GivenScore, ...] = ()
    rather_than: int | None = None
    sees: str = ""

    @property
    def explained(self) -> str:
        """What is explained, in words."""
        return named(self.prediction.classes, self.target, self.rather_than)


@dataclass(frozen=True, eq=False)
class Results:
    """Everything of one case that is to be sent.

    Parameters
    ----------
    regions
        On any of its slices, of any readers.
    answer
        Of one slice, if a model was asked.
    version
        Of ctviz.
    """

    case: Case
    regions: Sequence[Region] = ()
    answer: ResultAnswer | None = None
    version: str = field(kw_only=True)

    @property
    def readers(self) -> tuple[str, ...]:
        """Who drew, in the order of drawing."""
        return tuple(dict.fromkeys(region.reader for region in self.regions))

    def of_reader(self, reader: str) -> list[Region]:
        """Return what a reader drew, slice by slice."""
        drawn = [region for region in self.regions if region.reader == reader]
        return sorted(drawn, key=lambda region: (region.slice_index, region.label))

    def labels_of(self, reader: str) -> list[str]:
        """Return the labels of a reader, in alphabetical order; each becomes a segment."""
        return sorted({region.label for region in self.regions if region.reader == reader})
