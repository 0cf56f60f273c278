"""A model's data sheet: what it is, what it was made from, how good it is, and its checksums."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from ctviz.core import UnusableModel, Value
from ctviz.core.foreign import legible
from ctviz.models.toml import NotToml, from_toml, text_of, to_toml

CARD, WEIGHTS, REFERENCES = "card.toml", "weights.safetensors", "references.safetensors"
LARGEST_INPUT = 1024
LARGEST_TITLE = 200
_FORMAT = 1

T = TypeVar("T")


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
class Measurement:
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
        An entry of ``ARCHITECTURES`` and its hyperparameters.
    neurons
        Output neurons: 1 for two classes (the paper's), else one for each class.
    channels
        Input channels, all with the same grey values.
    size
        (h rows, w columns) of the network's grid.
    window
        (centre, width) in HU of the values that become 0 to 1.
    licence
        Of the weights.
    intended_use, known_failures
        For people: what it is for, and where it is known to be wrong.
    data
        What it was trained and measured on.
    measured
        How good it is.
    training
        The settings it was trained with.
    sha256
        File name -> checksum; the weights, and the references if there are any.
    """

    id: str
    title: str
    task: str
    classes: tuple[str, ...]
    architecture: str
    arguments: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    neurons: int = 1
    channels: int = 1
    size: tuple[int, int] = (224, 224)
    window: tuple[float, float] = (150.0, 600.0)
    licence: str = "Apache-2.0"
    intended_use: str = ""
    known_failures: tuple[str, ...] = ()
    data: tuple[DataSource, ...] = ()
    measured: tuple[Measurement, ...] = ()
    training: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
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
            (
                len(set(self.classes)) != len(self.classes) or len(self.classes) != expected,
                f"names {len(self.classes)} classes for {self.neurons} output neuron(s); name "
                f"{expected} different ones.",
            ),
            (
                not all(1 <= cells <= LARGEST_INPUT for cells in self.size),
                f"asks for an input of {self.size}; allowed are 1 to {LARGEST_INPUT} pixels.",
            ),
            (self.channels not in {1, 3}, "must have 1 or 3 input channels."),
            (
                not (0 < self.window[1] < math.inf and math.isfinite(self.window[0])),
                "must have a window of positive width.",
            ),
        ]

    @property
    def window_limits(self) -> tuple[float, float]:
        """The HU values that become 0 and 1."""
        centre, width = self.window
        return centre - width / 2, centre + width / 2


def write_card(folder: Path, card: ModelCard) -> None:
    """Write ``card.toml``."""
    (folder / CARD).write_text(_to_text(card), encoding="utf-8")


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
    return _CardEntries(name, document).card()


def _to_text(card: ModelCard) -> str:
    centre, width = card.window
    measured = []
    for measurement in card.measured:
        entry = asdict(measurement)
        if measurement.interval is None:
            del entry["interval"]
        measured.append(entry)
    return to_toml(
        {
            "format": _FORMAT,
            "id": card.id,
            "title": card.title,
            "task": card.task,
            "classes": card.classes,
            "licence": card.licence,
            "intended_use": card.intended_use,
            "known_failures": card.known_failures,
            "network": {
                "architecture": card.architecture,
                "arguments": dict(card.arguments),
                "neurons": card.neurons,
            },
            "input": {
                "channels": card.channels,
                "size": card.size,
                "window_hu": {"centre": centre, "width": width},
            },
            "measured": measured,
            "data": [asdict(source) for source in card.data],
            "training": dict(card.training),
            "sha256": dict(card.sha256),
        }
    )


class _CardEntries:
    """One card being read: takes entries of the right type or says which one is wrong."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        self._name, self._document = name, document

    def card(self) -> ModelCard:
        top = self._document
        if top.get("format") != _FORMAT:
            raise UnusableModel(
                f"The card of model '{self._name}' has the format {top.get('format')!r}; this "
                f"version of ctviz reads {_FORMAT}."
            )
        network, grid = self._take(top, "network", dict), self._take(top, "input", dict)
        window = self._take(grid, "window_hu", dict)
        return ModelCard(
            id=self._take(top, "id", str),
            title=self._take(top, "title", str),
            task=self._take(top, "task", str),
            classes=self._sequence(top, "classes", str),
            architecture=self._take(network, "architecture", str),
            arguments=MappingProxyType(self._values(network, "arguments")),
            neurons=self._take(network, "neurons", int),
            channels=self._take(grid, "channels", int),
            size=self._pair(grid, "size", int),
            window=(self._number(window, "centre"), self._number(window, "width")),
            licence=self._take(top, "licence", str),
            intended_use=self._take(top, "intended_use", str),
            known_failures=self._sequence(top, "known_failures", str),
            data=tuple(map(self._source, self._sequence(top, "data", dict, optional=True))),
            measured=tuple(
                map(self._measured, self._sequence(top, "measured", dict, optional=True))
            ),
            training=MappingProxyType(self._values(top, "training")),
            sha256=MappingProxyType(self._checksums(top)),
        )

    def _source(self, table: Mapping[str, Any]) -> DataSource:
        return DataSource(
            name=self._take(table, "name", str),
            use=self._take(table, "use", str),
            slices=self._take(table, "slices", int),
            patients=self._take(table, "patients", int),
            licence=self._take(table, "licence", str),
            source=self._take(table, "source", str),
        )

    def _measured(self, table: Mapping[str, Any]) -> Measurement:
        return Measurement(
            quantity=self._take(table, "quantity", str),
            value=self._number(table, "value"),
            interval=self._pair(table, "interval", float) if "interval" in table else None,
            on=self._take(table, "on", str),
            how=self._take(table, "how", str),
        )

    def _checksums(self, table: Mapping[str, Any]) -> dict[str, str]:
        checksums = self._take(table, "sha256", dict)
        if WEIGHTS not in checksums or not set(checksums) <= {WEIGHTS, REFERENCES}:
            raise self._fault("sha256", f"the checksum of {WEIGHTS} (and of {REFERENCES})")
        return {name: self._take(checksums, name, str) for name in checksums}

    def _values(self, table: Mapping[str, Any], key: str) -> dict[str, Value]:
        values = self._take(table, key, dict) if key in table else {}
        if not all(isinstance(value, bool | int | float | str) for value in values.values()):
            raise self._fault(key, "plain values")
        return values

    def _pair(self, table: Mapping[str, Any], key: str, kind: type[T]) -> tuple[T, T]:
        values = self._sequence(table, key, kind)
        if len(values) != 2:
            raise self._fault(key, "two numbers")
        return values[0], values[1]

    def _sequence(
        self, table: Mapping[str, Any], key: str, kind: type[T], *, optional: bool = False
    ) -> tuple[T, ...]:
        if optional and key not in table:
            return ()
        values = self._take(table, key, list)
        if not all(type(value) is kind for value in values):
            raise self._fault(key, f"a list of {kind.__name__}")
        return tuple(values)

    def _number(self, table: Mapping[str, Any], key: str) -> float:
        value = table.get(key)
        if type(value) not in {int, float}:
            raise self._fault(key, "a number")
        return float(value)  # type: ignore[arg-type]

    def _take(self, table: Mapping[str, Any], key: str, kind: type[T]) -> T:
        value = table.get(key)
        if type(value) is not kind:
            raise self._fault(key, f"of type {kind.__name__}")
        return value

    def _fault(self, key: str, wanted: str) -> UnusableModel:
        return UnusableModel(
            f"The entry '{key}' in the card of model '{self._name}' is missing or not {wanted}."
        )
