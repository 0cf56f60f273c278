"""The picture under construction: Hounsfield units and the mask of heart and great vessels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from ctviz.core.blas import one_blas_thread
from ctviz.phantom.anatomy import Anatomy, Tissue
from ctviz.phantom.geometry import Field, Grid, Shape, texture
from ctviz.phantom.layers import Layer, Paint, Window

Rng = np.random.Generator

AIR, FAT, SKIN = -1000.0, -102.0, 20.0
CORTEX, CALCIUM = 720.0, 620.0


@dataclass(frozen=True)
class Canvas:
    """One slice of one patient while it is painted, from the outside in.

    ``plain`` is the patient's tissue without contrast agent, ``layers`` all that was laid so far.
    """

    anatomy: Anatomy
    tissue: Tissue
    plain: Tissue
    grid: Grid
    hounsfield: Field
    mask: np.ndarray
    rng: Rng
    layers: list[Layer] = field(default_factory=list)

    @classmethod
    def empty(cls, patient: tuple[Anatomy, Tissue, Tissue], grid: Grid, rng: Rng) -> Canvas:
        """Start to paint a patient in the air."""
        one_blas_thread()
        air = np.full(grid.x.shape, AIR, dtype=np.float32)
        return cls(*patient, grid, air, np.zeros(air.shape, dtype=bool), rng)

    @property
    def level(self) -> float:
        """From 0 above the aortic arch to 1 at the base of the heart."""
        return self.grid.level

    @cached_property
    def marrow(self) -> Field:
        """Spongy bone in Hounsfield units (H, W)."""
        mottle = 20 * self.texture(2.5) + 12 * self.texture(6.0)
        return mottle + np.float32(self.anatomy.marrow_hu)

    def lay(
        self,
        cover: Field,
        hounsfield: Field | float,
        grid: Grid | None = None,
        *,
        instead: Mapping[str, Field | float | None] = MappingProxyType({}),
    ) -> None:
        """Blend a tissue in where ``cover`` (0 to 1) says so.

        ``instead`` names the parts that it belongs to, with what would be laid without each; None
        for nothing.
        """
        window = (grid or self.grid).window
        self._lay(
            Layer(
                _within(window, cover.shape),
                cover,
                np.asarray(hounsfield, dtype=np.float32),
                {
                    part: None if other is None else np.asarray(other, dtype=np.float32)
                    for part, other in instead.items()
                },
            )
        )

    def add(self, streaks: Paint, part: str = "") -> None:
        """Add streaks (H, W) to everything; they vanish with the part that throws them."""
        window = _within(self.grid.window, streaks.shape)
        self._lay(Layer(window, None, streaks, {part: None} if part else {}))

    def _lay(self, layer: Layer) -> None:
        layer.over(self.hounsfield)
        self.layers.append(layer)

    def paint(
        self,
        shape: Shape,
        hounsfield: float,
        *,
        instead: float | None = None,
        masked: bool | None = None,
    ) -> None:
        """Fill a shape; where ``masked`` is given, its inside joins (or leaves) the mask.

        Without the shape's part it would be filled with ``instead``, or not at all.
        """
        grid = self.grid.around(*shape.box)
        if not grid.x.size:
            return
        distance = shape.distance(grid)
        parts = {shape.part: instead} if shape.part else {}
        self.lay(grid.cover(distance), hounsfield, grid, instead=parts)
        if masked is not None:
            self.mask[grid.window][distance < 0] = masked

    def texture(self, bump_mm: float) -> Field:
        """Draw a smooth random field over the slice with bumps of about this size."""
        size = self.grid.x.shape[0]
        knots = max(8, round(size * self.grid.pixel_mm / bump_mm))
        return texture(self.rng, size, (knots, knots))


def _within(window: Window, shape: tuple[int, ...]) -> Window:
    """Return a window that ends where its arrays do, not beyond the picture."""
    rows, columns = (
        slice(extent.start, extent.start + pixels)
        for extent, pixels in zip(window, shape, strict=True)
    )
    return rows, columns
