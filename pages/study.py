"""Which estimator should be trusted, over a whole cohort: by the model, and by a reader?"""

from ctviz import ui

ui.study_page()
