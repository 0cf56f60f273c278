"""Whether a slice is like what the model has learnt from, said beside its answer."""

import streamlit as st

from ctviz.core import Slice
from ctviz.models import ModelCard
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.service import backend
from ctviz.ui.widgets.plain_text import plain


def warn_of_a_strange_slice(page_jobs: PageJobs, image: Slice, card: ModelCard) -> None:
    """Warn of a slice that is farther from the model's training than unseen scans are."""
    if card.familiarity is None:
        return
    place = ("strangeness", image.digest, card.id)
    (job,) = page_jobs.several([place], lambda _: [backend().strangeness(image, card.id)])
    if job.state == "ready" and (words := card.familiarity.warning(job.result(0))):
        st.warning(plain(words), icon=":material/warning:")
