"""A model's data sheet: what it is, what it was made from, how good it is, and its checksums."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self, TypeAlias

from ctviz.core import UnusableModel, Value
from ctviz.core.foreign import legible
from ctviz.core.results import BETWEEN, NOTHING_FOUND, findings_of
from ctviz.core.structure import Misfit, StrictConverter, structured
from ctviz.models.calibration import Calibration, ReliabilityBin
from ctviz.models.familiarity import Familiarity
from ctviz.models.grid import AS_A_WHOLE, FITS, Fit, Manner
from ctviz.models.heads import Head, usual_head, why_not
from ctviz.models.neighbours import Neighbours
from ctviz.models.toml import NotToml, from_toml, text_of, to_toml

CARD, WEIGHTS, REFERENCES = "card.toml", "weights.safetensors", "references.safetensors"
FEATURES = "features.safetensors"
NETWORK = "network.onnx"
ONNX = "onnx"
"""The architecture of a network that comes as a file of its own."""
LARGEST_INPUT = 1024
LARGEST_TITLE = 200
LARGEST_ZOOM = 4
_PLAIN, _CALIBRATED, _FROM_ELSEWHERE, _SEVERAL_FINDINGS, _NEIGHBOURS = 1, 2, 3, 4, 5
"""Formats of the file: a program that knows only the first would miss a calibration, or that it
knows when a scan is unlike what it has learnt from; the third has a network of its own, another
scale or placement of its inputs or a window for each channel, or was brought by somebody; the
fourth judges each of several findings by itself; the fifth sees neighbouring slices."""
_TOML = StrictConverter(nulls=False)

WRONG_ON_PURPOSE = "Wrong on purpose: "
"""How the known failure begins of a model that was made to be right for the wrong reason."""

Scale: TypeAlias = tuple[tuple[float, ...], tuple[float, ...]]
AS_THEY_ARE: Scale = (0.0,), (1.0,)
"""The scale of a network that takes values from 0 to 1."""

CALIBRATION_ERROR, BRIER = "expected calibration error", "Brier score"
FALSE_ALARMS, STRANGERS_FOUND = "false alarms, familiar scans", "strange inputs recognised"
ERRORS = (CALIBRATION_ERROR, BRIER, FALSE_ALARMS)
"""Quantities of a `MeasuredFigure` that are better the lower they are."""


@dataclass(frozen=True)
class DataSource:
    """What a model was trained or measured on."""

    name: str
    use: str
    slices: int
    patients: int
    licence: str
    source: str


@dataclass(frozen=True)
class MeasuredFigure:
    """One measured figure of a model, with its interval and how it was measured.

    Parameters
    ----------
    quantity
        ``"balanced accuracy"``: accuracy averaged over the classes; ``"AUC"``; …
    value
        The figure.
    interval
        (low, high), 95 %; None where there is none.
    on
        The slices it was measured on, in words.
    how
        The procedure, in words.
    """

    quantity: str
    value: float
    interval: tuple[float, float] | None
    on: str
    how: str

    @property
    def better(self) -> Literal["higher", "lower"]:
        """Which direction is better."""
        return "lower" if self.quantity in ERRORS else "higher"


@dataclass(frozen=True)
class ModelCard:
    """What a reader and a program need to know of a trained model.

    Parameters
    ----------
    id
        Name of the model in lower case, digits and hyphens.
    title, task
        For people: its name, and the question that it answers.
    classes
        Class names in the order of the probabilities.
    architecture, arguments
        An entry of ``ARCHITECTURES`` and its hyperparameters; ``"onnx"`` for a network that is a
        file beside the card.
    neurons
        Output neurons: 1 for two classes (the paper's), else one for each class.
    multi_label
        Whether each class is a finding by itself, of which none or several may be there.
    channels
        Input channels, all with the same grey values unless it says otherwise.
    neighbours
        Which neighbouring slices its channels show; None where all show one slice.
    size
        (h rows, w columns) of the network's grid.
    window
        (centre, width) in HU of the values that become 0 to 1.
    further_windows
        The same of the second and third channel, where each shows another window.
    scale
        (means, spreads) by which the network expects those values to be normalised: one number
        each, or one for each channel.
    manner
        How a scan is laid on that grid.
    licence
        Of the weights.
    intended_use, known_failures
        For people: what it is for, and where it is known to be wrong.
    data
        What it was trained and measured on.
    measured
        How good it is.
    calibration
        How sure a class score makes us.
    reliability
        What the calibrated model said of slices that it had not seen, and what was found.
    familiarity
        From when on a scan is unlike what the model has learnt from; None where that is not known.
    training
        The settings it was trained with.
    added
        The day on which somebody put it on the shelf; empty for one that was trained here.
    sha256
        File name -> checksum; the weights, and references and features if there are any.
    """

    id: str
    title: str
    task: str
    classes: tuple[str, ...]
    architecture: str
    arguments: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    neurons: int = 1
    multi_label: bool = False
    channels: int = 1
    neighbours: Neighbours | None = None
    size: tuple[int, int] = (224, 224)
    window: tuple[float, float] = (150.0, 600.0)
    further_windows: tuple[tuple[float, float], ...] = ()
    scale: Scale = AS_THEY_ARE
    manner: Manner = AS_A_WHOLE
    licence: str = "Apache-2.0"
    intended_use: str = ""
    known_failures: tuple[str, ...] = ()
    data: tuple[DataSource, ...] = ()
    measured: tuple[MeasuredFigure, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    reliability: tuple[ReliabilityBin, ...] = ()
    familiarity: Familiarity | None = None
    training: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    added: str = ""
    sha256: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for wrong, sentence in self._faults():
            if wrong:
                raise UnusableModel(f"The card of model '{self.id}' {sentence}")

    def _faults(self) -> list[tuple[bool, str]]:
        single = self.neurons == 1
        expected = 2 if single else self.neurons
        return [
            (
                re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.id) is None,
                "has an unusual id; use lower case letters, digits and hyphens.",
            ),
            (
                not all(0 < len(text) <= LARGEST_TITLE for text in (self.title, *self.classes)),
                f"must have a title, and names of classes, of 1 to {LARGEST_TITLE} characters.",
            ),
            (self.neurons < 1, "must have 1 or more output neurons."),
            (self.multi_label and single, why_not("sigmoid", 1)),
            (
                self.multi_label and any(findings_of(name) != (name,) for name in self.classes),
                f"must have names of findings without '{BETWEEN}', and none called "
                f"'{NOTHING_FOUND}': these stand for several findings, and for no finding.",
            ),
            (
                len(set(self.classes)) != len(self.classes) or len(self.classes) != expected,
                f"names {len(self.classes)} classes for {self.neurons} output neuron(s); name "
                f"{expected} different ones.",
            ),
            (
                not all(1 <= cells <= LARGEST_INPUT for cells in self.size),
                f"asks for an input of {self.size}; allowed are 1 to {LARGEST_INPUT} pixels.",
            ),
            self._fault_of_channels(),
            (
                not single and self.calibration.shift != 0,
                "must have a calibration without a shift, which only two classes have.",
            ),
            (
                not all(0 < w < math.inf and math.isfinite(c) for c, w in self.windows),
                "must have a window of positive width.",
            ),
            (
                len(self.windows) not in {1, self.channels},
                "must have one window, or one for each channel.",
            ),
            (
                self.manner.fit not in FITS or not 1 <= self.manner.zoom <= LARGEST_ZOOM,
                f"must fit scans in one of {', '.join(FITS)}, with a zoom of 1 to {LARGEST_ZOOM}.",
            ),
            (
                any(len(numbers) not in {1, self.channels} for numbers in self.scale)
                or not all(map(math.isfinite, (*self.scale[0], *self.scale[1])))
                or min(self.scale[1]) <= 0,
                "must have one mean and one positive spread, or one of each for every channel.",
            ),
        ]

    def _fault_of_channels(self) -> tuple[bool, str]:
        if self.neighbours is None:
            return (
                self.channels not in {1, 3},
                "must have 1 or 3 input channels, or say which neighbouring slices they show.",
            )
        if len(self.windows) > 1:
            return True, "must have one window where its channels show neighbouring slices."
        fault = self.neighbours.fault(self.channels)
        return bool(fault), fault

    @property
    def shown_channel(self) -> int | None:
        """The channel that shows the slice itself, its neighbours around it; None if all do."""
        return None if self.neighbours is None else self.channels // 2

    @property
    def sees(self) -> str:
        """Which slices it sees at a time, in words; empty if one."""
        return "" if self.neighbours is None else self.neighbours.words(self.channels)

    @property
    def weights(self) -> str:
        """Name of the file that its network or its weights are in."""
        return weights_of(self.architecture)

    @property
    def head(self) -> Head:
        """What its outputs mean."""
        return "sigmoid" if self.multi_label else usual_head(self.neurons)

    @property
    def windows(self) -> tuple[tuple[float, float], ...]:
        """The window (centre, width) of all channels, or of each."""
        return self.window, *self.further_windows

    @property
    def window_limits(self) -> tuple[float, float]:
        """The HU values that become 0 and 1, in the first channel."""
        return limits_of(self.window)

    @property
    def wrong_on_purpose(self) -> str:
        """What is wrong with a model that was made so; empty for all others."""
        return next((f for f in self.known_failures if f.startswith(WRONG_ON_PURPOSE)), "")


def weights_of(architecture: str) -> str:
    """Return the name of the file beside a card that a network of an architecture is made of."""
    return NETWORK if architecture == ONNX else WEIGHTS


def limits_of(window: tuple[float, float]) -> tuple[float, float]:
    """Return the HU values that a window (centre, width) makes 0 and 1."""
    centre, width = window
    return centre - width / 2, centre + width / 2


def write_card(folder: Path, card: ModelCard) -> None:
    """Write ``card.toml``."""
    (folder / CARD).write_text(to_toml(_document(card)), encoding="utf-8")


def read_card(folder: Path | str) -> ModelCard:
    """Read a model's data sheet, refusing one that is damaged or incomplete."""
    path = Path(folder) / CARD
    name = legible(path.parent.name)
    try:
        document = from_toml(text_of(path))
    except OSError:
        raise UnusableModel(
            f"The model folder '{name}' has no readable {CARD}; copy the whole folder again."
        ) from None
    except NotToml as error:
        raise UnusableModel(f"The card of model '{name}' is not valid TOML: {error}.") from None
    return _read(name, document)


def _read(name: str, document: Mapping[str, Any]) -> ModelCard:
    if document.get("format") not in range(_PLAIN, _NEIGHBOURS + 1):
        raise UnusableModel(
            f"The card of model '{name}' has the format {document.get('format')!r}; this "
            f"version of ctviz reads {_PLAIN} to {_NEIGHBOURS}."
        )
    try:
        return structured(_TOML, _Written, document).card()
    except Misfit as fault:
        raise UnusableModel(
            f"The entry '{fault.entry}' in the card of model '{name}' is missing or not "
            f"{fault.wanted}."
        ) from None


def _document(card: ModelCard) -> dict[str, Any]:
    written = _Written.of(card)
    written_as = _PLAIN
    if written.calibration is not None or written.familiarity is not None:
        written_as = _CALIBRATED
    foreign = card.architecture == ONNX or card.added != ""
    foreign = foreign or card.scale != AS_THEY_ARE or card.manner != AS_A_WHOLE
    if foreign or card.further_windows:
        written_as = _FROM_ELSEWHERE
    if card.multi_label:
        written_as = _SEVERAL_FINDINGS
    if card.neighbours is not None:
        written_as = _NEIGHBOURS
    return {"format": written_as, **_TOML.unstructure(written)}


@dataclass(frozen=True)
class _Network:
    architecture: str
    arguments: Mapping[str, Value] = field(kw_only=True, default_factory=dict)
    neurons: int
    head: Head | None = None

    @classmethod
    def of(cls, card: ModelCard) -> Self:
        """Return what the file tells of a card's network; its head only if it is not the usual."""
        return cls(
            card.architecture,
            card.neurons,
            "sigmoid" if card.multi_label else None,
            arguments=card.arguments,
        )

    @property
    def told(self) -> dict[str, Any]:
        """The entries of the card that it tells."""
        if self.head and (fault := why_not(self.head, self.neurons)):
            raise Misfit(f"that of this network, which {fault.rstrip('.')}", ("network", "head"))
        return {
            "architecture": self.architecture,
            "arguments": self.arguments,
            "neurons": self.neurons,
            "multi_label": self.head == "sigmoid",
        }


@dataclass(frozen=True)
class _InputWindow:
    centre: float
    width: float


@dataclass(frozen=True)
class _Input:
    channels: int
    size: tuple[int, int]
    window_hu: _InputWindow
    further_windows_hu: tuple[_InputWindow, ...] | None = None
    mean: tuple[float, ...] | None = None
    spread: tuple[float, ...] | None = None
    fit: Fit | None = None
    zoom: float | None = None
    neighbours: Neighbours | None = None

    @classmethod
    def of(cls, card: ModelCard) -> Self:
        """Return what the file tells of a card's input."""
        scale = (None, None) if card.scale == AS_THEY_ARE else card.scale
        first, *further = (_InputWindow(*window) for window in card.windows)
        manner = (card.manner.fit, card.manner.zoom) if card.manner != AS_A_WHOLE else (None, None)
        shown = cls(card.channels, card.size, first, tuple(further) or None, *scale, *manner)
        return replace(shown, neighbours=card.neighbours)

    @property
    def windows(self) -> list[tuple[float, float]]:
        """The window of all channels, or of each."""
        told = (self.window_hu, *(self.further_windows_hu or ()))
        return [(each.centre, each.width) for each in told]

    @property
    def manner(self) -> Manner:
        """How a scan is laid on the grid; as a whole where that is not told."""
        return Manner(self.fit or AS_A_WHOLE.fit, self.zoom or AS_A_WHOLE.zoom)

    @property
    def scale(self) -> Scale:
        """How the network expects its values; as they are where that is not told."""
        return self.mean or AS_THEY_ARE[0], self.spread or AS_THEY_ARE[1]


@dataclass(frozen=True, kw_only=True)
class _Written:
    """A card as its file tells it; what has no default must be there."""

    id: str
    title: str
    task: str
    classes: tuple[str, ...]
    licence: str
    intended_use: str
    known_failures: tuple[str, ...]
    network: _Network
    input: _Input
    calibration: Calibration | None = None
    measured: tuple[MeasuredFigure, ...] = ()
    reliability: tuple[ReliabilityBin, ...] | None = None
    familiarity: Familiarity | None = None
    data: tuple[DataSource, ...] = ()
    training: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    added: str | None = None
    sha256: Mapping[str, str]

    @classmethod
    def of(cls, card: ModelCard) -> Self:
        """Return what the file of a card shall tell."""
        return cls(
            **{name: getattr(card, name) for name in _SHARED},
            network=_Network.of(card),
            input=_Input.of(card),
            calibration=None if card.calibration.as_the_network else card.calibration,
            reliability=card.reliability or None,
            added=card.added or None,
        )

    def card(self) -> ModelCard:
        """Return the card, which tells the checksums of the files beside it and of no others."""
        weights = weights_of(self.network.architecture)
        beside = {weights, REFERENCES, FEATURES}
        if weights not in self.sha256 or not self.sha256.keys() <= beside:
            files = f"{REFERENCES}, {FEATURES}"
            raise Misfit(f"the checksum of {weights} (and of {files})", ("sha256",))
        if (self.familiarity is None) != (FEATURES not in self.sha256):
            raise Misfit(f"there together with the checksum of {FEATURES}", ("familiarity",))
        return ModelCard(
            **{name: getattr(self, name) for name in _SHARED},
            **self.network.told,
            channels=self.input.channels,
            neighbours=self.input.neighbours,
            size=self.input.size,
            window=self.input.windows[0],
            further_windows=tuple(self.input.windows[1:]),
            scale=self.input.scale,
            manner=self.input.manner,
            calibration=self.calibration or Calibration(),
            reliability=self.reliability or (),
            added=self.added or "",
        )


_SHARED = {f.name for f in fields(_Written)} & {f.name for f in fields(ModelCard)}
_SHARED -= {"calibration", "reliability", "added"}
