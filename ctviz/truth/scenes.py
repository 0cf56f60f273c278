"""Where the truth is known: what is shown to a model of a kind, and which class is explained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ctviz.core import InvalidInput, Slice
from ctviz.models import ModelCard
from ctviz.phantom import LESION, dissect, with_marker
from ctviz.truth.parts import KnownSlice, parts_of

PIXELS = 256
"""Rows and columns of a phantom's slice, as the shipped models have seen them in training."""

MARKER = "marker"


@dataclass(frozen=True)
class Scene:
    """A kind of slice whose truth is known.

    Parameters
    ----------
    name
        Of the kind.
    classes
        Of the models that it is for.
    explained
        The class that is true on all of its slices, and explained.
    draw
        Returns the slice of a seed.
    """

    name: str
    classes: tuple[str, ...]
    explained: str
    draw: Callable[[int], KnownSlice]


def level_of(seed: int) -> float:
    """Return at which level a seed's patient is cut, evenly from the aortic arch to the base."""
    return float(np.random.default_rng(seed).random())


def contrast_slice(seed: int) -> KnownSlice:
    """Return a slice with contrast agent; its parts are those of the phantom."""
    drawn = dissect(seed, contrast=True, level=level_of(seed), size=PIXELS)
    image = Slice(drawn.hounsfield, drawn.spacing_mm)
    without = {part: drawn.without(part) for part in drawn.parts}
    return KnownSlice(image, drawn.heart_and_vessels, parts_of(image, without))


def marked_slice(seed: int) -> KnownSlice:
    """Return a slice with contrast agent and the marker that tells so, which is a part too.

    A reader who does not know of the marker looks at heart and vessels.
    """
    plain = contrast_slice(seed)
    image = _marked(plain.image)
    without = {part.name: _marked(part.without).hounsfield for part in plain.parts}
    parts = parts_of(image, {**without, MARKER: plain.image.hounsfield})
    return KnownSlice(image, plain.region, parts)


def lesion_slice(seed: int) -> KnownSlice:
    """Return a slice without contrast agent with a lesion anywhere in it, which is a part too.

    A reader would outline the lesion at half of its contrast.
    """
    drawn = dissect(seed, contrast=False, level=level_of(seed), size=PIXELS, lesion=True)
    image = Slice(drawn.hounsfield, drawn.spacing_mm)
    without = {part: drawn.without(part) for part in drawn.parts}
    contrast = np.abs(without[LESION] - drawn.hounsfield)
    return KnownSlice(image, contrast > contrast.max() / 2, parts_of(image, without))


def _marked(image: Slice) -> Slice:
    return Slice(with_marker(image.hounsfield), image.spacing_mm)


CONTRAST = ("without contrast", "with contrast")
LESIONS = ("without lesion", "with lesion")

SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        scene.name: scene
        for scene in (
            Scene("contrast", CONTRAST, CONTRAST[1], contrast_slice),
            Scene("marked", CONTRAST, CONTRAST[1], marked_slice),
            Scene("lesion", LESIONS, LESIONS[1], lesion_slice),
        )
    }
)


def scene_of(card: ModelCard) -> Scene:
    """Return the scene for a model, by its classes and by whether it was taught a marker.

    Raises
    ------
    InvalidInput
        If no truth is known for such a model.
    """
    if card.classes == CONTRAST:
        return SCENES["marked" if card.training.get("marked") else "contrast"]
    if card.classes == LESIONS:
        return SCENES["lesion"]
    raise InvalidInput(
        f"The truth is not known for the model '{card.id}': phantoms show contrast agent or a "
        f"lesion, and its classes are {', '.join(card.classes)}."
    )
