"""What is found out while there is nothing else to do: other fills, Captum's maps, sanity.

It makes way for what the reader asks for: it is begun when everything on the screen is known, and
given up as soon as that is no longer so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias, TypeVar

from ctviz.backend import ErrorBars, Evaluation, Job, Question, Sanity
from ctviz.core import CtvizError, ImportanceMap, Score, Sign
from ctviz.estimators import Estimator
from ctviz.estimators.second_opinion import SecondOpinion
from ctviz.metrics.fidelity import Fidelity
from ctviz.metrics.fills import FILLS
from ctviz.ui.compare.expected_seconds import expected_seconds
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.compare.score_jobs import found
from ctviz.ui.service import backend

ByFill: TypeAlias = Mapping[str, Score]
"""One map's fidelity with each fill, by the fill's name."""

T = TypeVar("T")


@dataclass
class IdleChecks:
    """Asks for what nobody waits for.

    Parameters
    ----------
    page_jobs
        What was asked for before.
    question
        What is on the screen.
    free
        Whether there is nothing else to do.
    open
        How many works are under way.
    """

    page_jobs: PageJobs
    question: Question
    free: bool
    open: int = 0

    def try_fills(
        self, known: Mapping[Estimator, ImportanceMap], fidelity: Fidelity, sign: Sign
    ) -> dict[Estimator, ByFill]:
        """Return the fidelity with every fill of maps of which it is known.

        In the steps of the score itself, which is one of them: it lies within their range.
        """
        metrics = [replace(fidelity, fill=fill) for fill in FILLS]
        tried = {
            estimator: {m.fill: self._score(estimator, importance, m, sign) for m in metrics}
            for estimator, importance in known.items()
        }
        return {
            estimator: {fill: score for fill, score in scores.items() if score is not None}
            for estimator, scores in tried.items()
            if None not in scores.values()
        }

    def _score(
        self, estimator: Estimator, importance: ImportanceMap, metric: Fidelity, sign: Sign
    ) -> Score | None:
        def ask() -> Job[Evaluation]:
            return backend().fidelity(
                self.question, [importance], metric, sign=sign, urgency="background"
            )[0]

        job = self._done(("fill", estimator, metric, sign), ask)
        return None if job is None else found(job).score

    def ask_captum(self, estimators: Sequence[Estimator]) -> dict[Estimator, SecondOpinion]:
        """Return how far Captum's maps are from ours; what is not known yet is left out."""
        known = {estimator: self._second_opinion(estimator) for estimator in estimators}
        return {estimator: opinion for estimator, opinion in known.items() if opinion is not None}

    def _second_opinion(self, estimator: Estimator) -> SecondOpinion | None:
        def ask() -> Job[SecondOpinion]:
            return backend().second_opinion(self.question, estimator)

        job = self._done(("captum", estimator), ask)
        try:
            return None if job is None else job.result(0)
        except CtvizError as error:
            return SecondOpinion(estimator.name, why=str(error))

    def ask_error_bars(self, estimators: Sequence[Estimator]) -> dict[Estimator, Job[ErrorBars]]:
        """Return the error bars of maps as far as they are; what was not begun is left out."""
        jobs = {
            estimator: self._begun(
                ("error bars", estimator),
                partial(backend().error_bars, self.question, estimator),
            )
            for estimator in estimators
        }
        return {estimator: job for estimator, job in jobs.items() if job is not None}

    def check_sanity(self, estimators: Sequence[Estimator]) -> dict[Estimator, Sanity]:
        """Return whether estimators notice that the model has forgotten what it learnt.

        The quick ones are checked first; what is not known yet is left out.
        """
        model_id = self.question.model_id

        def seconds(estimator: Estimator) -> float:
            return expected_seconds(model_id, [estimator]) or 0.0

        known = {
            estimator: self._sanity(estimator) for estimator in sorted(estimators, key=seconds)
        }
        return {estimator: sanity for estimator, sanity in known.items() if sanity is not None}

    def _sanity(self, estimator: Estimator) -> Sanity | None:
        model_id = self.question.model_id
        known = backend().known_sanity(model_id, estimator)
        if known is not None:
            return known
        job = self._done(("sanity", estimator), lambda: backend().sanity(model_id, estimator))
        if job is None:
            return None
        try:
            return job.result(0)
        except CtvizError as error:
            return Sanity(None, None, None, str(error))

    def _done(self, place: tuple[object, ...], ask: Callable[[], Job[T]]) -> Job[T] | None:
        """Return a job that is done; begin it if it is not there and we are free."""
        job = self._begun(place, ask)
        return job if job is not None and job.done else None

    def _begun(self, place: tuple[object, ...], ask: Callable[[], Job[T]]) -> Job[T] | None:
        """Return a job, done or not; begin it if it is not there and we are free."""
        question = self.question
        view = question.view
        job = self.page_jobs.when_idle((*place, *view), ask, free=self.free)
        if job is not None and not job.done:
            self.open += 1
        return job
