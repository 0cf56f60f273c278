"""A network that was tried, with what its people say of it, becomes a model on the shelf."""

import hashlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ctviz.core import UnusableModel, saved_or_said
from ctviz.models.architectures import SingleNeuron
from ctviz.models.card import NETWORK, ONNX, ModelCard, write_card
from ctviz.models.classifier import Classifier
from ctviz.models.files import load_model, save_model
from ctviz.models.intake.answers import CardAnswers
from ctviz.models.intake.inspecting import Inspection
from ctviz.models.intake.rehearsal import Rehearsal, rehearsed


def add_network(rehearsal: Rehearsal, answers: CardAnswers, models: Path) -> ModelCard:
    """Put a network on the shelf and return its card.

    Nothing is there if it is refused, and what is there already is never overwritten.

    Parameters
    ----------
    rehearsal
        The network, tried.
    answers
        What its card shall say.
    models
        The folder of models.

    Raises
    ------
    UnusableModel
        In a sentence, if the answers do not do, or the name is taken.
    """
    card = answers.card(rehearsal.found)
    place = models / card.id
    if place.exists():
        raise UnusableModel(f"There is a model '{card.id}' already; choose another name.")
    with saved_or_said():
        models.mkdir(parents=True, exist_ok=True)
        begun = Path(tempfile.mkdtemp(prefix=".adding-", dir=models)) / card.id
        try:
            begun.mkdir()
            card = _written(begun, rehearsal, card)
            load_model(begun)
            begun.rename(place)
        finally:
            shutil.rmtree(begun.parent, ignore_errors=True)
    return card


def _written(folder: Path, rehearsal: Rehearsal, card: ModelCard) -> ModelCard:
    """Write the network and its card with checksums: an ONNX file as it came, else its weights."""
    if card.architecture != ONNX:
        body = SingleNeuron(rehearsal.network) if card.neurons == 1 else rehearsal.network
        return save_model(folder, Classifier(card, body))
    content = rehearsal.file.read_bytes()
    checksums = {NETWORK: hashlib.sha256(content).hexdigest()}
    card = replace(card, sha256=MappingProxyType(checksums))
    (folder / NETWORK).write_bytes(content)
    write_card(folder, card)
    return card


def add_file(
    file: Path, answers: CardAnswers, models: Path, size: tuple[int, int] | None = None
) -> tuple[ModelCard, Inspection]:
    """Try the network of a file and put it on the shelf; see `rehearsed` and `add_network`."""
    rehearsal = rehearsed(file, size)
    return add_network(rehearsal, answers, models), rehearsal.found
