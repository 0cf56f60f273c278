"""Twins of a model: networks trained in the same way on other patients of the same collection.

What differs between their maps comes from training and not from the scan. Each twin is a model's
folder of its own, ``twins/1``, ``twins/2``, … within the folder of the model.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

from ctviz.core import UnusableModel
from ctviz.models.card import CARD, ModelCard, read_card
from ctviz.models.classifier import Classifier
from ctviz.models.files import load_model, save_model

TWINS = "twins"


def save_twins(folder: Path | str, twins: Sequence[Classifier]) -> None:
    """Write the twins of the model in a folder, in place of others that it had."""
    rmtree(Path(folder) / TWINS, ignore_errors=True)
    for number, twin in enumerate(twins, start=1):
        card = replace(
            twin.card,
            id=f"{twin.card.id}-twin-{number}",
            title=f"{twin.card.title}, without the patients of fold {number}",
        )
        save_model(Path(folder) / TWINS / str(number), replace(twin, card=card))


def twin_folders(folder: Path | str) -> tuple[Path, ...]:
    """Return the folders of a model's twins, by their number."""
    found = [path.parent for path in Path(folder).glob(f"{TWINS}/*/{CARD}")]
    return tuple(sorted(found, key=lambda each: (len(each.name), each.name)))


def twin_cards(folder: Path | str) -> tuple[ModelCard, ...]:
    """Return the cards of the twins of the model in a folder; there may be none.

    Raises
    ------
    UnusableModel
        If one cannot be read, or does not see what the model sees.
    """
    own = read_card(folder)
    cards = tuple(read_card(each) for each in twin_folders(folder))
    for card in cards:
        if _origin(card) != _origin(own):
            raise UnusableModel(
                f"The twin '{card.id}' is no twin of the model '{own.id}': classes, input or "
                f"training differ; remove its folder from {TWINS}."
            )
    return cards


def load_twins(folder: Path | str, device: str = "cpu") -> tuple[Classifier, ...]:
    """Load the twins of the model in a folder; there may be none.

    Raises
    ------
    UnusableModel
        If one is damaged, or does not see what the model sees.
    """
    twin_cards(folder)
    return tuple(load_model(each, device) for each in twin_folders(folder))


def _origin(card: ModelCard) -> tuple[object, ...]:
    seen = card.channels, card.neighbours, card.size, card.window
    return card.classes, *seen, dict(card.training)
