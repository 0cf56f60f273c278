"""Whether a slice is like what the model has learnt from, said beside its answer."""

import streamlit as st

from ctviz.core import Slice
from ctviz.models import ModelCard
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.service import backend
from ctviz.ui.widgets.plain_text import plain


def warn_of_a_strange_slice(page_jobs: PageJobs, image: Slice, card: ModelCard) -> None:
    """Warn of a slice that is farther from the model's training than unseen scans are."""
    place = ("strangeness", image.digest, card.id)
    (job,) = page_jobs.several([place], lambda _: [backend().strangeness(image, card.id)])
    if job.state == "ready" and (words := strangeness_words(card, job.result(0))):
        st.warning(plain(words), icon=":material/warning:")


def strangeness_words(card: ModelCard, strangeness: float | None) -> str:
    """Return the warning; empty for a slice that is familiar, or where that is not known."""
    if card.familiarity is None or strangeness is None or strangeness <= 1:
        return ""
    return (
        f"This slice is unlike what the model has learnt from: {strangeness:.1f} × as far from its "
        f"training as 95 % of {card.familiarity.on} are (5 % false alarms). Do not trust the "
        "answer, nor maps that explain it."
    )
