"""What a study of phantoms compares: the plan of any study, with phantoms as its cohort."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ctviz.cohort.plan import DEFAULT_METRICS, CohortStudy, Settings, metric_name
from ctviz.metrics import METRICS

COHORT = "phantoms"
FIRST_SEED = 3_000_000
"""No model has learnt from, or was measured on, phantoms of these seeds."""

MOST_PHANTOMS = 100_000

USUAL_PARTS = 17
"""A phantom has about so many parts, without each of which the model answers again."""

TRUTH_METRICS: Mapping[str, Settings] = MappingProxyType(
    {
        key: settings
        for key, settings in DEFAULT_METRICS.items()
        if METRICS[metric_name(key)].needs != "others"
    }
)
"""Those of any study but for the ones that need other patients' regions, which phantoms lack."""


@dataclass(frozen=True)
class TruthStudy(CohortStudy):
    """Which estimators and metrics are held against the truth, for which model.

    What a cohort of scans needs to be told, readers and slices, is known here: every phantom is a
    patient with one slice, and its true class is explained.

    Parameters
    ----------
    phantoms
        How many patients.
    first
        The seed of the first one; the others follow.
    """

    name: str = "truth"
    cohort: str = COHORT
    phantoms: int = 100
    first: int = FIRST_SEED

    @property
    def answers(self) -> int:
        """How many answers of the model a phantom takes: whole, and without each of its parts."""
        return 1 + USUAL_PARTS

    @property
    def seeds(self) -> range:
        """The phantoms' seeds."""
        return range(self.first, self.first + self.phantoms)

    def _faults(self) -> list[tuple[bool, str]]:
        return [
            *super()._faults(),
            (
                (self.cohort, self.target) != (COHORT, "truth")
                or any((self.reader, self.label, self.finding)),
                f"A study of the truth has the cohort {COHORT}, the target truth, no reader and no "
                "finding.",
            ),
            (
                not 1 <= self.phantoms <= MOST_PHANTOMS,
                f"The plan's phantoms must be 1 to {MOST_PHANTOMS}.",
            ),
            (self.first < 0, "The plan's first must be 0 or more."),
        ]
