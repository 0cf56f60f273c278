"""The jobs of all scores of one comparison, the quick ones first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ctviz.backend import Evaluation, Job, Question, Scoring
from ctviz.core import CtvizError, ImportanceMap, Mask, Prior, Score, Sign, digest
from ctviz.core.prior import MEAN_MASK
from ctviz.estimators import Estimator
from ctviz.metrics import Metric
from ctviz.ui.compare.page_jobs import PageJobs, Place, wait_for
from ctviz.ui.service import backend

AGREEMENT_SECONDS = 0.8
"""A stroke's new scores are waited for this long, so that they come with its acknowledgement."""


@dataclass(frozen=True, eq=False)
class Held:
    """What maps are held against when a reader's drawing is.

    Parameters
    ----------
    mask
        (H, W), the region to agree with; None before there is one.
    prior
        Where other patients have it; None while no metric asks.
    """

    mask: Mask | None = None
    prior: Prior | None = None

    @property
    def corrects(self) -> bool:
        """Whether there is a drawing, and enough others to correct agreement by."""
        return self.mask is not None and self.prior is not None and not self.prior.why_not


class Scores:
    """Asks for the scores of maps and knows how far they are.

    Parameters
    ----------
    page_jobs
        What was asked for before.
    question
        What the maps explain.
    sign
        How they are read.
    held
        What agreement is measured against.
    """

    def __init__(self, page_jobs: PageJobs, question: Question, sign: Sign, held: Held) -> None:
        self._page_jobs, self._question, self._sign, self._held = page_jobs, question, sign, held
        self._drawn = "" if held.mask is None else digest(held.mask)
        self._others = "" if held.prior is None else held.prior.digest
        self._jobs: dict[tuple[Estimator | None, Metric], Job[Evaluation]] = {}

    def ask(self, known: Mapping[Estimator, ImportanceMap], metrics: Iterable[Metric]) -> None:
        """Ask for scores of the maps that are there."""
        for metric in metrics:
            places = [self._place(estimator, metric) for estimator in known]
            jobs = self._page_jobs.several(places, self._asking(metric, list(known.items())))
            self._jobs |= {(e, metric): job for e, job in zip(known, jobs, strict=True)}

    def ask_mean_mask(self, metrics: Iterable[Metric]) -> None:
        """Ask how the mean mask of other patients agrees with the drawing, where it is known."""
        prior = self._held.prior
        if prior is None or not self._held.corrects:
            return
        given = [(None, backend().mean_mask(self._question, prior))]
        for metric in (metric for metric in metrics if metric.group == "agreement"):
            place = (*self._place(None, metric), MEAN_MASK, self._others)
            (self._jobs[None, metric],) = self._page_jobs.several(
                [place], self._asking(metric, given)
            )

    def ask_slow(
        self,
        known: Mapping[Estimator, ImportanceMap],
        metrics: Iterable[Metric],
        *,
        free: bool,
    ) -> None:
        """Ask for scores that make way for everything else: they go on only while we are free."""
        for metric in metrics:
            for estimator, importance in known.items():
                ask = partial(self._evaluate, metric, estimator, importance)
                job = self._page_jobs.when_idle(self._place(estimator, metric), ask, free=free)
                if job is not None:
                    self._jobs[estimator, metric] = job

    def _place(self, estimator: Estimator | None, metric: Metric) -> Place:
        question = self._question
        drawn = self._drawn if metric.group == "agreement" else ""
        others = self._others if metric.needs == "others" else ""
        view = question.view
        return ("score", *view, estimator, metric, self._sign, drawn, others)

    def _asking(
        self, metric: Metric, maps: Sequence[tuple[Estimator | None, ImportanceMap]]
    ) -> Callable[[list[int]], list[Job[Evaluation]]]:
        return lambda missing: self._score(metric, [maps[index] for index in missing])

    def _score(
        self, metric: Metric, maps: Sequence[tuple[Estimator | None, ImportanceMap]]
    ) -> list[Job[Evaluation]]:
        scoring = Scoring(
            self._question,
            [importance for _, importance in maps],
            self._sign,
            self._held.mask,
            prior=self._held.prior,
            estimators=[estimator for estimator, _ in maps if estimator is not None],
        )
        return backend().score(scoring, metric)

    def _evaluate(
        self, metric: Metric, estimator: Estimator, importance: ImportanceMap
    ) -> Job[Evaluation]:
        return self._score(metric, [(estimator, importance)])[0]

    def wait_for_agreement(self) -> None:
        """Give the quick scores a moment, so that a stroke and its scores arrive together."""
        quick = (job for (_, m), job in self._jobs.items() if m.group == "agreement")
        wait_for(quick, AGREEMENT_SECONDS)

    @property
    def open(self) -> int:
        """How many scores are still being computed."""
        return sum(not job.done for job in self._jobs.values())

    def evaluations(self, estimator: Estimator | None) -> dict[str, Evaluation]:
        """Return the evaluations of one estimator, or the mean mask, that are known, by metric."""
        return {
            metric.name: found(job)
            for (of, metric), job in self._jobs.items()
            if of == estimator and job.done
        }

    def shares(self, estimator: Estimator) -> dict[str, float]:
        """Return how far the scores of one estimator are that are being computed, by metric."""
        return {
            metric.name: job.progress
            for (of, metric), job in self._jobs.items()
            if of == estimator and not job.done
        }


def is_slow(metric: Metric) -> bool:
    """Whether a metric has maps computed again, so that it had better wait for all others."""
    return metric.needs == "estimator"


def found(job: Job[Evaluation]) -> Evaluation:
    """Return what a finished job found; a failure is a score that says why it is undefined."""
    try:
        return job.result(0)
    except CtvizError as error:
        return Evaluation(Score.undefined(str(error)))
