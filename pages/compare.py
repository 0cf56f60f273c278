"""Read one case: where does the model look, and is it right?"""

import streamlit as st

from ctviz import ui

ui.open_link()
ui.ask_reader()

case, model, reader = st.columns([3, 3, 1], vertical_alignment="center")
with case:
    entry = ui.choose_case()
with model:
    card = ui.choose_model()
with reader:
    ui.reader_badge()

if entry is None:
    st.info("There is no case yet; add one on the Cases page.")
elif card is None:
    st.info("There is no model yet; 'ctviz train --help' tells how to make one.")
else:
    ui.workbench(entry, card)
