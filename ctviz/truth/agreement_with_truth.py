"""Whether the parts that a map calls important are those that matter."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Score, Sign

Numbers: TypeAlias = NDArray[np.float64]

WITHOUT_EFFECT = 0.05
"""A part has no effect if it has less than this share of the largest one on the slice."""

FEWEST_PARTS = 3
"""Two parts are in the right order by chance every second time."""

NO_EFFECT = Score.undefined("No part changes the answer.")
SAME_EFFECT = Score.undefined("All parts have the same effect.")
SAME_IMPORTANCE = Score.undefined("The map gives all parts the same importance.")
TOO_FEW = Score.undefined(f"Fewer than {FEWEST_PARTS} parts are seen.")
NO_SIGN = Score.undefined("Absolute values have no sign to compare.")
ALL_MATTER = Score.undefined("Every part has an effect.")
NO_IMPORTANCE = Score.undefined("The map gives no part any importance.")


@dataclass(frozen=True)
class Measure:
    """One way to compare P parts' importance with their true effects.

    Parameters
    ----------
    name, title, summary
        As metrics have them.
    better, bounds
        Which direction is good, and the least and the largest score.
    compare
        Importance (P,) and effects (P,), both under a sign: absolute where that is absolute.
    """

    name: str
    title: str
    summary: str
    better: Literal["higher", "lower"]
    bounds: tuple[float, float]
    compare: Callable[[Numbers, Numbers, Sign], Score]

    def __call__(self, importance: Numbers, effects: Numbers, sign: Sign) -> Score:
        """Return the score; effects come with their signs."""
        if len(effects) < FEWEST_PARTS:
            return TOO_FEW
        if not np.any(effects):
            return NO_EFFECT
        return self.compare(importance, np.abs(effects) if sign == "absolute" else effects, sign)


def rank_correlation(importance: Numbers, effects: Numbers, sign: Sign) -> Score:  # noqa: ARG001
    r"""Return Kendall's τ over the pairs of parts of which the truth knows the order.

    .. math:: \frac{1}{|Q|} \sum_{(i, j) \in Q} \operatorname{sgn}(e_i - e_j)
              \operatorname{sgn}(m_i - m_j), \qquad
              Q = \{i < j : |e_i - e_j| \ge 0.05 \max_k |e_k|\}

    for importance m and effects e; equal importance counts as neither. The order of parts that do
    all but the same is no truth, and where a single part matters such pairs would decide alone.
    Kendall, Biometrika 1938, doi:10.1093/biomet/30.1-2.81.
    """
    one, other = np.triu_indices(len(effects), k=1)
    apart = effects[one] - effects[other]
    clear = np.abs(apart) >= WITHOUT_EFFECT * np.abs(effects).max()
    if not clear.any():
        return SAME_EFFECT
    if np.ptp(importance) == 0:
        return SAME_IMPORTANCE
    said = np.sign(importance[one] - importance[other])
    return Score(float(np.mean((np.sign(apart) * said)[clear])))


def sign_agreement(importance: Numbers, effects: Numbers, sign: Sign) -> Score:
    """Return the share of the parts with an effect whose importance has the effect's sign."""
    if sign == "absolute":
        return NO_SIGN
    matters = has_effect(effects)
    return Score(float(np.mean(np.sign(importance[matters]) == np.sign(effects[matters]))))


def wasted_importance(importance: Numbers, effects: Numbers, sign: Sign) -> Score:  # noqa: ARG001
    """Return the share of the parts' importance that is on parts without effect."""
    matters, size = has_effect(effects), np.abs(importance)
    if matters.all():
        return ALL_MATTER
    if not size.any():
        return NO_IMPORTANCE
    return Score(float(size[~matters].sum() / size.sum()))


def has_effect(effects: Numbers) -> NDArray[np.bool_]:
    """Return (P,) which parts matter: those with 5 % of the largest effect or more."""
    sizes = np.abs(effects)
    matters: NDArray[np.bool_] = sizes >= WITHOUT_EFFECT * sizes.max(initial=0.0)
    return matters


MEASURES = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            Measure(
                "rank-correlation",
                "Rank correlation with the truth",
                "Kendall's τ, over the parts of a slice, of a part's share of the map and its true "
                "effect on the class score: 1 is the same order, 0 no relation. Pairs of parts "
                f"whose effects differ by less than {WITHOUT_EFFECT:.0%} of the largest one do not "
                "count.",
                "higher",
                (-1.0, 1.0),
                rank_correlation,
            ),
            Measure(
                "sign-agreement",
                "Sign agreement",
                f"Share of the parts with an effect ({WITHOUT_EFFECT:.0%} of the largest or more) "
                "on which the map has the sign of the effect.",
                "higher",
                (0.0, 1.0),
                sign_agreement,
            ),
            Measure(
                "wasted-importance",
                "Importance without effect",
                "Share of the importance of all parts that is on parts with less than "
                f"{WITHOUT_EFFECT:.0%} of the largest effect.",
                "lower",
                (0.0, 1.0),
                wasted_importance,
            ),
        )
    }
)
"""By name; the first is the one by which estimators are ranked."""
