"""How much a planned study is to do: how many slices, and about how long that takes."""

from dataclasses import dataclass

from ctviz.backend import Demo
from ctviz.cohort import COHORTS, CohortStudy, units_of
from ctviz.cohort.run.cost import Cost, cost, crowd
from ctviz.cohort.run.running import at_once, slices_known
from ctviz.cohort.truth import TruthStudy
from ctviz.core.text import about, about_between, count_of
from ctviz.ui.service import backend

BUSY = 1.5
"""From so many times longer than alone on, it is said that others are at work."""


@dataclass(frozen=True)
class Forecast:
    """What a plan will take on this computer.

    Parameters
    ----------
    slices
        None while nobody has looked at them: of a folder that was not read yet.
    cost
        Of the plan; None while the model's speed was not measured.
    known
        How many of the slices were computed before.
    processes
        How many slices are computed at a time.
    crowd
        How many times longer it takes while others are at work as much as now.
    again
        Whether metrics of behaviour ask estimators again, of which the most is counted.
    phantoms
        Whether the slices are those of phantoms, which are drawn first.
    """

    slices: int | None
    cost: Cost | None
    known: int = 0
    processes: int = 1
    crowd: float = 1.0
    again: bool = False
    phantoms: bool = False

    @property
    def sentence(self) -> str:
        """The forecast in words."""
        if self.slices is None:
            each = "" if self.cost is None else f", {about(self.cost.slice)} for each slice"
            return f"How many slices there are is known when the folder is read{each}."
        slices = count_of(self.slices, "phantom" if self.phantoms else "slice")
        known = min(self.known, self.slices)
        if known:
            slices += f", {known} of them computed before"
        if self.cost is None:
            return f"{slices}; how fast the model is here is being measured."
        alone = self.cost.seconds(self.slices - known, self.processes)
        most = " at most" if self.again else ""
        if self.crowd < BUSY:
            return f"{slices}, {about(alone)}{most} on this computer."
        return (
            f"{slices}, {about_between(alone, alone * self.crowd)}{most}: this computer is busy "
            "with other work, without which the shorter time holds."
        )


def forecast(study: CohortStudy) -> Forecast:
    """Return what a plan will take, refusing one that has nothing to study."""
    service = backend()
    slices, one_core = _slices(study), service.one_core(study.model)
    metrics = study.built_metrics().values()
    processes = at_once(service.device)
    return Forecast(
        slices,
        None if one_core is None else cost(study, one_core, service.models()[study.model].size),
        slices_known(service.settings, study),
        processes,
        crowd(processes),
        any(metric.needs == "estimator" for metric in metrics),
        isinstance(study, TruthStudy),
    )


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
