"""Masks in and out, always on the grid of one slice; `ctviz.io.masks` has a file for each form."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctviz.core import InvalidInput, Mask, Slice, UnreadableScan
from ctviz.io.masks.form import MASK_FORMS, refuse_other_size


def load_mask(path: Path | str, like: Slice) -> Mask:
    """Return the mask in a file, everything but zero inside, on a slice's grid.

    Of several labels the mask is their union. Outside is also what is not a finite number, and
    what is transparent. A NIfTI volume of several slices gives the one at the slice's position;
    its axes are turned to the slice's. Refused is what could be meant otherwise: fractions,
    negative numbers, several pages, and a mask that says that it lies elsewhere.
    """
    path = Path(path)
    try:
        values = _values(path, like)
    except OSError:
        raise InvalidInput("The mask does not exist or must not be read; check its name.") from None
    except UnreadableScan as error:
        raise InvalidInput(f"The mask cannot be used: {error}") from None
    refuse_other_size(values.shape, like)
    return _inside(values)


def save_mask(mask: Mask, path: Path | str, like: Slice) -> None:
    """Write a mask as the file's name says: ``.png`` (0 and 255), ``.npy``, ``.nii``, ``.nii.gz``.

    NIfTI carries the slice's geometry; the others are bare arrays.
    """
    path = Path(path)
    mask = np.asarray(mask, np.bool_)
    if mask.shape != like.shape:
        raise InvalidInput(f"The mask has the shape {mask.shape}, the slice {like.shape}.")
    for form in MASK_FORMS.values():
        if form.endings and path.name.endswith(form.endings):
            form().write(mask, path, like)
            return
    endings = [ending for form in MASK_FORMS.values() for ending in form.endings]
    raise InvalidInput(f"A mask is written as {_listed(endings)}; rename it.")


def _values(path: Path, like: Slice) -> NDArray[np.generic]:
    """Return the numbers in a mask file, (H, W)."""
    for form in MASK_FORMS.values():
        if form().recognises(path):
            return form().read(path, like)
    titles = [title for form in MASK_FORMS.values() for title in form.titles]
    raise InvalidInput(f"A mask is read from {_listed(titles)}; export it as one of them.")


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _inside(values: NDArray[np.generic]) -> Mask:
    """Return where numbers stand for the inside of a mask."""
    if values.dtype.kind == "b":
        return np.array(values, np.bool_)
    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values), values, 0)
        if (values != np.rint(values)).any():
            raise InvalidInput(
                "The mask holds fractions, as probabilities do; choose a threshold (0.5 is usual) "
                "and export what is above it."
            )
    if float(values.min()) < 0:
        raise InvalidInput(
            "The mask holds negative numbers, of which nobody knows whether they are inside; "
            "export it with 0 outside."
        )
    return np.array(values != 0, np.bool_)
