"""Regions, maps, the answer and the scores of a case, from whoever knows or computes them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import product
from typing import Any

from ctviz.backend import Backend, Job, Question, Scoring
from ctviz.core import SIGNS, Case, CtvizError, ImportanceMap, Prediction, Region, Score, Sign
from ctviz.estimators import Estimator
from ctviz.export.picture import burned_in
from ctviz.io.out import Explanation, GivenScore, ResultAnswer, Results
from ctviz.io.out.results import Unit
from ctviz.metrics import Metric
from ctviz.metrics.seconds import Seconds
from ctviz.models import ModelCard

Wait = Callable[[Job[Any]], Any]
"""Returns a Job's result, showing somebody that it takes time."""


@dataclass(frozen=True, eq=False)
class WantedResults:
    """What is to be gathered of a case.

    Parameters
    ----------
    readers
        Whose regions; None for everybody's.
    question, slice_index
        What the model is asked; no answer without a question.
    estimators, metrics, signs
        What explains it, and how the maps are scored.
    pictures
        Whether pictures are drawn.
    """

    case: Case
    readers: Sequence[str] | None = None
    question: Question | None = None
    slice_index: int = 0
    estimators: Sequence[Estimator] = ()
    metrics: Sequence[Metric] = ()
    signs: Sequence[Sign] = SIGNS
    pictures: bool = True


def gathered(backend: Backend, wanted: WantedResults, wait: Wait) -> tuple[Results, list[str]]:
    """Return the results, and what could not be had in sentences."""
    known = {entry.id for entry in backend.cases()}
    regions = backend.store.regions(wanted.case.id) if wanted.case.id in known else []
    if wanted.readers is not None:
        regions = [region for region in regions if region.reader in wanted.readers]
    answer: ResultAnswer | None = None
    trouble: list[str] = []
    if wanted.question is not None:
        answer, trouble = _answer(_ResultsQuestion(backend, wanted, wanted.question, wait), regions)
    return Results(wanted.case, regions, answer, version=version("ctviz")), trouble


def weights_of(card: ModelCard) -> str:
    """Return what tells a model's weights: the sha256 of their file."""
    return next(digest for name, digest in sorted(card.sha256.items()) if _is_network(name))


def scored(
    backend: Backend, scoring: Scoring, metric: Metric, region: Region | None, wait: Wait
) -> list[Score]:
    """Return a metric's score of each map; one that cannot be computed says why."""
    scores = []
    if region is not None and metric.needs == "others":
        prior = backend.prior(region.case_id, region.reader, region.label)
        scoring = Scoring(
            scoring.question, scoring.maps, scoring.sign, scoring.mask,
            prior=prior, estimators=scoring.estimators, curves=False,
        )  # fmt: skip
    for job in backend.score(scoring, metric):
        try:
            scores.append(wait(job).score)
        except CtvizError as error:
            scores.append(Score.undefined(str(error)))
    return scores


def _unit(metric: Metric) -> Unit:
    if metric.name.endswith("-mm"):
        return "mm"
    return "s" if isinstance(metric, Seconds) else "1"


def _is_network(name: str) -> bool:
    return name.startswith(("weights", "network"))


@dataclass(frozen=True, eq=False)
class _ResultsQuestion:
    """Who is asked what, and how one waits for it."""

    backend: Backend
    wanted: WantedResults
    question: Question
    wait: Wait


def _answer(asking: _ResultsQuestion, regions: Sequence[Region]) -> tuple[ResultAnswer, list[str]]:
    """Return the model's answer with its maps and scores, and why maps are missing."""
    wanted, question, wait = asking.wanted, asking.question, asking.wait
    card = asking.backend.models()[question.model_id]
    prediction: Prediction = wait(asking.backend.predict(question.image, question.model_id))
    maps: dict[Estimator, ImportanceMap] = {}
    trouble = []
    jobs = asking.backend.explain(question, wanted.estimators)
    for estimator, job in zip(wanted.estimators, jobs, strict=True):
        try:
            maps[estimator] = wait(job)
        except CtvizError as error:
            trouble.append(str(error))
    here = [region for region in regions if region.slice_index == wanted.slice_index]
    explanations = []
    for estimator, importance in maps.items():
        picture = (
            burned_in(question, importance, estimator, prediction, card)
            if wanted.pictures
            else None
        )
        made_by = estimator.title, estimator.family, estimator.settings()
        explanations.append(Explanation(importance, *made_by, picture))
    answer = ResultAnswer(
        wanted.slice_index,
        prediction,
        question.target,
        card.title,
        weights_of(card),
        tuple(explanations),
        tuple(_scores(asking, maps, here)),
        question.rather_than,
        card.sees,
    )
    return answer, trouble


def _scores(
    asking: "_ResultsQuestion", maps: dict[Estimator, ImportanceMap], regions: Sequence[Region]
) -> Iterator[GivenScore]:
    """Yield every score: of agreement with each region, of the rest once."""
    for metric in asking.wanted.metrics:
        against = regions if metric.group == "agreement" else [None]
        for sign, region in product(asking.wanted.signs, against):
            scoring = Scoring(
                asking.question,
                list(maps.values()),
                sign,
                None if region is None else region.mask,
                estimators=list(maps),
                curves=False,
            )
            scores = scored(asking.backend, scoring, metric, region, asking.wait)
            for estimator, score in zip(maps, scores, strict=True):
                yield GivenScore(
                    estimator.name, sign, metric.name, metric.title, metric.better, score,
                    metric.settings(), region, _unit(metric),
                )  # fmt: skip
