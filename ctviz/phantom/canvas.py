"""The picture under construction: Hounsfield units and the mask of heart and great vessels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ctviz.phantom.anatomy import Anatomy, Tissue
from ctviz.phantom.geometry import Field, Grid, Shape, texture

Rng = np.random.Generator

AIR, FAT, SKIN = -1000.0, -102.0, 20.0
CORTEX, CALCIUM = 720.0, 620.0


@dataclass(frozen=True)
class Canvas:
    """One slice of one patient while it is painted, from the outside in."""

    anatomy: Anatomy
    tissue: Tissue
    grid: Grid
    hounsfield: Field
    mask: np.ndarray
    rng: Rng

    @classmethod
    def over(cls, scene: Field, patient: tuple[Anatomy, Tissue], grid: Grid, rng: Rng) -> Canvas:
        """Start to paint a patient over a scene (H, W) without one."""
        return cls(*patient, grid, scene, np.zeros(scene.shape, dtype=bool), rng)

    @property
    def level(self) -> float:
        """From 0 above the aortic arch to 1 at the base of the heart."""
        return self.grid.level

    @cached_property
    def marrow(self) -> Field:
        """Spongy bone in Hounsfield units (H, W)."""
        mottle = 20 * self.texture(2.5) + 12 * self.texture(6.0)
        return mottle + np.float32(self.anatomy.marrow_hu)

    def lay(self, cover: Field, hounsfield: Field | float, grid: Grid | None = None) -> None:
        """Blend a tissue in where ``cover`` (0 to 1) says so."""
        part = self.hounsfield[(grid or self.grid).window]
        part += cover * (np.asarray(hounsfield, dtype=np.float32) - part)

    def paint(self, shape: Shape, hounsfield: float, *, masked: bool | None = None) -> None:
        """Fill a shape; where ``masked`` is given, its inside joins (or leaves) the mask."""
        grid = self.grid.around(*shape.box)
        if not grid.x.size:
            return
        distance = shape.distance(grid)
        self.lay(grid.cover(distance), hounsfield, grid)
        if masked is not None:
            self.mask[grid.window][distance < 0] = masked

    def texture(self, bump_mm: float) -> Field:
        """Draw a smooth random field over the slice with bumps of about this size."""
        size = self.grid.x.shape[0]
        knots = max(8, round(size * self.grid.pixel_mm / bump_mm))
        return texture(self.rng, size, (knots, knots))
