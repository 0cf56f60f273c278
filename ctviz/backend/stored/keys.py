"""Content addresses: a result's name is the digest of everything it was computed from.

What is computed on differs in the last digits between processors; the address does not tell them
apart.
"""

import json
from dataclasses import astuple
from typing import Any

from ctviz.core import Contrast, Slice, Target, Tunable, digest
from ctviz.models import ModelCard
from ctviz.models.card import AS_THEY_ARE
from ctviz.models.classifier import seen_with
from ctviz.models.grid import AS_A_WHOLE

RESULTS_VERSION = 3
"""Raised whenever equal inputs begin to give other results, which forgets all cached ones."""


def address(kind: str, *parts: object) -> str:
    """Return the address (64 hex digits) of a result of one kind and of plain parts."""
    return digest(json.dumps([kind, RESULTS_VERSION, *parts], sort_keys=True))


def of_slice(image: Slice, card: ModelCard | None = None) -> list[object]:
    """Return what a model sees of a slice: pixels, their unit and size, and its neighbours'."""
    seen = () if card is None or card.neighbours is None else seen_with(image, card)
    return [
        *(image.digest, image.calibrated, image.spacing_mm),
        *([["seen", *(each.digest for each in seen)]] if seen else []),
    ]


def of_model(card: ModelCard) -> list[object]:
    """Return what decides a model's answers: its files, network and way of reading a slice."""
    calibration = card.calibration
    return [
        *(dict(card.sha256), card.architecture, dict(card.arguments), card.neurons),
        *(card.channels, card.size, card.window, card.classes),
        # Not said of a model without one, so that what was computed before is still found.
        *([] if calibration.as_the_network else [calibration.temperature, calibration.shift]),
        *(["several findings"] if card.multi_label else []),
        *([] if card.scale == AS_THEY_ARE else [card.scale]),
        *([] if card.manner == AS_A_WHOLE else [["manner", card.manner.fit, card.manner.zoom]]),
        *([["further windows", card.further_windows]] if card.further_windows else []),
        *([["neighbours", *astuple(card.neighbours)]] if card.neighbours is not None else []),
    ]


def of_target(target: Target) -> list[object]:
    """Return which class is explained, and rather than which, if that is asked."""
    if isinstance(target, Contrast):
        return [target.target, ["rather than", target.rather_than]]
    return [target]


def of_tunable(tunable: Tunable) -> list[object]:
    """Return which estimator or metric it is, with its version and every hyperparameter."""
    cls: Any = type(tunable)
    return [cls.name, getattr(cls, "version", 1), tunable.settings()]
