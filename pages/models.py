"""Which classifiers are there, how good are they, and where do they fail?"""

from ctviz import ui

ui.show_models()
