"""A few cases of known class, on which a new model can be seen to be right or wrong."""

from collections.abc import Collection, Iterable
from itertools import chain, zip_longest

from ctviz.backend.cases.demo import DEMO, MADE
from ctviz.store import CaseEntry

FEW = 12
_LEFT_OUT = {source for source in MADE if source != DEMO}


def few_of_each_class(
    entries: Iterable[CaseEntry], classes: Collection[str] = (), most: int = FEW
) -> list[CaseEntry]:
    """Return cases whose true class is known, of every class in turn; own ones come first.

    Parameters
    ----------
    entries
        The cases there are. Of those that ctviz makes the demo's alone are taken.
    classes
        If there are cases of these, they are taken and no others.
    most
        How many at most.
    """
    known = [each for each in entries if each.truth and each.source not in _LEFT_OUT]
    named = [each for each in known if each.truth in classes]
    by_class: dict[str, list[CaseEntry]] = {}
    for each in sorted(named or known, key=lambda each: each.source in MADE):
        by_class.setdefault(each.truth or "", []).append(each)
    in_turn = chain.from_iterable(zip_longest(*(by_class[truth] for truth in sorted(by_class))))
    taken = [each for each in in_turn if each is not None][:most]
    return sorted(taken, key=lambda each: each.truth or "")
