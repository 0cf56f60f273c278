"""A set of estimators answers one question, and what they have in common is computed once."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from torch import Tensor, nn

from ctviz.core import Cancelled, CtvizError, FloatMap, Progress, Target, UnsupportedNetwork
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.completeness import completeness_gap
from ctviz.estimators.engine.pace import Pace
from ctviz.estimators.engine.passes import Passes
from ctviz.networks import undisturbed

if TYPE_CHECKING:
    from ctviz.estimators.engine.estimator import Estimator

Done: TypeAlias = Callable[[int, FloatMap, float], None]
Failed: TypeAlias = Callable[[int, CtvizError], None]
Measured: TypeAlias = Callable[[int, float | None], None]

SINGLE_BYTES = 4
"""Of a number in float32; smaller ones have too few digits to show small changes."""


class NotFinite(UnsupportedNetwork):
    """An estimator whose map is NaN or infinite on this network and image."""


def explain(  # noqa: PLR0913 - the question has three parts, and each listener is one more
    network: nn.Module,
    x: Tensor,
    target: Target,
    estimators: Sequence["Estimator"],
    *,
    references: Tensor | None = None,
    pace: Pace | None = None,
    progress: Progress | None = None,
    done: Done | None = None,
    failed: Failed | None = None,
    measured: Measured | None = None,
    middle: int | None = None,
    beside: Measured | None = None,
) -> list[FloatMap]:
    """Return each estimator's signed map (h, w): positive speaks for the target class.

    Estimators that look at the network in the same way share their passes, and equal ones are
    computed once. The network is put into evaluation meanwhile and left as it was found.

    Parameters
    ----------
    network
        (N, C, h, w) -> (N, K) class scores.
    x
        (1, C, h, w), on the network's device.
    target
        Index of the class to explain; a `Contrast` of two asks why one rather than the other.
    estimators
        In any order; the cheapest are computed first.
    references
        (R, C, h, w), typical images for the estimators that compare with them.
    pace
        How many images make a batch; by default what suits most networks.
    progress
        Counts passes; cancelling it raises `Cancelled` here.
    done
        Called with (index, map, seconds) as soon as a map is ready. The seconds are the
        estimator's share of the passes, with those of the maps that it was made from.
    failed
        Called with (index, error) for an estimator that cannot be right on this network; the
        others go on, and the list holds their maps only. Without it the error is raised.
    measured
        Called with (index, gap) just before a map is ready: its `completeness_gap`, or None where
        that is not defined. Without it none is measured, which saves a few forward passes.
    middle
        The channel of the slice itself where the others show its neighbours: where regions are cut
        from the picture, they are cut from that one. None where every channel shows the slice.
    beside
        Called with (index, share) just before a map is ready: the share of its strength that lies
        on the neighbours' channels; None where there are none, or where it has no channels.
    """
    progress = Progress() if progress is None else progress
    answers = _AnswersSoFar(estimators, done, failed, measured, beside)
    progress.start(passes(estimators, measured=measured is not None).total)
    with undisturbed(network):
        class_score = ClassScore.ask(
            network, x, target, references, progress, pace=pace, middle=middle
        )
        waiting = sorted(shared_work(estimators), key=lambda group: _cost(group).total)
        while waiting:
            group = next(group for group in waiting if answers.has_parents_of(group))
            waiting.remove(group)
            answers.add(group, class_score)
    return answers.maps()


def passes(estimators: Iterable["Estimator"], *, measured: bool = False) -> Passes:
    """Return what a set of estimators costs together: shared passes count once.

    One forward pass, with which every call begins, is included; where completeness gaps are
    ``measured``, so are the ends of paths.
    """
    distinct = tuple(dict.fromkeys(estimators))
    checks = [ends.count for one in distinct if measured and (ends := one.ends()) is not None]
    first = Passes(forward=1 + sum(checks))
    return sum((_cost(group) for group in shared_work(distinct)), first)


def shared_work(estimators: Iterable["Estimator"]) -> list[tuple["Estimator", ...]]:
    """Return the distinct estimators, and those they build upon, grouped by what they share."""
    groups: dict[Hashable, list[Estimator]] = {}
    waiting = list(dict.fromkeys(estimators))
    seen = set(waiting)
    for estimator in waiting:
        groups.setdefault(estimator.shares(), []).append(estimator)
        for parent in estimator.parents():
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return [tuple(group) for group in groups.values()]


def _cost(group: tuple["Estimator", ...]) -> Passes:
    return group[0].passes()


@dataclass(eq=False)
class _AnswersSoFar:
    """What is known so far, told to the listeners as it becomes known."""

    estimators: Sequence["Estimator"]
    done: Done | None
    failed: Failed | None
    measured: Measured | None
    beside: Measured | None
    known: dict["Estimator", FloatMap] = field(default_factory=dict)
    refused: dict["Estimator", CtvizError] = field(default_factory=dict)
    seconds: dict["Estimator", float] = field(default_factory=dict)

    def has_parents_of(self, group: tuple["Estimator", ...]) -> bool:
        """Whether all maps that the group builds upon are settled."""
        return all(
            parent in self.known or parent in self.refused
            for estimator in group
            for parent in estimator.parents()
        )

    def add(self, group: tuple["Estimator", ...], class_score: ClassScore) -> None:
        """Compute a group together and tell the listeners."""
        group = tuple(estimator for estimator in group if not self._inherits_refusal(estimator))
        if not group:
            return
        begun = class_score.progress.clock()
        try:
            parents = [tuple(self.known[p] for p in estimator.parents()) for estimator in group]
            results = type(group[0]).together(class_score, group, parents)
        except Cancelled:
            raise
        except CtvizError as error:
            for estimator in group:
                self._refuse(estimator, error)
            return
        share = (class_score.progress.clock() - begun) / len(group)
        for estimator, result in zip(group, results, strict=True):
            own = share + sum(self.seconds[parent] for parent in estimator.parents())
            self._settle(estimator, result, own, class_score)

    def maps(self) -> list[FloatMap]:
        """Return the maps in the order of the estimators, without the refused ones."""
        return [self.known[estimator] for estimator in self.estimators if estimator in self.known]

    def _inherits_refusal(self, estimator: "Estimator") -> bool:
        """Refuse an estimator whose parent was refused."""
        errors = [self.refused[p] for p in estimator.parents() if p in self.refused]
        if errors:
            self._refuse(estimator, errors[0])
        return bool(errors)

    def _settle(
        self,
        estimator: "Estimator",
        result: Tensor | CtvizError,
        seconds: float,
        class_score: ClassScore,
    ) -> None:
        if isinstance(result, CtvizError):
            self._refuse(estimator, result)
            return
        height, width = result.shape[-2:]
        # In double precision, for NumPy knows no bfloat16.
        values = result.detach().cpu().double().reshape(-1, height, width).sum(0).numpy()
        values = values.astype(np.float32)
        doubt = _doubt(estimator, values, class_score)
        if doubt is not None:
            self._refuse(estimator, doubt)
            return
        self.known[estimator], self.seconds[estimator] = values, seconds
        self._measure(estimator, values, class_score)
        if self.beside is not None:
            share = _share_beside(result, class_score)
            for index in self._places(estimator):
                self.beside(index, share)
        if self.done is not None:
            for index in self._places(estimator):
                self.done(index, values, seconds)

    def _measure(self, estimator: "Estimator", values: FloatMap, class_score: ClassScore) -> None:
        """Tell the completeness gap of a map that somebody asked for."""
        places, ends = self._places(estimator), estimator.ends()
        if self.measured is None or not places:
            return
        gap = None if ends is None else completeness_gap(class_score, ends, values)
        for index in places:
            self.measured(index, gap)

    def _refuse(self, estimator: "Estimator", error: CtvizError) -> None:
        if self.failed is None:
            raise error
        self.refused[estimator] = error
        for index in self._places(estimator):
            self.failed(index, error)

    def _places(self, estimator: "Estimator") -> list[int]:
        return [index for index, asked in enumerate(self.estimators) if asked == estimator]


def _share_beside(result: Tensor, class_score: ClassScore) -> float | None:
    """Return which share of a map's strength (…, h, w) lies on the channels of neighbours."""
    if class_score.middle is None or result.numel() != class_score.x.numel():
        return None
    channels = result.detach().cpu().double().reshape(class_score.x.shape[1:]).abs().sum((1, 2))
    whole = float(channels.sum())
    return 1 - float(channels[class_score.middle]) / whole if whole > 0 else None


def _doubt(estimator: "Estimator", values: FloatMap, class_score: ClassScore) -> CtvizError | None:
    """Return why a map cannot be believed, if that is so."""
    if not np.isfinite(values).all():
        return NotFinite(
            f"{estimator.title} is not finite on this network and image; choose another estimator."
        )
    if not values.any() and class_score.x.element_size() < SINGLE_BYTES:
        return UnsupportedNetwork(
            f"{estimator.title} sees nothing change in the few digits of {class_score.x.dtype}; "
            "give the network in float32."
        )
    return None
