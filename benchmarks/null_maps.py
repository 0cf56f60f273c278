"""How often "stronger than chance" is said of a network that knows nothing: in 5 % at most.

try:
  python -m benchmarks.null_maps
  python -m benchmarks.null_maps --slices 4 --networks 21 --only gradient

On each slice of a phantom every randomised copy of the network is the model once, and 19 drawn of
the others are its untrained copies. The table says on how many of these null maps anything is
shown, with a 95 % interval over slices and the worst network's share; and, beside it, on how many
slices anything is shown of the trained network, and how much.
"""

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ctviz.backend.cases.demo import DemoPatient
from ctviz.core import FloatMap, Slice, Value
from ctviz.core.settings import PROJECT
from ctviz.estimators import ESTIMATORS, Estimator, explain
from ctviz.metrics.resemblance import visible
from ctviz.models import Classifier, load_model
from ctviz.models.randomising import randomised
from ctviz.uncertainty import COPIES, against_chance

MODEL = "contrast-small"
ASKED: Mapping[str, Mapping[str, Value]] = {
    "gradient": {},
    "input-x-gradient": {},
    "integrated-gradients": {"steps": 8},
    "smoothgrad": {"samples": 8},
    "grad-cam": {},
}
FIRST_PHANTOM, FIRST_SEED = 1001, 50_000
DRAWS = 2000

Shares = NDArray[np.float64]


class NullMaps:
    """A trained network with copies that have forgotten everything."""

    def __init__(self, classifier: Classifier, copies: int, estimators: Sequence[Estimator]):
        self.classifier, self.estimators = classifier, estimators
        example = torch.zeros(1, classifier.card.channels, *classifier.card.size)
        self.untrained = [
            randomised(classifier.network, 1.0, FIRST_SEED + number, example)
            for number in range(copies)
        ]

    def judge(self, number: int) -> tuple[Shares, Shares]:
        """Return what share of a slice is shown: of each null map (E, M), of the trained (E,)."""
        phantom = DemoPatient(number).examine(1, 256)
        x = self.classifier.encode(Slice(phantom.hounsfield[0], phantom.spacing_mm))
        shown, chance = visible(x.numpy()), np.random.default_rng(number)
        own, *maps = (self._maps(each, x) for each in (self.classifier.network, *self.untrained))
        null, trained = [], []
        for of_trained, of_copies in zip(own, zip(*maps, strict=True), strict=True):
            shares = []
            for place, values in enumerate(of_copies):
                others = [each for other, each in enumerate(of_copies) if other != place]
                drawn = [others[k] for k in chance.permutation(len(others))[:COPIES]]
                shares.append(against_chance(values, drawn, shown).share)
            null.append(shares)
            trained.append(against_chance(of_trained, of_copies[:COPIES], shown).share)
        return np.array(null), np.array(trained)

    def _maps(self, network: torch.nn.Module, x: torch.Tensor) -> list[FloatMap]:
        """Return the maps of the class that the network itself answers."""
        model = Classifier(self.classifier.card, network)
        target = int(model.probabilities(x)[0].argmax())
        references = self.classifier.references
        return explain(network, x, target, self.estimators, references=references)


def interval(by_slice: Shares) -> tuple[float, float]:
    """Return the 95 % interval of a mean by drawing slices (S,) anew."""
    chance = np.random.default_rng(0)
    means = by_slice[chance.integers(0, len(by_slice), (DRAWS, len(by_slice)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--slices", type=int, default=12, help="phantoms, one slice of each")
    parser.add_argument("--networks", type=int, default=24, help="randomised copies, 20 at least")
    parser.add_argument("--only", nargs="+", choices=ASKED, default=list(ASKED))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    classifier = load_model(PROJECT / "models" / MODEL)
    estimators = [ESTIMATORS[name].from_settings(ASKED[name]) for name in arguments.only]
    maps = NullMaps(classifier, max(arguments.networks, COPIES + 1), estimators)
    found = []
    for number in range(FIRST_PHANTOM, FIRST_PHANTOM + arguments.slices):
        found.append(maps.judge(number))
        print(f"slice {len(found)} of {arguments.slices}", flush=True)
    null = np.stack([shares for shares, _ in found])
    trained = np.stack([shares for _, shares in found])
    print(
        f"\n{MODEL}, {null.shape[0]} slices, {null.shape[2]} randomised networks, {COPIES} copies"
    )
    print("estimator             null maps  anything shown        worst  trained: any  of pixels")
    for place, name in enumerate(arguments.only):
        said = null[:, place] > 0
        low, high = interval(said.mean(axis=1))
        print(
            f"{name:21} {said.size:9} {said.mean():7.1%} ({low:.1%} to {high:.1%})"
            f" {said.mean(axis=0).max():8.0%} {(trained[:, place] > 0).mean():13.0%}"
            f" {trained[:, place].mean():10.1%}"
        )


if __name__ == "__main__":
    main()
