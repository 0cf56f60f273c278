"""Which estimators answer for a model, which refuse it and why; tried out when a reader asks."""

import streamlit as st

from ctviz.backend import Job, Question
from ctviz.backend.checking import quick
from ctviz.core import CtvizError, ImportanceMap
from ctviz.core.text import about, count_of
from ctviz.estimators import ESTIMATORS, Estimator
from ctviz.models import ModelCard
from ctviz.ui.compare.expected_seconds import expected_seconds
from ctviz.ui.compare.sanity import known_badge
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.waiting import rerun_when


def show_suitability(card: ModelCard) -> None:
    """Offer to try every estimator on a model, then show what came of it."""
    trials = session().trials.get(card.id)
    if trials is None:
        st.button(
            "Which estimators work on this model?",
            key=widget("try", card.id),
            on_click=uninterrupted(_begin),
            args=(card,),
            help="Tries each with little effort on one slice of the first case, in the background.",
        )
        return
    open_trials = sum(not job.done for job in trials.values())
    if open_trials:
        rerun_when(lambda: sum(not job.done for job in trials.values()) < open_trials)
        st.caption(f"Trying {count_of(open_trials, 'more estimator')} …")
    rows = [_row(card.id, ESTIMATORS[name](), job) for name, job in trials.items()]
    st.dataframe(rows, hide_index=True, key=widget("suitability", card.id))


def _begin(card: ModelCard) -> None:
    """Ask for a quick map of each estimator, of one slice, behind everything else."""
    cases = backend().cases()
    if not cases:
        st.toast("There is no case to try the estimators on; add one on Cases.")
        return
    image = backend().case(cases[0].id).slice(cases[0].middle)
    question = Question(image, card.id, 0)
    session().trials[card.id] = {
        name: backend().explain(question, [quick(cls)], urgency="background")[0]
        for name, cls in ESTIMATORS.items()
    }


def _row(model_id: str, estimator: Estimator, job: Job[ImportanceMap]) -> dict[str, str]:
    seconds = expected_seconds(model_id, [estimator])
    badge = known_badge(model_id, estimator)
    return {
        "estimator": estimator.title,
        "family": estimator.family,
        "works": _outcome(job),
        "expected time": "not yet measured" if seconds is None else about(seconds),
        "sanity": "–" if badge is None else badge.verdict,
        "why": "" if badge is None else badge.why,
    }


def _outcome(job: Job[ImportanceMap]) -> str:
    if not job.done:
        return "…"
    try:
        job.result(0)
    except CtvizError as error:
        return f"refused: {error}"
    return "yes"
