"""A chest CT examination drawn from a seed: the whole series, or one slice for training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctviz.phantom.abdomen import paint_abdomen
from ctviz.phantom.artefacts import add_streaks
from ctviz.phantom.bones import paint_bones
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.dissection import Dissection
from ctviz.phantom.geometry import patient_grid
from ctviz.phantom.lesion import Lesion
from ctviz.phantom.lungs import paint_lungs
from ctviz.phantom.mediastinum import paint_mediastinum
from ctviz.phantom.organs import Mediastinum
from ctviz.phantom.scanner import noise_share
from ctviz.phantom.seeds import scan, stream, tissue
from ctviz.phantom.table import paint_table
from ctviz.phantom.wall import Wall, paint_wall

_TOP, _BASE = 0.02, 0.98


@dataclass(frozen=True)
class Phantom:
    """A chest CT with known answer: ``hounsfield`` and ``heart_and_vessels`` are (S, H, W)."""

    hounsfield: NDArray[np.float32]
    heart_and_vessels: NDArray[np.bool_]
    spacing_mm: tuple[float, float]
    slice_spacing_mm: float
    contrast: bool
    seed: int


def chest_slice(
    seed: int, *, contrast: bool, level: float, size: int = 256
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return one slice in Hounsfield units (H, W) and the mask of heart and great vessels.

    ``level`` runs from 0, just above the aortic arch, to 1 at the base of the heart. It is the
    very slice of ``chest(seed, contrast=contrast)`` at this level, on a grid of its own.
    """
    drawn = dissect(seed, contrast=contrast, level=level, size=size)
    return drawn.hounsfield, drawn.heart_and_vessels


def dissect(
    seed: int, *, contrast: bool, level: float, size: int = 256, lesion: bool = False
) -> Dissection:
    """Return the slice of `chest_slice` with what is needed to see it without one of its parts.

    It may be given a `Lesion`, which is one more part and changes nothing else.
    """
    if not 0 <= level <= 1:
        raise ValueError(f"A level lies between 0 and 1, not at {level}.")
    anatomy, scanner = scan(seed, contrast=contrast)
    pixel_mm = scanner.field_of_view_mm / size
    grid = patient_grid(anatomy, _TOP + level * (_BASE - _TOP), size, pixel_mm)
    key = round(level * 1_000_000)
    patient = anatomy, tissue(seed, contrast=contrast), tissue(seed, contrast=False)
    canvas = Canvas.empty(patient, grid, stream(seed, 3, key))
    paint_table(canvas, pixel_mm)
    wall, parts = paint_chest(canvas, scanner.thickness_mm)
    if lesion:
        drawn = Lesion.draw(canvas, wall, stream(seed, 5, key))
        canvas.paint(drawn.outline, drawn.hounsfield)
    add_streaks(canvas, parts, wall)
    attenuation = noise_share(wall.depth)
    seen = scanner.seen(canvas.hounsfield, attenuation, stream(seed, 4, contrast, key))
    return Dissection(seen, canvas, scanner)


def paint_chest(canvas: Canvas, thickness_mm: float) -> tuple[Wall, Mediastinum]:
    """Paint a patient's chest; return its wall and what lies between the lungs."""
    anatomy, grid = canvas.anatomy, canvas.grid
    wall, parts = Wall.around(anatomy, grid), Mediastinum.at(anatomy, grid.level)
    paint_wall(canvas, wall)
    paint_lungs(canvas, parts, wall, thickness_mm)
    paint_abdomen(canvas, wall)
    paint_mediastinum(canvas, parts, wall)
    paint_bones(canvas, wall)
    return wall, parts


def chest(seed: int, *, contrast: bool, slices: int = 12, size: int = 512) -> Phantom:
    """Return a chest CT from above the aortic arch to the base of the heart.

    Equal arguments give equal voxels; patients of equal seed with and without contrast agent
    share their anatomy.
    """
    levels = np.linspace(0, 1, slices) if slices > 1 else np.array([0.5])
    drawn = [chest_slice(seed, contrast=contrast, level=float(u), size=size) for u in levels]
    anatomy, scanner = scan(seed, contrast=contrast)
    pixel = scanner.field_of_view_mm / size
    return Phantom(
        hounsfield=np.stack([image for image, _ in drawn]),
        heart_and_vessels=np.stack([mask for _, mask in drawn]),
        spacing_mm=(pixel, pixel),
        slice_spacing_mm=anatomy.cover_mm * (_BASE - _TOP) / max(slices - 1, 1),
        contrast=contrast,
        seed=seed,
    )
