"""What is compared on one slice: maps and scores as far as they are known by now.

Nothing here waits for the device. What is missing is asked for once, held by the session while it
is on the screen, and given up when the reader moves on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ctviz.backend import ErrorBars, Evaluation, Job, Question, Sanity
from ctviz.core import FloatMap, ImportanceMap, Prior, Score, Sign
from ctviz.core.text import count_of
from ctviz.estimators import Estimator
from ctviz.estimators.second_opinion import SecondOpinion
from ctviz.metrics import METRICS, Group, Metric
from ctviz.metrics.fidelity import Fidelity
from ctviz.ui.compare.expected_seconds import waits_for_a_click
from ctviz.ui.compare.idle_checks import ByFill, IdleChecks
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.compare.score_jobs import Held, Scores, is_slow
from ctviz.ui.service import backend
from ctviz.ui.viewer import MapUnit

WHY_NOT = {"failed": "The map could not be computed.", "cancelled": "The map was cancelled."}
NOT_BEGUN = "The map waits for 'Compute'."
UNDEFINED = "–"
MEAN_MASK = "Mean mask of other patients"

CRITERIA: frozenset[Group] = frozenset({"agreement", "fidelity"})
"""Groups of metrics by which a map has to beat one that knows nothing of the model. How steady or
scattered a map is, or how quick, speaks for no control."""


@dataclass(frozen=True)
class BestControl:
    """The best that a control on the screen reaches by a metric."""

    title: str
    value: float


@dataclass(frozen=True, eq=False)
class ComparedMap:
    """One estimator's part of the comparison.

    Parameters
    ----------
    estimator
        What was asked.
    job
        Its map, or how far it is; None while it has not been asked for.
    evaluations
        By metric, those that are known.
    region_map
        Its region map, if the reader wants to see it and the map is there.
    waits
        Whether its map takes so long that it is not begun before the reader says so.
    shares
        By metric, how far those are that are being computed, 0 to 1.
    fills
        Fidelity with each fill, once all of them are known.
    sanity
        Whether it depends on what the model learnt, once that is known.
    second_opinion
        How far Captum's map is from it, if the reader wants to know, once that is known.
    error_bars
        Of its map, or how far they are, if the reader wants them; None while they are not begun.
    """

    estimator: Estimator
    job: Job[ImportanceMap] | None = None
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)
    region_map: Job[FloatMap] | None = None
    waits: bool = False
    shares: Mapping[str, float] = field(default_factory=dict)
    fills: ByFill = field(default_factory=dict)
    sanity: Sanity | None = None
    second_opinion: SecondOpinion | None = None
    error_bars: Job[ErrorBars] | None = None

    @property
    def shown(self) -> Job[Any] | None:
        """What is to be seen, or on the way to it."""
        return self.region_map or self.job

    @property
    def seconds(self) -> float | None:
        """What the map cost; None while it is not there."""
        return self.job.result(0).seconds if self.job is not None and _is_ready(self.job) else None

    @property
    def completeness_gap(self) -> float | None:
        """How far the map's sum is off; None where that is not defined, or not there yet."""
        ready = self.job is not None and _is_ready(self.job)
        return self.job.result(0).completeness_gap if self.job is not None and ready else None

    @property
    def on_neighbours(self) -> float | None:
        """Share of it that lies on neighbouring slices; None where nobody knows, or not yet."""
        ready = self.job is not None and _is_ready(self.job)
        return self.job.result(0).on_neighbours if self.job is not None and ready else None

    def score(self, metric: str) -> Score:
        """Return a score, or why there is none yet."""
        if metric in self.evaluations:
            return self.evaluations[metric].score
        return Score.undefined(self._why_not or _how_far(self.shares.get(metric, 0.0)))

    def text(self, metric: str) -> str:
        """Return a score as it is read; a dash where there is none."""
        value = self.score(metric).value
        return UNDEFINED if value is None else written(value)

    def awaits(self, metric: str) -> bool:
        """Whether a score is going to come by itself."""
        return metric not in self.evaluations and not self._why_not

    @property
    def _why_not(self) -> str:
        """Why there will be no scores that are not there yet; empty if they will come."""
        if self.waits:
            return NOT_BEGUN
        return "" if self.job is None else WHY_NOT.get(self.job.state, "")


def _how_far(share: float) -> str:
    return f"Being computed, {share:.0%} done." if share else "Being computed."


@dataclass(frozen=True, eq=False)
class Comparison:
    """All estimators on one slice.

    Parameters
    ----------
    compared
        In the order in which the reader chose the estimators.
    pending
        What is still being computed, in words; empty when everything is known.
    metrics
        What the maps are scored by, in the order of choice.
    idle_checks
        What is being found out because there is time, in words; empty when nothing is.
    mean_mask
        How the mean mask of other patients agrees with the drawing, by metric, where it is known.
    prior
        Where other patients have the region, if a metric asks.
    """

    compared: tuple[ComparedMap, ...]
    pending: str
    metrics: tuple[Metric, ...] = ()
    idle_checks: str = ""
    mean_mask: Mapping[str, Evaluation] = field(default_factory=dict)
    prior: Prior | None = None

    def awaits(self, metric: str) -> bool:
        """Whether a score by this metric is going to come."""
        return any(one.awaits(metric) for one in self.compared)

    def best_control(self, metric: str) -> BestControl | None:
        """Return the best of what knows nothing of the model; None where maps need not beat it."""
        if METRICS[metric].group not in CRITERIA:
            return None
        scores = [
            (one.estimator.title, one.score(metric))
            for one in self.compared
            if one.estimator.control
        ]
        if metric in self.mean_mask:
            scores.append((MEAN_MASK, self.mean_mask[metric].score))
        known = [BestControl(title, s.value) for title, s in scores if s.value is not None]
        return max(known, key=lambda each: _merit(metric, each.value), default=None)

    def falls_short(self, one: ComparedMap, metric: str) -> bool:
        """Whether an estimator does not beat the best control; what looks equal does not."""
        value, control = one.score(metric).value, self.best_control(metric)
        if value is None or control is None or one.estimator.control:
            return False
        alike = written(value) == written(control.value)
        return alike or _merit(metric, value) < _merit(metric, control.value)

    def control_wins(self, metric: str) -> bool:
        """Whether there are estimators with a score, and none of them beats the best control."""
        scored = self._estimators(metric)
        return bool(scored) and all(self.falls_short(one, metric) for one in scored)

    def best(self, metric: str) -> float | None:
        """Return the best score of a metric, among controls as well where maps must beat them."""
        control = self.best_control(metric)
        known = [control.value] if control is not None else []
        known += self._estimators(metric).values()
        return max(known, key=lambda value: _merit(metric, value), default=None)

    def is_best(self, one: ComparedMap, metric: str) -> bool:
        """Whether nobody reads a better score; what looks equal is equally good.

        A control is best where no estimator beats it, and nowhere else.
        """
        value, best = one.score(metric).value, self.best(metric)
        if value is None or best is None or self.control_wins(metric) != one.estimator.control:
            return False
        return written(value) == written(best)

    def leader(self, metric: str) -> ComparedMap | None:
        """Return the best estimator that is no control, None while there is no score."""
        scored = self._estimators(metric)
        return max(scored, key=lambda one: _merit(metric, scored[one]), default=None)

    def _estimators(self, metric: str) -> dict[ComparedMap, float]:
        """Return the scores there are of estimators that are no controls."""
        return {
            one: value
            for one in self.compared
            if not one.estimator.control and (value := one.score(metric).value) is not None
        }


def _merit(metric: str, value: float) -> float:
    """Return a score so that more is better."""
    return value if METRICS[metric].better == "higher" else -value


def written(value: float) -> str:
    """Return a score as it is read, with a true minus and without a negative zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def span(fills: ByFill) -> str:
    """Return the least and the greatest score among the fills, empty where there are none."""
    values = [score.value for score in fills.values() if score.value is not None]
    return f"{written(min(values))} to {written(max(values))}" if values else ""


def by_fill(fills: ByFill) -> str:
    """Return the score with each fill, in words."""
    if not fills:
        return ""
    scores = (
        f"{fill} {written(score.value)}" if score.value is not None else f"{fill} –"
        for fill, score in fills.items()
    )
    return f"With each fill: {', '.join(scores)}."


@dataclass(frozen=True)
class MapReading:
    """How maps are read.

    Parameters
    ----------
    sign
        With their sign or without.
    unit
        Whether the importance of pixels is shown, or that of regions.
    metrics
        What they are scored by.
    second_opinion
        Whether Captum is asked for the same maps.
    error_bars
        Whether it is found out what chance would show.
    checks
        Whether there is time for what nobody waits for.
    """

    sign: Sign
    unit: MapUnit
    metrics: tuple[Metric, ...] = ()
    second_opinion: bool = False
    error_bars: bool = False
    checks: bool = True


def compare(
    page_jobs: PageJobs,
    question: Question,
    estimators: Sequence[Estimator],
    reading: MapReading,
    held: Held,
) -> Comparison:
    """Return the maps and scores of one slice as far as they are known.

    Parameters
    ----------
    page_jobs
        What was asked for before.
    question
        The slice, the model and the class to explain.
    estimators
        Which maps.
    reading
        How maps are shown and scored.
    held
        What agreement is measured against.
    """
    jobs = _maps(page_jobs, question, estimators)
    scores = Scores(page_jobs, question, reading.sign, held)
    # A map that comes from now on belongs to the next run, which has to be promised below.
    awaited = sum(not job.done for job in jobs.values())
    known = {estimator: job.result(0) for estimator, job in jobs.items() if _is_ready(job)}
    regions = _region_maps(page_jobs, question, known, reading)
    scores.ask_mean_mask(reading.metrics)
    _ask(scores, known, reading.metrics, others_pending=awaited > 0)
    awaited += sum(not job.done for job in regions.values())
    pending = _pending(awaited, len(jobs), scores.open)
    idle_checks = IdleChecks(page_jobs, question, free=reading.checks and not pending)
    opinions = idle_checks.ask_captum(list(known)) if reading.second_opinion else {}
    fills = _fills(idle_checks, known, reading)
    bars = idle_checks.ask_error_bars(list(known)) if reading.error_bars else {}
    sanity = idle_checks.check_sanity(list(known))
    compared = tuple(
        ComparedMap(
            estimator,
            jobs.get(estimator),
            scores.evaluations(estimator),
            regions.get(estimator),
            waits=estimator not in jobs,
            shares=scores.shares(estimator),
            fills=fills.get(estimator, {}),
            sanity=sanity.get(estimator),
            second_opinion=opinions.get(estimator),
            error_bars=bars.get(estimator),
        )
        for estimator in estimators
    )
    spare = f"{count_of(idle_checks.open, 'check')} …" if idle_checks.open else ""
    return Comparison(
        compared, pending, reading.metrics, spare, scores.evaluations(None), held.prior
    )


def _maps(
    page_jobs: PageJobs, question: Question, estimators: Sequence[Estimator]
) -> dict[Estimator, Job[ImportanceMap]]:
    """Return the jobs of all maps but those that wait for a click."""
    view = question.view
    places = {estimator: ("map", *view, estimator) for estimator in estimators}
    begun = [
        e for e in estimators if page_jobs.has(places[e]) or not waits_for_a_click(question, e)
    ]

    def explain(missing: list[int]) -> list[Job[ImportanceMap]]:
        chosen = [begun[index] for index in missing]
        return backend().explain(question, chosen)

    jobs = page_jobs.several([places[estimator] for estimator in begun], explain)
    return dict(zip(begun, jobs, strict=True))


def _ask(
    scores: Scores,
    known: Mapping[Estimator, ImportanceMap],
    metrics: Sequence[Metric],
    *,
    others_pending: bool,
) -> None:
    """Ask for all scores of the maps that are there, the slow ones behind all others."""
    scores.ask(known, [metric for metric in metrics if not is_slow(metric)])
    scores.wait_for_agreement()
    free = not others_pending and not scores.open
    scores.ask_slow(known, [metric for metric in metrics if is_slow(metric)], free=free)


def _fills(
    idle_checks: IdleChecks, known: Mapping[Estimator, ImportanceMap], reading: MapReading
) -> dict[Estimator, ByFill]:
    """Return how fidelity depends on the fill, if fidelity is among the metrics."""
    chosen = [metric for metric in reading.metrics if isinstance(metric, Fidelity)]
    return idle_checks.try_fills(known, chosen[0], reading.sign) if chosen else {}


def _region_maps(
    page_jobs: PageJobs,
    question: Question,
    known: Mapping[Estimator, ImportanceMap],
    reading: MapReading,
) -> dict[Estimator, Job[FloatMap]]:
    """Return the region maps of the maps that are there, if the reader wants to see them."""
    if reading.unit == "pixels":
        return {}
    maps, service, sign = list(known.values()), backend(), reading.sign
    view = question.view
    jobs = page_jobs.several(
        [("regions", *view, sign, estimator) for estimator in known],
        lambda missing: [service.region_map(question, maps[index], sign) for index in missing],
    )
    return dict(zip(known, jobs, strict=True))


def _is_ready(job: Job[ImportanceMap]) -> bool:
    return job.state == "ready"


def _pending(maps: int, of: int, scores: int) -> str:
    """Say what is still awaited: at least everything that is missing on the screen."""
    if maps:
        return f"{maps} of {of} maps …"
    return f"{count_of(scores, 'score')} …" if scores else ""
