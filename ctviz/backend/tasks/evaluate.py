"""Scores with their curves, as Jobs: agreement on a processor, fidelity on the device."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from ctviz.backend.jobs.job import Job, ready
from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import address, of_model, of_slice, of_target, of_tunable
from ctviz.backend.stored.stored import Codec, Missing, Stored
from ctviz.backend.tasks.region_maps import RegionMaps, native_view
from ctviz.core import (
    Curve,
    FloatMap,
    ImportanceMap,
    Mask,
    Prior,
    Progress,
    Score,
    Sign,
    digest,
    signed_view,
)
from ctviz.core.files import Arrays
from ctviz.metrics import (
    AgreementMetric,
    CorrectedMetric,
    Curves,
    FidelityMetric,
    MapMetric,
    RecordMetric,
)
from ctviz.metrics.against_region import Spacing

REMEMBERED_SCORES = 4096
NO_REGION = "Draw a region to see this score."
NO_OTHERS = Score.undefined(
    "It is not known which patients this one is compared with; name the reader whose regions count."
)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A metric's answer for one map and the pictures behind it.

    Parameters
    ----------
    score
        The number, or why there is none.
    curves
        By name: ``mif`` and ``lif`` where pixels are removed in both orders, ``correlation`` and
        ``similarity`` where the network is randomised, else the metric's own name; empty where a
        metric has no curve or the score is undefined.
    """

    score: Score
    curves: Mapping[str, Curve] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class Comparing:
    """A metric of agreement with all it is given but a map and a drawing.

    Parameters
    ----------
    metric
        The rule.
    score, curve
        What it says of a map (H, W) and a drawing (H, W).
    prior
        The sha256 of what other patients' drawings say; empty where they do not matter.
    """

    metric: AgreementMetric | CorrectedMetric
    score: Callable[[FloatMap, Mask], Score]
    curve: Callable[[FloatMap, Mask], Curve | None]
    prior: str = ""

    @classmethod
    def with_drawing(cls, metric: AgreementMetric, spacing_mm: Spacing | None) -> Self:
        """Return the comparison with a drawing alone, whose pixels have a size."""
        return cls(metric, lambda values, mask: metric(values, mask, spacing_mm), metric.curve)

    @classmethod
    def beside_others(cls, metric: CorrectedMetric, prior: Prior | None) -> Self:
        """Return the comparison that takes other patients' drawings into account."""
        if prior is None:
            return cls(metric, lambda *_: NO_OTHERS, lambda *_: None)
        return cls(
            metric,
            lambda values, mask: metric(values, mask, prior),
            lambda values, mask: metric.curve(values, mask, prior),
            prior.digest,
        )


class AgreementScores:
    """How well maps agree with drawings; quick, and remembered only as long as the process runs."""

    def __init__(self, maps: RegionMaps, processor: Worker) -> None:
        self._maps = maps
        self._flights = SingleFlight(processor, "Comparing", self._recall)
        self._known: OrderedDict[str, Evaluation] = OrderedDict()
        self._lock = Lock()

    def ask(  # noqa: PLR0913 - a map, how it is read, and what it is held against
        self,
        question: Question,
        importance: ImportanceMap,
        comparing: Comparing,
        sign: Sign,
        mask: Mask | None,
        *,
        curves: bool = True,
    ) -> Job[Evaluation]:
        """Return the Job of one score; without a drawing it is undefined.

        A score alone, without ``curves``, is quicker.
        """
        drawn = mask if mask is not None and mask.any() else None
        sign = _telling(importance, sign)
        key = self._key(question, importance, comparing, sign, drawn)
        if not curves:
            key = address("score alone", key)
        if drawn is None:
            return ready(key, Evaluation(Score.undefined(NO_REGION)))

        def compute(_: Progress) -> Evaluation:
            values = (
                self._maps.here(question, importance, sign)
                if comparing.metric.reads == "region map"
                else signed_view(importance.values, sign)
            )
            score = comparing.score(values, drawn)
            curve = comparing.curve(values, drawn) if curves else None
            lines = {} if curve is None else {comparing.metric.name: curve}
            return self._remember(key, Evaluation(score, lines))

        return self._flights.ask(key, compute)

    def close(self) -> None:
        """Give up all scores under way."""
        self._flights.close()

    def _key(
        self,
        question: Question,
        importance: ImportanceMap,
        comparing: Comparing,
        sign: Sign,
        mask: Mask | None,
    ) -> str:
        drawn = None if mask is None else digest(mask)
        # A region map also depends on the slice's own regions, on the network's grid.
        place = [question.model_id, of_slice(question.image), importance.digest]
        rule = [of_tunable(comparing.metric), comparing.prior]
        return address("agreement", rule, place, sign, drawn)

    def _recall(self, key: str) -> Evaluation | None:
        with self._lock:
            return self._known.get(key)

    def _remember(self, key: str, evaluation: Evaluation) -> Evaluation:
        with self._lock:
            self._known[key] = evaluation
            if len(self._known) > REMEMBERED_SCORES:
                self._known.popitem(last=False)
        return evaluation


def _telling(importance: ImportanceMap, sign: Sign) -> Sign:
    """Return a sign that reads the same: a map that is nowhere negative has but one reading."""
    return "signed" if importance.least >= 0 else sign


def of_the_record(importance: ImportanceMap, metric: RecordMetric) -> Job[Evaluation]:
    """Return the finished Job of a score that was noted when the map was made."""
    score = metric(importance)
    return ready(address("of-record", of_tunable(metric), score.value), Evaluation(score))


def of_the_map_alone(importance: ImportanceMap, metric: MapMetric, sign: Sign) -> Job[Evaluation]:
    """Return the finished Job of a score that needs neither a reader nor the model."""
    values = native_view(importance, sign)
    key = address("of-map", of_tunable(metric), importance.native_digest(sign))
    return ready(key, Evaluation(metric(values)))


class FidelityScores:
    """How well maps name what the model uses; costs hundreds of passes and is kept on disk."""

    def __init__(self, models: Models, cache: Cache, device: Worker) -> None:
        self._models = models
        self._scores = Stored(evaluation_codec("fidelity"), cache, device, "Asking the model")

    def ask(
        self,
        question: Question,
        maps: Sequence[ImportanceMap],
        metric: FidelityMetric,
        sign: Sign,
        urgency: Urgency,
    ) -> list[Job[Evaluation]]:
        """Return each map's Job, in their order; what they have in common is classified once."""
        card = self._models.shelf()[question.model_id]
        place = [
            *(of_model(card), of_slice(question.image, card), *of_target(question.explained)),
            of_tunable(metric),
        ]
        views = [native_view(importance, sign) for importance in maps]
        keys = [self._scores.key(*place, each.native_digest(sign)) for each in maps]

        def compute(missing: Sequence[Missing[Evaluation]], progress: Progress) -> None:
            classifier = self._models.classifier(question.model_id)
            x = classifier.encode(question.image).cpu().numpy()

            def classify(images: NDArray[np.float32]) -> NDArray[np.float64]:
                return classifier.share(torch.from_numpy(images), question.explained)

            chosen = [views[each.place] for each in missing]
            results = metric.curves_many(chosen, x, classify, progress)
            for each, curves in zip(missing, results, strict=True):
                each.finish(evaluation_of(curves))

        return self._scores.ask_together(keys, compute, urgency)

    def close(self) -> None:
        """Give up all scores under way."""
        self._scores.close()


def evaluation_of(curves: Curves) -> Evaluation:
    """Return a metric's score and curves as an Evaluation."""
    return Evaluation(curves.score, dict(curves.lines))


def evaluation_codec(kind: str) -> Codec[Evaluation]:
    """Return how the scores of one kind of metric are written."""
    return Codec(kind, _pack, _unpack)


def _pack(evaluation: Evaluation) -> Arrays:
    score = evaluation.score
    arrays = {
        "value": np.asarray([] if score.value is None else [score.value], np.float64),
        "why": np.asarray(score.why),
    }
    for name, curve in evaluation.curves.items():
        arrays[f"curve {name}"] = np.stack([curve.x, curve.y])
        arrays[f"area {name}"] = np.asarray(curve.area)
    return arrays


def _unpack(arrays: Arrays) -> Evaluation:
    value = float(arrays["value"][0]) if arrays["value"].size else None
    names = [name.removeprefix("curve ") for name in arrays if name.startswith("curve ")]
    curves = {name: _curve(arrays, name) for name in names}
    return Evaluation(Score(value, str(arrays["why"])), curves)


def _curve(arrays: Arrays, name: str) -> Curve:
    x, y = arrays[f"curve {name}"]
    return Curve(x, y, float(arrays[f"area {name}"]))
