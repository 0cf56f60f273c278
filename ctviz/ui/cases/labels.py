"""True classes from a table: what it would change is said first, and kept if that is right."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import streamlit as st

from ctviz.backend.cases.labelling import Labelling, tables_among
from ctviz.backend.cases.true_classes import read_labels_of_cases
from ctviz.core import CtvizError, InvalidInput
from ctviz.core.results import findings_of
from ctviz.core.text import count_of
from ctviz.store import AuditEvent
from ctviz.ui.access import permit, record_each
from ctviz.ui.access.trail import NOBODY
from ctviz.ui.service import backend
from ctviz.ui.session import Labels, session, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain, plainly

NAMED = 5
"""So many names that lead nowhere are said; of the others, how many they are."""

SEVERAL = "Several tables came; drop the one with the true classes by itself."

LabelWish: TypeAlias = Literal["keep", "undo", "close"]


def take_labels(folder: Path) -> None:
    """Read the table among files that have come, and leave the others there."""
    tables = tables_among(folder)
    if not tables:
        return
    labels = session().labels = Labels()
    try:
        if len(tables) > 1:
            raise InvalidInput(SEVERAL)
        labels.classes = read_labels_of_cases(tables[0])
    except CtvizError as error:
        labels.refused = str(error)
    for table in tables:
        table.unlink()


def do_label() -> None:
    """Do what a button was pressed for, before the cases are listed."""
    labels = session().labels
    wish, labels.wish = labels.wish, None
    if wish is None:
        return
    if wish == "close":
        session().labels = Labels()
        return
    permit("import")
    if wish == "undo":
        _give(labels.before)
        session().labels = Labels()
    else:
        found = Labelling.of(labels.classes, backend().cases())
        session().labels = Labels(before=_give(found.new))


def offer_labels() -> None:
    """Say what a table that has come would change, with the way to keep it or to undo that."""
    labels = session().labels
    if not (labels.classes or labels.refused or labels.before):
        return
    with st.container(border=True, key=widget("labels")):
        if labels.before:
            count = len(labels.before)
            _row(f"{count_of(count, 'case')} got {'its' if count == 1 else 'their'} class.", "undo")
        elif labels.refused:
            _refuse(labels.refused)
        else:
            _propose(labels.classes)


def _propose(classes: Mapping[str, str]) -> None:
    try:
        found = Labelling.of(classes, backend().cases())
    except InvalidInput as error:
        _refuse(str(error))
    else:
        _say(found)
        _row(_in_one(found), "keep" if found.new else None, len(found.new))


def _refuse(why: str) -> None:
    st.error(plain(why), icon=":material/error:")
    _row("Nothing was kept.")


def _give(truths: Mapping[str, str]) -> dict[str, str]:
    before = backend().give_truths(truths, session().reader or NOBODY)
    record_each(AuditEvent.LABELLED, before)
    return before


def _in_one(found: Labelling) -> str:
    """Return how many rows matched, and how many cases they would change."""
    rows = found.matched + len(found.strange) + len(found.shared)
    if not found.matched:
        return f"**None of {count_of(rows, 'row')} names a case of the list.**"
    new = (
        f"{count_of(len(found.new), 'case')} would get another class."
        if found.new
        else "all of these cases have their class already."
    )
    return f"**{found.matched} of {count_of(rows, 'row')} matched:** {new}"


def _say(found: Labelling) -> None:
    """Say which rows lead nowhere, and which classes no model knows."""
    said = []
    if found.strange:
        said.append(f"{_rows(found.strange)} no case: {_some(found.strange)}.")
    if found.shared:
        said.append(
            f"{_rows(found.shared)} several cases and {'is' if len(found.shared) == 1 else 'are'} "
            f"left out; give pseudonyms: {_some(found.shared)}."
        )
    known = {name for card in backend().models().values() for name in card.classes}
    strange = sorted(
        truth
        for truth in set(found.truths.values()) - known
        if not set(findings_of(truth)) <= known
    )
    if strange:
        classes = "class" if len(strange) == 1 else "classes"
        said.append(f"No model knows the {classes} {_some(strange)}.")
    if said:
        st.warning("  \n".join(said), icon=":material/error:")


def _rows(names: Sequence[str]) -> str:
    return f"{count_of(len(names), 'row')} {'names' if len(names) == 1 else 'name'}"


def _some(names: Sequence[str]) -> str:
    """Return the first few names, and how many others there are."""
    rest = len(names) - NAMED
    more = f" and {count_of(rest, 'other')}" if rest > 0 else ""
    return plainly(f"'{name}'" for name in names[:NAMED]) + more


def _row(text: str, wish: LabelWish | None = None, count: int = 0) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(text, width="content")
        if wish == "keep":
            _button(f"Keep ({count})", "keep", "check")
        elif wish == "undo":
            _button("Undo", "undo", "undo")
        _button("Close", "close", "close")


def _button(label: str, wish: LabelWish, icon: str) -> None:
    st.button(
        label,
        key=widget("labels", wish),
        on_click=uninterrupted(_wish(wish)),
        icon=f":material/{icon}:",
        type="primary" if wish == "keep" else "secondary",
    )


def _wish(wish: LabelWish) -> Callable[[], None]:
    labels = session().labels

    def note() -> None:
        labels.wish = wish

    return note
