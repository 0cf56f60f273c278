"""Maps with error bars, as Jobs: what of a map chance would show too, and how far it would vary."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_slice, of_target, of_tunable
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.backend.tasks.behaviour import Asking
from ctviz.core import FloatMap, Progress, Slice
from ctviz.core.files import Arrays
from ctviz.estimators import Estimator
from ctviz.metrics.resemblance import visible
from ctviz.metrics.seed_stability import SEEDS
from ctviz.models import Classifier
from ctviz.uncertainty import COPIES, LEVEL, AgainstChance, MapSpread, against_chance, spread_of

FURTHER_SEEDS = 4
"""With the map's own these are five."""

VERSION = 1
"""Raised whenever equal maps begin to give other error bars."""

UNIT = 2**31
"""Below it are the seeds by which copies of the network forget."""


@dataclass(frozen=True, eq=False)
class ErrorBars:
    """How far a map is to be believed, pixel by pixel, on the scan's grid (H, W).

    Parameters
    ----------
    chance
        Where it is stronger than on untrained copies of the network.
    over_twins
        Its spread over the model and its twins; None if the model has none.
    over_seeds
        Its spread over seeds of the estimator; None if that has none.
    """

    chance: AgainstChance
    over_twins: MapSpread | None = None
    over_seeds: MapSpread | None = None

    @property
    def spread(self) -> MapSpread | None:
        """The spread over networks, or over seeds where the model has no twins."""
        return self.over_twins or self.over_seeds

    @property
    def why(self) -> str:
        """What is stronger than chance, in one sentence."""
        copies = f"{self.chance.copies} untrained copies of the network"
        if not self.chance.share:
            return f"Nothing is stronger than on {copies}."
        percent = 100 * self.chance.share
        share = f"{percent:.0f} %" if percent >= 1 else "Less than 1 %"
        rate = f"{100 * self.chance.level:g} %"
        return f"{share} of the map is stronger than on {copies} (false discovery rate {rate})."

    @property
    def interval(self) -> str:
        """What the interval is over, in a few words; empty where there is none."""
        if self.over_twins is not None:
            return f"95 % interval over {self.over_twins.maps} networks trained alike"
        if self.over_seeds is not None:
            return f"95 % interval over {self.over_seeds.maps} seeds"
        return ""


class ErrorBarring:
    """Error bars of maps; they cost some two dozen maps each and are kept on disk."""

    def __init__(self, models: Models, cache: Cache, device: Worker) -> None:
        self._models = models
        codec = Codec("error-bars", _pack, _unpack)
        self._bars = Stored(codec, cache, device, "Asking networks that know nothing")

    def ask(self, question: Question, estimator: Estimator, urgency: Urgency) -> Job[ErrorBars]:
        """Return the Job of one map's error bars."""
        card = self._models.shelf()[question.model_id]
        twins = [of_model(twin) for twin in self._models.twin_cards(question.model_id)]
        key = self._bars.key(
            *(of_model(card), twins, of_slice(question.image, card)),
            *of_target(question.explained),
            *(of_tunable(estimator), [VERSION, COPIES, LEVEL, FURTHER_SEEDS]),
        )

        def compute(progress: Progress) -> ErrorBars:
            classifier = self._models.classifier(question.model_id)
            asking = Asking(
                *(estimator, classifier, classifier.encode(question.image), question.explained),
                progress=progress,
                trained_alike=self._models.twins(question.model_id),
            )
            return on_scan(_bars(asking, question.image), classifier, question.image)

        return self._bars.ask(key, compute, urgency)

    def close(self) -> None:
        """Give up all error bars under way."""
        self._bars.close()


def _bars(asking: Asking, image: Slice) -> ErrorBars:
    """Return the error bars on the network's grid."""
    seeds = [] if asking.seed is None else [asking.seed + 1 + k for k in range(FURTHER_SEEDS)]
    asking.progress.start(1 + COPIES + asking.twins + len(seeds))

    def told(maps: Iterator[FloatMap]) -> list[FloatMap]:
        found = []
        for values in maps:
            found.append(values)
            asking.progress.advance()
        return found

    # Each slice has copies of its own: no draw is lucky on all slices.
    first = int(image.digest[:8], 16) % UNIT
    (own,) = told(iter([asking()]))
    chance = told(replace(asking, forgetting=first + k)(randomised=1.0) for k in range(COPIES))
    twins = told(asking(twin=1 + k) for k in range(asking.twins))
    drawn = told(asking(seed=seed % SEEDS) for seed in seeds)
    shown = visible(asking.x.cpu().numpy())
    return ErrorBars(
        against_chance(own, chance, shown),
        spread_of([own, *twins], shown) if twins else None,
        spread_of([own, *drawn], shown) if drawn else None,
    )


def on_scan(bars: ErrorBars, classifier: Classifier, image: Slice) -> ErrorBars:
    """Return error bars of the network's grid on the slice's, (H, W).

    Between pixels the standard error is interpolated, which is rather too much than too little.
    """

    def spread(given: MapSpread | None) -> MapSpread | None:
        if given is None:
            return None
        mean, error = (classifier.decode(each, image) for each in (given.mean, given.error))
        return MapSpread(mean, error, given.maps)

    levels = classifier.decode_levels(bars.chance.stronger.astype(np.float32), image)
    chance = replace(bars.chance, stronger=levels > 0)
    return ErrorBars(chance, spread(bars.over_twins), spread(bars.over_seeds))


def _pack(bars: ErrorBars) -> Arrays:
    chance, spread = bars.chance, bars.spread
    return {
        "stronger": chance.stronger.astype(np.float32),
        "chance": np.asarray([chance.share, chance.copies, chance.level], np.float64),
        # What the browser shows beside a pixel's value.
        **({} if spread is None else {"half-width": spread.half_width}),
        **_packed(bars.over_twins, "twins"),
        **_packed(bars.over_seeds, "seeds"),
    }


def _packed(spread: MapSpread | None, over: str) -> Arrays:
    if spread is None:
        return {}
    return {
        f"mean over {over}": spread.mean,
        f"error over {over}": spread.error,
        f"maps over {over}": np.asarray(spread.maps),
    }


def _unpack(arrays: Arrays) -> ErrorBars:
    share, copies, level = map(float, arrays["chance"])
    chance = AgainstChance(arrays["stronger"] > 0, share, int(copies), level)
    return ErrorBars(chance, _spread(arrays, "twins"), _spread(arrays, "seeds"))


def _spread(arrays: Arrays, over: str) -> MapSpread | None:
    if f"mean over {over}" not in arrays:
        return None
    mean, error = arrays[f"mean over {over}"], arrays[f"error over {over}"]
    return MapSpread(mean, error, int(arrays[f"maps over {over}"]))
