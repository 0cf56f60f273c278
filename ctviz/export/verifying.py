"""Computes again what a report claims, from the case in the data folder."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctviz.backend import Backend, Question, Scoring
from ctviz.core import CtvizError, InvalidInput, Region, Score, digest
from ctviz.estimators import ESTIMATORS
from ctviz.export.checks import SAME, NumberCheck, case_of, refuse_other_weights
from ctviz.export.gathering import Wait, scored
from ctviz.export.verifying_objects import verify_map, verify_regions
from ctviz.io.out import ClaimedScore, Claims, read_claims, result_kind
from ctviz.metrics import METRICS


def verify(backend: Backend, path: Path, wait: Wait) -> list[NumberCheck]:
    """Return a verdict for every number of a report, for a map, or for every mask.

    Raises
    ------
    InvalidInput
        If the file is no object of ours, or its case or model is not here any more.
    """
    kind = result_kind(path)
    if kind == "map":
        return verify_map(backend, path, wait)
    return verify_regions(backend, path) if kind == "regions" else _verify(backend, path, wait)


def _verify(backend: Backend, report: Path, wait: Wait) -> list[NumberCheck]:
    claims = read_claims(report)
    case = backend.case(case_of(backend, claims.case_id, claims.image, "report"))
    refuse_other_weights(backend, claims.model_id, claims.weights, "report")
    question = Question(
        case.slice(claims.slice_index), claims.model_id, claims.target, claims.rather_than
    )
    checking = _Checking(backend, claims, case.id, question, wait)
    return [*checking.answers(), *map(checking.score, claims.scores)]


@dataclass(frozen=True, eq=False)
class _Checking:
    """A report that is computed again."""

    backend: Backend
    claims: Claims
    case_id: str
    question: Question
    wait: Wait

    def answers(self) -> Iterator[NumberCheck]:
        """Yield whether the model still says the same."""
        question = self.question
        prediction = self.wait(self.backend.predict(question.image, question.model_id))
        now = dict(zip(prediction.classes, map(float, prediction.probabilities), strict=True))
        for (name, found), claimed in zip(now.items(), self.claims.probabilities, strict=False):
            yield _compared(f"probability of {name}", claimed, found)

    def score(self, claimed: ClaimedScore) -> NumberCheck:
        """Return whether a score is still the same."""
        what = f"{claimed.metric} ({claimed.sign}) of {claimed.estimator}"
        what += f" against {claimed.label} of {claimed.reader}" if claimed.label else ""
        try:
            score = self._again(claimed)
        except CtvizError as error:
            return NumberCheck(what, claimed.value, None, str(error))
        if score.value is None:
            return NumberCheck(what, claimed.value, None, score.why)
        return _compared(what, claimed.value, score.value)

    def _again(self, claimed: ClaimedScore) -> Score:
        region = self._region(claimed)
        estimator = ESTIMATORS[claimed.estimator].from_settings(claimed.estimator_settings)
        metric = METRICS[claimed.metric].from_settings(claimed.metric_settings)
        importance = self.wait(self.backend.explain(self.question, [estimator])[0])
        scoring = Scoring(
            self.question,
            [importance],
            "absolute" if claimed.sign == "absolute" else "signed",
            None if region is None else region.mask,
            estimators=[estimator],
            curves=False,
        )
        (score,) = scored(self.backend, scoring, metric, region, self.wait)
        return score

    def _region(self, claimed: ClaimedScore) -> Region | None:
        if not claimed.mask:
            return None
        slice_index = self.claims.slice_index
        drawn = self.backend.store.regions(self.case_id, claimed.reader, slice_index=slice_index)
        for region in drawn:
            if region.label == claimed.label and digest(region.mask) == claimed.mask:
                return region
        raise InvalidInput("The region is not drawn like this any more.")


def _compared(what: str, claimed: float, found: float) -> NumberCheck:
    same = math.isclose(claimed, found, rel_tol=SAME, abs_tol=SAME)
    return NumberCheck(what, claimed, found, "" if same else "It is another number now.")
