"""Smoothing, squaring, or the variance, around any estimator: a composition, found by its name.

``smooth+grad-cam`` is the mean of the maps of noisy copies of the image, ``squared+grad-cam`` their
mean square, ``variance+grad-cam`` their variance. Around the gradient these are SmoothGrad, its
square and VarGrad. Nothing is registered: there are as many as there are estimators.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Self

from torch import Tensor

from ctviz.core import FloatMap, Value, param, parameters
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator, SharingEstimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.probes import GaussianNoise
from ctviz.estimators.engine.reductions import Mean, MeanSquare, Reduction, Variance

JOINT = "+"


@dataclass(frozen=True)
class Around:
    """One thing that can be made of the maps of noisy copies."""

    word: str
    """What is taken of the maps."""
    title: str
    """How lists show it, with a place for the estimator's title."""
    summary: str
    cite: str
    reduction: type[Reduction]


AROUND: Mapping[str, Around] = MappingProxyType(
    {
        "smooth": Around(
            "mean",
            "{}, smoothed",
            "The mean of its maps of noisy copies of the scan, so that grain averages away.",
            "Smilkov et al., 2017. arXiv:1706.03825",
            Mean,
        ),
        "squared": Around(
            "mean square",
            "{}, squared and smoothed",
            "The mean square of its maps of noisy copies of the scan: strong either way.",
            "Hooker et al., NeurIPS 2019. arXiv:1806.10758",
            MeanSquare,
        ),
        "variance": Around(
            "variance",
            "{}, variance under noise",
            "Where its map changes most when the scan is a little noisy.",
            "Adebayo et al., ICLR workshop 2018. arXiv:1810.03307",
            Variance,
        ),
    }
)
"""What stands before the joint in a name."""


@dataclass(frozen=True)
class AroundAnother(SharingEstimator):
    """An estimator made of the maps that another one gives for noisy copies of the image.

    Its parameters are the other one's and three more. A seed is that of both.
    """

    around: ClassVar[Around]
    inner: ClassVar[type[Estimator]]

    copies: int = param(
        8, low=1, high=256, help="Noisy copies, each of which costs a map. More is smoother."
    )
    noise: float = param(
        0.15, low=0.0, high=1.0, help="Noise (σ) as a share of the image's range of values."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Which noise is drawn.")

    @property
    def same_for_every_class(self) -> bool:
        """Whether the maps of all copies are."""
        return self.of_a_copy().same_for_every_class

    def of_a_copy(self) -> Estimator:
        """Return the estimator whose maps are taken."""
        known = {parameter.name for parameter in parameters(self.inner)}
        own = {name: value for name, value in self.settings().items() if name in known}
        return self.inner.from_settings(own)

    def passes(self) -> Passes:
        """Return those of the other estimator, parents included, for every copy."""
        each = _cost(self.of_a_copy())
        return Passes(self.copies * each.forward, self.copies * each.gradient)

    def shares(self) -> Hashable:
        """Return the copies and the estimator: all that can be made of its maps costs them once."""
        return AroundAnother, self.of_a_copy(), self.copies, self.noise, self.seed

    @classmethod
    def together(
        cls,
        class_score: ClassScore,
        group: Sequence[Self],
        parents: Sequence[tuple[FloatMap, ...]],  # noqa: ARG003 - it has none
    ) -> list[Tensor]:
        """Return all that is made of the same maps."""
        reductions = [estimator.around.reduction() for estimator in group]
        for values in group[0]._maps(class_score):  # noqa: SLF001 - of its own kind
            for reduction in reductions:
                reduction.add(values, values)
        return [reduction.result() for reduction in reductions]

    def _maps(self, class_score: ClassScore) -> Iterator[Tensor]:
        """Yield the other estimator's map (h, w) of each copy, float64 on the CPU."""
        estimator = self.of_a_copy()
        for copy, _ in GaussianNoise(self.copies, self.noise, self.seed).draw(class_score):
            yield _map_of(estimator, replace(class_score, x=copy))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process makes it again: its class has no module of its own."""
        return _again, (self.name, self.settings())


@ESTIMATORS.composed
def around(name: str) -> type[AroundAnother] | None:
    """Return the estimator of a name such as ``smooth+grad-cam``; None for any other name.

    Controls cannot be smoothed, nor what adds noise itself.
    """
    how, joint, inner = name.partition(JOINT)
    if not joint or how not in AROUND or inner not in set(ESTIMATORS):
        return None
    base = ESTIMATORS[inner]
    if base.control or any(parameter.name == "noise" for parameter in parameters(base)):
        return None
    return _class_of(how, base)


@cache
def _class_of(how: str, inner: type[Estimator]) -> type[AroundAnother]:
    ours = {parameter.name for parameter in parameters(AroundAnother)}
    theirs = [
        (each.name, each.kind, field(default=each.default, metadata={"param": _facts(each)}))
        for each in parameters(inner)
        if each.name not in ours
    ]
    made = AROUND[how]
    facts = {
        "name": f"{how}{JOINT}{inner.name}",
        "title": made.title.format(inner.title),
        "summary": made.summary,
        "cite": f"{made.cite}; of {inner.cite}",
        "differs": inner.differs,
        "family": inner.family,
        "version": inner.version,
        "around": made,
        "inner": inner,
        "__doc__": f"{made.summary}\n\n{inner.__doc__}",
        "__module__": __name__,
    }
    title = f"{how.capitalize()}{inner.__name__}"
    return make_dataclass(title, theirs, bases=(AroundAnother,), namespace=facts, frozen=True)


def _facts(parameter: Any) -> dict[str, Any]:  # noqa: ANN401 - what `param` keeps, whatever it is
    return {key: getattr(parameter, key) for key in ("help", "low", "high", "choices")}


def _again(name: str, settings: Mapping[str, Value]) -> Estimator:
    return ESTIMATORS[name].from_settings(settings)


def _cost(estimator: Estimator) -> Passes:
    return sum((_cost(parent) for parent in estimator.parents()), estimator.passes())


def _map_of(estimator: Estimator, class_score: ClassScore) -> Tensor:
    parents = [_map_of(parent, class_score).float().numpy() for parent in estimator.parents()]
    values = estimator.attribute(class_score, *parents).detach().cpu().double()
    return values.reshape(-1, *values.shape[-2:]).sum(0)
