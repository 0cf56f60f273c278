"""What every importance estimator is and promises."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, final

from torch import Tensor, nn

from ctviz.core import CtvizError, FloatMap, Registry, Target, Tunable
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.ends import Ends
from ctviz.estimators.engine.explain import explain
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.probes import Probes
from ctviz.estimators.engine.reductions import Mean, Reduction
from ctviz.estimators.engine.rules import PLAIN, Rule
from ctviz.estimators.engine.stream import stream


@dataclass(frozen=True)
class Estimator(Tunable, ABC):
    """Base of the importance estimators: settings, and one function from a question to a map.

    A subclass states its facts as class variables and implements `attribute`. The base checks the
    image, the target and the network, shares work, refuses NaN, and leaves the network as it was.
    """

    name: ClassVar[str]
    """The name in the registry, kebab-case."""
    title: ClassVar[str]
    """How lists show it."""
    cite: ClassVar[str]
    """Where it was published."""
    differs: ClassVar[str] = ""
    """Where it is not what a publication or a tool in wide use defines; empty where it is."""
    summary: ClassVar[str]
    """What the map says, in one sentence for a radiologist."""
    family: ClassVar[str]
    """What it is made from: gradients, activations, perturbation, regions; or control."""
    control: ClassVar[bool] = False
    """Whether it ignores the network, to show what a meaningless map scores."""
    class_agnostic: ClassVar[bool] = False
    """Whether it asks the network, but nothing of the class that is explained."""
    version: ClassVar[int] = 1
    """Part of the cache's key: raised whenever equal settings give another map."""

    @final
    def __call__(self, network: nn.Module, x: Tensor, target: Target) -> FloatMap:
        """Return the signed map (h, w) of the image x (1, C, h, w): positive speaks for target."""
        return explain(network, x, target, [self])[0]

    @abstractmethod
    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:
        """Return the map (…, h, w), before its channels are summed, given the parents' maps."""

    @property
    def same_for_every_class(self) -> bool:
        """Whether its map is the same whichever class is explained, and so in every contrast."""
        parents = self.parents()
        of_parents = bool(parents) and all(each.same_for_every_class for each in parents)
        return self.control or self.class_agnostic or of_parents

    def parents(self) -> tuple["Estimator", ...]:
        """Return the estimators from whose maps this one is made."""
        return ()

    def passes(self) -> Passes:
        """Return what it costs, without its parents."""
        return Passes()

    def ends(self) -> Ends | None:
        """Return the images between which the score changes by the map's sum; None if it need not.

        Path methods have such ends; `completeness_gap` says how far a map is from that sum.
        """
        return None

    def shares(self) -> Hashable:
        """Return what identifies its work: estimators with equal answers are computed together."""
        return self

    @classmethod
    def together(
        cls, class_score: ClassScore, group: Sequence[Self], parents: Sequence[tuple[FloatMap, ...]]
    ) -> Sequence[Tensor | CtvizError]:
        """Return the maps of estimators that share their work; an error refuses only its own."""
        pairs = zip(group, parents, strict=True)
        return [estimator.attribute(class_score, *maps) for estimator, maps in pairs]


@dataclass(frozen=True)
class SharingEstimator(Estimator):
    """An estimator that computes the maps of a whole group at once, its own alone no other way."""

    @final
    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:
        """Return the map of a group of one."""
        (result,) = self.together(class_score, [self], [parents])
        if isinstance(result, CtvizError):
            raise result
        return result

    @classmethod
    @abstractmethod
    def together(
        cls, class_score: ClassScore, group: Sequence[Self], parents: Sequence[tuple[FloatMap, ...]]
    ) -> Sequence[Tensor | CtvizError]:
        """Return the maps of estimators that share their work; an error refuses only its own."""


@dataclass(frozen=True)
class GradientEstimator(SharingEstimator):
    """An estimator that is a backward rule, a choice of probes and a reduction.

    Those with the same rule and equal probes read one stream of gradients.
    """

    family: ClassVar[str] = "gradients"
    rule: ClassVar[Rule] = PLAIN
    reduction: ClassVar[type[Reduction]] = Mean

    @abstractmethod
    def probes(self) -> Probes:
        """Return where gradients are taken."""

    def passes(self) -> Passes:
        """Return one gradient per probe."""
        return Passes(gradient=self.probes().count)

    def ends(self) -> Ends | None:
        """Return the ends of the probes' paths, if the plain gradient is integrated along them."""
        return self.probes().ends() if self.reduction.integrates and self.rule == PLAIN else None

    def shares(self) -> Hashable:
        """Return the rule and the probes."""
        return self.rule, self.probes()

    @classmethod
    def together(
        cls,
        class_score: ClassScore,
        group: Sequence[Self],
        parents: Sequence[tuple[FloatMap, ...]],  # noqa: ARG003
    ) -> list[Tensor]:
        """Return the maps of all reductions of one stream."""
        reductions = [estimator.reduction() for estimator in group]
        return stream(class_score, group[0].rule, group[0].probes(), reductions)


ESTIMATORS: Registry[type[Estimator]] = Registry(
    "estimator", package="ctviz.estimators", group="ctviz.estimators"
)
