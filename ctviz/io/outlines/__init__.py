"""Outlines from elsewhere, on the slices of a case: what experts, atlases and networks marked.

A file has a form, told by its content (`ctviz.io.outlines.form`, one a file). It belongs to a case
by the keyed codes of the images that it was drawn on, which a case remembers since its import, or
else by patient, frame of reference and place (`ctviz.io.outlines.onto`). Whatever of it does not
lie on a slice is said.
"""

from ctviz.io.outlines.drawn_on import DrawnOn
from ctviz.io.outlines.found import Outline, OutlineFile, OutlineSettings, Unplaced
from ctviz.io.outlines.reading import form_of, read_drawn_on, read_outline_file, read_outlines
from ctviz.io.outlines.recognising import is_no_scan

__all__ = [
    "DrawnOn",
    "Outline",
    "OutlineFile",
    "OutlineSettings",
    "Unplaced",
    "form_of",
    "is_no_scan",
    "read_drawn_on",
    "read_outline_file",
    "read_outlines",
]
