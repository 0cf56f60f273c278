"""What a group says of its network becomes a card, and the network a model on the shelf."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from ctviz.core import UnusableModel, saved_or_said
from ctviz.models.card import AS_THEY_ARE, NETWORK, ONNX, DataSource, ModelCard, Scale, write_card
from ctviz.models.files import load_model
from ctviz.models.intake.inspecting import Inspection, inspect_onnx


@dataclass(frozen=True, kw_only=True)
class CardAnswers:
    """What only the people know who have trained a network.

    Parameters
    ----------
    id, title, task, classes, window, further_windows, scale, licence, intended_use, data
        As on a `ModelCard`. Without a title it is the id.
    """

    id: str
    classes: Sequence[str]
    window: tuple[float, float]
    further_windows: tuple[tuple[float, float], ...] = ()
    title: str = ""
    task: str = ""
    scale: Scale = AS_THEY_ARE
    licence: str = "not said"
    intended_use: str = "Research on importance estimators. Not a medical device."
    data: tuple[DataSource, ...] = ()

    def card(self, found: Inspection) -> ModelCard:
        """Return the card of a network that was inspected."""
        return ModelCard(
            id=self.id,
            title=self.title or self.id,
            task=self.task,
            classes=tuple(self.classes),
            architecture=ONNX,
            neurons=found.neurons,
            channels=found.channels,
            size=found.size,
            window=self.window,
            further_windows=self.further_windows,
            scale=self.scale,
            licence=self.licence,
            intended_use=self.intended_use,
            data=self.data,
            added=datetime.now(UTC).date().isoformat(),
        )


def add_onnx(
    file: Path,
    answers: CardAnswers,
    models: Path,
    size: tuple[int, int] | None = None,
    found: Inspection | None = None,
) -> tuple[ModelCard, Inspection]:
    """Put the network of an ONNX file on the shelf and return its card.

    Nothing is there if it is refused, and what is there already is never overwritten.

    Parameters
    ----------
    file
        The ONNX file.
    answers
        What its card shall say.
    models
        The folder of models.
    size
        (h, w) of its images, where the file leaves it open.
    found
        What came of inspecting the same file, if that was done already.

    Raises
    ------
    UnusableModel
        In a sentence, if the file or the answers do not do, or the name is taken.
    """
    found = found or inspect_onnx(file, size)
    card = answers.card(found)
    place = models / card.id
    if place.exists():
        raise UnusableModel(f"There is a model '{card.id}' already; choose another name.")
    content = file.read_bytes()
    checksums = {NETWORK: hashlib.sha256(content).hexdigest()}
    card = replace(card, sha256=MappingProxyType(checksums))
    with saved_or_said():
        models.mkdir(parents=True, exist_ok=True)
        begun = Path(tempfile.mkdtemp(prefix=".adding-", dir=models)) / card.id
        try:
            begun.mkdir()
            (begun / NETWORK).write_bytes(content)
            write_card(begun, card)
            load_model(begun)
            begun.rename(place)
        finally:
            shutil.rmtree(begun.parent, ignore_errors=True)
    return card, found
