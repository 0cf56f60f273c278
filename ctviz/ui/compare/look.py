"""What a reader looks at: answer, maps and scores of one slice, as far as they are known by now.

The page shows it with its widgets, and the route of the board without any. Nothing here speaks to
streamlit.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from ctviz.core import Case, CtvizError, Mask, Prediction
from ctviz.metrics import Metric
from ctviz.models import ModelCard
from ctviz.models.classifier import caveats_of_neighbours
from ctviz.store import AuditEvent, CaseEntry
from ctviz.ui.access import record_once
from ctviz.ui.access.sight import seen_regions
from ctviz.ui.compare.beside import beside
from ctviz.ui.compare.case_view import case_view
from ctviz.ui.compare.choices import chosen_rather_than, chosen_reference, chosen_target
from ctviz.ui.compare.comparison import ComparedMap, Comparison, MapReading, compare
from ctviz.ui.compare.controls import trust_none
from ctviz.ui.compare.drawings import (
    drawing_of,
    receipt,
    reference_of,
    reference_regions,
    where_others_have_it,
)
from ctviz.ui.compare.error_bars import wants_error_bars
from ctviz.ui.compare.estimator_choice import chosen_estimators
from ctviz.ui.compare.exports import Subject
from ctviz.ui.compare.metric_choice import chosen_metrics
from ctviz.ui.compare.notices import Explained, Notice, alike_of, in_short
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.compare.panes import AWAITED, PaneModel, asked, pane
from ctviz.ui.compare.score_jobs import Held
from ctviz.ui.compare.second_model import (
    ABREAST,
    AskedOfBoth,
    SecondLook,
    answers_of_both,
    look_again,
    panes_of_both,
    second_card,
    waiting_for,
)
from ctviz.ui.compare.second_opinion import wants_second_opinion
from ctviz.ui.compare.strangeness import strangeness_of
from ctviz.ui.compare.what_if.trying import Tried, try_out
from ctviz.ui.routes import board_url
from ctviz.ui.service import backend
from ctviz.ui.session import session
from ctviz.ui.viewer import BoardData, DisplayWindow, Pane, Receipt
from ctviz.viz import opening_window

NOTHING = Comparison((), "")


@dataclass(frozen=True, eq=False)
class OnScreen:
    """All that is on the screen.

    Parameters
    ----------
    entry, case, card
        What is looked at, by which model; None where there is none.
    marked
        Masks (H, W) that the maps can be compared with, by whose they are.
    against
        Which of them they are; empty for none.
    prediction
        The model's answer, once it is there.
    comparison
        Maps and scores.
    explained
        What the maps explain, once the model has answered.
    tried
        What the reader tries on the slice.
    notices
        What to know before believing it.
    second
        What a second model makes of the slice, if the reader wants one.
    trouble
        Why there is nothing of the model, in a sentence.
    receipt
        What became of drawings; older than everything else here.
    """

    entry: CaseEntry
    case: Case
    card: ModelCard | None
    marked: Mapping[str, Mask]
    against: str
    receipt: Receipt
    prediction: Prediction | None = None
    comparison: Comparison = NOTHING
    explained: Explained | None = None
    tried: Tried | None = None
    notices: Sequence[Notice] = ()
    second: SecondLook | None = None
    trouble: str = ""

    @property
    def parts(self) -> list[tuple[Comparison, Subject]]:
        """What is compared and of what it is, of each model that has answered."""
        subject = self.subject
        if subject is None:
            return []
        parts = [(self.comparison, subject)]
        if self.second is not None and self.second.explained is not None:
            other = replace(subject, explained=self.second.explained, tried=None)
            parts.append((self.second.comparison, other))
        return parts

    @property
    def subject(self) -> Subject | None:
        """What the maps and scores on the screen are of; None while there is no answer."""
        if self.explained is None:
            return None
        state = session()
        place = state.slice or 0
        image = self.case.slice(place)
        return Subject(
            self.case.id, place, image, self.explained, state.sign, self.against, self.tried
        )

    def board(self) -> BoardData:
        """Return what the board is told."""
        state, told = session(), self.receipt
        other, tried = self.against.split(": ")[0], self.tried
        others = other if other != state.reader else ""
        data = BoardData(
            case=case_view(self.entry, self.case),
            slice_index=state.slice or 0,
            window=_window(self.case),
            panes=self._panes(),
            drawing=drawing_of(self.entry, state.reader),
            reference=reference_of(self.entry, others) if others else None,
            acknowledged=told.acknowledged,
            refused=told.refused,
            saved=told.saved,
            met=told.met,
            busy=self._pending or None,
            idle_checks=self._idle_checks or None,
            sign=state.sign,
            unit=state.unit,
            session=state.token,
            number=told.number,
            address=board_url(),
            heard=state.heard,
            edit=tried.view if tried else None,
            caption=[line for _, part in self.parts for line in part.caption],
            answer=in_short(self.explained, self.notices) if self.card is not None else None,
            beside=beside(self.entry, self.case),
        )
        if self.second is not None and self.card is not None:
            ours, theirs = answers_of_both(self.card, data.answer, self.second, self.against)
            abreast = 1 if self.second.trouble else ABREAST
            data = replace(data, answer=ours, second_answer=theirs, abreast=abreast)
        behind = bool(state.said) or state.page_shows != self.on_the_page(data)
        return replace(data, behind=behind)

    def _panes(self) -> list[Pane]:
        if self.card is None:
            return []
        if self.second is not None:
            return panes_of_both(self.card, self.comparison, self.second, self.tried)
        model = PaneModel(self.card, asked())
        return [pane(one, self.comparison, self.tried, model) for one in self.comparison.compared]

    @property
    def _pending(self) -> str:
        """What is still awaited, in words."""
        works = [self.comparison.pending]
        works += [self.tried.pending] if self.tried else []
        works += [self.second.comparison.pending] if self.second else []
        return next(filter(None, works), "")

    @property
    def _idle_checks(self) -> str:
        """What is being found out because there is time, in words."""
        both = [self.comparison, *([self.second.comparison] if self.second else [])]
        return next(filter(None, (each.idle_checks for each in both)), "")

    def on_the_page(self, data: BoardData) -> Hashable:
        """Return what of this the page shows besides the board: if that changes, it had better run.

        How far work is by now does not count, nor what is found out that nobody waits for, until
        all of it is.
        """
        panes = tuple((p.id, p.state == "ready", _read_beneath(p)) for p in data.panes)
        checks = () if data.idle_checks else tuple((p.badge, _spans(p)) for p in data.panes)
        seen = (data.case.id, data.slice_index, tuple(self.marked), self.against, panes)
        tried = None if self.tried is None else (self.tried.pending, self.tried.refused)
        opinions = tuple(one.second_opinion is None for one in self.comparison.compared)
        said = (str(data.answer), self.trouble, checks, opinions, tried)
        return (*seen, *said, data.beside is None)


def _read_beneath(shown: Pane) -> tuple[tuple[str, str], ...]:
    """Return the scores of a pane; of one that is to come not how far it is."""
    return tuple((one.text, one.why if one.text != AWAITED else "") for one in shown.scores)


def _spans(shown: Pane) -> tuple[str, ...]:
    return tuple(one.span for one in shown.scores)


def look(entry: CaseEntry, card: ModelCard | None) -> OnScreen:
    """Return what is known by now, and ask for what is missing.

    One at a time of a session looks: jobs that are not on the screen any more are given up.
    """
    state = session()
    # First of all: what is acknowledged is in the drawing that is read after it.
    told = receipt()
    case = backend().case(entry.id)
    record_once(AuditEvent.OPENED, entry.id)
    if state.slice is None or state.slice >= entry.slices:
        state.slice = _first_slice(entry)
    marked = reference_regions(entry.id, state.slice, state.reader)
    seen = OnScreen(entry, case, card, marked, chosen_reference(marked), told)
    if card is None:
        return seen
    try:
        return _asked(seen, card)
    except CtvizError as error:
        return replace(seen, trouble=str(error))


def _asked(seen: OnScreen, card: ModelCard) -> OnScreen:
    """Return what a model answers, and what the estimators make of it."""
    state, page_jobs = session(), PageJobs()
    estimators, metrics = chosen_estimators(), chosen_metrics()
    image = seen.case.slice(state.slice or 0)
    held = _held(seen.entry, seen.against, seen.marked.get(seen.against), metrics)
    other = second_card(card)
    answer = page_jobs.prediction(image, card.id)
    if not answer.done:
        page_jobs.release_others()
        waiting = Comparison(tuple(map(ComparedMap, estimators)), "the model …", metrics)
        second = None if other is None else waiting_for(other, estimators, metrics)
        return replace(seen, comparison=waiting, second=second)
    prediction = answer.result(0)
    target = chosen_target(prediction)
    strangeness = strangeness_of(page_jobs, image, card)
    reading = MapReading(
        state.sign,
        state.unit,
        metrics,
        second_opinion=wants_second_opinion(),
        error_bars=wants_error_bars(),
    )
    explained = Explained(
        *(card, prediction, target, strangeness, chosen_rather_than(card, target)),
        of_neighbours=caveats_of_neighbours(image, card),
        alike=alike_of(estimators),
    )
    comparison = compare(page_jobs, explained.question(image), estimators, reading, held)
    second = None
    if other is not None:
        spare = not (comparison.pending or comparison.idle_checks)
        again = AskedOfBoth(estimators, metrics, held, spare)
        second = look_again(page_jobs, other, image, explained, again)
    tried = try_out(page_jobs, seen.case.id, image, explained, comparison)
    page_jobs.release_others()
    return replace(
        seen,
        prediction=prediction,
        comparison=comparison,
        explained=explained,
        tried=tried,
        second=second,
        notices=explained.notices(trust_none(comparison, seen.against)),
    )


def _held(entry: CaseEntry, chosen: str, mask: Mask | None, metrics: Sequence[Metric]) -> Held:
    """Return what agreement is measured against; other patients are looked at if a metric asks."""
    if mask is None or not any(metric.needs == "others" for metric in metrics):
        return Held(mask)
    return Held(mask, where_others_have_it(entry.id, chosen))


def _first_slice(entry: CaseEntry) -> int:
    """Return the slice to open a case on: the middle one of those that are seen to be marked."""
    marked = sorted({region.slice_index for region in seen_regions(entry.id)})
    return marked[len(marked) // 2] if marked else entry.middle


def _window(case: Case) -> DisplayWindow:
    """Return the window to open a case with, as `ctviz explain` shows it."""
    window = opening_window(case.slice(0))
    return DisplayWindow(window.width, window.level)
