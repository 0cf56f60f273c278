"""Train a network with one output neuron to tell two classes of CT slices apart."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from ctviz.core import InvalidInput, Progress, Slice, Tunable, param
from ctviz.models.classifier import on_grid
from ctviz.training.augmentation import Augmentation

_WARM_UP = 0.1
_GRADIENT_NORM = 1.0

_SlicesOf: TypeAlias = list[list[NDArray[np.intp]]]


@dataclass(frozen=True, eq=False)
class Samples:
    """Slices on the network's grid with what is known of them.

    Parameters
    ----------
    hounsfield
        (N, h, w) int16.
    labels
        (N,) bool: the second class is true.
    patients
        (N,) names of the patients, the unit of splitting and of statistics.
    """

    hounsfield: NDArray[np.int16]
    labels: NDArray[np.bool_]
    patients: NDArray[np.str_]

    def __post_init__(self) -> None:
        if not len(self.hounsfield) == len(self.labels) == len(self.patients):
            raise InvalidInput("Every training slice needs one label and one patient.")

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def of(cls, labelled: Iterable[tuple[Slice, bool, str]], size: tuple[int, int]) -> Self:
        """Bring (slice, label, patient) to the network's grid."""
        images, labels, patients = [], [], []
        for image, label, patient in labelled:
            images.append(on_grid(image, size).clamp(max=3071).round().to(torch.int16).numpy())
            labels.append(label)
            patients.append(patient)
        if not images:
            raise InvalidInput("There are no slices to train on.")
        return cls(np.stack(images), np.array(labels, bool), np.array(patients, str))

    def joined(self, others: Self) -> Self:
        """Return these slices and others."""
        return type(self)(
            np.concatenate([self.hounsfield, others.hounsfield]),
            np.concatenate([self.labels, others.labels]),
            np.concatenate([self.patients, others.patients]),
        )

    def subset(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """Return the chosen slices."""
        return type(self)(self.hounsfield[which], self.labels[which], self.patients[which])


@dataclass(frozen=True)
class Recipe(Tunable):
    """How a network is trained: AdamW with a cosine schedule; the answer is a running average.

    Averaging the weights over the last steps (Izmailov et al., UAI 2018. arXiv:1803.05407) and
    softened labels keep a few wrong labels from deciding.
    """

    steps: int = param(800, low=1, high=100_000, help="Batches that are learned from.")
    batch: int = param(32, low=2, high=512, help="Slices in a batch.")
    learning_rate: float = param(1e-3, low=1e-7, high=1.0, help="Its largest value.")
    weight_decay: float = param(0.05, low=0.0, high=1.0, help="Pull of the weights to zero.")
    smoothing: float = param(0.1, low=0.0, high=0.5, help="Doubt about every label.")
    averaging: float = param(0.99, low=0.0, high=0.9999, help="Share of the average kept a step.")
    paired: bool = param(
        False, help="Whether a batch holds each slice of the second class with the one before it."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Equal seeds draw equal batches.")


def fit(  # noqa: PLR0913 - what learns, from what, how, and who is told
    network: nn.Module,
    pools: Sequence[Samples],
    recipe: Recipe,
    window: tuple[float, float],
    progress: Progress | None = None,
    *,
    augmentation: Augmentation | None = None,
) -> list[float]:
    """Train a network in place and return the loss of every step.

    Parameters
    ----------
    network
        (N, C, h, w) in [0, 1] -> scores (N, 2), of which the second is the output neuron.
    pools
        Each contributes the same number of slices to a batch, of both classes equally, and its
        patients are drawn equally often.
    window
        The HU values that become 0 and 1.
    augmentation
        How scans are changed; by default as widely as patients and scanners differ.
    """
    progress = progress or Progress()
    generator = torch.Generator().manual_seed(recipe.seed)
    draw = np.random.default_rng(recipe.seed)
    average = deepcopy(network)
    optimiser, schedule = _optimiser(network, recipe)
    augmentation = augmentation or Augmentation()
    network.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    drawn_from = [(pool, _slices_of(pool)) for pool in pools]
    losses = []
    for step in range(recipe.steps):
        scans, labels = _batch(drawn_from, recipe, draw)
        low, high = window
        x = ((augmentation(scans, generator) - low) / (high - low)).clamp(0, 1)
        x = augmentation.on_input(x, generator).reshape(-1, 1, *x.shape[2:])
        loss = _loss(network, x, labels, recipe.smoothing)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), _GRADIENT_NORM)
        optimiser.step()
        schedule.step()
        # Early weights are forgotten quickly, so that a short training is not dominated by them.
        _average(average, network, min(recipe.averaging, step / (step + 10)))
        losses.append(float(loss.detach()))
        progress.advance()
    network.load_state_dict(average.state_dict())
    network.eval()
    return losses


def _loss(network: nn.Module, x: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    target = labels * (1 - smoothing) + (1 - labels) * smoothing
    # In float32: where a processor has no bfloat16 of its own, that is many times slower.
    scores = network(x.contiguous(memory_format=torch.channels_last))
    return binary_cross_entropy_with_logits(scores[:, 1], target)


def _batch(
    pools: Sequence[tuple[Samples, _SlicesOf]], recipe: Recipe, draw: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return scans (N, 1, h, w), or pairs (N, 2, h, w), and the label of each single one."""
    scans, labels = [], []
    for samples, slices_of in pools:
        share = recipe.batch // len(pools)
        chosen = (
            _pairs(slices_of, share // 2, draw)
            if recipe.paired
            else _draw(slices_of, share, draw)[:, None]
        )
        scans.append(torch.from_numpy(samples.hounsfield[chosen].astype(np.float32)))
        labels.append(torch.from_numpy(samples.labels[chosen].astype(np.float32)).flatten())
    return torch.cat(scans), torch.cat(labels)


def _pairs(slices_of: _SlicesOf, count: int, draw: np.random.Generator) -> NDArray[np.intp]:
    """Draw pairs (N, 2): a slice of the second class after the one that comes before it.

    Both are changed alike, so that a batch shows what tells them apart and nothing else does.
    """
    _, second = slices_of
    chosen = [draw.choice(second[draw.integers(len(second))]) for _ in range(count)]
    return np.array([(each - 1, each) for each in chosen])


def _slices_of(pool: Samples) -> _SlicesOf:
    """Return the slices of every class and patient."""
    return [
        [
            np.flatnonzero(of_class & (pool.patients == name))
            for name in np.unique(pool.patients[of_class])
        ]
        for of_class in (~pool.labels, pool.labels)
    ]


def _draw(slices_of: _SlicesOf, count: int, draw: np.random.Generator) -> NDArray[np.intp]:
    """Draw slices: a class, then one of its patients, then one of the patient's slices."""
    chosen = []
    for label in draw.integers(2, size=count):
        patients = slices_of[label]
        chosen.append(draw.choice(patients[draw.integers(len(patients))]))
    return np.array(chosen)


def _optimiser(
    network: nn.Module, recipe: Recipe
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    matrices = [weight for weight in network.parameters() if weight.ndim > 1]
    vectors = [weight for weight in network.parameters() if weight.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": recipe.weight_decay},
            {"params": vectors, "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        max_lr=recipe.learning_rate,
        total_steps=max(2, recipe.steps + 1),
        pct_start=_WARM_UP,
        cycle_momentum=False,
    )
    return optimiser, schedule


@torch.no_grad()
def _average(average: nn.Module, network: nn.Module, keep: float) -> None:
    current = network.state_dict()
    for name, tensor in average.state_dict().items():
        if tensor.is_floating_point():
            tensor.lerp_(current[name], 1 - keep)
        else:
            tensor.copy_(current[name])
