"""Computing one slice of a study: every estimator, sign and metric."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product
from typing import Any, TypeAlias, TypeVar

from ctviz.backend import Backend, Evaluation, Job, Question, Scoring
from ctviz.backend.stored.keys import address, of_model, of_slice, of_tunable
from ctviz.cohort.controls import entrants_of, needs_others
from ctviz.cohort.finding import answer_of, truth_of
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.cost import work_of_maps, work_of_score
from ctviz.cohort.run.result import Context, UnitResult
from ctviz.cohort.run.result_builder import DICE, ResultBuilder
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.waiting import POLL_SECONDS, waited
from ctviz.cohort.tables.threshold_rates import threshold_rates
from ctviz.core import (
    Cancelled,
    CtvizError,
    FloatMap,
    ImportanceMap,
    Mask,
    Prediction,
    Prior,
    Progress,
    Score,
    Sign,
    digest,
    signed_view,
)
from ctviz.estimators import Estimator
from ctviz.metrics import BehaviourMetric, Metric

T = TypeVar("T")

UNIT_VERSION = 1
"""Raised whenever equal inputs begin to give another result, which computes all slices anew."""

NO_DRAWING = Score.undefined("Nobody drew a region on this slice.")
GIVEN = Score.undefined("This map was given: there is no estimator to ask again.")

Heard: TypeAlias = Callable[[float], object]
"""Called with the share of a slice that is done, 0 to 1."""


@dataclass(frozen=True, eq=False)
class HeldUnit:
    """What a slice's maps explain, and what they are held against."""

    question: Question
    mask: Mask | None
    prior: Prior | None


@dataclass(frozen=True, eq=False)
class Asked:
    """The places of an estimator, a sign and a metric, who will have the answer, and its work."""

    e: int
    s: int
    m: int
    job: Job[Evaluation]
    work: float


def unit_address(backend: Backend, study: CohortStudy, unit: Unit) -> str:
    """Return the content address of a slice's result: of everything it is computed from."""
    image, mask, card = unit.image(backend), unit.mask(backend), backend.models()[study.model]
    prior = unit.prior(backend) if needs_others(study) else None
    return address(
        "unit",
        UNIT_VERSION,
        [unit.case, unit.patient, unit.slice_index, unit.truth, study.target],
        [study.model, of_model(card), of_slice(image, card)],
        [of_tunable(estimator) for estimator in study.built_estimators().values()],
        [[key, of_tunable(metric)] for key, metric in study.built_metrics().items()],
        study.signs,
        None if mask is None else digest(mask),
        *([] if prior is None else [prior.digest]),
        *([["finding", study.finding]] if study.finding else []),
        # Not said of a study that asks no twin, so that what was computed before is still found.
        *([_twins(backend, study)] if asks_twins(study) else []),
    )


def asks_twins(study: CohortStudy) -> bool:
    """Whether any metric of a study asks the twins of its model."""
    return any(
        isinstance(metric, BehaviourMetric) and metric.asks_twins
        for metric in study.built_metrics().values()
    )


def _twins(backend: Backend, study: CohortStudy) -> list[list[object]]:
    return [of_model(card) for card in backend.twin_cards(study.model)]


def compute_unit(
    backend: Backend,
    study: CohortStudy,
    unit: Unit,
    progress: Progress | None = None,
    heard: Heard | None = None,
) -> UnitResult:
    """Return every score of a slice; an estimator that is refused has undefined scores.

    Cancelling ``progress`` ends it; ``heard`` is told how far it is.
    """
    hear = heard or (lambda _: None)
    return _Computation(backend, study, unit, progress or Progress(), hear).run()


@dataclass(eq=False)
class _Computation:
    """One slice on its way through the backend."""

    backend: Backend
    study: CohortStudy
    unit: Unit
    progress: Progress
    heard: Heard
    maps: dict[int, ImportanceMap] = field(default_factory=dict)
    asked: list[Job[Any]] = field(default_factory=list)

    def run(self) -> UnitResult:
        study = self.study
        image = self.unit.image(self.backend)
        mask = self.unit.mask(self.backend)
        prior = self.unit.prior(self.backend) if needs_others(study) else None
        asked = self.backend.predict(image, study.model, urgency="background")
        prediction = waited(asked, self.progress)
        question = Question(image, study.model, self._target(prediction))
        builder = ResultBuilder(entrants_of(study), study.signs, tuple(study.metrics))
        self._explain(question, builder)
        self._give_mean_mask(question, prior, builder)
        scores = self._ask(HeldUnit(question, mask, prior), builder)
        self.asked += [each.job for each in scores]
        if mask is not None:
            self._rate(mask, builder)
        for each, outcome in zip(scores, self._outcomes(scores), strict=True):
            if isinstance(outcome, CtvizError):
                builder.score(each.e, each.s, each.m, Score.undefined(str(outcome)))
            else:
                builder.evaluate(each.e, each.s, each.m, outcome)
        context = Context(
            patient=self.unit.patient,
            case=self.unit.case,
            slice_index=self.unit.slice_index,
            model=study.model,
            truth=truth_of(self.unit.truth, study.finding, prediction.classes),
            predicted=answer_of(prediction, study.finding),
            target=prediction.classes[question.target],
            region_share=None if mask is None else float(mask.mean()),
            pixels=image.digest,
        )
        return builder.result(context, self._digests())

    @cached_property
    def share_of_maps(self) -> float:
        """The share of a slice's work that its maps are; scores count for no more than they are."""
        size, metrics = self.backend.models()[self.study.model].size, dict(self._metrics()).values()
        estimators = [*self.study.built_estimators().values()]
        given = [None] * (len(entrants_of(self.study)) - len(estimators))
        each = product(metrics, [*estimators, *given])
        scores = sum(work_of_score(metric, estimator, size) for metric, estimator in each)
        maps = work_of_maps(self.study)
        return maps / (maps + scores * len(self.study.signs))

    def _target(self, prediction: Prediction) -> int:
        if self.study.finding:
            return prediction.classes.index(self.study.finding)
        truth = self.unit.truth
        if self.study.target == "predicted" or truth not in prediction.classes:
            return prediction.target
        return prediction.classes.index(truth)

    def _explain(self, question: Question, builder: ResultBuilder) -> None:
        """Compute or recall the maps; whatever is refused says why in its scores."""
        estimators = list(self.study.built_estimators().values())
        jobs = self.backend.explain(question, estimators, urgency="background")
        self.asked += jobs
        for place, job in enumerate(jobs):
            outcome = self._outcome(job)
            if isinstance(outcome, CtvizError):
                builder.refuse(place, str(outcome))
            else:
                self.maps[place] = outcome
            self.heard(self.share_of_maps * (place + 1) / len(jobs))

    def _give_mean_mask(
        self, question: Question, prior: Prior | None, builder: ResultBuilder
    ) -> None:
        """Put the mean mask of other patients among the maps, behind all estimators."""
        place = len(self.study.estimators)
        if not needs_others(self.study):
            return
        if prior is None or prior.why_not:
            builder.refuse(place, NO_DRAWING.why if prior is None else prior.why_not)
        else:
            self.maps[place] = self.backend.mean_mask(question, prior)

    def _ask(self, held: HeldUnit, builder: ResultBuilder) -> list[Asked]:
        """Ask for all scores; without a drawing there is no agreement."""
        # The model's come first, so that the device is at work while others compare.
        metrics = sorted(self._metrics(), key=lambda each: each[1].needs != "model")
        size = self.backend.models()[self.study.model].size
        asked: list[Asked] = []
        for m, metric in metrics:
            scored, refused = self._scored_by(metric, held)
            signs = range(len(self.study.signs))
            for e, s in product(refused, signs):
                builder.score(e, s, m, refused[e])
            for s in signs if scored else ():
                jobs = self._score(held, metric, self.study.signs[s], scored)
                asked += [
                    Asked(e, s, m, job, work_of_score(metric, self._estimator(e), size))
                    for e, job in zip(scored, jobs, strict=True)
                ]
        return asked

    def _estimator(self, e: int) -> Estimator | None:
        """Return the estimator in a place; None where the map is given."""
        return next(islice(self.study.built_estimators().values(), e, None), None)

    def _scored_by(self, metric: Metric, held: HeldUnit) -> tuple[list[int], dict[int, Score]]:
        """Return the maps that a metric can score, and why there is no score of the others."""
        if metric.group == "agreement" and held.mask is None:
            return [], dict.fromkeys(self.maps, NO_DRAWING)
        given = [e for e in self.maps if e >= len(self.study.estimators)]
        if metric.needs == "estimator" and given:
            return [e for e in self.maps if e not in given], dict.fromkeys(given, GIVEN)
        return list(self.maps), {}

    def _score(
        self, held: HeldUnit, metric: Metric, sign: Sign, places: Sequence[int]
    ) -> list[Job[Evaluation]]:
        """Ask for the score of some maps under one sign."""
        estimators = list(self.study.built_estimators().values())
        scoring = Scoring(
            held.question,
            [self.maps[e] for e in places],
            sign,
            held.mask,
            prior=held.prior,
            estimators=[estimators[e] for e in places if e < len(estimators)],
            curves=metric.name == DICE,
            urgency="background",
        )
        return self.backend.score(scoring, metric)

    def _metrics(self) -> Iterator[tuple[int, Metric]]:
        return iter(enumerate(self.study.built_metrics().values()))

    def _rate(self, mask: Mask, builder: ResultBuilder) -> None:
        """Draw the rates at fixed thresholds, while others compute."""
        for e, importance in self.maps.items():
            for s, sign in enumerate(self.study.signs):
                rates = threshold_rates(signed_view(importance.values, sign), mask)
                if rates is not None:
                    builder.draw("tpr", e, s, rates[0])
                    builder.draw("fpr", e, s, rates[1])

    def _outcomes(self, asked: Sequence[Asked]) -> Iterator[Evaluation | CtvizError]:
        """Yield each job's answer, or why there is none."""
        for job in (each.job for each in asked):
            while not job.done:
                self._tell(asked)
                try:
                    job.result(POLL_SECONDS)
                except TimeoutError:
                    self._stop_if_cancelled()
                except CtvizError:
                    break
            outcome = self._outcome(job)
            yield outcome

    def _tell(self, asked: Sequence[Asked]) -> None:
        share = sum(each.work * each.job.progress for each in asked)
        share /= sum(each.work for each in asked)
        self.heard(self.share_of_maps + (1 - self.share_of_maps) * share)

    def _stop_if_cancelled(self) -> None:
        """Give up everything that was asked for, if that is wished."""
        if self.progress.cancelled:
            for job in self.asked:
                job.cancel()
        self.progress.check()

    def _outcome(self, job: Job[T]) -> T | CtvizError:
        try:
            return waited(job, self.progress)
        except Cancelled:
            self._stop_if_cancelled()
            raise
        except CtvizError as error:
            return error

    def _digests(self) -> tuple[str, ...]:
        """Return the sha256 of each map on both grids, empty where there is none."""
        places = range(len(entrants_of(self.study)))
        return tuple(_digest(self.maps[e]) if e in self.maps else "" for e in places)


def _digest(importance: ImportanceMap) -> str:
    return digest(*_grids(importance))


def _grids(importance: ImportanceMap) -> list[FloatMap]:
    """Return the map on the scan's grid, and on the network's."""
    native = importance.native
    return [importance.values, *([] if native is None else [native])]
