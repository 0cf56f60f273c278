"""Read one case: where does the model look, and is it right?"""

from ctviz import ui

ui.open_link()
ui.ask_reader()
ui.compare_page()
