"""Applying an Edit to a Slice."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from ctviz.core import InvalidInput, Mask, Slice
from ctviz.core.experiment import Edit
from ctviz.edits.operation import OPERATIONS, Area, Operation


def operation_of(edit: Edit) -> Operation:
    """Return the operation with its settings."""
    return OPERATIONS[edit.operation].from_settings(edit.settings)


def apply(edit: Edit, image: Slice) -> Slice:
    """Return the slice as the edit leaves it; beyond mask and soft edge every bit is the same.

    What the operation leaves as it is, stays so bit by bit.

    Raises
    ------
    InvalidInput
        If the slice has no Hounsfield units, or nothing or everything is drawn.
    """
    operation = operation_of(edit)
    _check(edit.mask, image)
    weights = soft_weights(edit.mask, edit.edge_mm, image.spacing_mm)
    touched = weights > 0
    before = image.hounsfield.astype(np.float64)
    changed = operation.changed(image, Area(edit.mask, touched)).astype(np.float64)
    after = np.where(touched, before + weights * (changed - before), before)
    return replace(image, hounsfield=after.astype(np.float32))


def soft_weights(
    mask: Mask, edge_mm: float, spacing_mm: tuple[float, float] | None
) -> NDArray[np.float64]:
    r"""Return how much of a change each pixel (H, W) gets: 1 in the mask, less and less around.

    At the distance d from the mask it is :math:`(1 + \cos(\pi d / e)) / 2`, and 0 from e on, the
    width of the edge. Pixels of unknown size count as 1 mm.
    """
    if edge_mm == 0:
        return mask.astype(np.float64)
    away = distance_transform_edt(~mask, sampling=spacing_mm or (1.0, 1.0))
    fading: NDArray[np.float64] = (1 + np.cos(np.pi * np.minimum(away / edge_mm, 1))) / 2
    return np.where(away < edge_mm, fading, 0.0)


def _check(mask: Mask, image: Slice) -> None:
    """Refuse what cannot be edited."""
    if mask.shape != image.shape:
        raise InvalidInput(
            f"A drawing of {mask.shape[0]} × {mask.shape[1]} pixels does not fit a slice of "
            f"{image.shape[0]} × {image.shape[1]}; draw it on this slice."
        )
    if not image.calibrated:
        raise InvalidInput(
            "This slice has no Hounsfield units, so none can be changed; choose a CT slice."
        )
    if not mask.any():
        raise InvalidInput("Nothing is drawn here; draw what is to be changed.")
    if mask.all():
        raise InvalidInput(
            "What is drawn covers the whole slice, so that nothing is left to compare it with; "
            "draw a smaller region."
        )
