"""Arms that lie beside the body: bright bones far from any vessel."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.bones import Bone, paint_bone
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.enhancement import Enhancement
from ctviz.phantom.geometry import Ellipse, Field, Shape
from ctviz.phantom.soft import SIDES, paint_muscles
from ctviz.phantom.wall import paint_skin

ELBOW = 1.25
"""The level at which the upper arm's one bone becomes the forearm's two."""
_ARM = Bone("arms", 4.0)
_BACK_MM = 25.0


def paint_arms(canvas: Canvas, iodine: Enhancement, skin: Field, rng: np.random.Generator) -> Field:
    """Lay an arm on each side of a body, whose skin is at ``skin`` (H, W; mm).

    Returns the distance to the skin of body and arms together.
    """
    x = np.abs(canvas.grid.x[(skin < 0) & (np.abs(canvas.grid.y) < 60)])
    half = float(x.max()) if x.size else 180.0
    thick = 38.0 + 0.5 * canvas.anatomy.fat_mm + 6 * canvas.anatomy.muscle
    thick *= float(np.interp(canvas.level, (0.2, ELBOW, 2.2), (1.0, 0.85, 0.6)))
    together = skin
    for side in SIDES:
        gap, back, long, turn = rng.uniform((3, -5, 0.9, -30), (22, 45, 1.25, 30))
        middle = side * (half + gap + thick), back + _BACK_MM
        arm = Ellipse(*middle, thick, thick * long, float(turn), 0.04)
        distance = arm.distance(canvas.grid)
        together = np.minimum(together, distance)
        # What one lies on the other is pressed flat, not painted over.
        distance = np.maximum(distance, 2 - skin)
        paint_skin(canvas, distance)
        rest = 0.35 * canvas.anatomy.fat_mm + 5
        muscle = arm.thicker(-min(rest, 0.5 * thick))
        paint_muscles(canvas, [muscle], distance + 3)
        _paint_inside(canvas, iodine, muscle, side)
    return np.asarray(together)


def _paint_inside(canvas: Canvas, iodine: Enhancement, arm: Ellipse, side: int) -> None:
    """Paint bones and the vessels between arm and body."""
    if canvas.level < ELBOW:
        bones: list[Shape] = [Ellipse(arm.x + 2 * side, arm.y + 3, 11.5, 11.0)]
    else:
        bones = [
            Ellipse(arm.x - 11, arm.y + 3 * side, 7.5, 6.5, 20),
            Ellipse(arm.x + 11, arm.y - 3 * side, 6.5, 7.5, 20),
        ]
    for bone in bones:
        paint_bone(canvas, [bone], _ARM)
    inner = arm.x - side * 0.62 * arm.a
    # The needle is in the left arm.
    vein = iodine.arm_vein if side > 0 else iodine.leg_vein
    canvas.paint(Ellipse(inner, arm.y - 6, 2.2, 2.0), iodine.artery)
    canvas.paint(Ellipse(inner, arm.y + 2, 3.0, 2.4), vein)
    canvas.paint(Ellipse(arm.x, arm.y - 0.8 * arm.b, 2.0, 1.5), vein)
