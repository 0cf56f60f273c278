"""Help: the workflow, the keys, what the names mean, the limits."""

from ctviz import ui

ui.guide()
