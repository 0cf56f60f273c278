"""How far a study's fidelity hangs on what replaces removed pixels.

A study tries other fills in coarser steps, to save time. Steps change the area between two curves
as well, so a score with another fill is not set beside the usual one as it is: both are compared in
the steps of the coarser, which the usual curves contain, and the usual score is moved by the
difference. It lies within its range because the usual fill is one of those tried.
"""

from collections.abc import Iterator

import numpy as np

from ctviz.cohort.analysis.findings import FillRange
from ctviz.cohort.plan import metric_name
from ctviz.cohort.statistics import Panel
from ctviz.cohort.statistics.patients import Numbers, mean_of_patients
from ctviz.cohort.tables.study_data import StudyData


def fill_ranges(study_data: StudyData) -> tuple[FillRange, ...]:
    """Return the range over fills of every entrant's score, by each metric with other fills."""
    found: dict[str, list[Numbers]] = {}
    for usual, other in other_fills(study_data):
        panel = in_steps_of(study_data, usual, other)
        if panel is not None:
            found.setdefault(usual, []).append(_shift(study_data, panel, study_data.panel(other)))
    return tuple(
        each for usual, shifts in found.items() for each in _ranges(study_data, usual, shifts)
    )


def other_fills(study_data: StudyData) -> Iterator[tuple[str, str]]:
    """Yield the keys of a metric and of its variant with another fill."""
    metrics = study_data.study.metrics
    for key, settings in metrics.items():
        usual = metrics.get(metric_name(key))
        if key != metric_name(key) and usual and settings.get("fill") != usual.get("fill"):
            yield metric_name(key), key


def in_steps_of(study_data: StudyData, usual: str, other: str) -> Panel | None:
    """Return a metric in the steps of its variant; None where its curves do not contain them."""
    steps = [float(study_data.study.metrics[key].get("step", 1)) for key in (usual, other)]
    ratio = steps[1] / steps[0]
    return coarser(study_data, usual, round(ratio)) if np.isclose(ratio, round(ratio)) else None


def coarser(study_data: StudyData, key: str, every: int) -> Panel | None:
    """Return fidelity with ``every`` times the step, from the same curves, if they have it."""
    if key not in study_data.curves.removals or every < 1:
        return None
    shares = study_data.curves.grids[f"shares {key}"]
    if (len(shares) - 1) % every or every >= len(shares) - 1:
        return None
    orders = (study_data.curves.parts(f"{order} {key}") for order in ("mif", "lif"))
    areas = [
        np.trapezoid((lif - mif)[..., ::every], shares[::every], axis=-1)
        for mif, lif in zip(*orders, strict=True)
    ]
    defined = study_data.panel(key).defined
    return study_data.of_values(np.where(defined, np.concatenate(areas), np.nan), key)


def _shift(study_data: StudyData, usual: Panel, other: Panel) -> Numbers:
    """Return (E,) by how much another fill moves the mean, paired; NaN without any pair."""
    moved = study_data.of_values(other.values - usual.values, usual.metric)
    return mean_of_patients(moved.patient_means)


def _ranges(study_data: StudyData, usual: str, shifts: list[Numbers]) -> Iterator[FillRange]:
    panel = study_data.panel(usual)
    means = mean_of_patients(panel.patient_means)
    # The usual fill moves nothing; a fill without any score in common says nothing.
    moved = np.nan_to_num(np.stack([np.zeros_like(means), *shifts]))
    for place, entrant in enumerate(panel.entrants):
        if not np.isnan(means[place]):
            ends = means[place] + moved[:, place].min(), means[place] + moved[:, place].max()
            yield FillRange(usual, entrant, *map(float, ends))
