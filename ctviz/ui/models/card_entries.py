"""What somebody has said of a network so far, and the answers for its card that follow from it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from ctviz.core import UnusableModel
from ctviz.core.theme import THEME
from ctviz.models.answers import labels_of
from ctviz.models.card import AS_THEY_ARE, DataSource, Scale
from ctviz.models.grid import AS_A_WHOLE, Fit, Manner
from ctviz.models.heads import Head, usual_head, why_not
from ctviz.models.intake import Bundle, CardAnswers, Inspection
from ctviz.models.neighbours import End, Neighbours, Unit, neighbours_needed

OTHER = "Other numbers"
IMAGENET = "ImageNet's mean and spread"
COLOURS: Scale = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SCALES: Mapping[str, Scale | None] = MappingProxyType(
    {
        "No: 0 to 1": AS_THEY_ARE,
        "-1 to 1": ((0.5,), (0.5,)),
        IMAGENET: COLOURS,
        OTHER: None,
    }
)
"""How the values in the window are normalised, by the words in which it is asked."""
GREY_IMAGENET: Scale = (0.449,), (0.226,)
"""The mean over its three channels, for networks that do not have three."""
START = "soft-tissue"


@dataclass
class CardEntries:
    """The form as it stands.

    Parameters
    ----------
    title, task, licence, trained_on, intended_use, patients, slices
        For its card; no patients or slices where that is not said.
    head
        What the network's outputs mean.
    classes
        In the order of the network's answers.
    windows
        (centre, width) of all channels, or of each.
    among, step, unit, first
        Whether the channels show a slice among its neighbours, and which, see `Neighbours`.
    fit, zoom
        How a scan is laid on the network's grid, see `Manner`.
    scale, mean, spread
        One of `SCALES`, and the numbers of the last one as they are typed.
    meaning
        The class that a known truth of the cases stands for; empty for none.
    """

    title: str
    classes: list[str]
    windows: list[tuple[float, float]]
    head: Head = "softmax"
    among: bool = False
    step: float = 1.0
    unit: Unit = "slices"
    first: End = "above"
    fit: Fit = AS_A_WHOLE.fit
    zoom: float = AS_A_WHOLE.zoom
    task: str = ""
    scale: str = next(iter(SCALES))
    mean: str = "0"
    spread: str = "1"
    licence: str = ""
    trained_on: str = ""
    intended_use: str = ""
    patients: int = 0
    slices: int = 0
    meaning: dict[str, str] = field(default_factory=dict)

    @classmethod
    def fresh(cls, title: str, found: Inspection, bundle: Bundle | None = None) -> Self:
        """Return the form as it begins, with what a bundle says of its network."""
        outputs = max(2, found.neurons)
        window = THEME.windows[START]
        head = usual_head(found.neurons, found.ending)
        windows = [(float(window.level), float(window.width))]
        among = neighbours_needed(found.channels)
        form = cls(title, [""] * outputs, windows, head, among=among)
        if bundle is not None:
            form._take(bundle, found)
        return form

    def _take(self, bundle: Bundle, found: Inspection) -> None:
        """Take over what a bundle says; what it leaves open stays as it is."""
        for name in ("title", "task", "licence", "trained_on", "intended_use", "fit"):
            setattr(self, name, getattr(bundle, name) or getattr(self, name))
        if len(bundle.classes) == len(self.classes):
            self.classes = list(bundle.classes)
        if bundle.window is not None:
            self.windows = [bundle.window]
        if bundle.head is not None and not why_not(bundle.head, found.neurons, found.ending):
            self.head = bundle.head
        if bundle.scale is not None:
            known = next((name for name, scale in SCALES.items() if scale == bundle.scale), OTHER)
            self.scale = known
            self.mean, self.spread = (", ".join(map(repr, each)) for each in bundle.scale)

    @property
    def id(self) -> str:
        """The model's name in addresses and commands, made of its title."""
        letters = unicodedata.normalize("NFKD", self.title).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:60].strip("-")

    def answers(self, channels: int) -> CardAnswers:
        """Return what the card shall say, refusing numbers that are none."""
        source = DataSource(
            self.trained_on, "training", self.slices, self.patients, "not said", "not said"
        )
        first, *further = self.windows
        return CardAnswers(
            id=self.id,
            title=self.title.strip(),
            task=self.task.strip(),
            head=self.head,
            classes=[name.strip() for name in self.classes],
            window=first,
            further_windows=() if self.among else tuple(further),
            neighbours=self.neighbours if self.among else None,
            scale=self.scaling(channels),
            manner=Manner(self.fit, self.zoom),
            licence=self.licence.strip() or "not said",
            data=(source,) if self.trained_on.strip() else (),
            **({"intended_use": self.intended_use} if self.intended_use else {}),
        )

    def scaling(self, channels: int) -> Scale:
        """Return the means and spreads."""
        if self.scale == IMAGENET and channels != len(COLOURS[0]):
            return GREY_IMAGENET
        known = SCALES[self.scale]
        return known or (_numbers(self.mean, "means"), _numbers(self.spread, "spreads"))

    @property
    def neighbours(self) -> Neighbours:
        """Which slices channels show, if they show a slice among its neighbours."""
        return Neighbours(self.step, self.unit, self.first)

    @property
    def multi_label(self) -> bool:
        """Whether each class is a finding by itself."""
        return self.head == "sigmoid"

    def classes_of(self, truth: str) -> tuple[int, ...] | None:
        """Return the indices of the classes that a known truth stands for; None if it is none."""
        return labels_of(truth, self.classes, self.meaning, multi_label=self.multi_label)


def _numbers(text: str, what: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UnusableModel(f"The {what} must be numbers separated by commas.") from None
