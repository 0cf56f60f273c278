"""ctviz in a browser: `streamlit run app.py`.

The web server imports this file as ``app`` and finds the routes; each reader's session runs it as
``__main__`` and finds the pages.
"""

import streamlit as st

from ctviz import ui


def main() -> None:
    """Show the page that the reader chose, and any error that they can cure."""
    st.set_page_config(page_title="ctviz", page_icon=ui.ICON, layout="wide")
    ui.apply_style()
    page = st.navigation(
        [
            st.Page("pages/cases.py", title="Cases", icon=":material/grid_view:", default=True),
            st.Page("pages/compare.py", title="Compare", icon=":material/compare:"),
            st.Page("pages/study.py", title="Study", icon=":material/leaderboard:"),
            st.Page("pages/models.py", title="Models", icon=":material/neurology:"),
            st.Page("pages/help.py", title="Help", icon=":material/help:"),
        ],
        position="top",
    )
    with ui.errors_in_words():
        if ui.let_in():
            ui.take_in_drawings()
            page.run()


if __name__ == "__main__":
    main()
else:
    ui.navigate_from_the_start()
    ui.prepare()
    ui.record_start()
    app = st.App(
        __file__,
        routes=[*ui.ROUTES, *ui.MAIL, *ui.UPLOADS],
        middleware=ui.middleware(ui.settings()),
    )
