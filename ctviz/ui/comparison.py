"""What is compared on one slice: maps and scores as far as they are known by now.

Nothing here waits for the device. What is missing is asked for once, held by the session while it
is on the screen, and given up when the reader moves on.
"""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ctviz.backend import Evaluation, Job, Question
from ctviz.core import CtvizError, ImportanceMap, Mask, Score, Sign, digest
from ctviz.estimators import Estimator
from ctviz.metrics import METRICS, FidelityMetric, Metric
from ctviz.ui.service import backend
from ctviz.ui.session import session

SHOWN_METRICS = ("dice", "auroc", "average-precision", "fidelity")
AGREEMENT_SECONDS = 0.8
"""A stroke's new scores are waited for this long, so that they come with its acknowledgement."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Compared:
    """One estimator's part of the comparison.

    Parameters
    ----------
    estimator
        What was asked.
    job
        Its map, or how far it is.
    evaluations
        By metric, those that are known.
    """

    estimator: Estimator
    job: Job[ImportanceMap]
    evaluations: Mapping[str, Evaluation]

    def score(self, metric: str) -> Score:
        """Return a score, or why there is none yet."""
        if metric in self.evaluations:
            return self.evaluations[metric].score
        return Score.undefined(
            "The map could not be computed." if self.job.state == "failed" else "Being computed."
        )


@dataclass(frozen=True, eq=False)
class Comparison:
    """All estimators on one slice.

    Parameters
    ----------
    compared
        In the order in which the reader chose the estimators.
    pending
        What is still being computed, in words; empty when everything is known.
    """

    compared: tuple[Compared, ...]
    pending: str

    def best(self, metric: str) -> float | None:
        """Return the best score of a metric among the estimators that are no controls."""
        known = [
            score.value
            for one in self.compared
            if not one.estimator.control and (score := one.score(metric)).value is not None
        ]
        if not known:
            return None
        return max(known) if METRICS[metric].better == "higher" else min(known)


class Held:
    """The jobs behind what is on the screen; those that nobody looks at any more are cancelled."""

    def __init__(self) -> None:
        self._before = session().held
        self._now: dict[Hashable, Job[object]] = {}

    def several(
        self, places: Sequence[Hashable], ask: Callable[[list[int]], list[Job[T]]]
    ) -> list[Job[T]]:
        """Return the job of each place, asking together for those that are not held yet."""
        missing = [index for index, place in enumerate(places) if place not in self._before]
        if missing:
            for index, job in zip(missing, ask(missing), strict=True):
                self._before[places[index]] = job  # type: ignore[assignment]
        self._now |= {place: self._before[place] for place in places}
        return [self._before[place] for place in places]  # type: ignore[misc]

    def release_others(self) -> None:
        """Cancel what is not on the screen any more."""
        for place, job in self._before.items():
            if place not in self._now and not job.done:
                job.cancel()
        session().held = self._now


def compare(
    question: Question, estimators: Sequence[Estimator], sign: Sign, mask: Mask | None
) -> Comparison:
    """Return the maps and scores of one slice as far as they are known.

    Parameters
    ----------
    question
        The slice, the model and the class to explain.
    estimators
        Which maps.
    sign
        How maps are read before they are scored.
    mask
        (H, W), the region to agree with; None before there is one.
    """
    held = Held()
    view = (question.image.digest, question.model_id, question.target)

    def explain(missing: list[int]) -> list[Job[ImportanceMap]]:
        chosen = [estimators[index] for index in missing]
        return backend().explain(question.image, question.model_id, question.target, chosen)

    jobs = held.several([("map", *view, estimator) for estimator in estimators], explain)
    scores = _Scores(held, question, sign, mask)
    known = {e: job.result(0) for e, job in zip(estimators, jobs, strict=True) if _is_ready(job)}
    scores.ask(known)
    held.release_others()
    scores.wait_for_agreement()
    compared = tuple(
        Compared(estimator, job, scores.evaluations(estimator))
        for estimator, job in zip(estimators, jobs, strict=True)
    )
    return Comparison(compared, _pending(jobs, scores))


class _Scores:
    """The jobs of all scores of one comparison."""

    def __init__(self, held: Held, question: Question, sign: Sign, mask: Mask | None) -> None:
        self._held, self._question, self._sign, self._mask = held, question, sign, mask
        self._drawn = "" if mask is None else digest(mask)
        self._jobs: dict[tuple[Estimator, str], Job[Evaluation]] = {}
        self._metrics = {name: METRICS[name]() for name in SHOWN_METRICS}

    def ask(self, known: Mapping[Estimator, ImportanceMap]) -> None:
        """Ask for every score of the maps that are there."""
        for name, metric in self._metrics.items():
            places = [self._place(estimator, metric) for estimator in known]
            jobs = self._held.several(places, self._asking(metric, list(known.values())))
            self._jobs |= {(e, name): job for e, job in zip(known, jobs, strict=True)}

    def _place(self, estimator: Estimator, metric: Metric) -> Hashable:
        question = self._question
        drawn = "" if isinstance(metric, FidelityMetric) else self._drawn
        view = (question.image.digest, question.model_id, question.target)
        return ("score", *view, estimator, metric, self._sign, drawn)

    def _asking(
        self, metric: Metric, maps: list[ImportanceMap]
    ) -> Callable[[list[int]], list[Job[Evaluation]]]:
        question, sign, service = self._question, self._sign, backend()

        def ask(missing: list[int]) -> list[Job[Evaluation]]:
            wanted = [maps[index] for index in missing]
            if isinstance(metric, FidelityMetric):
                return service.fidelity(question, wanted, metric, sign=sign)
            return [
                service.evaluate(question, importance, metric, sign=sign, mask=self._mask)
                for importance in wanted
            ]

        return ask

    def wait_for_agreement(self) -> None:
        """Give the quick scores a moment, so that a stroke and its scores arrive together."""
        deadline = time.monotonic() + AGREEMENT_SECONDS
        for (_, name), job in self._jobs.items():
            if not isinstance(self._metrics[name], FidelityMetric):
                while not job.done and time.monotonic() < deadline:
                    time.sleep(0.005)

    @property
    def open(self) -> int:
        """How many scores are still being computed."""
        return sum(not job.done for job in self._jobs.values())

    def evaluations(self, estimator: Estimator) -> dict[str, Evaluation]:
        """Return the evaluations of one estimator that are known, by metric."""
        return {
            name: _evaluation(job)
            for (of, name), job in self._jobs.items()
            if of == estimator and job.done
        }


def _is_ready(job: Job[ImportanceMap]) -> bool:
    return job.state == "ready"


def _evaluation(job: Job[Evaluation]) -> Evaluation:
    """Return what a finished job found; a failure is a score that says why it is undefined."""
    try:
        return job.result(0)
    except CtvizError as error:
        return Evaluation(Score.undefined(str(error)))


def _pending(jobs: Sequence[Job[ImportanceMap]], scores: _Scores) -> str:
    maps = sum(not job.done for job in jobs)
    if maps:
        return f"computing {maps} of {len(jobs)} maps"
    return f"computing {scores.open} scores" if scores.open else ""
