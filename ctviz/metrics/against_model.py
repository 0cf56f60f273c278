"""Fidelity: a map compared with the model whose answer it explains."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctviz.core import Curve, FloatMap, InvalidInput, Progress, Score
from ctviz.metrics.base import Group, Metric

Image: TypeAlias = NDArray[np.float32]
"""(C, h, w), 0 (bottom of the window) to 1 (top)."""

Images: TypeAlias = NDArray[np.float32]
"""(N, C, h, w) inputs of the network, 0 to 1."""

Classify: TypeAlias = Callable[[Images], NDArray[np.floating]]
"""Returns the explained class's probability (N,) for images (N, C, h, w)."""

INPUT_NDIM = 4


@dataclass(frozen=True, eq=False)
class Curves:
    """A fidelity score with the curves behind it.

    Parameters
    ----------
    score
        What the curves add up to.
    lines
        The curves by name, none where the metric has no picture. ``mif`` and ``lif``: the class's
        probability over the share of pixels removed, the most important first and the least
        important first. A metric with a single curve calls it by the metric's own name.
    """

    score: Score
    lines: Mapping[str, Curve] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def mif(self) -> Curve:
        """The curve of removing the most important first, where the metric does so."""
        return self.lines["mif"]

    @property
    def lif(self) -> Curve:
        """The curve of removing the least important first, where the metric does so."""
        return self.lines["lif"]


@dataclass(frozen=True)
class FidelityMetric(Metric):
    """A metric that needs the network: whether the map names the pixels that the model uses.

    The arrays are checked here, so a subclass only meets finite maps on the input's grid.
    """

    group: ClassVar[Group] = "fidelity"
    grid: ClassVar[Literal["scan", "network"]] = "network"

    @final
    def __call__(
        self, values: FloatMap, x: ArrayLike, classify: Classify, progress: Progress | None = None
    ) -> Score:
        """Score a map (h, w) of the input x (1, C, h, w)."""
        return self.curves(values, x, classify, progress).score

    @final
    def curves(
        self, values: FloatMap, x: ArrayLike, classify: Classify, progress: Progress | None = None
    ) -> Curves:
        """Return the score of a map (h, w) of the input x (1, C, h, w) with its curves."""
        return self.curves_many([values], x, classify, progress)[0]

    @final
    def curves_many(
        self,
        maps: Sequence[FloatMap],
        x: ArrayLike,
        classify: Classify,
        progress: Progress | None = None,
    ) -> list[Curves]:
        """Return the curves of several maps (h, w) of one input x (1, C, h, w).

        As if one by one, but what the maps have in common is classified once. Progress counts
        classified images.
        """
        image = np.asarray(x, np.float32)
        check_input(image)
        for values in maps:
            check_map(values, image)
        if not maps:
            return []
        return self.compare(maps, image[0], classify, progress or Progress())

    @abstractmethod
    def compare(
        self,
        maps: Sequence[FloatMap],
        image: NDArray[np.float32],
        classify: Classify,
        progress: Progress,
    ) -> list[Curves]:
        """Return the curves of finite maps (h, w) of a finite image (C, h, w)."""


def check_input(image: Images) -> None:
    """Refuse what is not one finite image (1, C, h, w)."""
    if image.ndim != INPUT_NDIM or image.shape[0] != 1:
        raise InvalidInput(f"The input must be one image (1, C, h, w), not {image.shape}.")
    if not np.isfinite(image).all():
        raise InvalidInput("The input contains NaN or infinite pixels; replace them first.")


def check_map(values: FloatMap, image: Images) -> None:
    """Refuse a map that is not finite or not on the grid of the image (1, C, h, w)."""
    if values.shape != image.shape[2:]:
        raise InvalidInput(
            f"The map has the shape {values.shape} and the input {image.shape[2:]}; "
            "this metric needs the map on the network's grid."
        )
    if not np.isfinite(values).all():
        raise InvalidInput("The map contains NaN or infinite values and cannot be scored.")
