"""The models on the shelf, each loaded once and kept on the device."""

import os
from contextlib import suppress
from pathlib import Path
from threading import Lock

import torch
from torch import nn

from ctviz.backend.quick_forms import QuickForms
from ctviz.backend.stored.keys import address, of_model
from ctviz.core import InvalidParameter, Settings
from ctviz.models import Classifier, ModelCard, ModelShelf, load_model, model_cards
from ctviz.models.twins import load_twins, twin_cards
from ctviz.networks import compute_exactly


def choose_device(wanted: str) -> str:
    """Return torch's name of the device: ``auto`` takes a GPU where there is one.

    Raises
    ------
    InvalidParameter
        If the wanted device is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next((name for name, usable in there.items() if usable), "cpu")
    if not there.get(wanted.split(":")[0], True):
        raise InvalidParameter(
            f"There is no '{wanted}' on this computer; set CTVIZ_DEVICE to auto or cpu."
        )
    return wanted


def _stamps(folder: Path) -> list[tuple[str, int, int]]:
    """Return what changes when a card does; it is asked for at every look at anything."""
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                state = os.stat(os.path.join(entry.path, "card.toml"))  # noqa: PTH116, PTH118
                found.append((entry.name, state.st_mtime_ns, state.st_size))
    return sorted(found)


class Models:
    """The classifiers of one process.

    Cards are read again when their files have changed, so that a model that was just trained is
    there; a network is loaded when it is first needed, and again if its card has changed. It has
    its quicker form (`QuickForms`) from then on.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.models
        self._device = choose_device(settings.device)
        if self._device.startswith("cuda"):
            compute_exactly()
        self._shelf: tuple[object, ModelShelf] | None = None
        self._quick_forms = QuickForms(settings.cache / "quick-forms")
        self._loaded: dict[str, tuple[str, Classifier]] = {}
        self._loaded_twins: dict[str, tuple[str, tuple[Classifier, ...]]] = {}
        self._lock = Lock()

    @property
    def device(self) -> str:
        """What torch calls the device."""
        return self._device

    def shelf(self) -> ModelShelf:
        """Return the cards by model id, with the folders that were refused."""
        stamp = _stamps(self._folder)
        known = self._shelf
        if known is None or known[0] != stamp:
            known = self._shelf = (stamp, model_cards(self._folder))
        return known[1]

    def classifier(self, model_id: str) -> Classifier:
        """Return the model ready to compute on the device."""
        identity = address("model", of_model(self.shelf()[model_id]))
        with self._lock:
            known = self._loaded.get(model_id)
            if known is not None and known[0] == identity:
                return known[1]
            classifier = load_model(self._folder / model_id, self._device)
            self._quick_forms.attach(classifier.network, classifier.card)
            self._loaded[model_id] = (identity, classifier)
            return classifier

    def copy_of_network(self, model_id: str) -> nn.Module:
        """Return a network that may be timed, or broken, while others use the model."""
        loaded = load_model(self._folder / self.shelf()[model_id].id, self._device)
        self._quick_forms.attach(loaded.network, loaded.card)
        return loaded.network

    def twin_cards(self, model_id: str) -> tuple[ModelCard, ...]:
        """Return the cards of a model's twins, as they are on disk now; there may be none."""
        return twin_cards(self._folder / self.shelf()[model_id].id)

    def twins(self, model_id: str) -> tuple[Classifier, ...]:
        """Return the twins of a model ready to compute on the device."""
        identity = address("twins", [of_model(card) for card in self.twin_cards(model_id)])
        with self._lock:
            known = self._loaded_twins.get(model_id)
            if known is not None and known[0] == identity:
                return known[1]
            twins = load_twins(self._folder / model_id, self._device)
            self._loaded_twins[model_id] = (identity, twins)
            return twins
