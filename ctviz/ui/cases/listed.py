"""A case of the list, and whether it is what a reader looks for."""

import re
from dataclasses import dataclass

from ctviz.core import Prediction
from ctviz.store import CaseEntry, Reading


@dataclass(frozen=True)
class Listed:
    """One case of the list with what a reader wants to know before opening it.

    Parameters
    ----------
    readers
        Who has drawn on it, as far as the reader may know.
    reading
        How far the reader is; None for nobody.
    hidden
        Whether somebody may have drawn on it whom the reader may not know.
    """

    entry: CaseEntry
    prediction: Prediction | None
    readers: tuple[str, ...]
    reading: Reading | None = None
    hidden: bool = False

    @property
    def undrawn(self) -> str:
        """What is said of a case on which nobody is known to have drawn."""
        return "not annotated by you" if self.hidden else "not annotated"

    @property
    def wrong(self) -> bool:
        """Whether the truth is known and the model says something else."""
        truth, prediction = self.entry.truth, self.prediction
        return truth is not None and prediction is not None and not prediction.is_right(truth)

    def has(self, words: str) -> bool:
        """Whether every word begins one that is shown of the case, in any case.

        Not any part of one: pseudonyms have so many digits that "phantom 3" would find most of all.
        """
        wanted = words.casefold().split()
        if not wanted:
            return True
        entry = self.entry
        answer = self.prediction.label if self.prediction else ""
        mine = (self.reading.state, self.reading.note) if self.reading else ()
        names = (entry.title, entry.id, entry.patient, entry.truth or "")
        shown = (*names, answer, *self.readers, *mine)
        text = "\n".join(shown).casefold()
        return all(re.search(rf"(?<!\w){re.escape(word)}", text) for word in wanted)
