"""Who scores by each kind of metric; a metric hands itself to the one for its kind."""

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from ctviz.metrics.against_estimator import BehaviourMetric
    from ctviz.metrics.against_model import FidelityMetric
    from ctviz.metrics.against_others import CorrectedMetric
    from ctviz.metrics.against_region import AgreementMetric
    from ctviz.metrics.of_map import MapMetric
    from ctviz.metrics.of_record import RecordMetric

T_co = TypeVar("T_co", covariant=True)


class Evaluator(Protocol[T_co]):
    """Scores maps by a metric of any kind; it knows the maps and all that a metric may need."""

    def against_region(self, metric: "AgreementMetric") -> T_co:
        """Score by a metric that needs a reader's drawing."""

    def against_others(self, metric: "CorrectedMetric") -> T_co:
        """Score by a metric that needs a reader's drawing and those on other patients."""

    def against_model(self, metric: "FidelityMetric") -> T_co:
        """Score by a metric that asks the model."""

    def against_estimator(self, metric: "BehaviourMetric") -> T_co:
        """Score by a metric that asks the estimator again."""

    def of_map(self, metric: "MapMetric") -> T_co:
        """Score by a metric that needs the map alone."""

    def of_record(self, metric: "RecordMetric") -> T_co:
        """Score by a metric that reads what was noted when the map was made."""
