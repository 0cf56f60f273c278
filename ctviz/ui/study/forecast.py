"""How much a planned study is to do: how many slices, and about how long that takes."""

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ctviz.backend import Demo
from ctviz.cohort import COHORTS, CohortStudy, units_of
from ctviz.core import Cancelled, FloatMap, InvalidInput, Progress
from ctviz.core.text import about, count_of
from ctviz.estimators import ESTIMATORS, Estimator, passes
from ctviz.metrics import BehaviourMetric, FidelityMetric
from ctviz.ui.service import backend


@dataclass(frozen=True)
class Forecast:
    """What a plan will cost on this computer.

    Parameters
    ----------
    slices
        None while nobody has looked at them: of a folder that was not read yet.
    seconds
        Of one slice; None while the model's speed was not measured.
    again
        Whether metrics of behaviour compute maps again, which is not in the seconds.
    """

    slices: int | None
    seconds: float | None
    again: bool = False

    @property
    def sentence(self) -> str:
        """The forecast in words."""
        again = " Metrics of behaviour compute every map many times more." if self.again else ""
        return f"{self._plain}{again}"

    @property
    def _plain(self) -> str:
        if self.slices is None:
            each = "" if self.seconds is None else f", {about(self.seconds)} for each slice"
            return f"How many slices there are is known when the folder is read{each}."
        slices = count_of(self.slices, "slice")
        if self.seconds is None:
            return f"{slices}; how fast the model is here is being measured."
        return f"{slices}, {about(self.slices * self.seconds)} at the pace measured here."


def forecast(study: CohortStudy) -> Forecast:
    """Return what a plan will cost, refusing one that has nothing to study."""
    metrics = study.built_metrics().values()
    again = any(isinstance(metric, BehaviourMetric) for metric in metrics)
    return Forecast(_slices(study), _seconds(study), again)


def _slices(study: CohortStudy) -> int | None:
    service = backend()
    folder = service.settings.data
    demos = {
        "demo": (Demo(folder), Demo.more_patients(folder)),
        "marked": (Demo.marked_patients(folder),),
    }
    if study.cohort in demos:
        # Its patients may still have to be made; each slice of them has a region.
        wanted = study.slices_per_case
        return sum(
            demo.patients * (min(wanted, demo.slices) if wanted else demo.slices)
            for demo in demos[study.cohort]
        )
    return len(units_of(service, study)) if study.cohort in COHORTS else None


def _seconds(study: CohortStudy) -> float | None:
    """Return how long one slice takes: its maps, and the passes that fidelity asks for."""
    service, estimators = backend(), list(study.built_estimators().values())
    maps = service.estimate(study.model, estimators)
    unit = _forward_only()
    one = service.estimate(study.model, [unit])
    if maps is None or one is None:
        return None
    size = service.models()[study.model].size
    asked = sum(
        _asked(metric, len(estimators) * len(study.signs), size)
        for metric in study.built_metrics().values()
        if isinstance(metric, FidelityMetric)
    )
    return maps.seconds + asked * one.seconds / passes([unit]).forward


def _forward_only() -> Estimator:
    """Return an estimator that only sends images forward, to know how long one takes."""
    made = (cls() for cls in ESTIMATORS.values())
    return next(e for e in made if e.passes().forward and not e.passes().gradient)


class _ImagesAsked(Progress):
    """Hears how many images a metric is about to send, and ends it there."""

    images = 0

    def start(self, total: int) -> None:
        """Keep the number."""
        self.images = total
        raise Cancelled


@lru_cache(maxsize=256)
def _asked(metric: FidelityMetric, maps: int, size: tuple[int, int]) -> int:
    """Return how many images a metric classifies to score so many maps of one slice."""
    asked, empty = _ImagesAsked(), np.zeros(size, np.float32)
    with suppress(Cancelled):
        metric.compare([empty] * maps, empty[None], _unasked, asked)
    return asked.images


def _unasked(_: FloatMap) -> FloatMap:
    raise InvalidInput("A metric asked the model before it said how often it will.")
