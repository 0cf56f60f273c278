"""Maps and all that a metric of any kind may need to score them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.worker import Urgency
from ctviz.backend.question import Question
from ctviz.backend.tasks.behaviour import Behaviour
from ctviz.backend.tasks.evaluate import (
    AgreementScores,
    Comparing,
    Evaluation,
    FidelityScores,
    of_the_map_alone,
    of_the_record,
)
from ctviz.core import ImportanceMap, Mask, Prior, Sign
from ctviz.estimators import Estimator
from ctviz.metrics import (
    AgreementMetric,
    BehaviourMetric,
    CorrectedMetric,
    FidelityMetric,
    MapMetric,
    RecordMetric,
)


@dataclass(frozen=True, eq=False)
class Scoring:
    """Maps of one question that are to be scored, and what they are held against.

    Parameters
    ----------
    question
        What the maps explain.
    maps
        As `Backend.explain` gives them.
    sign
        How they are read.
    mask
        The drawing (H, W), which agreement needs; without it the score is undefined.
    prior
        Where other patients have the region, which corrected agreement needs too.
    estimators
        What made each map, which metrics of behaviour need: they ask it again. Empty where nobody
        knows.
    curves
        Whether the curves of agreement are wanted; the score alone is quicker.
    urgency
        Whether somebody waits for what needs the device.
    """

    question: Question
    maps: Sequence[ImportanceMap]
    sign: Sign
    mask: Mask | None = None
    prior: Prior | None = field(default=None, kw_only=True)
    estimators: Sequence[Estimator] = field(default=(), kw_only=True)
    curves: bool = field(default=True, kw_only=True)
    urgency: Urgency = field(default="interactive", kw_only=True)


@dataclass(frozen=True, eq=False)
class Scorer:
    """Has maps scored by whom a metric asks for: the metrics' `Evaluator`."""

    scoring: Scoring
    agreement: AgreementScores
    fidelity: FidelityScores
    behaviour: Behaviour

    def against_region(self, metric: AgreementMetric) -> list[Job[Evaluation]]:
        """Compare each map with the drawing."""
        return self._compare(Comparing.with_drawing(metric, self.scoring.question.image.spacing_mm))

    def against_others(self, metric: CorrectedMetric) -> list[Job[Evaluation]]:
        """Compare each map with the drawing, beside those on other patients."""
        return self._compare(Comparing.beside_others(metric, self.scoring.prior))

    def against_model(self, metric: FidelityMetric) -> list[Job[Evaluation]]:
        """Ask the model of all maps together, which needs fewer passes."""
        the = self.scoring
        return self.fidelity.ask(the.question, the.maps, metric, the.sign, the.urgency)

    def against_estimator(self, metric: BehaviourMetric) -> list[Job[Evaluation]]:
        """Ask what made each map again."""
        the = self.scoring
        makers: Sequence[Estimator | None] = the.estimators or [None] * len(the.maps)
        return [
            self.behaviour.ask(the.question, each, metric, the.sign, maker, the.urgency)
            for each, maker in zip(the.maps, makers, strict=True)
        ]

    def of_map(self, metric: MapMetric) -> list[Job[Evaluation]]:
        """Look at each map alone."""
        return [of_the_map_alone(each, metric, self.scoring.sign) for each in self.scoring.maps]

    def of_record(self, metric: RecordMetric) -> list[Job[Evaluation]]:
        """Read what was noted of each map."""
        return [of_the_record(each, metric) for each in self.scoring.maps]

    def _compare(self, comparing: Comparing) -> list[Job[Evaluation]]:
        the = self.scoring
        return [
            self.agreement.ask(the.question, each, comparing, the.sign, the.mask, curves=the.curves)
            for each in the.maps
        ]
