"""What every metric says about itself, and the registry of all metrics."""

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ctviz.core import CurvePanel, FloatMap, InvalidInput, Registry, Score, Tunable
from ctviz.metrics.evaluator import Evaluator

T = TypeVar("T")

Numbers: TypeAlias = NDArray[np.float64]

Group: TypeAlias = Literal["agreement", "fidelity", "behaviour", "spread"]

GROUPS: tuple[Group, ...] = ("agreement", "fidelity", "behaviour", "spread")
"""The groups of metrics, in the order in which screens show them."""

Need: TypeAlias = Literal["region", "others", "model", "estimator", "nothing"]


@dataclass(frozen=True)
class Metric(Tunable, ABC):
    """A rule that turns one importance map into one Score.

    Attributes
    ----------
    name
        Its name in `METRICS`.
    title, summary
        How screens call it, and one sentence on what its number means.
    short
        An abbreviation in common use, where there is little room; empty where the title is short.
    cite
        The publication that defines it.
    differs
        What readers of the literature should know: where its definition is not that of a
        publication or a tool in wide use. Empty where there is nothing to know.
    group
        What the map is held against: a reader (``agreement``), the model (``fidelity``), itself
        under changed circumstances (``behaviour``), or nothing at all (``spread``).
    needs
        What it asks beside the map: a reader's drawing (``region``), that and what was drawn on
        other patients (``others``), the model, the estimator once more, or nothing.
    better
        The direction that speaks for the map.
    bounds
        The least and the largest score that can occur.
    hits
        Whether a score is a hit (1) or none (0), so that a mean over patients is a rate.
    panel
        The frame of its curves, shown from the start; None for a metric that promises none.
    grid
        Where it compares: on the scan's pixels (H, W) or on the network's (h, w).
    reads
        The pixels' importance (``map``) or that of whole image regions (``region map``).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    short: ClassVar[str] = ""
    cite: ClassVar[str]
    differs: ClassVar[str] = ""
    group: ClassVar[Group]
    needs: ClassVar[Need] = "nothing"
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    hits: ClassVar[bool] = False
    panel: ClassVar[CurvePanel | None] = None
    grid: ClassVar[Literal["scan", "network"]]
    reads: ClassVar[Literal["map", "region map"]] = "map"

    def evaluated_by(self, evaluator: Evaluator[T]) -> T:  # noqa: ARG002 - for the kinds
        """Hand itself to the evaluator's part for its kind, and return what that gives."""
        raise InvalidInput(f"The metric '{self.name}' is of no kind that ctviz knows.")

    def passes(self, maps: int, size: tuple[int, int]) -> int:  # noqa: ARG002 - for subclasses
        """Return how many images (h, w) go through the model to score so many maps of one slice.

        The maps that a metric of behaviour asks for are not among them: they cost what their
        estimator says.
        A metric that does not say counts for nothing in a forecast.
        """
        return 0


METRICS: Registry[type[Metric]] = Registry("metric", package="ctviz.metrics", group="ctviz.metrics")

CONSTANT = Score.undefined("The map is constant: it ranks no pixel.")


def is_constant(values: FloatMap) -> bool:
    """Whether all pixels of a map are equally important."""
    return bool(values.min() == values.max())
