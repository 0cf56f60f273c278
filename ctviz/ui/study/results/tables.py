"""A report's table on the page: controls grey, the best bold, numbers to the right."""

import pandas as pd
import streamlit as st

from ctviz.core.cells import neutral
from ctviz.core.look import Look
from ctviz.core.theme import THEME
from ctviz.ui.compare.score_table import BEST_STYLE, HELP, MARK, WIDTHS
from ctviz.ui.session import widget
from ctviz.ui.widgets.inks import page_inks
from ctviz.ui.widgets.plain_text import plain
from ctviz.viz.documents import Table

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
    if table.looks:
        frame.insert(0, MARK, [_mark(row, table) for row in table.rows])
    st.markdown(f"**{plain(table.caption)}**")
    st.dataframe(
        frame.style.apply(_styles, axis=None, table=table),
        hide_index=True,
        height=ROW_PX * (min(len(table.rows), MOST_ROWS) + 1) + 3,
        column_config={MARK: st.column_config.TextColumn(help=HELP[MARK], width=WIDTHS[MARK])}
        | {
            column: st.column_config.TextColumn(alignment="right" if number else "left")
            for column, number in zip(table.columns, table.numeric, strict=True)
        },
        key=widget("study-table", name),
    )
    if table.note:
        st.caption(plain(table.note))


def _styles(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    styles = pd.DataFrame("", index=frame.index, columns=frame.columns)
    inks, marked = page_inks(), int(bool(table.looks))
    for row in table.faint:
        styles.iloc[row] = f"color: {inks.faint}"
    for row, column in table.strong:
        styles.iloc[row, column + marked] = BEST_STYLE
    for place, cells in enumerate(table.rows):
        if look := _look(cells, table):
            styles.iloc[place, 0] = f"color: {look.on(inks.scheme)}"
    return styles


def _look(row: tuple[str, ...], table: Table) -> Look | None:
    """Return the look of what a row tells of, if it has one."""
    return next((table.looks[cell] for cell in row if cell in table.looks), None)


def _mark(row: tuple[str, ...], table: Table) -> str:
    look = _look(row, table)
    return THEME.glyph(look) if look else ""
