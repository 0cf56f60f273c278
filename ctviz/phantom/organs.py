"""Heart, great vessels, airways, gullet and liver: where they lie at each level of the chest.

A track is a table with one row per level: level, x, y, half axes a and b (mm), angle (degrees).
Between rows an ellipse moves evenly and its cross-section's squares do too, so that ends are round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ctviz.phantom.anatomy import Anatomy
from ctviz.phantom.geometry import Ellipse, Shape, Tube

SPINE_Y_MM = 47.0
_FRONT = 1.17

Track = tuple[tuple[float, ...], ...]
Line = tuple[tuple[float, float], ...]

LEFT_VENTRICLE: Track = (
    (0.600, 44, -14, 0, 0, -50),
    (0.645, 46, -18, 20, 15, -48),
    (0.720, 47, -20, 33, 20, -42),
    (0.800, 50, -22, 37, 21, -36),
    (0.890, 57, -25, 31, 18, -30),
    (0.960, 60, -30, 20, 12, -26),
    (1.000, 62, -32, 0, 0, -26),
)
RIGHT_VENTRICLE: Track = (
    (0.540, 20, -46, 0, 0, 10),
    (0.570, 20, -45, 17, 14, 10),
    (0.640, 15, -46, 28, 16, -8),
    (0.720, 9, -47, 38, 17, -22),
    (0.810, 8, -43, 44, 19, -24),
    (0.900, 18, -42, 42, 17, -18),
    (0.970, 24, -42, 32, 13, -16),
    (1.040, 28, -42, 0, 0, -14),
)
LEFT_ATRIUM: Track = (
    (0.515, 2, 0, 0, 0, 0),
    (0.560, 3, 2, 27, 12, 4),
    (0.630, 6, 5, 33, 17, 6),
    (0.700, 10, 6, 31, 18, 8),
    (0.770, 14, 6, 0, 0, 8),
)
RIGHT_ATRIUM: Track = (
    (0.530, -28, -26, 0, 0, 70),
    (0.570, -30, -28, 17, 11, 68),
    (0.640, -35, -22, 26, 17, 75),
    (0.740, -37, -16, 30, 21, 80),
    (0.840, -33, -12, 25, 19, 80),
    (0.950, -28, -6, 0, 0, 80),
)
ASCENDING_AORTA: Track = (
    (0.215, -11, -32, 0, 0, 0),
    (0.235, -12, -32, 15, 14, 0),
    (0.320, -17, -35, 16, 16, 0),
    (0.430, -18, -35, 16.5, 16, 0),
    (0.530, -13, -31, 17, 16, 0),
    (0.600, -4, -26, 17.5, 16, 0),
    (0.650, 4, -22, 15, 12, 0),
    (0.685, 10, -20, 0, 0, 0),
)
DESCENDING_AORTA: Track = (
    (0.205, 21, 22, 0, 0, 0),
    (0.225, 22, 24, 13, 13, 0),
    (0.330, 24, 32, 13, 13, 0),
    (0.500, 24, 37, 12.5, 12.5, 0),
    (0.800, 19, 37, 12, 12, 0),
    (1.200, 8, 33, 11.5, 11.5, 0),
)
PULMONARY_TRUNK: Track = (
    (0.365, 22, -30, 0, 0, 30),
    (0.400, 20, -33, 15, 14, 30),
    (0.480, 17, -36, 17, 14, 20),
    (0.560, 19, -42, 16, 14, 0),
    (0.600, 19, -44, 0, 0, 0),
)
UPPER_CAVA: Track = (
    (0.060, -27, -28, 0, 0, 0),
    (0.090, -28, -27, 9, 8, 30),
    (0.300, -31, -22, 9.5, 8, 60),
    (0.520, -31, -17, 10, 9, 60),
    (0.590, -32, -14, 11, 10, 60),
    (0.640, -32, -12, 0, 0, 60),
)
LOWER_CAVA: Track = (
    (0.830, -27, 4, 0, 0, 0),
    (0.870, -27, 5, 14, 12, 20),
    (1.200, -24, 8, 14, 11, 20),
)
RIGHT_BRACHIOCEPHALIC_VEIN: Track = (
    (-0.200, -34, -30, 8, 7, 40),
    (0.000, -31, -29, 8, 7, 40),
    (0.080, -28, -28, 8, 7, 40),
    (0.095, -28, -28, 0, 0, 40),
)
BRACHIOCEPHALIC_ARTERY: Track = (
    (-0.200, -22, -12, 6, 6, 0),
    (0.000, -15, -18, 6.5, 6, 0),
    (0.130, -7, -25, 7.5, 6.5, 0),
    (0.150, -6, -26, 0, 0, 0),
)
LEFT_CAROTID: Track = (
    (-0.200, 20, -6, 3.8, 3.8, 0),
    (0.000, 12, -13, 4, 4, 0),
    (0.130, 7, -16, 4.5, 4.2, 0),
    (0.150, 7, -16, 0, 0, 0),
)
LEFT_SUBCLAVIAN: Track = (
    (-0.200, 32, 0, 5, 5, 0),
    (0.000, 23, 1, 5.2, 5.2, 0),
    (0.130, 19, 3, 5.5, 5.2, 0),
    (0.150, 19, 3, 0, 0, 0),
)
TRACHEA: Track = (
    (-0.200, 0, -6, 8.5, 9, 0),
    (0.000, 0, -4, 9, 9.5, 0),
    (0.200, -4, 2, 9, 9, 0),
    (0.330, -4, 8, 10, 8.5, 0),
    (0.365, -2, 10, 15, 8, 0),
    (0.380, -2, 10, 0, 0, 0),
)
RIGHT_BRONCHUS: Track = (
    (0.350, -11, 10, 0, 0, 20),
    (0.375, -15, 11, 9, 7, 20),
    (0.440, -27, 13, 10, 6.5, 15),
    (0.520, -33, 15, 6, 6.5, 0),
    (0.620, -38, 20, 5, 5, 0),
    (0.640, -39, 21, 0, 0, 0),
)
LEFT_BRONCHUS: Track = (
    (0.350, 8, 10, 0, 0, -15),
    (0.375, 12, 12, 9, 6.5, -15),
    (0.450, 26, 17, 10, 6, -15),
    (0.520, 36, 19, 7, 5.5, 0),
    (0.620, 42, 25, 4.5, 4.5, 0),
    (0.640, 43, 26, 0, 0, 0),
)
GULLET: Track = (
    (-0.200, 5, 12, 8, 5, 0),
    (0.200, 5, 18, 8, 5, 0),
    (0.500, 6, 25, 9, 5, 0),
    (0.800, 9, 25, 9, 6, 0),
    (1.200, 18, 14, 10, 7, 0),
)
RIGHT_LOWER_ARTERY: Track = (
    (0.440, -44, 6, 0, 0, 60),
    (0.480, -46, 9, 9, 7, 60),
    (0.580, -50, 18, 7, 6, 60),
    (0.680, -52, 26, 5, 5, 60),
    (0.700, -52, 27, 0, 0, 60),
)
LEFT_LOWER_ARTERY: Track = (
    (0.400, 44, 16, 0, 0, 60),
    (0.430, 46, 18, 10, 8, 60),
    (0.560, 50, 26, 7.5, 7, 60),
    (0.680, 54, 32, 5, 5, 60),
    (0.700, 54, 33, 0, 0, 60),
)
LEFT_APPENDAGE: Track = (
    (0.530, 38, -14, 0, 0, -50),
    (0.560, 40, -15, 15, 8, -50),
    (0.600, 40, -12, 13, 8, -40),
    (0.640, 38, -6, 0, 0, -30),
)
AZYGOS: Track = (
    (0.300, -9, 30, 0, 0, 0),
    (0.330, -10, 31, 4, 4, 0),
    (1.200, -8, 32, 3.5, 3.5, 0),
)
RIGHT_CORONARY: Track = (
    (0.600, -12, -44, 1.8, 1.8, 0),
    (0.680, -27, -46, 1.7, 1.7, 0),
    (0.760, -33, -42, 1.6, 1.6, 0),
    (0.850, -30, -30, 1.5, 1.5, 0),
)
LEFT_CORONARY: Track = (
    (0.570, 33, -28, 1.9, 1.9, 0),
    (0.640, 46, -38, 1.8, 1.8, 0),
    (0.720, 54, -46, 1.6, 1.6, 0),
    (0.860, 68, -43, 1.4, 1.4, 0),
)

_PULMONARY_VEINS = (
    (((-22, -2), (-36, -3), (-48, -10)), 0.575),
    (((26, 4), (38, 2), (48, -6)), 0.590),
    (((-24, 8), (-38, 14), (-46, 24)), 0.650),
    (((30, 10), (42, 16), (50, 28)), 0.640),
)


def section(track: Track, level: float, grow: float = 1.0, part: str = "") -> Ellipse | None:
    """Return the ellipse in which a level cuts a track, or nothing above and below it."""
    table = np.array(track)
    x, y, angle = (np.interp(level, table[:, 0], table[:, i]) for i in (1, 2, 5))
    a, b = (float(np.sqrt(np.interp(level, table[:, 0], table[:, i] ** 2))) for i in (3, 4))
    if not table[0, 0] < level < table[-1, 0] or min(a, b) < 1:
        return None
    return Ellipse(float(x), _forward(float(y)), a * grow, b * grow, float(angle), part=part)


def _forward(y: float) -> float:
    """Stretch the front half of the tables to the depth of a real chest."""
    return y * _FRONT if y < 0 else y


def crossing(points: Line, radius: float, height_mm: float, end: float = 1.0) -> Tube | None:
    """Return the cut through a tube lying in the slice plane, ``height_mm`` above its axis.

    The tube narrows to the share ``end`` of its radius.
    """
    if abs(height_mm) > 0.88 * radius:
        return None
    line = tuple((x, _forward(y)) for x, y in points)
    thick = float(np.sqrt(radius**2 - height_mm**2))
    return Tube(line, tuple((thick * np.linspace(1, end, len(points))).tolist()))


@dataclass(frozen=True)
class Mediastinum:
    """All that lies between the lungs at one level, by what fills it."""

    left: tuple[Shape, ...]
    right: tuple[Shape, ...]
    cava: tuple[Shape, ...]
    lower_cava: tuple[Shape, ...]
    left_ventricle: Ellipse | None
    right_ventricle: Ellipse | None
    left_atrium: Ellipse | None
    right_atrium: Ellipse | None
    airways: tuple[Ellipse, ...]
    gullet: tuple[Ellipse, ...]
    veins: tuple[Shape, ...]
    lung_veins: tuple[Shape, ...]
    coronaries: tuple[Ellipse, ...]

    @classmethod
    def at(cls, anatomy: Anatomy, level: float) -> Mediastinum:
        """Cut a patient's organs at a level."""
        vessel, airway = anatomy.calibre, 1.0

        def cut(part: str, *tracks: Track, grow: float = vessel) -> tuple[Ellipse, ...]:
            found = (section(track, level, grow, part) for track in tracks)
            return tuple(shape for shape in found if shape is not None)

        def lie(part: str, line: Line, radius: float, at: float, end: float = 1.0) -> list[Tube]:
            tube = crossing(line, radius * vessel, (level - at) * anatomy.cover_mm, end)
            return [replace(tube, part=part)] if tube else []

        heart = {
            name: _beat(shape, anatomy) if (shape := section(track, level)) else None
            for name, track in (
                ("left_ventricle", LEFT_VENTRICLE),
                ("right_ventricle", RIGHT_VENTRICLE),
                ("left_atrium", LEFT_ATRIUM),
                ("right_atrium", RIGHT_ATRIUM),
            )
        }
        branches = (BRACHIOCEPHALIC_ARTERY, LEFT_CAROTID, LEFT_SUBCLAVIAN)
        left: list[Shape] = [
            *cut("ascending aorta", ASCENDING_AORTA),
            *cut("descending aorta", DESCENDING_AORTA),
            *cut("left atrial appendage", LEFT_APPENDAGE),
            *cut("branches of the arch", *branches),
            *lie("aortic arch", ((-12, -33), (3, -27), (15, -12), (21, 6), (22, 24)), 13.5, 0.185),
        ]
        lung_veins: list[Shape] = []
        for points, at in _PULMONARY_VEINS:
            lung_veins += lie("pulmonary veins", points, 7.5, at, 0.6)
        lungs = "pulmonary arteries"
        right: list[Shape] = [
            *cut("pulmonary trunk", PULMONARY_TRUNK),
            *cut(lungs, RIGHT_LOWER_ARTERY, LEFT_LOWER_ARTERY),
            *lie(lungs, ((17, -36), (31, -30), (41, -12), (45, 12)), 13, 0.395, 0.8),
            *lie(lungs, ((16, -38), (8, -20), (-6, -9), (-24, -6), (-46, 2)), 12, 0.485, 0.75),
        ]
        veins_above = "brachiocephalic veins"
        cava: list[Shape] = [
            *cut("upper vena cava", UPPER_CAVA),
            *cut(veins_above, RIGHT_BRACHIOCEPHALIC_VEIN),
            *lie(veins_above, ((36, -34), (10, -42), (-14, -38), (-27, -30)), 7, 0.07),
        ]
        veins: list[Shape] = [
            *cut("azygos vein", AZYGOS),
            *lie("azygos vein", ((-29, -12), (-25, 10), (-10, 30)), 5, 0.31),
        ]
        return cls(
            left=tuple(left),
            right=tuple(right),
            cava=tuple(cava),
            lower_cava=cut("lower vena cava", LOWER_CAVA),
            airways=cut("airways", TRACHEA, RIGHT_BRONCHUS, LEFT_BRONCHUS, grow=airway),
            gullet=cut("gullet", GULLET, grow=1.0),
            veins=tuple(veins),
            lung_veins=tuple(lung_veins),
            coronaries=tuple(
                _beat(shape, anatomy)
                for shape in cut("coronary arteries", RIGHT_CORONARY, LEFT_CORONARY)
            ),
            **heart,
        )


def _beat(shape: Ellipse, anatomy: Anatomy) -> Ellipse:
    """Scale and shift a part of the heart about the back of it by the patient's heart size."""
    dx, dy = anatomy.heart_shift_mm
    grow = anatomy.heart
    x, y = dx + grow * shape.x, dy - 2 + grow * (shape.y - 10) + 10
    return Ellipse(x, y, grow * shape.a, grow * shape.b, shape.angle, 0.04, shape.part)
