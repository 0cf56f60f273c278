"""Drawings on their way between the browser's labels and the store's Regions."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from ctviz.core import CtvizError, InvalidInput, Mask, Prior, Region
from ctviz.store import AuditEvent, CaseEntry, DrawnChange, Joined
from ctviz.ui.access import permit, record
from ctviz.ui.access.sight import seen_regions, sight
from ctviz.ui.routes import board_url
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.viewer import (
    DoorbellData,
    Drawing,
    DrawingChange,
    Receipt,
    Reference,
    doorbell,
    encode_runs,
)
from ctviz.ui.widgets.inks import page_scheme
from ctviz.ui.widgets.said import show_said

FIRST_LABEL = "heart and great vessels"


def take_in_drawings() -> None:
    """Take in, on every page, what was drawn just before the reader left the board."""
    # So high and no higher: the style gives it no room.
    with st.container(height=1, border=False):
        doorbell(DoorbellData(receipt(), board_url(), page_scheme()), widget("doorbell"))
    show_said()


def receipt() -> Receipt:
    """Return what became of the drawings that this session's browser sent."""
    state = session()
    number = next(state.numbers)
    told = (state.acknowledged, dict(state.refused), state.saved, state.met)
    return Receipt(*told, session=state.token, number=number)


def drawing_of(entry: CaseEntry, reader: str) -> Drawing | None:
    """Return what a reader drew on a case; None while nobody has said who is reading."""
    if not reader:
        return None
    session().drawn_as.add(reader)
    regions = backend().store.regions(entry.id, reader)
    labels = list(dict.fromkeys([FIRST_LABEL, *(region.label for region in regions)]))
    return Drawing(
        reader=reader,
        labels=labels,
        slices=_runs(regions, labels, entry.shape),
        measurements=backend().store.measurements(entry.id, reader),
    )


def reference_of(entry: CaseEntry, reader: str) -> Reference | None:
    """Return another reader's Regions in sight as one outline, and their measurements.

    Whoever does not see the Regions does not see the measurements either.
    """
    regions = [region for region in seen_regions(entry.id) if region.reader == reader]
    if not regions:
        return None
    measurements = backend().store.measurements(entry.id, reader)
    return Reference(reader, _runs(regions, [], entry.shape), tuple(measurements.values()))


def _runs(
    regions: Iterable[Region], labels: list[str], shape: tuple[int, int]
) -> dict[int, list[int]]:
    """Return run-length coded labels by slice; without labels every Region is number one."""
    images: dict[int, np.ndarray] = {}
    for region in regions:
        image = images.setdefault(region.slice_index, np.zeros(shape, np.uint8))
        image[region.mask] = labels.index(region.label) + 1 if labels else 1
    return {slice_index: encode_runs(image) for slice_index, image in images.items()}


def keep_or_say(change: DrawingChange) -> None:
    """Keep a change, or let the board say why it is not saved; the browser keeps it then."""
    state = session()
    with state.keeping:
        state.refused = {}
        try:
            joined = keep(change)
        except CtvizError as error:
            refuse(change.id, str(error))
            return
        if joined.slices:
            state.met = _meeting(joined, change.reader)
            state.say(f"Saved {state.met}.", ":material/join:")


def refuse(letter: str, why: str) -> None:
    """Let the board say why a letter is not kept."""
    session().refused = {letter: why}


def keep(change: DrawingChange) -> Joined:
    """Join what a reader changed with what the store has, and tell this browser that it is safe.

    A stroke may arrive after another reader sat down before the same screen: it still belongs to
    the one who drew it here.
    """
    state = session()
    permit("draw")
    if change.reader not in {state.reader, *state.drawn_as}:
        raise InvalidInput(
            f"This drawing belongs to '{change.reader}'; say that you are '{change.reader}' to "
            "save it."
        )
    store = backend().store
    entry = store.case(change.case_id)
    images = change.images(entry.slices, entry.shape)
    measured = {name: (edit.before, edit.after) for name, edit in change.measurements.items()}
    joined = store.change_regions(
        DrawnChange(change.id, entry.id, change.reader, change.labels, images, measured)
    )
    record(AuditEvent.DREW, entry.id, who=change.reader)
    state.acknowledge(change.id)
    return joined


def _meeting(joined: Joined, reader: str) -> str:
    """Say that somebody else, or the same reader elsewhere, drew on the same slices meanwhile."""
    places = ", ".join(str(slice_index + 1) for slice_index in joined.slices)
    said = f"together with what '{reader}' drew elsewhere on slice {places}"
    if joined.disputed:
        said += f"; {joined.disputed} pixels were drawn differently there, please look at them"
    return said


def reference_regions(case_id: str, slice_index: int, reader: str) -> dict[str, Mask]:
    """Return what a map can be compared with on a slice: each reader in sight, and their labels.

    The reader's own drawing comes first; masks are (H, W).
    """
    found: dict[str, Mask] = {}
    regions = seen_regions(case_id, slice_index=slice_index)
    regions.sort(key=lambda region: (region.reader != reader, region.reader))
    by_reader: dict[str, list[Region]] = {}
    for region in regions:
        by_reader.setdefault(region.reader, []).append(region)
    for name, drawn in by_reader.items():
        found[name] = np.logical_or.reduce([region.mask for region in drawn])
        if len(drawn) > 1:
            found |= {f"{name}: {region.label}": region.mask for region in drawn}
    return found


def where_others_have_it(case_id: str, chosen: str) -> Prior:
    """Return the mean mask of other patients, by the reader and label of a chosen reference.

    Of another reader only those cases count on which their Regions may be seen.
    """
    reader, _, label = chosen.partition(": ")
    return backend().prior(case_id, reader, label, among=sight().cases_of(reader))
