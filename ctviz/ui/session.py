"""What one reader's browser session remembers; the only place that speaks to streamlit's state.

The address bar carries what a link must restore (case, slice, model, target, estimators, metrics);
the rest stays in the session.
"""

import secrets
import shutil
import time
import weakref
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TypeAlias, TypedDict, cast

import streamlit as st

from ctviz.backend import BroughtOutlines, FetchedOutlines, Imported, Job
from ctviz.backend.checking import Checkup
from ctviz.core import ImportanceMap, Sign, Slice, Value
from ctviz.core.experiment import DEFAULT_EDGE_MM, Experiment
from ctviz.io import OutlineSettings
from ctviz.io.pacs import FoundSeries, FoundStudy
from ctviz.models import ModelCard
from ctviz.models.intake import Rehearsal
from ctviz.store import Reading
from ctviz.ui.models.card_entries import CardEntries
from ctviz.ui.uninterrupted import uninterrupted

Link: TypeAlias = tuple[tuple[str, str], ...]
"""An address's parts, sorted by name."""

ADDRESS_LAG_SECONDS = 15.0
LONGEST_NUMBER = 9
ACKNOWLEDGED = 50
"""Changes of drawings that a browser is told it need not send again."""


Wish: TypeAlias = Literal["put", "restore", "undo"]
"""What a button of the cases page was pressed for."""

ALL_SCORES = -1
ALL_ANSWERS = ("", "")


@dataclass
class Browsing:
    """How one reader looks at the list of cases, which stays while another page is open.

    Parameters
    ----------
    collection, which, order, view
        Names of the collection, of the filter, of the order and of the view; empty for the first
        that there is.
    state
        How far the reader is with the cases that are listed; empty for all.
    tenth
        In which tenth of 0 to 1 the model's score of them lies, or `ALL_SCORES`.
    cell
        Their true class and the model's answer, or `ALL_ANSWERS`.
    words
        What is searched for.
    page
        Which part of a long list is on the screen, from 0.
    shown
        Ids of the cases that search and filter have left, in their order.
    selected
        Ids of cases.
    wish
        What is to be done with them as soon as the page runs.
    title
        A case and the title that it is to be given as soon as the page runs.
    binned
        The cases that were put into the bin last, as long as that can be undone by a button.
    """

    collection: str = ""
    which: str = ""
    order: str = ""
    view: str = ""
    state: str = ""
    tenth: int = ALL_SCORES
    cell: tuple[str, str] = ALL_ANSWERS
    words: str = ""
    page: int = 0
    shown: tuple[str, ...] = ()
    selected: set[str] = field(default_factory=set)
    wish: Wish | None = None
    title: tuple[str, str] | None = None
    binned: tuple[str, ...] = ()

    def begin_anew(self) -> None:
        """Go to the first page of another list, of which nothing is selected."""
        self.selected.clear()
        self.page = 0


@dataclass
class Labels:
    """A table of true classes that a reader has brought, and what became of it.

    Parameters
    ----------
    classes
        By the names that the table gives; empty if there is none to decide on.
    refused
        Why a table was not taken.
    wish
        What a button was pressed for, done as soon as the page runs.
    before
        What gives the cases back the classes that they had before the last table was kept.
    """

    classes: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    wish: Literal["keep", "undo", "close"] | None = None
    before: dict[str, str] = field(default_factory=dict)


@dataclass
class Outlines:
    """Outlines that a reader has brought, and what is to become of them.

    Parameters
    ----------
    case
        To which they are brought; empty if the files must tell.
    folder
        Where the files are; None if there are none to decide on.
    job
        Reads them.
    asked
        What the reader says of them.
    readers
        Names that the reader gives to those whom the files name.
    labels
        Those to be kept; None for all.
    slice
        The slice of the picture.
    wish
        What a button was pressed for, done as soon as the page runs.
    kept
        Of which case some were kept, and how many.
    refused
        Why they were not.
    fetched
        What came with them from a server, if they did.
    scan
        Their scan, on its way from there.
    came
        The cases that it became.
    """

    case: str = ""
    folder: Path | None = None
    job: Job[BroughtOutlines] | None = None
    asked: OutlineSettings = field(default_factory=OutlineSettings)
    readers: dict[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] | None = None
    slice: int | None = None
    wish: Literal["keep", "replace", "close"] | None = None
    kept: tuple[str, int] = ("", 0)
    refused: str = ""
    fetched: FetchedOutlines | None = None
    scan: Job[Imported] | None = None
    came: tuple[str, ...] = ()


@dataclass
class PacsVisit:
    """What a reader looks for in a PACS; names of patients are here as long as they are shown.

    Parameters
    ----------
    server
        Its name.
    searches
        How often a reader has searched: tells one table of matches from the next.
    studies, series, preview
        What was asked for last, of the study and of the series that were chosen.
    study, chosen
        Those of which more is shown.
    fetched
        The series that was asked for last, on its way into the list of cases.
    outlines
        Those that were asked for last, until they can be looked at.
    """

    server: str = ""
    searches: int = 0
    studies: Job[list[FoundStudy]] | None = None
    study: FoundStudy | None = None
    series: Job[list[FoundSeries]] | None = None
    chosen: FoundSeries | None = None
    preview: Job[Slice] | None = None
    fetched: Job[Imported] | None = None
    outlines: Job[FetchedOutlines] | None = None


@dataclass
class WhatIf:
    """What a reader tries on the slice on the screen.

    Parameters
    ----------
    open
        Whether the reader asks at all.
    region
        Whose region, and which label of it, is changed; empty for what the reader drew last.
    operation, settings, edge_mm
        What is done to it.
    shown
        Id of the kept experiment that is on the screen on its slice; empty for a try of one's own.
    tried
        The edited slice (by digest), model and class that are tried at other places, too.
    wish, refused
        An experiment to be kept as soon as the page runs, and why the last one was not.
    binned
        The experiment that was put into the bin last, as long as that can be undone by a button.
    """

    open: bool = False
    region: str = ""
    operation: str = "cap"
    settings: dict[str, dict[str, Value]] = field(default_factory=dict)
    edge_mm: float = DEFAULT_EDGE_MM
    shown: str = ""
    tried: tuple[str, str, int] | None = None
    wish: Experiment | None = None
    refused: str = ""
    binned: Experiment | None = None


@dataclass(eq=False)
class Newcomer:
    """A network that a reader has brought to the models page, until it is on the shelf.

    Parameters
    ----------
    folder, file
        Where it lies meanwhile; the folder is removed with this object.
    trial
        Whether and how it can be read.
    entries
        What the reader has said of it.
    asked
        What it answers on known cases, and the way of reading a slice with which it was asked.
    adding
        It is being put on the shelf.
    """

    folder: Path
    file: Path
    trial: Job[Rehearsal]
    entries: CardEntries | None = None
    asked: tuple[Hashable, Job[Any]] | None = None
    adding: Job[ModelCard] | None = None

    def __post_init__(self) -> None:
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


@dataclass
class Session:
    """The choices of one reader in one browser tab, and what they wait for."""

    token: str = field(default_factory=secrets.token_hex)
    reader: str = ""
    asked: bool = False

    case: str = ""
    slice: int | None = None
    model: str = ""
    target: int | None = None
    rather_than: int | None = None
    estimators: tuple[str, ...] | None = None
    settings: dict[str, dict[str, Value]] = field(default_factory=dict)
    metrics: tuple[str, ...] | None = None
    metric_settings: dict[str, dict[str, Value]] = field(default_factory=dict)
    sign: Sign = "absolute"
    unit: Literal["pixels", "regions"] = "pixels"
    compare_with: str | None = None
    docked: str | None = None
    docked_before: str = ""
    beside: str = ""
    second: str = ""
    links: dict[Link, float] = field(default_factory=dict)
    written: dict[str, str] | None = None

    reading: Reading | None = None
    begun: set[tuple[str, str]] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)

    drawn_as: set[str] = field(default_factory=set)
    acknowledged: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    page_shows: Hashable = None
    waiting: set[str] = field(default_factory=set)
    looking: Lock = field(default_factory=Lock, repr=False, compare=False)
    keeping: Lock = field(default_factory=Lock, repr=False, compare=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False, compare=False)
    said: list[tuple[str, str]] = field(default_factory=list)
    saved: str | None = None
    met: str = ""
    heard: str = ""

    study: str = ""
    plan_settings: dict[str, dict[str, Value]] = field(default_factory=dict)
    plan_refused: str = ""

    recorded: set[tuple[str, str, str]] = field(default_factory=set)

    what_if: WhatIf = field(default_factory=WhatIf)
    browsing: Browsing = field(default_factory=Browsing)
    labels: Labels = field(default_factory=Labels)
    outlines: Outlines = field(default_factory=Outlines)
    pacs: PacsVisit = field(default_factory=PacsVisit)
    newcomer: Newcomer | None = None
    newcomer_said: tuple[str, bool] = ("", True)
    bin_trouble: str = ""

    sent: tuple[str, Job[int]] | None = None

    upload: str = field(default_factory=lambda: secrets.token_hex(16))
    upload_left_out: tuple[str, ...] = ()
    intake: Job[Imported] | None = None
    noted: Job[Imported] | None = None
    trials: dict[str, dict[str, Job[ImportanceMap]]] = field(default_factory=dict)
    checkups: dict[str, Job[Checkup]] = field(default_factory=dict)
    page_jobs: dict[tuple[object, ...], Job[Any]] = field(default_factory=dict)
    released: set[Hashable] = field(default_factory=set)
    maps: dict[Hashable, dict[int, str]] = field(default_factory=dict)
    second_opinion: bool = False
    error_bars: bool = False
    replaced: dict[str, int] = field(default_factory=dict)
    typed: dict[str, tuple[int, Any, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _OPEN[self.token] = self

    def acknowledge(self, letter: str) -> None:
        """Note that a letter is in the database."""
        self.acknowledged = (*self.acknowledged, letter)[-ACKNOWLEDGED:]
        self.saved = f"{datetime.now().astimezone():%H:%M:%S}"

    def say(self, sentence: str, icon: str) -> None:
        """Let the reader be told something by the next run of the page."""
        self.said.append((sentence, icon))

    def follow_link(self) -> None:
        """Take over what a new address says; anything that makes no sense is ignored.

        A browser may be slow to show an address we wrote, and then answers with an older one of
        ours: that must not throw the reader back.
        """
        self.written = None
        query = st.query_params.to_dict()
        if not self._is_new(query):
            return
        if query.get("case", self.case) != self.case:
            self.open(query["case"])
        self.model = query.get("model", self.model)
        self.slice = _number(query.get("slice"), self.slice)
        # An address without a class means the answer, whatever was chosen before.
        self.target = _number(query.get("target"), None)
        self.rather_than = _number(query.get("rather_than"), None)
        self.estimators = _names(query.get("estimators"), self.estimators)
        self.metrics = _names(query.get("metrics"), self.metrics)
        self.beside = query.get("beside", self.beside)
        self.second = query.get("second", self.second)

    def write_link(self) -> None:
        """Let the address bar say what is on the screen."""
        parts = {
            "case": self.case,
            "slice": self.slice,
            "model": self.model,
            "target": self.target,
            "rather_than": self.rather_than,
            "estimators": ",".join(self.estimators or ()),
            "metrics": ",".join(self.metrics or ()),
            "beside": self.beside,
            "second": self.second,
        }
        link = {name: str(part) for name, part in parts.items() if part not in ("", None)}
        self._is_new(link)
        # What was written is not written again, though the browser may not have shown it yet: by
        # then the reader may be elsewhere.
        if link not in (self.written, st.query_params.to_dict()):
            st.query_params.from_dict(link)
        self.written = link

    def _is_new(self, link: dict[str, str]) -> bool:
        """Note an address; return whether it is neither the latest nor one of a moment ago."""
        now, key = time.monotonic(), tuple(sorted(link.items()))
        latest = next(reversed(self.links), None)
        recent = now - self.links.pop(key, -ADDRESS_LAG_SECONDS) < ADDRESS_LAG_SECONDS
        self.links[key] = now
        return key != latest and not recent

    def next_upload(self) -> None:
        """Begin another batch of files."""
        self.upload = secrets.token_hex(16)

    def remove(self, estimator: str) -> None:
        """Take an estimator off the screen."""
        self.estimators = tuple(name for name in self.estimators or () if name != estimator)

    def open(self, case_id: str) -> None:
        """Turn to another case: to where it was left, explaining the predicted class."""
        if self.case and self.slice is not None:
            self.places[self.case] = self.slice
        self.case, self.slice = case_id, self.places.get(case_id)
        self.target = self.rather_than = None
        self.met = ""


def _names(text: str | None, otherwise: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return otherwise if text is None else tuple(dict.fromkeys(filter(None, text.split(","))))


def _number(text: str | None, otherwise: int | None) -> int | None:
    """Return a small whole number of an address; no case has a slice of ten digits."""
    whole = text is not None and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if text is not None and whole else otherwise


_OPEN: weakref.WeakValueDictionary[str, Session] = weakref.WeakValueDictionary()
_VISITED: ContextVar[Session | None] = ContextVar("visited", default=None)


def open_session(token: str) -> Session | None:
    """Return the session of a tab that is open on this server, by its token."""
    return _OPEN.get(token)


@contextmanager
def visiting(state: Session) -> Iterator[None]:
    """Work for a tab outside of its page: inside, `session` is that tab's."""
    before = _VISITED.set(state)
    try:
        yield
    finally:
        _VISITED.reset(before)


def session() -> Session:
    """Return this browser tab's session."""
    if (visited := _VISITED.get()) is not None:
        return visited
    if "ctviz" not in st.session_state:
        st.session_state["ctviz"] = Session()
    return cast("Session", st.session_state["ctviz"])


def widget(name: str, *parts: object) -> str:
    """Return the key of a widget; every key of the app is built here."""
    return ":".join(("ctviz", name, *map(str, parts)))


def shown_as(key: str) -> str:
    """Return the key under which the widget of this key is on the screen now."""
    replaced = session().replaced.get(key, 0)
    return widget(key.removeprefix("ctviz:"), replaced) if replaced else key


def let_show(key: str, value: object) -> str:
    """Let the widget of this key show ``value``; return the key under which it does so.

    A widget that shows something else is replaced by another of its kind. Whatever the browser
    sends carries what its widgets show, and what it sent before it heard of the new value (it asks
    twice a second how long work goes on) would bring back the old one.
    """
    now = shown_as(key)
    if now in st.session_state and not _alike(st.session_state[now], value):
        del st.session_state[now]
        replaced = session().replaced
        replaced[key] = replaced.get(key, 0) + 1
        now = shown_as(key)
    st.session_state[now] = value
    return now


def _alike(one: object, other: object) -> bool:
    sequences = isinstance(one, list | tuple) and isinstance(other, list | tuple)
    return list(one) == list(other) if sequences else one == other  # type: ignore[call-overload]


class Mirrored(TypedDict):
    """The arguments of a widget whose value is kept elsewhere."""

    key: str
    on_change: Callable[[], None]


def mirror(key: str, value: object, change: Callable[[], None]) -> Mirrored:
    """Return the arguments with which a widget shows ``value`` and tells of changes.

    The session is the truth and widgets are its mirror: a widget's change is taken over by
    ``change``, which runs before the page does, unless the widget has been replaced meanwhile.
    """
    now = let_show(key, value)

    def hear() -> None:
        if shown_as(key) == now:
            change()

    return {"key": now, "on_change": uninterrupted(hear)}


class Typed(Mirrored):
    """The arguments of a widget that somebody types into."""

    value: Any


def typed(key: str, value: Any, change: Callable[[Any], None]) -> Typed:  # noqa: ANN401 - any field's
    """Return the arguments with which a field to type in shows ``value`` and tells of changes.

    A `mirror` is set at every run, which takes away what somebody is typing meanwhile. A field is
    shown as it began, and replaced only if its value has changed elsewhere or it was not shown.
    """
    began = session().typed
    number, first, last = began.get(key, (0, value, value))
    now = widget(key.removeprefix("ctviz:"), number) if number else key
    gone = now not in st.session_state and first != last
    if value != last or gone:
        number, first, last = number + 1, value, value
        now = widget(key.removeprefix("ctviz:"), number)
    began[key] = number, first, last

    def hear() -> None:
        if began.get(key, (None,))[0] == number:
            said = st.session_state[now]
            began[key] = number, first, said
            change(said)

    return {"key": now, "on_change": uninterrupted(hear), "value": first}


def begin(key: str, value: object) -> str:
    """Let the widget of this key start with ``value``, unless it is there already.

    For widgets whose own value is the truth while they are on the screen. Returns the key under
    which it is shown.
    """
    now = shown_as(key)
    st.session_state.setdefault(now, value)
    return now


def value_of(key: str) -> object:
    """Return what the widget of this key holds now."""
    return st.session_state.get(shown_as(key))
