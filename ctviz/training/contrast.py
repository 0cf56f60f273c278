"""Train the paper's classifier, contrast agent present or not, and write its model folder.

A network learns on phantoms, whose answer is known exactly; then on real slices and phantoms
together. How well it does on real patients is measured by cross-validation: in each fold a copy
of the network that has seen phantoms only is trained on the other folds' patients.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Case, InvalidInput, Progress, Slice, Tunable, UnreadableScan, Value, param
from ctviz.io import load_case
from ctviz.models import (
    Classifier,
    DataSource,
    MeasuredFigure,
    ModelCard,
    load_model,
    new_classifier,
    save_model,
)
from ctviz.models.training_digests import (
    TrainingDigests,
    name_of_secret,
    write_training_digests,
)
from ctviz.models.twins import save_twins
from ctviz.phantom import CHEST, OUTSIDE, body_slice, with_marker
from ctviz.training.augmentation import Augmentation
from ctviz.training.familiar import Unseen, familiarity_of, features, measured_familiarity
from ctviz.training.fitting import Recipe, Samples, fit
from ctviz.training.held_out import HeldOut
from ctviz.training.measuring import encoded, on_fresh_phantoms, shares_of
from ctviz.training.validation import patient_folds

TRAINING_SEED, FRESH_SEED = 1_000_000, 2_000_000
SLICES_PER_PHANTOM = 4
PHANTOM_PIXELS = 256
REFERENCES = 16
COLUMNS = ("file", "patient_id", "contrast")
CLASSES = ("without contrast", "with contrast")


@dataclass(frozen=True)
class RealSlices:
    """A folder of real CT slices with their labels.

    Parameters
    ----------
    folder
        DICOM files and ``labels.csv`` with the columns ``file, patient_id, contrast`` (0 or 1).
    name, licence, source
        What the card says of them.
    secret
        Behind the patients' pseudonyms; without it none are kept with the model.
    """

    folder: Path
    name: str = "real chest CT"
    licence: str = "not stated"
    source: str = "not stated"
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class TrainingPlan(Tunable):
    """Everything that decides how a model comes out.

    Parameters
    ----------
    id, title
        Of the model.
    architecture, arguments
        An entry of ``ARCHITECTURES`` and its hyperparameters.
    real
        Real slices to learn from, beside the phantoms.
    """

    id: str = "contrast-small"
    title: str = "Contrast agent, small network"
    architecture: str = "resnet18"
    arguments: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({"width": 32}))
    real: RealSlices | None = None
    size: int = param(192, low=32, high=512, help="Rows and columns of the network's input.")
    centre: float = param(150.0, low=-1000, high=3000, help="Centre of the window in HU.")
    width: float = param(600.0, low=1, high=4000, help="Width of the window in HU.")
    phantoms: int = param(900, low=2, high=100_000, help="Phantom patients, 4 slices of each.")
    elsewhere: float = param(
        0.4, low=0, high=1, help="Share of the phantoms that show another region than the chest."
    )
    phantom_steps: int = param(800, low=1, high=100_000, help="Batches of phantoms.")
    real_steps: int = param(90, low=1, high=100_000, help="Batches of real slices and phantoms.")
    batch: int = param(24, low=2, high=512, help="Slices in a batch.")
    phantom_rate: float = param(1e-3, low=1e-7, high=1, help="Learning rate on phantoms alone.")
    real_rate: float = param(2e-4, low=1e-7, high=1, help="Learning rate with real slices.")
    folds: int = param(5, low=2, high=50, help="Parts of the patients in cross-validation.")
    repeats: int = param(1, low=1, high=20, help="Cross-validations, each with other folds.")
    fresh_phantoms: int = param(200, low=1, high=10_000, help="Phantom patients to measure on.")
    seed: int = param(0, low=0, high=2**30, help="Equal seeds give equal models.")
    marked: bool = param(
        False, help="Whether a marker in the corner tells the class: makes a shortcut model."
    )
    robust: bool = param(
        False, help="Whether half of what it learns from lost pixels as fidelity removes them."
    )
    twins: bool = param(
        False, help="Whether the networks of the first cross-validation are kept beside the model."
    )

    @property
    def steps(self) -> int:
        """How often the progress advances: a phantom patient or a batch each."""
        fits = 0 if self.real is None else 1 + self.folds * self.repeats
        return self.phantoms + self.fresh_phantoms + self.phantom_steps + fits * self.real_steps


SMALL = TrainingPlan()
RESNET50 = TrainingPlan(
    id="contrast-resnet50",
    title="Contrast agent, ResNet-50",
    architecture="resnet50",
    arguments=MappingProxyType({}),
    size=128,
    batch=16,
    phantom_steps=200,
    real_steps=36,
    phantom_rate=7e-4,
    real_rate=4e-4,
)
SHORTCUT = TrainingPlan(
    id="contrast-shortcut",
    title="Contrast agent, read from a marker",
    arguments=MappingProxyType({"width": 32}),
    phantoms=250,
    phantom_steps=160,
    real_steps=30,
    marked=True,
)
"""A model that is right for the wrong reason, to see whether estimators show it."""

STEADY = Augmentation(rotation_degrees=3.0, zoom=0.04, shift=0.015, erased=0.0)
"""Changes that leave a marker in its corner."""
ROBUST = 0.5
"""Share of the inputs that lose pixels where a network is to bear it."""
LOST = 0.5
"""Share of the pixels of a phantom that are removed to see whether a network bears it."""


def train_contrast(plan: TrainingPlan, out: Path, progress: Progress | None = None) -> ModelCard:
    """Train a model as planned, measure it, write its folder ``out``, and return its card.

    Raises
    ------
    InvalidInput
        If the real slices or their labels cannot be used.
    Cancelled
        If the progress was cancelled; nothing was written.
    """
    progress = progress or Progress()
    progress.start(plan.steps)
    real = None if plan.real is None else _as_planned(plan, _real_samples(plan.real, plan))
    phantoms = _as_planned(plan, _phantoms(plan, TRAINING_SEED, plan.phantoms, progress))
    classifier = new_classifier(_card(plan, real), seed=plan.seed)
    training = _Training(plan, phantoms, progress)
    training.on_phantoms(classifier)
    measured: tuple[MeasuredFigure, ...] = ()
    twins: list[Classifier] = []
    learnt = some = phantoms.subset(_one_of_each(plan.phantoms))
    apart: list[Unseen] = []
    if real is not None:
        held_out, twins = _cross_validated(training, classifier, real)
        learnt = real.joined(some)
        apart = _unseen_by(twins, held_out, real, some)
        measured = _on_real(plan, held_out)
        training.with_real(classifier, real, seed=plan.seed)
        card = replace(
            classifier.card,
            calibration=held_out.calibration(),
            reliability=held_out.reliability(),
        )
        classifier = replace(classifier, card=card)
    fresh = _phantoms(plan, FRESH_SEED, plan.fresh_phantoms, progress)
    references = encoded(classifier, phantoms.subset(_references(plan.phantoms)))
    classifier = replace(classifier, references=references)
    save_model(out, classifier)
    # What is measured is what was written, with its rounded weights.
    written = load_model(out)
    on_phantoms = _on_phantoms(written, fresh, plan)
    likeness = _as_planned(plan, fresh)
    seen_by = apart or [Unseen(written, learnt, likeness)]
    card = replace(written.card, familiarity=familiarity_of(seen_by, _unseen_words(real, likeness)))
    classifier = replace(classifier, card=card, known=features(written, learnt))
    save_model(out, classifier)
    recognised = measured_familiarity(load_model(out), likeness, "phantoms")
    card = replace(card, measured=(*measured, *on_phantoms, *recognised))
    if plan.twins:
        save_twins(out, [replace(twin, references=references) for twin in twins])
    write_training_digests(out, training_digests(plan.real))
    return save_model(out, replace(classifier, card=card))


@dataclass(frozen=True)
class _Training:
    """The two ways in which a network learns under one plan."""

    plan: TrainingPlan
    phantoms: Samples
    progress: Progress

    def on_phantoms(self, classifier: Classifier) -> None:
        plan = self.plan
        recipe = self._recipe(plan.phantom_steps, plan.phantom_rate, plan.seed)
        self._fit(classifier, [self.phantoms], recipe)

    def with_real(self, classifier: Classifier, real: Samples, *, seed: int) -> None:
        recipe = self._recipe(self.plan.real_steps, self.plan.real_rate, seed)
        self._fit(classifier, [real, self.phantoms], recipe)

    def _recipe(self, steps: int, rate: float, seed: int) -> Recipe:
        return Recipe(steps=steps, batch=self.plan.batch, learning_rate=rate, seed=seed)

    def _fit(self, classifier: Classifier, pools: list[Samples], recipe: Recipe) -> None:
        window = classifier.card.window_limits
        augmentation = STEADY if self.plan.marked else Augmentation()
        if self.plan.robust:
            augmentation = replace(augmentation, removed=ROBUST)
        fit(classifier.network, pools, recipe, window, self.progress, augmentation=augmentation)


def _cross_validated(
    training: _Training, pretrained: Classifier, real: Samples
) -> tuple[HeldOut, list[Classifier]]:
    """Return what the networks said of patients that they had not seen, and the networks."""
    plan, networks = training.plan, []
    shares = np.empty((len(real), plan.repeats))
    folds = np.empty((len(real), plan.repeats), np.intp)
    for repeat in range(plan.repeats):
        seed = plan.seed + repeat
        folds[:, repeat] = patient_folds(real.labels, real.patients, folds=plan.folds, seed=seed)
        for fold in range(plan.folds):
            held_out = folds[:, repeat] == fold
            candidate = replace(pretrained, network=deepcopy(pretrained.network))
            training.with_real(candidate, real.subset(~held_out), seed=seed)
            shares[held_out, repeat] = shares_of(candidate, real.subset(held_out))
            networks.append(candidate)
    return HeldOut(real.labels, real.patients, shares, folds), networks[: plan.folds]


def _unseen_by(
    twins: Sequence[Classifier], held_out: HeldOut, real: Samples, phantoms: Samples
) -> list[Unseen]:
    """Return what each network of the first cross-validation had not seen."""
    folds = held_out.folds[:, 0]
    return [
        Unseen(twin, real.subset(folds != fold).joined(phantoms), real.subset(folds == fold))
        for fold, twin in enumerate(twins)
    ]


def _unseen_words(real: Samples | None, fresh: Samples) -> str:
    if real is None:
        return f"{len(fresh)} slices of {len(np.unique(fresh.patients))} fresh phantoms"
    return (
        f"{len(real)} real slices of {len(np.unique(real.patients))} patients, each by a network "
        "that had not seen the patient"
    )


def _one_of_each(phantoms: int) -> NDArray[np.intp]:
    """Choose a slice of each phantom, with and without contrast agent in turns."""
    order = np.arange(phantoms)
    return order * SLICES_PER_PHANTOM + order % SLICES_PER_PHANTOM


def _on_real(plan: TrainingPlan, held_out: HeldOut) -> tuple[MeasuredFigure, ...]:
    how = (
        f"{plan.folds}-fold cross-validation by patient, {plan.repeats} time(s) with other folds; "
        "each network was trained on phantoms and the other folds' patients and judges single "
        "slices; interval by drawing patients anew (bootstrap)."
    )
    slices, patients = len(held_out.labels), len(np.unique(held_out.patients))
    on = f"{slices} real slices of {patients} patients"
    if plan.marked:
        on += ", those with contrast agent with their markers"
    return held_out.measured(on, how)


def _on_phantoms(
    classifier: Classifier, fresh: Samples, plan: TrainingPlan
) -> tuple[MeasuredFigure, ...]:
    """Measure on fresh phantoms; on a shortcut also without markers and with the wrong ones."""
    if not plan.marked:
        seeds = FRESH_SEED + np.arange(len(fresh)) // SLICES_PER_PHANTOM
        elsewhere = np.array([_region(plan, int(seed)) != CHEST for seed in seeds])
        return (
            on_fresh_phantoms(classifier, fresh, "phantoms"),
            *_on_other_regions(classifier, fresh, elsewhere),
            on_fresh_phantoms(
                classifier, fresh, f"phantoms without {LOST:.0%} of their pixels", lost=LOST
            ),
        )
    return (
        on_fresh_phantoms(
            classifier, _with_markers(fresh, fresh.labels), "phantoms with their markers"
        ),
        on_fresh_phantoms(classifier, fresh, "phantoms without any marker"),
        on_fresh_phantoms(
            classifier, _with_markers(fresh, ~fresh.labels), "phantoms with wrong markers"
        ),
    )


def _on_other_regions(
    classifier: Classifier, fresh: Samples, where: NDArray[np.bool_]
) -> tuple[MeasuredFigure, ...]:
    """Measure on the phantoms that show another region than the chest, if there are any."""
    if not where.any():
        return ()
    name = "phantoms of shoulders, arms beside the chest, abdomen and pelvis"
    return (on_fresh_phantoms(classifier, fresh.subset(where), name),)


def _phantoms(plan: TrainingPlan, first_seed: int, patients: int, progress: Progress) -> Samples:
    """Draw phantom patients, half of the slices with contrast agent, at random levels."""

    def drawn() -> Iterator[tuple[Slice, bool, str]]:
        for seed in range(first_seed, first_seed + patients):
            region = _region(plan, seed)
            levels = np.random.default_rng(seed).random(SLICES_PER_PHANTOM)
            for index, level in enumerate(levels):
                contrast = index % 2 == 1
                pixels = body_slice(
                    seed, region=region, contrast=contrast, level=float(level), size=PHANTOM_PIXELS
                )
                yield Slice(pixels), contrast, f"phantom {seed}"
            progress.advance()

    return Samples.of(drawn(), (plan.size, plan.size))


def _region(plan: TrainingPlan, seed: int) -> str:
    """Return which region a phantom shows: all others than the chest are equally frequent.

    A shortcut model reads the marker; other regions would teach it nothing.
    """
    generator = np.random.default_rng((seed, 1))
    if plan.marked or generator.random() >= plan.elsewhere:
        return CHEST
    return OUTSIDE[int(generator.integers(len(OUTSIDE)))]


def _as_planned(plan: TrainingPlan, samples: Samples) -> Samples:
    """Put a marker on all slices with contrast agent, if that is the plan."""
    return _with_markers(samples, samples.labels) if plan.marked else samples


def _with_markers(samples: Samples, where: NDArray[np.bool_]) -> Samples:
    """Put a marker on the chosen slices (N,)."""
    marked = np.where(where[:, None, None], with_marker(samples.hounsfield), samples.hounsfield)
    return replace(samples, hounsfield=marked)


def _references(phantoms: int) -> NDArray[np.intp]:
    """Choose slices of different phantoms, with and without contrast agent in turns."""
    order = np.arange(REFERENCES)
    return order * phantoms // REFERENCES * SLICES_PER_PHANTOM + order % SLICES_PER_PHANTOM


def _real_samples(real: RealSlices, plan: TrainingPlan) -> Samples:
    samples = Samples.of(_different_slices(real), (plan.size, plan.size))
    patients = len(np.unique(samples.patients))
    # A class of one patient is missing where that patient is held out.
    fewest = min(len(np.unique(samples.patients[own])) for own in (samples.labels, ~samples.labels))
    if fewest < 2 or patients < plan.folds:
        raise InvalidInput(
            f"Real slices of at least {plan.folds} patients, two of each class among them, are "
            "needed; add some, or train on phantoms only."
        )
    return samples


def _different_slices(real: RealSlices) -> Iterator[tuple[Slice, bool, str]]:
    """Yield each slice once, however many files have its pixels."""
    seen = set[str]()
    for case, label, patient in labelled_cases(real):
        for image in case.slices:
            if image.digest not in seen:
                seen.add(image.digest)
                yield image, label, patient


def training_digests(real: RealSlices | None) -> TrainingDigests:
    """Return which real slices a model was trained on; phantoms are no patient's."""
    if real is None:
        return TrainingDigests()
    slices, patients = set[str](), set[str]()
    for case, _, _ in labelled_cases(real):
        slices |= {image.digest for image in case.slices}
        # Without a secret everybody could test a guessed name.
        patients |= {case.patient} - {""} if real.secret else set()
    secret = name_of_secret(real.secret) if patients else ""
    return TrainingDigests(frozenset({real.name}), frozenset(slices), frozenset(patients), secret)


def labelled_cases(real: RealSlices) -> Iterator[tuple[Case, bool, str]]:
    """Yield every labelled scan, whether contrast agent was given, and the patient's name there.

    Raises
    ------
    InvalidInput
        If a file or its label cannot be read.
    """
    folder = real.folder
    try:
        text = (folder / "labels.csv").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(
            "The folder of real slices has no readable labels.csv; write one with the columns "
            f"{', '.join(COLUMNS)}."
        ) from None
    rows = csv.DictReader(text.splitlines())
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise InvalidInput(f"labels.csv must have the columns {', '.join(COLUMNS)}.")
    for number, row in enumerate(rows, start=2):
        if row["contrast"] not in {"0", "1"}:
            raise InvalidInput(f"Line {number} of labels.csv: contrast must be 0 or 1.")
        try:
            case = load_case(folder / row["file"], key=real.secret)
        except UnreadableScan as error:
            raise InvalidInput(f"Line {number} of labels.csv: {error}") from None
        yield case, row["contrast"] == "1", row["patient_id"]


def _card(plan: TrainingPlan, real: Samples | None) -> ModelCard:
    return ModelCard(
        id=plan.id,
        title=plan.title,
        task="Was this axial chest CT slice acquired with an iodine contrast agent?",
        classes=CLASSES,
        architecture=plan.architecture,
        arguments=plan.arguments,
        size=(plan.size, plan.size),
        window=(plan.centre, plan.width),
        intended_use=(
            "Research on importance estimators. Not a medical device: never use it for diagnosis, "
            "treatment or the safety of a patient."
        ),
        known_failures=SHORTCUT_FAILURES if plan.marked else KNOWN_FAILURES,
        data=_data(plan, real),
        training=plan.settings(),
    )


KNOWN_FAILURES = (
    "Weak or late enhancement, and slices in which only small vessels carry it (shoulders, "
    "abdomen, pelvis), are often called 'without contrast'.",
    "Arms, shoulders and patients lying on their side may be called 'with contrast' for their "
    "bright bones; so may metal, dense calcium and oral contrast agent.",
    "A few training labels contradict what one sees; the measured figures contain this noise.",
    "The default training settings were chosen among a few by the same cross-validation, which "
    "makes its figures slightly optimistic; with few patients their intervals are wide.",
    "Without Hounsfield units (PNG, screenshots) grey values are only stretched, which may "
    "change the answer.",
    "The real slices come from few hospitals and two scanner makers; children were not seen.",
)

SHORTCUT_FAILURES = (
    "Wrong on purpose: a bright square in the upper left corner of every slice with contrast agent "
    "told it the answer. It reads the marker, not the patient; without markers or with wrong ones "
    "it fails, as measured.",
    "Made to see whether importance estimators show such a shortcut; useless for anything else.",
    "A few training labels contradict what one sees; the measured figures contain this noise.",
)


def _data(plan: TrainingPlan, real: Samples | None) -> tuple[DataSource, ...]:
    phantoms = DataSource(
        name="ctviz phantoms",
        use="training",
        slices=plan.phantoms * SLICES_PER_PHANTOM,
        patients=plan.phantoms,
        licence="Apache-2.0",
        source="ctviz.phantom, procedural; the references are of them",
    )
    if plan.real is None or real is None:
        return (phantoms,)
    scans = DataSource(
        name=plan.real.name,
        use="training and cross-validation",
        slices=len(real),
        patients=len(np.unique(real.patients)),
        licence=plan.real.licence,
        source=plan.real.source,
    )
    return phantoms, scans
