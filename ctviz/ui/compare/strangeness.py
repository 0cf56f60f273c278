"""How unlike a slice is to what the model has learnt from, as far as that is known."""

from ctviz.core import Slice
from ctviz.models import ModelCard
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.service import backend


def strangeness_of(page_jobs: PageJobs, image: Slice, card: ModelCard) -> float | None:
    """Return the strangeness of a slice; None while it is computed, or where nobody knows."""
    if card.familiarity is None:
        return None
    place = ("strangeness", image.identity, card.id)
    (job,) = page_jobs.several([place], lambda _: [backend().strangeness(image, card.id)])
    return job.result(0) if job.state == "ready" else None
