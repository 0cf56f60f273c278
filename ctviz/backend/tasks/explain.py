"""Importance maps on the scan's grid: of one plain call, and as shared, cached Jobs."""

from collections.abc import Callable, Sequence

import numpy as np

from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_slice, of_target, of_tunable
from ctviz.backend.stored.stored import Codec, Missing, Stored
from ctviz.backend.tasks.speed import Pacing
from ctviz.core import (
    Contrast,
    CtvizError,
    FloatMap,
    ImportanceMap,
    InvalidInput,
    Progress,
    Slice,
    Target,
    checked_explained,
)
from ctviz.core.files import Arrays
from ctviz.core.targets import explained
from ctviz.estimators import ESTIMATORS, Estimator, Pace
from ctviz.estimators import explain as explain_on_grid
from ctviz.models import Classifier, ModelCard


def explain(
    model: Classifier,
    image: Slice,
    target: int | None = None,
    estimators: Sequence[str | Estimator] = ("smoothgrad", "integrated-gradients"),
    rather_than: int | None = None,
) -> dict[str, ImportanceMap]:
    """Return the importance maps of one slice by estimator, on the scan's grid.

    Estimators that take gradients at the same places share them.

    Parameters
    ----------
    model
        From `ctviz.load_model`.
    image
        One slice of a case.
    target
        Index of the class that importance speaks for; by default the predicted one.
    estimators
        Names, or instances where hyperparameters differ from the defaults.
    rather_than
        Index of the class that importance speaks against: the maps say why the one rather than the
        other. None explains the class's own score.
    """
    chosen = [ESTIMATORS[e]() if isinstance(e, str) else e for e in estimators]
    chosen_class = model.predict(image).target if target is None else target
    wanted = check_target(model.card, explained(chosen_class, rather_than))
    maps: dict[str, ImportanceMap] = {}

    def keep(_: int, importance: ImportanceMap) -> None:
        maps[importance.estimator] = importance

    compute_maps(model, image, wanted, chosen, done=keep)
    return {estimator.name: maps[estimator.name] for estimator in chosen}


def check_target(card: ModelCard, target: Target) -> Target:
    """Return a class of the model or a contrast of two, or refuse what is none."""
    checked = checked_explained(target, len(card.classes), f"The model '{card.id}'")
    if isinstance(checked, Contrast) and card.neurons == 1:
        one, other = (card.classes[k] for k in (checked.target, checked.rather_than))
        raise InvalidInput(
            f"The model '{card.id}' has one output: the score of '{one}' is that of '{other}' "
            "turned round, so its maps say why the one rather than the other already. Explain the "
            "class alone."
        )
    return checked


def compute_maps(  # noqa: PLR0913 - a question has three parts, and each listener is one more
    model: Classifier,
    image: Slice,
    target: Target,
    estimators: Sequence[Estimator],
    *,
    done: Callable[[int, ImportanceMap], None],
    failed: Callable[[int, CtvizError], None] | None = None,
    pace: Pace | None = None,
    progress: Progress | None = None,
) -> None:
    """Compute maps with shared gradients and hand over each, with its place, when it is ready."""
    gaps: dict[int, float | None] = {}
    beside: dict[int, float | None] = {}

    def decode(index: int, native: FloatMap, seconds: float) -> None:
        values, name = model.decode(native, image), estimators[index].name
        done(index, ImportanceMap(values, name, seconds, native, gaps[index], beside[index]))

    explain_on_grid(
        model.network,
        model.encode(image).to(model.precision),
        target,
        estimators,
        references=model.references,
        pace=pace,
        progress=progress,
        done=decode,
        failed=failed,
        measured=gaps.__setitem__,
        middle=model.card.shown_channel,
        beside=beside.__setitem__,
    )


class Explainer:
    """Importance maps as Jobs: recalled from the cache, shared in flight, or computed together."""

    def __init__(self, models: Models, cache: Cache, device: Worker, pacing: Pacing) -> None:
        self._models, self._pacing = models, pacing
        self._maps = Stored(Codec("map", _pack, _unpack), cache, device, "Explaining")

    def explain(
        self, question: Question, estimators: Sequence[Estimator], urgency: Urgency
    ) -> list[Job[ImportanceMap]]:
        """Return a Job for each estimator, in their order; what is missing shares its gradients."""
        keys = self._keys(question, estimators)

        def compute(missing: Sequence[Missing[ImportanceMap]], progress: Progress) -> None:
            compute_maps(
                self._models.classifier(question.model_id),
                question.image,
                question.explained,
                [estimators[each.place] for each in missing],
                done=lambda index, importance: missing[index].finish(importance),
                failed=lambda index, error: missing[index].fail(error),
                pace=self._pacing.set_pace(question.model_id),
                progress=progress,
            )

        return self._maps.ask_together(keys, compute, urgency)

    def knows(self, question: Question, estimator: Estimator) -> bool:
        """Whether a map was computed before, so that asking for it costs no time."""
        (key,) = self._keys(question, [estimator])
        return self._maps.knows(key)

    def _keys(self, question: Question, estimators: Sequence[Estimator]) -> list[str]:
        card = self._models.shelf()[question.model_id]
        check_target(card, question.explained)
        place = [of_model(card), of_slice(question.image, card), *of_target(question.explained)]
        return [self._maps.key(*place, of_tunable(estimator)) for estimator in estimators]

    def close(self) -> None:
        """Give up all maps under way."""
        self._maps.close()


def _pack(importance: ImportanceMap) -> Arrays:
    native, gap = importance.native, importance.completeness_gap
    beside = importance.on_neighbours
    return {
        "values": importance.values,
        "estimator": np.asarray(importance.estimator),
        "seconds": np.asarray(importance.seconds),
        **({} if native is None else {"native": native}),
        **({} if gap is None else {"completeness gap": np.asarray(gap)}),
        **({} if beside is None else {"on neighbours": np.asarray(beside)}),
    }


def _unpack(arrays: Arrays) -> ImportanceMap:
    gap, beside = arrays.get("completeness gap"), arrays.get("on neighbours")
    return ImportanceMap(
        values=arrays["values"],
        estimator=str(arrays["estimator"]),
        seconds=float(arrays["seconds"]),
        native=arrays.get("native"),
        completeness_gap=None if gap is None else float(gap),
        on_neighbours=None if beside is None else float(beside),
    )
