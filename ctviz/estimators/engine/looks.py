"""Which look each estimator has, wherever it is shown: one rule, so that nobody keeps a list.

The members of a family take its looks of ``theme.json`` in the order of their names, ctviz's own
before those of other packages: what is chosen, or installed beside it, never recolours one.
"""

from collections.abc import Iterator
from zlib import crc32

from ctviz.core.look import Look
from ctviz.core.prior import MEAN_MASK
from ctviz.core.theme import THEME
from ctviz.estimators.engine.around import AROUND, JOINT
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator

CONTROL, OTHER = "control", "other"


def look_of(name: str, *, control: bool = False) -> Look:
    """Return the look of an estimator, or of the mean mask.

    Parameters
    ----------
    name
        Registered or not: one that is gone has a look by its name alone.
    control
        Whether one that is not registered is a control.
    """
    family = CONTROL if control or name == MEAN_MASK else OTHER
    if name in ESTIMATORS:
        family = _family(ESTIMATORS[name])
    members = [known for _, known in sorted(_members(family))]
    if name in members:
        return THEME.look(family, members.index(name))
    how, _, inner = name.partition(JOINT)
    if how in AROUND and inner in members:
        # The inner one's colour, with another marker for each thing made around it.
        laps = 1 + list(AROUND).index(how)
        return THEME.look(family, members.index(inner) + laps * len(THEME.looks[family]))
    return THEME.look(family, crc32(name.encode()) % len(THEME.looks[family]))


def _members(family: str) -> Iterator[tuple[bool, str]]:
    """Yield whether a member is of another package, and its name."""
    for name, estimator in ESTIMATORS.items():
        if _family(estimator) == family:
            yield not estimator.__module__.startswith("ctviz."), name
    if family == CONTROL:
        yield False, MEAN_MASK


def _family(estimator: type[Estimator]) -> str:
    """Return whose looks it shares: a family's, or with all whose family has none."""
    family = CONTROL if estimator.control else estimator.family
    return family if family in THEME.looks else OTHER
