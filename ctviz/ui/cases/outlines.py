"""Outlines from elsewhere: looked at on the scan's slices, and kept if they lie right."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

import streamlit as st

from ctviz.backend import BroughtOutlines, FetchedOutlines, WantedOutlines, others_drawings
from ctviz.backend.cases.outlines import LONGEST_READER, MANY_LABELS
from ctviz.core import CtvizError, InvalidInput, Region
from ctviz.core.cells import neutral
from ctviz.core.text import count_of
from ctviz.io import is_no_scan
from ctviz.store import AuditEvent, CaseEntry
from ctviz.ui.access import may, permit, record
from ctviz.ui.cases.uploads import Upload, drop_zone
from ctviz.ui.service import backend
from ctviz.ui.session import Outlines, begin, mirror, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain, plainly
from ctviz.ui.widgets.waiting import ready
from ctviz.viz.images.outlined import label_colour, outlined, swatch

MOST_CASES = 40
"""Among so many of the latest cases the one is looked for that files belong to."""

PICTURE_PIXELS = 640
MOST_BESIDE = 4
"""So many readers are named in a row."""
OfferScan: TypeAlias = Callable[[FetchedOutlines], None]

Marked: TypeAlias = tuple[str, str]
"""Who has marked something, and as what."""


def take_outlines(folder: Path) -> None:
    """Set apart what can only be outlines among files that have come, and leave the scans there."""
    files = [path for path in folder.glob("files/*/*") if is_no_scan(path)]
    if not files:
        return
    apart = folder.with_name(f"{folder.name}-outlines")
    for path in files:
        own = apart / path.parent.name
        own.mkdir(parents=True)
        path.rename(own / path.name)
    begin_anew(Outlines(folder=apart))


def bring_to(case_id: str) -> None:
    """Let the page of cases ask for outlines of a case."""
    begin_anew(Outlines(case=case_id))


def do_outlines() -> None:
    """Do what a button was pressed for, before the cases are listed."""
    state = session().outlines
    wish, state.wish = state.wish, None
    if wish == "close":
        begin_anew(Outlines())
    elif wish is not None and state.job is not None:
        permit("import")
        try:
            _keep(state.job.result(0), replace_others=wish == "replace")
        except CtvizError as error:
            state.refused = str(error)


def place_for_outlines() -> None:
    """Show where outlines of a case that is there are dropped."""
    entries = backend().cases()
    if not entries or not may("import"):
        return
    state = session().outlines
    asked = bool(state.case and state.folder is None)
    with st.expander("Add outlines to a case", expanded=asked, icon=":material/draw:"):
        choice, place = st.columns([2, 3])
        with choice:
            entry = _choose_case(entries)
            st.caption(
                "DICOM SEG, RTSTRUCT, LIDC XML, NIfTI or NRRD label images, PNG. They must belong "
                "to the case; you see them on it before anything is kept."
            )
        with place:
            drop_zone(widget("upload-outlines"), lambda upload: _came(upload, entry.id), "o")


def offer_outlines(come: Sequence[str], offer_scan: OfferScan) -> None:
    """Show what outlines have come on the slices where they lie, with the way to keep them.

    Parameters
    ----------
    come
        Cases that came with them.
    offer_scan
        Shows the way to the scan of outlines from a server, if it is not here.
    """
    state = session().outlines
    if state.kept[0]:
        _say_kept()
    if state.folder is None:
        return
    _note_scan(state)
    if state.job is None:
        state.job = backend().read_outlines(_wanted(state, come), owner=session().token)
    if not ready("outlines", state.job, "Reading outlines"):
        return
    with st.container(border=True, key=widget("outlines")):
        try:
            brought = state.job.result(0)
        except CtvizError as error:
            st.error(plain(error), icon=":material/error:")
            _button("Close", "close")
            return
        fetched = state.fetched
        if brought.files:
            _propose(brought)
        elif fetched is not None and not (fetched.case_id or state.came):
            offer_scan(fetched)
            _button("Close", "close")
        else:
            st.markdown("**No outline was added.**")
            _say(brought)
            _options(brought)
            _button("Close", "close")


def _wanted(state: Outlines, come: Sequence[str]) -> WantedOutlines:
    """Return what is to be read: for the case that was named, else for those that may be meant."""
    among: tuple[str, ...] = ()
    if state.fetched is not None:
        among = (*state.came, *state.fetched.near)
    elif not state.case:
        latest = [entry.id for entry in reversed(backend().cases())]
        among = tuple(dict.fromkeys([*come, *latest]))[:MOST_CASES]
    return WantedOutlines(state.case, (state.folder or Path(),), state.asked, True, among)


def _note_scan(state: Outlines) -> None:
    """Read outlines again when the scan that was fetched for them is here."""
    if state.scan is not None and state.scan.state == "ready":
        state.came, state.scan = state.scan.result(0).cases, None
        if state.came:
            state.job = None


def _choose_case(entries: Sequence[CaseEntry]) -> CaseEntry:
    state, key = session().outlines, widget("outlines-case")
    names = {entry.id: f"{entry.title} · {entry.id}" for entry in entries}
    selected = [entry.id for entry in entries if session().browsing.selected == {entry.id}]
    first = next(
        filter(names.__contains__, [state.case, *selected, session().case]), entries[-1].id
    )

    def choose() -> None:
        begin_anew(Outlines(case=str(value_of(key))))

    chosen = st.selectbox(
        "Case", list(names), format_func=names.__getitem__, **mirror(key, first, choose)
    )
    return next(entry for entry in entries if entry.id == chosen)


def _came(upload: Upload, case_id: str) -> None:
    session().upload_left_out = upload.left_out
    if upload.folder is not None:
        permit("import")
        begin_anew(Outlines(case=case_id, folder=upload.folder))


def begin_anew(outlines: Outlines) -> None:
    """Forget the outlines before, with their files."""
    before = session().outlines
    if before.job is not None:
        before.job.cancel()
    if before.folder is not None:
        shutil.rmtree(before.folder, ignore_errors=True)
    session().outlines = outlines


def _read_again(**changed: object) -> None:
    state = session().outlines
    state.asked, state.job = replace(state.asked, **changed), None  # type: ignore[arg-type]


def _propose(brought: BroughtOutlines) -> None:
    """Show the outlines, what could not be placed, and the choices."""
    state, entry = session().outlines, backend().store.case(brought.case_id)
    st.markdown(f"**Outlines of {plain(entry.title)}** · {plain(entry.id)}")
    for file in brought.files:
        st.caption(f"{plain(file.kind)}: matched {plain(file.matched)}.")
    picture, choices = st.columns([1, 2])
    with choices:
        readers = _readers(brought)
        labels = _labels(brought)
        try:
            regions = brought.regions(readers, labels)
            others = others_drawings(backend().store, regions)
        except InvalidInput as error:
            state.refused, regions, others = str(error), [], []
        colours = _counts(regions)
        if state.refused:
            st.error(plain(state.refused), icon=":material/error:")
            state.refused = ""
        _buttons(regions, others)
        _say(brought)
        _options(brought)
    with picture:
        _picture(entry, regions, colours)


def _readers(brought: BroughtOutlines) -> dict[str, str]:
    """Let the reader say who made the outlines."""
    state = session().outlines

    def name(reader: str) -> None:
        state.readers[reader] = str(value_of(widget("outlines-reader", reader)) or "").strip()

    places = st.columns(min(MOST_BESIDE, len(brought.readers)))
    for number, reader in enumerate(brought.readers):
        places[number % len(places)].text_input(
            "Whose outlines are these?" if len(brought.readers) == 1 else plain(reader),
            key=begin(widget("outlines-reader", reader), state.readers.get(reader, reader)),
            max_chars=LONGEST_READER,
            on_change=uninterrupted(name),
            args=(reader,),
        )
    return {reader: state.readers.get(reader) or reader for reader in brought.readers}


def _labels(brought: BroughtOutlines) -> tuple[str, ...]:
    """Let the reader choose among the labels; of very many none is chosen at first."""
    state, key = session().outlines, widget("outlines-labels")
    if len(brought.labels) == 1:
        return brought.labels
    if state.labels is None:
        state.labels = brought.labels if len(brought.labels) <= MANY_LABELS else ()

    def choose() -> None:
        state.labels = tuple(value_of(key) or ())  # type: ignore[arg-type]

    st.multiselect("Labels to keep", brought.labels, **mirror(key, state.labels, choose))
    return state.labels


def _counts(regions: Sequence[Region]) -> dict[Marked, str]:
    """Show how much each reader has marked; return the colour of each on the picture."""
    areas: dict[Marked, list[Region]] = {}
    for region in regions:
        areas.setdefault((region.reader, region.label), []).append(region)
    colours = {marked: label_colour(number) for number, marked in enumerate(areas)}
    st.dataframe(
        [
            {
                "": swatch(colours[marked]),
                "reader": neutral(marked[0]),
                "label": neutral(marked[1]),
                "slices": len(found),
                "pixels": sum(int(region.mask.sum()) for region in found),
            }
            for marked, found in areas.items()
        ],
        hide_index=True,
        column_config={"": st.column_config.ImageColumn(width=30)},
    )
    return colours


def _say(brought: BroughtOutlines) -> None:
    """Say what could not be placed, and which files were refused."""
    unplaced = [one for file in brought.files for one in file.unplaced]
    if unplaced:
        count = count_of(sum(one.times for one in unplaced), "thing")
        with st.expander(f"{count} could not be placed, or not as drawn", expanded=True):
            st.markdown("\n".join(f"- {plain(one)}" for one in unplaced))
    for refused in brought.refused:
        st.warning(f"{plain(refused.name)}: {plain(refused.why)}", icon=":material/error:")
    if brought.without:
        files = count_of(brought.without, "file")
        st.caption(f"Without outlines, as scans and archives are: {files}.")


def _options(brought: BroughtOutlines) -> None:
    """Let the reader say what the files cannot, and read them again."""
    state = session().outlines
    whys = " ".join(
        [refused.why for refused in brought.refused]
        + [one.why for file in brought.files for one in file.unplaced]
    )
    if "resampled" in whys or state.asked.resample:
        key = widget("outlines-resample")
        st.checkbox(
            "Take other grids to the slices' pixels (nearest neighbour)",
            **mirror(key, state.asked.resample, lambda: _read_again(resample=bool(value_of(key)))),
        )
    if "name the slice" in whys and state.case:
        place = widget("outlines-slice")
        st.number_input(
            "Slice of the picture",
            min_value=1,
            max_value=backend().store.case(state.case).slices,
            **mirror(place, None, lambda: _read_again(slice_index=int(str(value_of(place))) - 1)),
        )


def _picture(entry: CaseEntry, regions: Sequence[Region], colours: Mapping[Marked, str]) -> None:
    """Show the slice with the most of them, or any other that has some."""
    if not regions:
        return
    state, key = session().outlines, widget("outlines-slice-shown")
    marked: dict[int, list[Region]] = {}
    for region in regions:
        marked.setdefault(region.slice_index, []).append(region)
    slices = sorted(marked)
    if state.slice not in marked:
        state.slice = max(slices, key=lambda z: sum(int(r.mask.sum()) for r in marked[z]))

    def turn() -> None:
        state.slice = int(str(value_of(key)))

    drawn = marked[state.slice]
    image = backend().case(entry.id).slice(state.slice)
    st.image(
        outlined(image, [(r.mask, colours[r.reader, r.label]) for r in drawn], PICTURE_PIXELS),
        caption=f"Slice {state.slice + 1} of {entry.slices}",
        width="stretch",
    )
    if len(slices) > 1:
        st.select_slider(
            "Slice", slices, format_func=lambda z: str(z + 1), **mirror(key, state.slice, turn)
        )


def _buttons(regions: Sequence[Region], others: Sequence[Region]) -> None:
    if others:
        names = plainly(dict.fromkeys(f"'{region.reader}'" for region in others))
        st.warning(
            f"{names} drew otherwise on {count_of(len(others), 'slice')} of these. Give another "
            "name, or put these in front; the older ones stay in the history.",
            icon=":material/error:",
        )
    with st.container(horizontal=True):
        if others:
            _button(f"Put in front ({len(regions)})", "replace")
        elif regions:
            _button(f"Keep ({count_of(len(regions), 'region')})", "keep")
        _button("Do not keep", "close")


def _button(title: str, wish: Literal["keep", "replace", "close"]) -> None:
    state = session().outlines

    def note() -> None:
        state.wish = wish

    st.button(
        title,
        key=widget("outlines", wish),
        on_click=uninterrupted(note),
        type="tertiary" if wish == "close" else "primary",
    )


def _keep(brought: BroughtOutlines, *, replace_others: bool) -> None:
    """Keep what the reader sees, all of it or nothing."""
    state, store = session().outlines, backend().store
    regions = brought.regions(state.readers, state.labels)
    if not replace_others and others_drawings(store, regions):
        raise InvalidInput("Somebody has drawn here meanwhile; look again before you keep this.")
    new = store.append_regions(regions)
    record(AuditEvent.OUTLINED, brought.case_id)
    begin_anew(Outlines(kept=(brought.case_id, new), fetched=state.fetched))


def _say_kept() -> None:
    """Say what was kept, with the way to it."""
    case_id, new = session().outlines.kept

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{count_of(new, 'region')} of {plain(case_id)} {'was' if new == 1 else 'were'} kept."
            if new
            else f"All of these regions of {plain(case_id)} were there already.",
            width="content",
        )
        if st.button("Compare maps with them", key=widget("outlines", "open")):
            session().open(case_id)
            st.switch_page("pages/compare.py")
        _button("Close", "close")
