"""Reading files of strangers in a process of its own, which may die of them.

The process has little memory and may not fall silent for long. It leaves every case on the disk in
ctviz's own form and says so in one line of JSON; nothing that it says or leaves is believed
unchecked.
"""

from ctviz.io.apart.limits import USUAL, ApartLimits
from ctviz.io.apart.outlines import drawn_on_apart, outlines_apart
from ctviz.io.apart.reader import Apart

__all__ = ["USUAL", "Apart", "ApartLimits", "drawn_on_apart", "outlines_apart"]
