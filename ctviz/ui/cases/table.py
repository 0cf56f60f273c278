"""Cases as rows of a table, many on one screen, without their pictures."""

from collections.abc import Sequence

import streamlit as st

from ctviz.core.cells import neutral
from ctviz.ui.cases.listed import Listed
from ctviz.ui.session import widget

TABLE_PIXELS, ROW_PIXELS = 480, 28


def show_table(shown: Sequence[Listed]) -> set[str]:
    """Show the cases; return the ids of those that are ticked."""
    # Streamlit remembers numbers of rows: other rows are another table.
    key = widget("table", hash(tuple(listed.entry.id for listed in shown)))
    ticked = st.dataframe(
        [row_of(listed) for listed in shown],
        hide_index=True,
        height=TABLE_PIXELS,
        row_height=ROW_PIXELS,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "confidence": st.column_config.NumberColumn(format="%.2f"),
            "added": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )
    return {shown[row].entry.id for row in ticked.selection.rows}


def row_of(listed: Listed) -> dict[str, object]:
    """Return what the table says of a case."""
    entry, prediction, reading = listed.entry, listed.prediction, listed.reading
    return {
        # A table can be taken home, where a spreadsheet must not calculate anything.
        "title": neutral(entry.title),
        "case": entry.id,
        "patient": entry.patient,
        "slices": entry.slices,
        "answer": prediction.label if prediction else None,
        "confidence": prediction.confidence if prediction else None,
        "truth": entry.truth,
        "drawn by": neutral(", ".join(listed.readers)) or None,
        "state": reading.state if reading else None,
        "note": (neutral(reading.note) or None) if reading else None,
        "source": entry.source,
        "added": entry.added,
    }
