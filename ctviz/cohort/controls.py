"""The controls of a study: those that ignore the network, and the mean mask, which is given."""

from dataclasses import dataclass

from ctviz.cohort.plan import CohortStudy
from ctviz.core.prior import MEAN_MASK
from ctviz.estimators import ESTIMATORS


@dataclass(frozen=True)
class GivenControl:
    """A control that no estimator computes: its map comes from the cohort.

    Parameters
    ----------
    name, title, cite, summary
        As an estimator says them.
    """

    name: str
    title: str
    cite: str
    summary: str


MEAN_REGION = GivenControl(
    MEAN_MASK,
    "Mean mask",
    "Control: an average of the other patients' masks, after Arun et al., Radiology: Artificial "
    "Intelligence 2021. doi:10.1148/ryai.2021200267",
    "The mean region of the other patients: a map that knows only where a reader usually draws.",
)


def entrants_of(study: CohortStudy) -> tuple[str, ...]:
    """Return the names of what a study ranks: its estimators, and the mean mask of other patients.

    The mean mask enters where the study asks for corrected agreement; a plan from before that
    means what it meant.
    """
    given = (MEAN_MASK,) if needs_others(study) else ()
    return (*study.estimators, *given)


def needs_others(study: CohortStudy) -> bool:
    """Whether a study compares maps with what was drawn on other patients."""
    return any(metric.needs == "others" for metric in study.built_metrics().values())


def is_control(name: str) -> bool:
    """Whether an entrant knows nothing of what the model learnt."""
    return name == MEAN_MASK or ESTIMATORS[name].control


def title_of(name: str) -> str:
    """Return how an entrant is called; one that is gone keeps its short name."""
    if name == MEAN_MASK:
        return MEAN_REGION.title
    return ESTIMATORS[name].title if name in ESTIMATORS else name
