"""How near a map of fewer samples is to the whole one: whether a draft would mislead.

``python -m benchmarks.drafts`` from the project's folder. Every estimator that samples is asked
with all its samples and with shares of them, on slices of phantoms; the maps are compared by what a
reader takes from them: the order of the pixels, the most important ones, and fidelity.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

from benchmarks.timing import machine
from ctviz.core import FloatMap, Slice
from ctviz.estimators import ESTIMATORS, Estimator, explain
from ctviz.metrics.fidelity import Fidelity
from ctviz.models import Classifier, load_model
from ctviz.phantom import chest_slice

COUNTS = ("samples", "masks", "steps")
"""Settings that say how often an estimator looks; the first that it has is shortened."""
SHARES = (0.5, 0.25, 0.125)
TOP = 0.05
ENOUGH_RANKS, ENOUGH_TOP, ENOUGH_FIDELITY = 0.95, 0.8, 0.02
"""What a draft would have to reach: rank correlation, shared top pixels, error of fidelity."""
STEP = 0.05


@dataclass(frozen=True)
class Nearness:
    """How near a draft is to its map.

    Parameters
    ----------
    ranks
        Spearman's correlation of the absolute values.
    top
        Share of the 5 % most important pixels that both have.
    fidelity
        How far the fidelity of the draft is off.
    """

    ranks: float
    top: float
    fidelity: float

    @property
    def enough(self) -> bool:
        """Whether it is within all tolerances."""
        near = self.ranks >= ENOUGH_RANKS and self.top >= ENOUGH_TOP
        return near and self.fidelity <= ENOUGH_FIDELITY


def shortened(name: str, share: float) -> Estimator | None:
    """Return an estimator that looks less often, None where nothing can be left out."""
    usual = ESTIMATORS[name]().settings()
    count = next((each for each in COUNTS if each in usual), None)
    if count is None:
        return None
    return ESTIMATORS[name].from_settings({count: max(1, round(float(usual[count]) * share))})


def nearness(classifier: Classifier, pixels: FloatMap, name: str) -> Iterator[Nearness]:
    """Yield how near the drafts of a slice are to its map, for each of the `SHARES`."""
    x = classifier.encode(Slice(pixels))
    target = int(classifier.probabilities(x)[0].argmax())

    def classify(images: np.ndarray) -> np.ndarray:
        return classifier.probabilities(torch.from_numpy(images))[:, target]

    asked = [estimator for share in (1.0, *SHARES) if (estimator := shortened(name, share))]
    maps = [
        np.abs(explain(classifier.network, x, target, [one], references=classifier.references)[0])
        for one in asked
    ]
    fidelity = Fidelity.from_settings({"step": STEP})
    scores = [each.score.value or 0.0 for each in fidelity.curves_many(maps, x.numpy(), classify)]
    whole, tops = maps[0], [each >= np.quantile(each, 1 - TOP) for each in maps]
    for draft, top, score in zip(maps[1:], tops[1:], scores[1:], strict=True):
        yield Nearness(
            ranks=float(spearmanr(whole.ravel(), draft.ravel())[0]),
            top=float((tops[0] & top).sum() / tops[0].sum()),
            fidelity=abs(score - scores[0]),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="contrast-small")
    parser.add_argument("--slices", type=int, default=4)
    parser.add_argument("--only", nargs="*", default=sorted(ESTIMATORS))
    asked = parser.parse_args()
    print(machine())
    classifier = load_model(Path("models") / asked.model)
    slices = [
        chest_slice(10 + n, contrast=n % 2 == 0, level=0.5, size=256)[0]
        for n in range(asked.slices)
    ]
    print("| Estimator | Share of the samples | Rank correlation | Top 5 % | Fidelity off by | |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in asked.only:
        if shortened(name, 1.0) is None:
            continue
        found = [list(nearness(classifier, pixels, name)) for pixels in slices]
        for share, of_slices in zip(SHARES, zip(*found, strict=True), strict=True):
            mean = Nearness(
                *(
                    float(np.mean([getattr(each, part) for each in of_slices]))
                    for part in ("ranks", "top", "fidelity")
                )
            )
            figures = f"{mean.ranks:.2f} | {mean.top:.2f} | {mean.fidelity:.3f}"
            word = "enough" if mean.enough else ""
            print(f"| `{name}` | {share:.0%} | {figures} | {word} |", flush=True)


if __name__ == "__main__":
    main()
