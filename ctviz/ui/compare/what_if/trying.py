"""What a reader tries on the slice on the screen, as far as it is known by now.

Nothing here waits for the device longer than a prediction may take.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ctviz.backend import Job, Question
from ctviz.backend.tasks.edits import Probabilities
from ctviz.core import CtvizError, ImportanceMap, Mask, Prediction, Slice, digest
from ctviz.core.experiment import Edit, Experiment
from ctviz.edits import operation_of
from ctviz.estimators import Estimator
from ctviz.ui.access.sight import seen_experiments
from ctviz.ui.compare.comparison import Comparison
from ctviz.ui.compare.drawings import reference_regions
from ctviz.ui.compare.notices import Explained
from ctviz.ui.compare.page_jobs import PREDICTION_SECONDS, PageJobs, wait_for
from ctviz.ui.routes import edited_url, map_url
from ctviz.ui.service import backend
from ctviz.ui.session import session
from ctviz.ui.viewer import EditView
from ctviz.whatif import AnsweredSlice, Outcome

MOMENT_SECONDS = 0.1
"""So long the answer waits for how strange the edited slice is, which comes later otherwise."""

SLOW = ("edited map", "edited elsewhere")
"""What an older edit's answer may still be waiting behind."""
PIXELS_ONLY = "Choose 'Pixels': no region maps are made of an edited slice."
NOT_YET = "The edited slice's map is being computed …"
NOT_ASKED = "There is no map of the edited slice, for there is none of the slice itself yet."


@dataclass(frozen=True, eq=False)
class Tried:
    """An edit, and what the model says of the slice that it leaves.

    Parameters
    ----------
    marked
        What is drawn on the slice, by whom and what it is.
    edit
        What is done; None while nothing is drawn.
    experiment
        The kept experiment that it is, if it is one.
    refused
        Why it cannot be done.
    edited
        The slice as the edit leaves it.
    maps
        Of the edited slice, by estimator.
    outcome
        What came of it, once the model has answered.
    elsewhere
        The same change at other places, if the reader wants to know.
    pending
        What is still being computed, in words.
    """

    marked: Mapping[str, Mask]
    edit: Edit | None = None
    experiment: Experiment | None = None
    refused: str = ""
    edited: Job[Slice] | None = None
    maps: Mapping[Estimator, Job[ImportanceMap]] = field(default_factory=dict)
    outcome: Outcome | None = None
    elsewhere: Job[Probabilities] | None = None
    pending: str = ""

    @property
    def view(self) -> EditView | None:
        """What the board shows in the slice's place."""
        if self.edit is None or self.edited is None or self.edited.state != "ready":
            return None
        words = operation_of(self.edit).words
        return EditView(session().slice or 0, edited_url(self.edited.key), words)

    def map_of(self, estimator: Estimator) -> str:
        """Return the address of the edited slice's map; empty while there is none."""
        job = self.maps.get(estimator)
        there = job is not None and job.state == "ready" and session().unit == "pixels"
        return map_url(job.key) if job is not None and there else ""

    def note_on(self, estimator: Estimator) -> str:
        """Return why there is no map of the edited slice."""
        if session().unit != "pixels":
            return PIXELS_ONLY
        job = self.maps.get(estimator)
        if job is None:
            return NOT_ASKED
        if job.state in {"failed", "cancelled"}:
            return job.message or "This map could not be computed."
        return NOT_YET


def try_out(
    page_jobs: PageJobs,
    case_id: str,
    image: Slice,
    explained: Explained,
    comparison: Comparison,
) -> Tried | None:
    """Return what the reader tries; None if they do not ask.

    Parameters
    ----------
    page_jobs
        What was asked for before.
    explained, comparison
        The model's answer for the slice as it is, and its maps.
    """
    state = session()
    if not state.what_if.open:
        return None
    marked = reference_regions(case_id, state.slice or 0, state.reader)
    experiment = shown_experiment(case_id)
    tried = Tried(marked, experiment=experiment)
    try:
        edit = experiment.edit if experiment is not None else _own_edit(case_id, marked)
        if edit is None:
            return tried
        place = ("edit", image.identity, _words_of(edit))
        (edited,) = page_jobs.several([place], lambda _: [backend().edited(image, edit)])
        wait_for([edited], PREDICTION_SECONDS)
        tried = replace(tried, edit=edit, edited=edited)
        if not edited.done:
            return replace(tried, pending="the edit …")
        question = explained.question(image)
        return _EditAsked(page_jobs, question, explained, comparison).complete(tried, edit)
    except CtvizError as error:
        return replace(tried, refused=str(error))


def shown_experiment(case_id: str) -> Experiment | None:
    """Return the kept experiment that the reader has opened, while its slice is on the screen."""
    state = session()
    return next(
        (
            one
            for one in (seen_experiments(case_id) if state.what_if.shown else [])
            if one.id == state.what_if.shown and one.slice_index == state.slice
        ),
        None,
    )


def region_of(case_id: str, marked: Mapping[str, Mask]) -> str:
    """Return the name of the region that is changed; empty if nothing is drawn.

    By default what the reader drew last, or else the first that there is.
    """
    state = session()
    if state.what_if.region in marked:
        return state.what_if.region
    place = state.slice or 0
    own = backend().store.regions(case_id, state.reader, slice_index=place) if state.reader else []
    latest = f"{state.reader}: {own[-1].label}" if own else ""
    return next((name for name in (latest, state.reader, *marked) if name in marked), "")


def _own_edit(case_id: str, marked: Mapping[str, Mask]) -> Edit | None:
    state = session().what_if
    region = region_of(case_id, marked)
    if not region:
        return None
    settings = state.settings.get(state.operation, {})
    return Edit(state.operation, marked[region], settings, state.edge_mm)


def _words_of(edit: Edit) -> tuple[object, ...]:
    """Return what tells an edit from all others of a slice."""
    settings = tuple(sorted(edit.settings.items()))
    return (edit.operation, settings, edit.edge_mm, digest(edit.mask))


@dataclass(frozen=True, eq=False)
class _EditAsked:
    """Asks for what is missing of an edited slice."""

    page_jobs: PageJobs
    question: Question
    explained: Explained
    comparison: Comparison

    def complete(self, tried: Tried, edit: Edit) -> Tried:
        """Return what is known of an edited slice, which is there, by now."""
        before = self.question.image
        image = before if tried.edited is None else tried.edited.result(0).in_place_of(before)
        self.page_jobs.give_up(SLOW, image.identity)
        # What is read first is asked for first: the maps take the device for a while.
        answer, strangeness = self._answer(image), self._strangeness(image)
        tried = replace(tried, maps=self._maps(image), elsewhere=self._elsewhere(image))
        if answer.done:
            strange = strangeness.result(0) if strangeness.state == "ready" else None
            answered = (answer.result(0), strange)
            tried = replace(tried, outcome=self._outcome(tried, edit, image, answered))
        return replace(tried, pending=_pending(answer, strangeness, tried))

    def _place(self, kind: str, image: Slice, *more: object) -> tuple[object, ...]:
        # The digest of the slice on the screen is in it: what is of other slices is cancelled.
        return (f"edited {kind}", self.question.image.identity, image.identity, *more)

    def _answer(self, image: Slice) -> Job[Prediction]:
        model_id = self.question.model_id
        place = self._place("prediction", image, model_id)
        (job,) = self.page_jobs.several([place], lambda _: [backend().predict(image, model_id)])
        wait_for([job], PREDICTION_SECONDS)
        return job

    def _maps(self, image: Slice) -> dict[Estimator, Job[ImportanceMap]]:
        """Return the jobs of the maps of which the slice itself has one."""
        known = [one.estimator for one in self.comparison.compared if one.seconds is not None]
        asked = replace(self.question, image=image)
        places = [
            self._place("map", image, asked.model_id, asked.explained, estimator)
            for estimator in known
        ]
        jobs = self.page_jobs.several(
            places, lambda missing: backend().explain(asked, [known[index] for index in missing])
        )
        return dict(zip(known, jobs, strict=True))

    def _strangeness(self, image: Slice) -> Job[float | None]:
        model_id = self.question.model_id
        place = self._place("strangeness", image, model_id)
        (job,) = self.page_jobs.several([place], lambda _: [backend().strangeness(image, model_id)])
        wait_for([job], MOMENT_SECONDS)
        return job

    def _elsewhere(self, image: Slice) -> Job[Probabilities] | None:
        if session().what_if.tried != tried_at(image, self.question):
            return None
        place = self._place("elsewhere", image, self.question.model_id)
        (job,) = self.page_jobs.several(
            [place], lambda _: [backend().elsewhere(self.question, image)]
        )
        return job

    def _outcome(
        self, tried: Tried, edit: Edit, image: Slice, answered: tuple[Prediction, float | None]
    ) -> Outcome:
        before = {
            one.estimator.name: one.job.result(0)
            for one in self.comparison.compared
            if one.job is not None and one.seconds is not None
        }
        after = {e.name: job.result(0) for e, job in tried.maps.items() if job.state == "ready"}
        explained, target, job = self.explained, self.question.target, tried.elsewhere
        there = job is not None and job.state == "ready"
        places = job.result(0)[:, target] if job is not None and there else ()
        return Outcome(
            edit,
            target,
            AnsweredSlice(self.question.image, explained.prediction, explained.strangeness, before),
            AnsweredSlice(image, *answered, after),
            tuple(map(float, places)),
            _why_not(job),
        )


def tried_at(image: Slice, question: Question) -> tuple[str, str, int]:
    """Return what tells a try at other places from all others."""
    return (image.identity, question.model_id, question.target)


def _why_not(job: Job[Probabilities] | None) -> str:
    if job is None or job.state not in {"failed", "cancelled"}:
        return ""
    return job.message or "It was not tried at other places."


def _pending(answer: Job[Prediction], strangeness: Job[float | None], tried: Tried) -> str:
    if not (answer.done and strangeness.done):
        return "the edited slice's answer …"
    if tried.elsewhere is not None and not tried.elsewhere.done:
        return "other places …"
    awaited = sum(not job.done for job in tried.maps.values())
    return f"{awaited} of {len(tried.maps)} edited maps …" if awaited else ""
