"""Drawings on their way between the browser's labels and the store's Regions."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from ctviz.core import InvalidInput, Mask, Region
from ctviz.store import CaseEntry
from ctviz.ui.service import backend
from ctviz.ui.session import session
from ctviz.ui.viewer import Drawing, DrawingChange, Reference, encode_runs

FIRST_LABEL = "heart and great vessels"

_versions: dict[tuple[str, str], int] = {}
"""The last version stored of each (case, reader), over all tabs of all sessions."""


def drawing_of(entry: CaseEntry, reader: str) -> Drawing | None:
    """Return what a reader drew on a case; None while nobody has said who is reading."""
    if not reader:
        return None
    regions = backend().store.regions(entry.id, reader)
    labels = list(dict.fromkeys([FIRST_LABEL, *(region.label for region in regions)]))
    return Drawing(
        reader=reader,
        labels=labels,
        slices=_runs(regions, labels, entry.shape),
        version=_versions.get((entry.id, reader), 0),
    )


def reference_of(entry: CaseEntry, reader: str) -> Reference | None:
    """Return another reader's Regions as one outline."""
    regions = backend().store.regions(entry.id, reader)
    if not regions:
        return None
    return Reference(reader, _runs(regions, [], entry.shape))


def _runs(
    regions: Iterable[Region], labels: list[str], shape: tuple[int, int]
) -> dict[int, list[int]]:
    """Return run-length coded labels by slice; without labels every Region is number one."""
    images: dict[int, np.ndarray] = {}
    for region in regions:
        image = images.setdefault(region.slice_index, np.zeros(shape, np.uint8))
        image[region.mask] = labels.index(region.label) + 1 if labels else 1
    return {slice_index: encode_runs(image) for slice_index, image in images.items()}


def keep(change: DrawingChange) -> None:
    """Append what a reader changed to the store, and say to this browser that it is safe."""
    state = session()
    if change.reader != state.reader:
        raise InvalidInput(
            f"This drawing belongs to '{change.reader}'; say that you are '{change.reader}' to "
            "save it."
        )
    store = backend().store
    entry = store.case(change.case_id)
    news = [
        store.append_region(Region(entry.id, slice_index, change.reader, label, image == number))
        for slice_index, image in change.images(entry.slices, entry.shape).items()
        for number, label in enumerate(change.labels, 1)
    ]
    place = (entry.id, change.reader)
    # Tabs count for themselves: what is new gets a version that no tab has seen yet.
    _versions[place] = max(_versions.get(place, 0) + any(news), change.version)
    state.acknowledged[place] = max(state.acknowledged.get(place, 0), change.version)
    state.saved = f"{datetime.now().astimezone():%H:%M:%S}"


def yardsticks(case_id: str, slice_index: int, reader: str) -> dict[str, Mask]:
    """Return what a map can be compared with on a slice: each reader, and each of their labels.

    The reader's own drawing comes first; masks are (H, W).
    """
    found: dict[str, Mask] = {}
    regions = backend().store.regions(case_id, slice_index=slice_index)
    regions.sort(key=lambda region: (region.reader != reader, region.reader))
    by_reader: dict[str, list[Region]] = {}
    for region in regions:
        by_reader.setdefault(region.reader, []).append(region)
    for name, drawn in by_reader.items():
        found[name] = np.logical_or.reduce([region.mask for region in drawn])
        if len(drawn) > 1:
            found |= {f"{name}: {region.label}": region.mask for region in drawn}
    return found
