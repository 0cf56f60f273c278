"""Train a classifier whose answer has one known cause anywhere in the body: a lesion.

A slice and the same slice with a lesion, noise and all, are of the two classes. Whatever tells them
apart is the lesion, and it has no usual place. It is learnt from close-ups first (`close_ups`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Progress, Slice, Tunable, Value, param
from ctviz.models import (
    Classifier,
    DataSource,
    ModelCard,
    load_model,
    new_classifier,
    save_model,
)
from ctviz.phantom import LESION, dissect
from ctviz.training.augmentation import Augmentation
from ctviz.training.close_ups import close_ups
from ctviz.training.contrast import FRESH_SEED, PHANTOM_PIXELS, REFERENCES, TRAINING_SEED
from ctviz.training.familiar import Unseen, familiarity_of, features, measured_familiarity
from ctviz.training.fitting import Recipe, Samples, fit
from ctviz.training.measuring import QUANTITIES, encoded, on_fresh_phantoms

CLASSES = ("without lesion", "with lesion")
LEVELS = 3
"""Slices of each phantom, each with and without a lesion."""

SIDES = (48, 80)
"""Pixels of the close-ups that are learnt from before whole slices, in this order."""

CLOSE_UPS = 3
"""Of each pair of slices."""

AVERAGING = 0.97
"""Share of the average of weights that is kept a step; the phases are short."""

CHANGES = Augmentation(boned=0.0, erased=0.0, zoom=0.1, noise_hu=10.0, grain=0.02)
"""What does not look like a lesion or hide one."""


@dataclass(frozen=True)
class LesionPlan(Tunable):
    """Everything that decides how the model comes out.

    Parameters
    ----------
    id, title
        Of the model.
    architecture, arguments
        An entry of ``ARCHITECTURES`` and its hyperparameters.
    """

    id: str = "lesion-small"
    title: str = "Lesion in a phantom, small network"
    architecture: str = "resnet18"
    arguments: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({"width": 32}))
    size: int = param(160, low=32, high=512, help="Rows and columns of the network's input.")
    centre: float = param(-150.0, low=-1000, high=3000, help="Centre of the window in HU.")
    width: float = param(1500.0, low=1, high=4000, help="Width of the window in HU.")
    phantoms: int = param(500, low=2, high=100_000, help="Phantom patients, 3 slices of each.")
    close_ups: int = param(
        1200, low=1, high=100_000, help="Batches of close-ups of either side, before whole slices."
    )
    batches: int = param(700, low=1, high=100_000, help="Batches of whole slices.")
    batch: int = param(32, low=2, high=512, help="Slices in a batch.")
    rate: float = param(1e-3, low=1e-7, high=1, help="Learning rate.")
    fresh_phantoms: int = param(100, low=1, high=10_000, help="Phantom patients to measure on.")
    seed: int = param(0, low=0, high=2**30, help="Equal seeds give equal models.")


def train_lesion(plan: LesionPlan, out: Path, progress: Progress | None = None) -> ModelCard:
    """Train a model as planned, measure it, write its folder ``out``, and return its card.

    Raises
    ------
    Cancelled
        If the progress was cancelled; nothing was written.
    """
    progress = progress or Progress()
    sides = [side for side in SIDES if side < plan.size]
    batches = len(sides) * plan.close_ups + plan.batches
    progress.start(plan.phantoms + batches + plan.fresh_phantoms)
    phantoms = _phantoms(plan, TRAINING_SEED, plan.phantoms, progress)
    classifier = new_classifier(_card(plan, phantoms), seed=plan.seed)
    draw = np.random.default_rng(plan.seed)
    for side in sides:
        near = close_ups(phantoms, side, CLOSE_UPS, draw)
        _learn(plan, classifier, near, plan.close_ups, progress)
    _learn(plan, classifier, phantoms, plan.batches, progress)
    fresh = _phantoms(plan, FRESH_SEED, plan.fresh_phantoms, progress)
    references = encoded(classifier, phantoms.subset(_references(len(phantoms))))
    classifier = replace(classifier, references=references)
    save_model(out, classifier)
    # What is measured is what was written, with its rounded weights.
    written = load_model(out)
    measured = tuple(on_fresh_phantoms(written, fresh, "phantoms", each) for each in QUANTITIES)
    unseen = f"{len(fresh)} slices of {plan.fresh_phantoms} fresh phantoms"
    familiarity = familiarity_of([Unseen(written, phantoms, fresh)], unseen)
    card = replace(classifier.card, familiarity=familiarity)
    classifier = replace(classifier, card=card, known=features(written, phantoms))
    save_model(out, classifier)
    recognised = measured_familiarity(load_model(out), fresh, "phantoms")
    card = replace(card, measured=(*measured, *recognised))
    return save_model(out, replace(classifier, card=card))


def _learn(
    plan: LesionPlan, classifier: Classifier, pairs: Samples, batches: int, progress: Progress
) -> None:
    recipe = Recipe(
        steps=batches,
        batch=plan.batch,
        learning_rate=plan.rate,
        averaging=AVERAGING,
        seed=plan.seed,
        paired=True,
    )
    window = classifier.card.window_limits
    fit(classifier.network, [pairs], recipe, window, progress, augmentation=CHANGES)


def _phantoms(plan: LesionPlan, first_seed: int, patients: int, progress: Progress) -> Samples:
    """Draw phantom patients at random levels, every slice with and without a lesion."""

    def drawn() -> Iterator[tuple[Slice, bool, str]]:
        for seed in range(first_seed, first_seed + patients):
            for level in np.random.default_rng(seed).random(LEVELS):
                found = dissect(
                    seed, contrast=False, level=float(level), size=PHANTOM_PIXELS, lesion=True
                )
                name = f"phantom {seed}"
                yield Slice(found.without(LESION)), False, name
                yield Slice(found.hounsfield), True, name
            progress.advance()

    return Samples.of(drawn(), (plan.size, plan.size))


def _references(slices: int) -> NDArray[np.intp]:
    """Choose slices of different phantoms, with and without a lesion in turns."""
    order = np.arange(REFERENCES)
    return order * (slices // 2) // REFERENCES * 2 + order % 2


def _card(plan: LesionPlan, phantoms: Samples) -> ModelCard:
    return ModelCard(
        id=plan.id,
        title=plan.title,
        task="Was a lesion painted into this phantom of an axial chest CT slice?",
        classes=CLASSES,
        architecture=plan.architecture,
        arguments=plan.arguments,
        size=(plan.size, plan.size),
        window=(plan.centre, plan.width),
        intended_use=(
            "Research on importance estimators, on phantoms whose truth is known. Not a medical "
            "device: never use it for diagnosis, treatment or the safety of a patient."
        ),
        known_failures=KNOWN_FAILURES,
        data=(
            DataSource(
                name="ctviz phantoms without contrast agent, with and without a lesion",
                use="training",
                slices=len(phantoms),
                patients=plan.phantoms,
                licence="Apache-2.0",
                source="ctviz.phantom, procedural; the references are of them",
            ),
        ),
        training=plan.settings(),
    )


KNOWN_FAILURES = (
    "It knows phantoms only and has never seen a patient; on real scans its answer means nothing.",
    "Its lesions are plain ellipses of 6 to 18 mm radius with one density; no disease looks so.",
    "Scans with contrast agent were not seen: bright vessels may be taken for lesions.",
    "How small or how faint a lesion may be before it is missed was not measured.",
)
