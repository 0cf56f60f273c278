"""What is compared on one slice: maps and scores as far as they are known by now.

Nothing here waits for the device. What is missing is asked for once, held by the session while it
is on the screen, and given up when the reader moves on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ctviz.backend import Evaluation, Job, Question
from ctviz.core import CtvizError, FloatMap, ImportanceMap, Mask, Score, Sign, digest
from ctviz.estimators import Estimator
from ctviz.metrics import METRICS, FidelityMetric, Metric
from ctviz.ui.held import Held, Place, wait_for
from ctviz.ui.service import backend
from ctviz.ui.viewer import MapUnit
from ctviz.ui.words import count_of

SHOWN_METRICS = ("dice", "auroc", "average-precision", "fidelity")
AGREEMENT_SECONDS = 0.8
"""A stroke's new scores are waited for this long, so that they come with its acknowledgement."""

WHY_NOT = {"failed": "The map could not be computed.", "cancelled": "The map was cancelled."}


@dataclass(frozen=True, eq=False)
class Compared:
    """One estimator's part of the comparison.

    Parameters
    ----------
    estimator
        What was asked.
    job
        Its map, or how far it is; None before the model has said what is to be explained.
    evaluations
        By metric, those that are known.
    region_map
        Its region map, if the reader wants to see it and the map is there.
    """

    estimator: Estimator
    job: Job[ImportanceMap] | None = None
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)
    region_map: Job[FloatMap] | None = None

    @property
    def shown(self) -> Job[Any] | None:
        """What is to be seen, or on the way to it."""
        return self.region_map or self.job

    @property
    def seconds(self) -> float | None:
        """What the map cost; None while it is not there."""
        return self.job.result(0).seconds if self.job is not None and _is_ready(self.job) else None

    def score(self, metric: str) -> Score:
        """Return a score, or why there is none yet."""
        if metric in self.evaluations:
            return self.evaluations[metric].score
        state = "queued" if self.job is None else self.job.state
        return Score.undefined(WHY_NOT.get(state, "Being computed."))


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

    def is_best(self, one: Compared, metric: str) -> bool:
        """Whether nobody reads a better score; what looks equal is equally good."""
        value, best = one.score(metric).value, self.best(metric)
        if value is None or best is None or one.estimator.control:
            return False
        return written(value) == written(best)


def written(value: float) -> str:
    """Return a score as it is read, with a true minus and without a negative zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


@dataclass(frozen=True)
class Reading:
    """How maps are read.

    Parameters
    ----------
    sign
        With their sign or without.
    unit
        Whether the importance of pixels is shown, or that of regions.
    """

    sign: Sign
    unit: MapUnit


def compare(
    held: Held,
    question: Question,
    estimators: Sequence[Estimator],
    reading: Reading,
    mask: Mask | None,
) -> Comparison:
    """Return the maps and scores of one slice as far as they are known.

    Parameters
    ----------
    held
        What was asked for before.
    question
        The slice, the model and the class to explain.
    estimators
        Which maps.
    reading
        How maps are shown and scored.
    mask
        (H, W), the region to agree with; None before there is one.
    """
    view = (question.image.digest, question.model_id, question.target)

    def explain(missing: list[int]) -> list[Job[ImportanceMap]]:
        chosen = [estimators[index] for index in missing]
        return backend().explain(question.image, question.model_id, question.target, chosen)

    jobs = held.several([("map", *view, estimator) for estimator in estimators], explain)
    scores = _Scores(held, question, reading.sign, mask)
    # A map that comes from now on belongs to the next run, which has to be promised below.
    awaited = sum(not job.done for job in jobs)
    known = {e: job.result(0) for e, job in zip(estimators, jobs, strict=True) if _is_ready(job)}
    regions = _region_maps(held, question, known, reading)
    scores.ask(known)
    scores.wait_for_agreement()
    awaited += sum(not job.done for job in regions.values())
    pending = _pending(awaited, len(jobs), scores.open)
    compared = tuple(
        Compared(estimator, job, scores.evaluations(estimator), regions.get(estimator))
        for estimator, job in zip(estimators, jobs, strict=True)
    )
    return Comparison(compared, pending)


def _region_maps(
    held: Held, question: Question, known: Mapping[Estimator, ImportanceMap], reading: Reading
) -> dict[Estimator, Job[FloatMap]]:
    """Return the region maps of the maps that are there, if the reader wants to see them."""
    if reading.unit == "pixels":
        return {}
    maps, service, sign = list(known.values()), backend(), reading.sign
    view = (question.image.digest, question.model_id, question.target)
    jobs = held.several(
        [("regions", *view, sign, estimator) for estimator in known],
        lambda missing: [service.region_map(question, maps[index], sign) for index in missing],
    )
    return dict(zip(known, jobs, strict=True))


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

    def _place(self, estimator: Estimator, metric: Metric) -> Place:
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
        quick = (
            job
            for (_, name), job in self._jobs.items()
            if not isinstance(self._metrics[name], FidelityMetric)
        )
        wait_for(quick, AGREEMENT_SECONDS)

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


def _pending(maps: int, of: int, scores: int) -> str:
    """Say what is still awaited, which must not be less than what is missing on the screen."""
    if maps:
        return f"{maps} of {of} maps …"
    return f"{count_of(scores, 'score')} …" if scores else ""
