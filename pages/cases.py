"""Which cases are there, what does the model say of them, and who has read them?"""

import streamlit as st

from ctviz import ui

model, reader, blinding = st.columns([3, 4, 3], vertical_alignment="center")
with model:
    card = ui.choose_model()
with reader:
    ui.reader_badge()
with blinding:
    ui.offer_blinding()

ui.add_cases()
ui.show_cases(card.id if card else "")
