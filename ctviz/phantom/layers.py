"""What was painted, layer after layer, so that one part can be painted again in another way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ctviz.phantom.geometry import Field

Window = tuple[slice, slice]
Paint = NDArray[np.floating]
"""Hounsfield units of each pixel of a window (h, w), or one value () for all."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One tissue laid over a picture.

    Parameters
    ----------
    window
        The part of the picture that the arrays cover.
    cover
        The share (0 to 1) of each pixel that the tissue takes; None adds it to what is there, as
        a streak does.
    paint
        The tissue.
    instead
        For each part that it belongs to, what is laid without that part; None lays nothing.
    """

    window: Window
    cover: Field | None
    paint: Paint
    instead: Mapping[str, Paint | None] = field(default_factory=lambda: MappingProxyType({}))

    def over(self, picture: Field, part: str = "", corner: tuple[int, int] = (0, 0)) -> None:
        """Lay the tissue over a picture, or a piece of one, as if there were no such part.

        ``corner`` is the row and column at which the piece begins.
        """
        paint = self.instead.get(part, self.paint)
        here, there = self._meeting(picture, corner)
        if paint is None:
            return
        below, above = picture[here], paint[there] if paint.ndim else paint
        if self.cover is None:
            below += above
        else:
            below += self.cover[there] * (above - below)

    def _meeting(self, picture: Field, corner: tuple[int, int]) -> tuple[Window, Window]:
        """Return where the piece and the layer overlap, on the piece and on the layer."""
        here, there = [], []
        for extent, begins, size in zip(self.window, corner, picture.shape, strict=True):
            start = max(extent.start, begins)
            stop = max(start, min(extent.stop, begins + size))
            here.append(slice(start - begins, stop - begins))
            there.append(slice(start - extent.start, stop - extent.start))
        return (here[0], here[1]), (there[0], there[1])


def seen_without(layers: list[Layer], part: str, window: Window, background: float) -> Field:
    """Return a window of the picture (h, w) that the layers give without a part.

    Everything else is laid as it was, in the same order, so that pixels without the part come out
    the same bit by bit.
    """
    corner = (window[0].start, window[1].start)
    shape = tuple(extent.stop - extent.start for extent in window)
    picture = np.full(shape, background, dtype=np.float32)
    for layer in layers:
        layer.over(picture, part, corner)
    return picture


def window_of(layers: list[Layer], part: str) -> Window | None:
    """Return the smallest window that holds all layers of a part; None if nothing of it is seen."""
    boxes = [
        (layer.window[0].start + rows[[0, -1]], layer.window[1].start + columns[[0, -1]])
        for layer in layers
        if part in layer.instead
        for rows, columns in [_extent(layer)]
        if rows.size
    ]
    if not boxes:
        return None
    rows, columns = (np.concatenate([box[axis] for box in boxes]) for axis in (0, 1))
    return (
        slice(int(rows.min()), int(rows.max()) + 1),
        slice(int(columns.min()), int(columns.max()) + 1),
    )


def _extent(layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows and the columns in which a layer changes anything."""
    there = np.broadcast_to(
        layer.paint if layer.cover is None else layer.cover, _shape(layer.window)
    )
    return np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))


def _shape(window: Window) -> tuple[int, int]:
    rows, columns = (extent.stop - extent.start for extent in window)
    return rows, columns
