"""A report's table on the page: controls grey, the best bold, numbers to the right."""

import pandas as pd
import streamlit as st

from ctviz.core.cells import neutral
from ctviz.ui.compare.score_table import BEST_STYLE
from ctviz.ui.session import widget
from ctviz.ui.widgets.plain_text import plain
from ctviz.viz.documents import Table

CONTROL_STYLE = "color: #8b93a1"
MOST_ROWS, ROW_PX = 16, 35
"""A longer table scrolls."""


def show_table(table: Table | None, name: str) -> None:
    """Show a table with its caption above and its note below, if there is one."""
    if table is None:
        return
    # What is shown can be downloaded as CSV from the table's corner.
    rows = [
        [cell if number else neutral(cell) for cell, number in zip(row, table.numeric, strict=True)]
        for row in table.rows
    ]
    frame = pd.DataFrame(rows, columns=list(table.columns))
    st.markdown(f"**{plain(table.caption)}**")
    st.dataframe(
        frame.style.apply(_styles, axis=None, table=table),
        hide_index=True,
        height=ROW_PX * (min(len(table.rows), MOST_ROWS) + 1) + 3,
        column_config={
            column: st.column_config.TextColumn(alignment="right" if number else "left")
            for column, number in zip(table.columns, table.numeric, strict=True)
        },
        key=widget("study-table", name),
    )
    if table.note:
        st.caption(plain(table.note))


def _styles(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    styles = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for row in table.faint:
        styles.iloc[row] = CONTROL_STYLE
    for row, column in table.strong:
        styles.iloc[row, column] = BEST_STYLE
    return styles
