"""What a network answers on cases of known class while its card is filled in.

A wrong window, a wrong order of classes or a forgotten normalisation is seen here at once.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ctviz.backend import Job
from ctviz.backend.cases.known import few_of_each_class
from ctviz.core import CtvizError, Prediction, Slice
from ctviz.core.results import NOTHING_FOUND
from ctviz.core.text import count_of
from ctviz.models.answers import KnownAnswers
from ctviz.models.intake import CardAnswers, Rehearsal
from ctviz.store import CaseEntry
from ctviz.ui.models.card_entries import CardEntries
from ctviz.ui.service import backend
from ctviz.ui.session import Newcomer, mirror, value_of, widget
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.waiting import ready
from ctviz.viz import png

COLUMNS = 6
NONE = ""


def show_known_answers(newcomer: Newcomer, rehearsal: Rehearsal, entries: CardEntries) -> None:
    """Show what the network sees of a few cases of known class, and what it answers."""
    # A slice may have several findings, or none, and is then of no single class.
    wanted = () if entries.multi_label else entries.classes
    cases = few_of_each_class(backend().cases(), wanted)
    if not cases:
        st.info("No case has a known class yet; with some, wrong answers would be seen here.")
        return
    try:
        answers = entries.answers(rehearsal.found.channels)
        job = _asked(newcomer, rehearsal, answers, cases)
    except CtvizError as error:
        st.caption(f":material/info: {plain(error)}")
        return
    st.markdown("**Its answers on cases of known class**, with what it sees of them")
    if not ready("known-answers", job, "Asking the network …"):
        return
    try:
        pictures, probabilities = job.result()
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
        return
    _ask_meaning(entries, cases)
    _judge(entries, cases, probabilities)
    for start in range(0, len(cases), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, index in zip(columns, range(start, len(cases)), strict=False):
            if index < len(cases):
                with column:
                    _show(entries, cases[index], pictures[index], probabilities[index])


Seen = tuple[list[bytes], NDArray[np.float64]]
"""What the network sees of each case, as PNG, and its probabilities (N, K)."""


def _asked(
    newcomer: Newcomer, rehearsal: Rehearsal, answers: CardAnswers, cases: Sequence[CaseEntry]
) -> Job[Seen]:
    """Return the answers with this way of reading a slice, asked once; names do not matter."""
    ids = tuple(case.id for case in cases)
    reading = (
        *(answers.window, answers.further_windows, answers.scale, answers.manner),
        *(answers.head, answers.neighbours, ids),
    )
    if newcomer.asked is None or newcomer.asked[0] != reading:
        if newcomer.asked is not None:
            newcomer.asked[1].cancel()
        work = partial(_seen, rehearsal, answers, ids)
        newcomer.asked = reading, backend().make(f"rehearse {newcomer.file} {reading}", work)
    job: Job[Seen] = newcomer.asked[1]
    return job


def _seen(rehearsal: Rehearsal, answers: CardAnswers, case_ids: Sequence[str]) -> Seen:
    images = [_middle(case_id) for case_id in case_ids]
    inputs, probabilities = rehearsal.answers(answers, images)
    pictures = [png((each * 255).round().astype(np.uint8)) for each in inputs]
    return pictures, probabilities


def _middle(case_id: str) -> Slice:
    case = backend().case(case_id)
    return case.slice(backend().store.case(case_id).middle)


def _ask_meaning(entries: CardEntries, cases: Sequence[CaseEntry]) -> None:
    """Ask which of the network's classes the known truths are, where their names differ."""
    truths = sorted({case.truth or "" for case in cases})
    named = [name.strip() for name in entries.classes if name.strip()]
    strangers = [t for t in truths if t in entries.meaning or entries.classes_of(t) is None]
    if not named or not strangers:
        return
    for column, truth in zip(st.columns(len(strangers)), strangers, strict=True):
        key = widget("newcomer", "meaning", truth)
        known = entries.meaning.get(truth, NONE)
        without = [NOTHING_FOUND] if entries.multi_label else []
        offered = [NONE, *without, *dict.fromkeys(named)]
        column.selectbox(
            f"For it, cases {plain(truth)} are",
            offered,
            format_func=partial(_meaning_title, entries),
            **mirror(
                key,
                known if known in offered else NONE,
                partial(_take_meaning, entries, truth, key),
            ),
        )


def _meaning_title(entries: CardEntries, name: str) -> str:
    if name == NOTHING_FOUND and entries.multi_label:
        return "without any of its findings"
    return name or ("not known to it" if entries.multi_label else "none of its classes")


def _take_meaning(entries: CardEntries, truth: str, key: str) -> None:
    entries.meaning[truth] = str(value_of(key))


def _judge(
    entries: CardEntries, cases: Sequence[CaseEntry], probabilities: NDArray[np.float64]
) -> None:
    """Say how many are right, and what looks wrong."""
    labels = [entries.classes_of(case.truth or "") for case in cases]
    places = [place for place, known in enumerate(labels) if known is not None]
    if not places:
        named = any(name.strip() for name in entries.classes)
        ask = "Say which of its classes these cases are" if named else "Name its classes"
        st.caption(f"{ask}, and it is said here how many of these it gets right.")
        return
    known = KnownAnswers.of(
        entries.classes,
        [each for each in labels if each is not None],
        probabilities[places],
        multi_label=entries.multi_label,
    )
    warnings = known.warnings()
    words = f"{known.right} of {count_of(len(places), 'case')} right"
    aucs = [known.auc_of(index) for index in range(len(entries.classes))]
    told = [
        f"AUC of {plain(name)}: {value:.2f}"
        for name, value in zip(entries.classes, aucs, strict=True)
        if value is not None
    ]
    # Both of two classes have the same one.
    same = len(aucs) == 2 and not entries.multi_label
    st.markdown(" · ".join([f"**{words}**", *(told[-1:] if same else told)]))
    for warning in warnings:
        st.warning(plain(warning), icon=":material/warning:")


def _show(
    entries: CardEntries, case: CaseEntry, picture: bytes, shares: NDArray[np.float64]
) -> None:
    names = (
        name.strip() or f"output {number}" for number, name in enumerate(entries.classes, start=1)
    )
    answer = Prediction("newcomer", tuple(names), shares, entries.multi_label)
    truth = entries.classes_of(case.truth or "")
    mark = "" if truth is None else (":green[✓] " if truth == answer.found else ":red[✗] ")
    said = " · ".join(f"{plain(name)} **{share:.2f}**" for name, share in answer.told)
    st.image(picture, width="stretch", alt=f"What the network sees of {case.title}")
    st.markdown(f":small[{mark}{said}]  \n:small[:gray[known: {plain(case.truth or '')}]]")
