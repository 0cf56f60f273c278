"""How much a planned study is to do: how many slices, and about how long that takes."""

from dataclasses import dataclass

from ctviz.backend import Demo
from ctviz.cohort import COHORTS, CohortStudy, units_of
from ctviz.cohort.truth import TruthStudy
from ctviz.core.text import about, count_of
from ctviz.estimators import ESTIMATORS, Estimator, passes
from ctviz.ui.service import backend

USUAL_PARTS = 17
"""A phantom has about so many parts, without each of which the model answers again."""


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
    phantoms
        Whether the slices are those of phantoms, which are drawn first.
    """

    slices: int | None
    seconds: float | None
    again: bool = False
    phantoms: bool = False

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
        slices = count_of(self.slices, "phantom" if self.phantoms else "slice")
        if self.seconds is None:
            return f"{slices}; how fast the model is here is being measured."
        return f"{slices}, {about(self.slices * self.seconds)} at the pace measured here."


def forecast(study: CohortStudy) -> Forecast:
    """Return what a plan will cost, refusing one that has nothing to study."""
    metrics = study.built_metrics().values()
    again = any(metric.needs == "estimator" for metric in metrics)
    return Forecast(_slices(study), _seconds(study), again, isinstance(study, TruthStudy))


def _slices(study: CohortStudy) -> int | None:
    if isinstance(study, TruthStudy):
        return study.phantoms
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
    readings = len(estimators) * len(study.signs)
    asked = sum(metric.passes(readings, size) for metric in study.built_metrics().values())
    if isinstance(study, TruthStudy):
        asked += 1 + USUAL_PARTS
    return maps.seconds + asked * one.seconds / passes([unit]).forward


def _forward_only() -> Estimator:
    """Return an estimator that only sends images forward, to know how long one takes."""
    made = (cls() for cls in ESTIMATORS.values())
    return next(e for e in made if e.passes().forward and not e.passes().gradient)
