"""A slice of the body outside the chest, drawn from a seed: what else a chest scan may show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ctviz.phantom import belly, pelvis, shoulders
from ctviz.phantom.anatomy import Anatomy
from ctviz.phantom.arms import paint_arms
from ctviz.phantom.artefacts import add_rows
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.chest import chest_slice, paint_chest
from ctviz.phantom.enhancement import Enhancement
from ctviz.phantom.geometry import Field, patient_grid
from ctviz.phantom.scanner import Scanner, noise_share
from ctviz.phantom.seeds import patient, stream, tissue
from ctviz.phantom.soft import paint_leads
from ctviz.phantom.table import paint_table
from ctviz.phantom.wall import skin_distance

Rng = np.random.Generator
CHEST, _ARMS = "chest", "arms"


def _paint_chest(canvas: Canvas, _iodine: Enhancement, _depth: float, rng: Rng) -> Field:
    """Paint the chest; the canvas knows its level and its blood."""
    wall, _ = paint_chest(canvas, float(rng.choice((1.25, 2.5, 5.0))))
    skin = skin_distance(canvas, wall)
    paint_leads(canvas, skin, rng)
    return skin


@dataclass(frozen=True)
class _BodyPart:
    """A part of the body.

    Parameters
    ----------
    paint
        Paints it at a depth from 0 (top) to 1 and returns the distance to the skin (H, W) in mm.
    levels
        Where it begins and ends, continuing the levels of the chest.
    width
        Of its widest slice, as a multiple of the chest's.
    starved_hu
        The streaks that its bones throw along rows.
    armed
        The share of patients whose arms lie beside it.
    """

    paint: Callable[[Canvas, Enhancement, float, Rng], Field]
    levels: tuple[float, float]
    width: float
    starved_hu: float
    armed: float


_REGIONS: Mapping[str, _BodyPart] = MappingProxyType(
    {
        "shoulders": _BodyPart(shoulders.paint_shoulders, shoulders.LEVELS, 1.2, 30.0, 0.0),
        _ARMS: _BodyPart(_paint_chest, (0.02, 0.98), 1.0, 16.0, 1.0),
        "abdomen": _BodyPart(belly.paint_belly, belly.LEVELS, 1.0, 4.0, 0.2),
        "pelvis": _BodyPart(pelvis.paint_pelvis, pelvis.LEVELS, 1.0, 8.0, 0.0),
    }
)
OUTSIDE = tuple(_REGIONS)
"""What `body_slice` draws beside the chest; "arms" is a chest between arms that are not raised."""
REGIONS = (CHEST, *OUTSIDE)

_ARMS_WIDTH = 1.42
_WIDE, _WIDE_FIELD = 0.25, (1.2, 1.7)
_SMALLEST_FIELD_MM, _LARGEST_FIELD_MM = 300.0, 700.0
_INNER_MM = 25.0
"""From the skin to where the chest's noise is measured."""
_KEY = 6
"""Of the random streams, after those of the chest."""


def body_slice(
    seed: int, *, region: str, contrast: bool, level: float, size: int = 256
) -> NDArray[np.float32]:
    """Return a slice (H, W) of one of the `REGIONS` in Hounsfield units.

    ``level`` runs from 0 at the top of the region to 1 at its bottom. "chest" is `chest_slice`.
    Equal arguments give equal voxels; with and without contrast agent a patient has the same
    anatomy, meal and plain tissue.
    """
    if region not in REGIONS:
        raise ValueError(f"A region is one of {', '.join(REGIONS)}, not {region!r}.")
    if not 0 <= level <= 1:
        raise ValueError(f"A level lies between 0 and 1, not at {level}.")
    if region == CHEST:
        return chest_slice(seed, contrast=contrast, level=level, size=size)[0]
    chosen, draw = _REGIONS[region], partial(stream, seed, _KEY, OUTSIDE.index(region))
    at = round(level * 1_000_000)
    anatomy, across = patient(seed)
    anatomy, armed = _lying(anatomy, draw(0)), draw(1).random() < chosen.armed
    scanner = _scanner(draw(2, contrast), across * chosen.width * (_ARMS_WIDTH if armed else 1.0))
    iodine = Enhancement.draw(draw(3), contrast=contrast)
    plain = Enhancement.draw(draw(3), contrast=False)
    tissues = tissue(seed, contrast=contrast), tissue(seed, contrast=False)
    if region != _ARMS:
        tissues = iodine.of_chest(tissues[0]), plain.of_chest(tissues[1])
    pixel_mm = scanner.field_of_view_mm / size
    top, base = chosen.levels
    grid = patient_grid(anatomy, top + level * (base - top), size, pixel_mm)
    canvas = Canvas.empty((anatomy, *tissues), grid, draw(4, at))
    paint_table(canvas, pixel_mm)
    # Textures need more numbers on a finer grid, so organs are drawn from a stream of their own.
    rng = draw(5, at)
    skin = chosen.paint(canvas, iodine, level, rng)
    if armed:
        skin = paint_arms(canvas, iodine, skin, rng)
    starved = chosen.starved_hu * float(rng.uniform(0.3, 1.3))
    add_rows(canvas, np.clip(-skin / 70, 0, 1), starved)
    noise = noise_share(skin + np.float32(_INNER_MM))
    return scanner.reconstructed(scanner.seen(canvas.hounsfield, noise, draw(6, contrast, at)))


def _lying(anatomy: Anatomy, rng: Rng) -> Anatomy:
    """Return the patient as he lies for this scan: rarely straight, and not in the middle."""
    turn, dx, dy, wide, deep = rng.normal((0, 0, 0, 1, 1), (4, 12, 12, 0.03, 0.05))
    sx, sy = anatomy.scale
    return replace(
        anatomy,
        scale=(sx * float(wide), sy * float(np.clip(deep, 0.88, 1.12))),
        rotation_degrees=float(turn),
        offset_mm=(float(dx), float(dy)),
    )


def _scanner(rng: Rng, body_mm: float) -> Scanner:
    """Draw a protocol, whose field of view is sometimes far wider than the body."""
    scanner, wide = Scanner.draw(rng, body_mm), rng.random() < _WIDE
    field = body_mm * rng.uniform(*(_WIDE_FIELD if wide else (0.94, 1.1)))
    field = float(np.clip(field, _SMALLEST_FIELD_MM, _LARGEST_FIELD_MM))
    return replace(scanner, field_of_view_mm=field)
