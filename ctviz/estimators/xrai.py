"""Importance of image regions in place of pixels."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.core import FloatMap, InvalidParameter, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.regions import segment, xrai


@ESTIMATORS.register("xrai")
@dataclass(frozen=True)
class Xrai(Estimator):
    """Regions of the image, ranked by the mean importance that another estimator gives them.

    The other estimator runs with its default settings; its passes are shared with whoever else
    needs them. A pixel's value is the importance its region adds, see `ctviz.regions.xrai`.
    A ranking sums to nothing: it has no completeness gap.
    """

    title: ClassVar = "XRAI"
    cite: ClassVar = "Kapishnikov et al., ICCV 2019. arXiv:1906.02825"
    differs: ClassVar = (
        "Other code repeats a grey scan in three colours before it is cut: distances grow by √3, "
        "and the regions are others. Here it is cut as one grey channel."
    )
    summary: ClassVar = "Which whole areas of the scan matter most, following its visible borders."
    family: ClassVar = "regions"

    base: str = param(
        "integrated-gradients-bw", help="Name of the estimator whose map ranks the regions."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if issubclass(ESTIMATORS[self.base], Xrai):
            raise InvalidParameter("Xrai: 'base' must be an estimator of pixels, not of regions.")

    def parents(self) -> tuple[Estimator, ...]:
        """Return the estimator whose map ranks the regions."""
        return (ESTIMATORS[self.base](),)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:
        """Return the region map of the other estimator's map."""
        image = class_score.shown[0].mean(0).cpu().double().numpy()
        (values,) = parents
        return torch.from_numpy(xrai(values, segment(image)))
