"""How the class score follows what random masks leave visible."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import tee
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ctviz.core import FloatMap, InvalidParameter, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.trials import filled, trial_scores


@ESTIMATORS.register("rise")
@dataclass(frozen=True)
class Rise(Estimator):
    r"""Mean class score where random masks leave a pixel visible, less the mean of all scores.

    .. math:: \frac{\sum_i M_i f_t(x \odot M_i)}{\sum_i M_i} - \frac{1}{n} \sum_i f_t(x \odot M_i)

    Masks are coarse grids of visible and hidden cells, enlarged bilinearly and shifted by chance.
    The published map is the first term. The second is equal at all pixels and makes the map's
    sign mean something: without it, everything speaks for a class whose score is positive.
    """

    title: ClassVar = "RISE"
    cite: ClassVar = "Petsiuk et al., BMVC 2018. arXiv:1806.07421"
    summary: ClassVar = "Which parts of the scan raise the class score when they are visible."
    family: ClassVar = "perturbation"

    masks: int = param(400, low=1, high=20000, help="Random masks. More is smoother and slower.")
    cells: int = param(7, low=1, high=64, help="Cells along each side of a mask. More is finer.")
    visible: float = param(0.5, low=0.01, high=0.99, help="Share of the cells that are visible.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Which masks are drawn.")

    def passes(self) -> Passes:
        """Return one forward pass per mask."""
        return Passes(forward=self.masks)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the difference of the two means."""
        height, width = class_score.x.shape[-2:]
        # Only the masks of two batches wait between who makes trials and who sums.
        drawn, again = tee(self.draw(height, width))
        trials = (filled(class_score.x, mask, 0.0) for mask in drawn)
        weighted, visible = torch.zeros(2, height, width, dtype=torch.float64)
        total = 0.0
        for mask, score in zip(again, trial_scores(class_score, trials, self.masks), strict=True):
            weighted += score * mask
            visible += mask
            total += score
        if not bool((visible > 0).all()):
            raise InvalidParameter(
                f"RISE: in {self.masks} masks some pixels are never visible; draw more masks."
            )
        mean_where_visible: Tensor = weighted / visible
        return mean_where_visible - total / self.masks

    def draw(self, height: int, width: int) -> Iterator[Tensor]:
        """Yield the masks (height, width), 1 where the image is visible."""
        generator = torch.Generator().manual_seed(self.seed)
        cell = (-(-height // self.cells), -(-width // self.cells))
        enlarged = ((self.cells + 1) * cell[0], (self.cells + 1) * cell[1])
        for _ in range(self.masks):
            chances = torch.rand(
                (1, 1, self.cells + 1, self.cells + 1), generator=generator, dtype=torch.float64
            )
            grid = (chances < self.visible).double()
            top, left = (int(torch.randint(size, (1,), generator=generator)) for size in cell)
            mask = interpolate(grid, enlarged, mode="bilinear")[0, 0]
            yield mask[top : top + height, left : left + width]
