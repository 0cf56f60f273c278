"""How far a map's sum is from the change of the class score, in a few words and a sentence."""

from collections.abc import Mapping
from types import MappingProxyType

from ctviz.core import parameters
from ctviz.estimators import Estimator
from ctviz.ui.viewer import Remark

TOO_FAR = 0.05
"""Share of the score's change from which on a reader is warned."""
MEANING = (
    "The map's values should sum to the change of the class score on the way from where the map "
    "starts, such as a black image, to the scan. Their sum is {off}. Lower is better."
)
CURES: Mapping[str, str] = MappingProxyType(
    {"steps": "take more steps", "samples": "take more samples"}
)
"""By the parameter that a finer map needs more of."""


def gap_of(estimator: Estimator, gap: float | None) -> Remark | None:
    """Return what a pane says of a completeness gap; None where there is none."""
    if gap is None:
        return None
    size, too = percent(gap), "much" if gap > 0 else "little"
    off = f"{size} of that change too {too}" if abs(gap) >= 0.005 else "right to less than 1 %"
    if abs(gap) <= TOO_FAR:
        return Remark(f"sum off by {size}", MEANING.format(off=off))
    return Remark(f"sum off by {size}", f"{MEANING.format(off=off)}{_cure(estimator)}", warns=True)


def percent(gap: float) -> str:
    """Return the size of a gap as it is read.

    >>> percent(-0.031), percent(0.0002), percent(2.83), percent(45.6)
    ('3 %', '< 1 %', '283 %', '> 999 %')
    """
    share = round(abs(gap) * 100)
    if share > 999:
        return "> 999 %"
    return f"{share} %" if share >= 1 else "< 1 %"


def _cure(estimator: Estimator) -> str:
    """Say what makes the gap smaller."""
    names = {parameter.name for parameter in parameters(type(estimator))}
    cures = [cure for name, cure in CURES.items() if name in names]
    return f" This is far off: {cures[0]} under Parameters." if cures else ""
