"""Which images of one series were taken together: phases and repetitions are never shuffled.

A scan lies in one piece. So images that differ in a mark (`ctviz.io.dicom.header.Marks`) are told
apart where their places interleave, and stay together where one ends before the other begins, as
in step-and-shoot. Where places still come twice, the moments decide, and at last the numbers.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import pairwise

from ctviz.io.dicom.header import Marks


def acquisitions(places: Sequence[int], marks: Sequence[Marks]) -> list[list[int]]:
    """Return the indices of the images of each acquisition, in the order given.

    Parameters
    ----------
    places
        Where each image lies in the stack; equal numbers are one place.
    marks
        What tells images apart.
    """
    everything = list(range(len(places)))
    if len(set(places)) < 2:
        # Many images of one place are a film, which its numbers put in order.
        return [everything]
    parts = [everything]
    for kind in range(len(marks[0].kinds)):
        values = [each.kinds[kind] for each in marks]
        parts = [part for whole in parts for part in _told_apart(whole, places, values)]
    return [part for whole in parts for part in _without_repeats(whole, places, marks)]


def _told_apart(
    whole: list[int], places: Sequence[int], values: Sequence[Hashable]
) -> list[list[int]]:
    """Return the images by their values if those interleave, else all of them."""
    groups = _grouped(whole, values)
    # A value for nearly every image counts images, not acquisitions.
    if len(groups) == 1 or 2 * len(groups) > len(whole):
        return [whole]
    spans = sorted((min(own), max(own)) for own in ([places[i] for i in g] for g in groups))
    apart = all(end < start for (_, end), (start, _) in pairwise(spans))
    return [whole] if apart else groups


def _without_repeats(
    whole: list[int], places: Sequence[int], marks: Sequence[Marks]
) -> list[list[int]]:
    """Return the images in parts in which every place comes once."""
    own = [places[i] for i in whole]
    most = max(own.count(place) for place in set(own)) if len(set(own)) < len(own) else 1
    if most == 1 or len(set(own)) == 1:
        return [whole]
    for moment in range(len(marks[0].moments)):
        groups = _grouped(whole, [each.moments[moment] for each in marks])
        once = all(len({places[i] for i in group}) == len(group) for group in groups)
        if once and len(groups) == most:
            return groups
    rank: dict[int, int] = defaultdict(int)
    parts: list[list[int]] = [[] for _ in range(most)]
    for i in whole:
        parts[rank[places[i]]].append(i)
        rank[places[i]] += 1
    return parts


def _grouped(whole: list[int], values: Sequence[Hashable]) -> list[list[int]]:
    """Return the images by their values, in the order in which the values come."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i in whole:
        groups[values[i]].append(i)
    return list(groups.values())
