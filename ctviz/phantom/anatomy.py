"""What differs between one phantom patient and the next, and how iodine spreads in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctviz.phantom.vessels import VesselTree, grow_vessels

WAVES = 5
_SHORTEST_WAVE_MM, _LONGEST_WAVE_MM = 55.0, 180.0


@dataclass(frozen=True)
class Warp:
    """Smooth displacement in mm that makes every outline irregular: a sum of plane waves.

    ``amplitude`` (2, n) for columns and rows, ``wave`` (n, 3) in radian per mm along column, row
    and slice, ``phase`` (2, n).
    """

    amplitude: np.ndarray
    wave: np.ndarray
    phase: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Warp:
        """Draw waves whose amplitude is a small share of their length, so that nothing folds."""
        length = np.geomspace(_SHORTEST_WAVE_MM, _LONGEST_WAVE_MM, WAVES)
        direction = rng.normal(size=(WAVES, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        return cls(
            amplitude=rng.uniform(0.4, 1.0, (2, WAVES)) * 0.017 * length,
            wave=2 * np.pi * direction / length[:, None],
            phase=rng.uniform(0, 2 * np.pi, (2, WAVES)),
        )


@dataclass(frozen=True)
class Anatomy:
    """One patient. Lengths in mm of a standard chest unless they are factors (1 is average)."""

    female: bool
    scale: tuple[float, float]
    rotation_degrees: float
    offset_mm: tuple[float, float]
    cover_mm: float
    cavity: tuple[float, float]
    fat_mm: float
    muscle: float
    breast_mm: float
    glandular: float
    heart: float
    heart_shift_mm: tuple[float, float]
    calibre: float
    mediastinal_fat_mm: float
    wall_mm: float
    lung_hu: float
    lung_gradient_hu: float
    dome: float
    rib_offset_mm: float
    disc_offset: float
    marrow_hu: float
    calcified: bool
    calcium: np.ndarray
    spots: np.ndarray
    air_in_oesophagus: bool
    table: int
    warp: Warp
    vessels: VesselTree

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Anatomy:
        """Draw a patient."""
        female = bool(rng.random() < 0.5)
        size = rng.normal(0.95 if female else 1.03, 0.04)
        cover = 190.0 * size * rng.uniform(0.94, 1.06)
        fat = float(np.clip(rng.gamma(3.0, 5.0), 5, 38))
        return cls(
            female=female,
            scale=(size * rng.uniform(0.96, 1.05), size * rng.uniform(0.93, 1.06)),
            rotation_degrees=rng.normal(0, 2.5),
            offset_mm=(rng.normal(0, 6), rng.normal(0, 8)),
            cover_mm=cover,
            cavity=(rng.uniform(0.95, 1.05), rng.uniform(0.95, 1.08)),
            fat_mm=fat,
            muscle=rng.uniform(0.7, 0.95) if female else rng.uniform(0.85, 1.25),
            breast_mm=rng.uniform(8, 34) * (0.6 + fat / 30) if female else rng.uniform(0, 3),
            glandular=rng.uniform(0.0, 1.0),
            heart=rng.uniform(0.92, 1.16),
            heart_shift_mm=(rng.normal(0, 4), rng.normal(0, 3)),
            calibre=rng.uniform(0.88, 1.16),
            mediastinal_fat_mm=rng.uniform(1.5, 4.5) + 0.12 * fat,
            wall_mm=rng.uniform(8.0, 12.0),
            lung_hu=rng.uniform(-880, -820),
            lung_gradient_hu=rng.uniform(20, 60),
            dome=rng.uniform(0.78, 0.92),
            rib_offset_mm=rng.uniform(0, 24),
            disc_offset=rng.random(),
            marrow_hu=rng.uniform(90, 220),
            calcified=bool(rng.random() < 0.45),
            calcium=rng.random((10, 4)),
            spots=rng.random((24, 4)),
            air_in_oesophagus=bool(rng.random() < 0.5),
            table=int(rng.integers(3)),
            warp=Warp.draw(rng),
            vessels=grow_vessels(rng, cover),
        )


@dataclass(frozen=True)
class Tissue:
    """Hounsfield units of what iodine changes: blood pools, heart muscle, liver, muscle."""

    left: float
    right: float
    cava: float
    lower_cava: float
    myocardium: float
    muscle: float
    liver: float
    spleen: float
    mixing: float

    @classmethod
    def draw(cls, rng: np.random.Generator, *, contrast: bool) -> Tissue:
        """Draw plain blood, or one of the phases in which a chest is scanned after an injection.

        Plain blood is slightly darker than heart muscle. After the injection the pulmonary,
        arterial, mixed and venous phases differ in which side of the heart is brighter.
        """
        muscle, liver = rng.uniform(48, 60), rng.uniform(50, 62)
        if not contrast:
            blood = rng.uniform(35, 45)
            left, right, cava, lower = (blood + rng.normal(0, 1) for _ in range(4))
            wall, spleen = blood + rng.uniform(4, 9), rng.uniform(42, 52)
            return cls(left, right, cava, lower, wall, muscle, liver, spleen, mixing=0.0)
        phase = _PHASES[rng.choice(len(_PHASES), p=_PHASE_SHARES)]
        left, right, cava, lower = (rng.uniform(*span) for span in phase)
        late = max(phase[3][0] - 100, 0) / 80
        return cls(
            left,
            right,
            cava,
            lower,
            myocardium=rng.uniform(82, 105) + 20 * (left > 220),
            muscle=muscle + rng.uniform(3, 10),
            liver=liver + rng.uniform(5, 15) + 35 * late,
            spleen=rng.uniform(90, 140),
            mixing=rng.uniform(0.04, 0.16) * abs(cava - lower),
        )


_PHASES = (
    ((170, 260), (260, 350), (330, 620), (110, 150)),
    ((270, 350), (190, 300), (220, 420), (110, 150)),
    ((210, 290), (200, 280), (190, 320), (120, 160)),
    ((160, 195), (160, 190), (160, 190), (150, 180)),
)
_PHASE_SHARES = (0.2, 0.3, 0.25, 0.25)
