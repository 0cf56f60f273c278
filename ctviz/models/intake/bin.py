"""The bin of models: what somebody has added can be put away, and be taken out again."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctviz.core import UnusableModel, saved_or_said
from ctviz.models.card import ModelCard, read_card

_BIN, _SEPARATOR = ".bin", "."
"""A folder beside the models, for only there is a move sure to be one step."""


@dataclass(frozen=True)
class BinnedModel:
    """A model in the bin.

    Parameters
    ----------
    folder
        Where it is now.
    card
        Its card.
    when
        Seconds since 1970 at which it was put there.
    """

    folder: Path
    card: ModelCard
    when: float


def put_model(models: Path, model_id: str) -> BinnedModel:
    """Put a model that somebody has added into the bin.

    Raises
    ------
    UnusableModel
        If there is none of this name, or it came with ctviz or was trained here.
    """
    card = _read(models, model_id)
    if not card.added:
        raise UnusableModel(
            f"The model '{card.id}' was not added by anybody; whoever runs ctviz can delete its "
            "folder."
        )
    when = time.time()
    place = models / _BIN / f"{int(when * 1000)}{_SEPARATOR}{card.id}"
    with saved_or_said():
        place.parent.mkdir(exist_ok=True)
        (models / card.id).rename(place)
    return BinnedModel(place, card, when)


def restore_model(models: Path, binned: BinnedModel) -> ModelCard:
    """Take a model out of the bin.

    Raises
    ------
    UnusableModel
        If it is not there any more, or another model has its name by now.
    """
    place = models / binned.card.id
    if place.exists():
        raise UnusableModel(
            f"There is another model '{binned.card.id}' by now; remove that one first."
        )
    if not binned.folder.is_dir():
        raise UnusableModel(f"The model '{binned.card.id}' is not in the bin any more.")
    with saved_or_said():
        binned.folder.rename(place)
    return binned.card


def binned_models(models: Path) -> tuple[BinnedModel, ...]:
    """Return what is in the bin, the latest first."""
    return tuple(sorted(_in_bin(models), key=lambda each: -each.when))


def empty_model_bin(models: Path, before: float) -> tuple[str, ...]:
    """Delete for good what was put into the bin before then; return the names of those models."""
    old = [each for each in _in_bin(models) if each.when < before]
    for each in old:
        shutil.rmtree(each.folder, ignore_errors=True)
    return tuple(each.card.id for each in old)


def _read(models: Path, model_id: str) -> ModelCard:
    # Only the last part of a name: nothing leads out of the folder.
    card = read_card(models / Path(model_id).name)
    if card.id != model_id:
        raise UnusableModel(f"There is no model '{model_id}'.")
    return card


def _in_bin(models: Path) -> Iterator[BinnedModel]:
    for folder in (models / _BIN).glob("*"):
        when, _, name = folder.name.partition(_SEPARATOR)
        if not (name and when.isascii() and when.isdecimal()):
            continue
        try:
            yield BinnedModel(folder, read_card(folder), int(when) / 1000)
        except UnusableModel:
            continue
