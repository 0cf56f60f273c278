"""How iodine spreads outside the chest: vessels, glands, gut and urine at each phase of a scan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ctviz.phantom.anatomy import Tissue

Span = tuple[float, float]
_FATTY = 0.2
_GOITRE = 0.25


@dataclass(frozen=True)
class Enhancement:
    """Hounsfield units of what iodine changes in neck, abdomen and pelvis.

    ``vein`` is the blood of the kidneys, the head and the upper lower vena cava, ``leg_vein`` that
    of the pelvis, ``arm_vein`` that of the arm which was injected. ``gut`` is the wall of stomach
    and bowel, ``womb`` what lies between bladder and rectum.
    """

    artery: float
    portal: float
    vein: float
    leg_vein: float
    arm_vein: float
    liver: float
    spleen: float
    pancreas: float
    cortex: float
    medulla: float
    urine: float
    muscle: float
    gut: float
    womb: float
    thyroid: float

    @classmethod
    def draw(cls, rng: np.random.Generator, *, contrast: bool) -> Enhancement:
        """Draw plain tissue, or what one of the phases after an injection makes of it.

        The plain tissue of equal streams is equal with and without contrast agent.
        """
        plain = cls._plain(rng)
        if not contrast:
            return plain
        phase = _PHASES[rng.choice(len(_PHASES), p=_PHASE_SHARES)]
        gains = {name: rng.uniform(*span) for name, span in phase.items()}
        return replace(plain, **{name: getattr(plain, name) + gain for name, gain in gains.items()})

    @classmethod
    def _plain(cls, rng: np.random.Generator) -> Enhancement:
        blood = rng.uniform(35, 46)
        fatty, goitre = rng.random() < _FATTY, rng.random() < _GOITRE
        kidney = rng.uniform(26, 36)
        return cls(
            artery=blood,
            portal=blood,
            vein=blood,
            leg_vein=blood,
            arm_vein=blood,
            liver=rng.uniform(5, 45) if fatty else rng.uniform(50, 66),
            spleen=rng.uniform(42, 52),
            pancreas=rng.uniform(32, 45),
            cortex=kidney,
            medulla=kidney,
            urine=rng.uniform(0, 12),
            muscle=rng.uniform(48, 60),
            gut=rng.uniform(32, 45),
            womb=rng.uniform(38, 50),
            thyroid=rng.uniform(55, 80) if goitre else rng.uniform(85, 125),
        )

    def of_chest(self, tissue: Tissue) -> Tissue:
        """Return the chest's tissue with this blood, liver, spleen and muscle."""
        return replace(
            tissue,
            left=self.artery,
            lower_cava=self.vein,
            muscle=self.muscle,
            liver=self.liver,
            spleen=self.spleen,
        )


_ARTERIAL: dict[str, Span] = {
    "artery": (190, 340),
    "portal": (20, 90),
    "vein": (20, 80),
    "leg_vein": (0, 8),
    "arm_vein": (100, 900),
    "liver": (3, 15),
    "spleen": (50, 100),
    "pancreas": (35, 70),
    "cortex": (95, 170),
    "medulla": (12, 55),
    "muscle": (0, 5),
    "gut": (10, 45),
    "womb": (5, 40),
    "thyroid": (50, 110),
}
_PORTAL: dict[str, Span] = {
    "artery": (95, 150),
    "portal": (100, 150),
    "vein": (85, 135),
    "leg_vein": (40, 105),
    "arm_vein": (85, 200),
    "liver": (38, 62),
    "spleen": (60, 88),
    "pancreas": (40, 60),
    "cortex": (125, 185),
    "medulla": (95, 160),
    "urine": (0, 15),
    "muscle": (5, 14),
    "gut": (25, 60),
    "womb": (35, 80),
    "thyroid": (40, 80),
}
_LATE: dict[str, Span] = {
    "artery": (75, 110),
    "portal": (62, 100),
    "vein": (72, 108),
    "leg_vein": (70, 105),
    "arm_vein": (72, 110),
    "liver": (24, 42),
    "spleen": (40, 65),
    "pancreas": (25, 45),
    "cortex": (95, 150),
    "medulla": (95, 155),
    "urine": (150, 1200),
    "muscle": (8, 15),
    "gut": (15, 35),
    "womb": (35, 80),
    "thyroid": (30, 60),
}
_EARLY: dict[str, Span] = {
    "artery": (110, 220),
    "portal": (0, 18),
    "vein": (5, 40),
    "leg_vein": (0, 6),
    "arm_vein": (250, 1500),
    "liver": (0, 6),
    "spleen": (15, 55),
    "pancreas": (5, 30),
    "cortex": (50, 110),
    "medulla": (3, 20),
    "muscle": (0, 3),
    "gut": (0, 15),
    "womb": (0, 15),
    "thyroid": (20, 60),
}
_PHASES = (_ARTERIAL, _PORTAL, _LATE, _EARLY)
"""What each phase adds; gains in HU."""
_PHASE_SHARES = (0.27, 0.42, 0.17, 0.14)
