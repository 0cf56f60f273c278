"""What Python and the board in the browser say to each other.

The classes say it: an entry has the name of its field in camel case, or that of its `Key`. The same
words are written down for the browser in ``frontend/sync/types.js``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NewType, Self, TypeAlias

import numpy as np

from ctviz.core import InvalidInput, Sign
from ctviz.core.look import Scheme
from ctviz.core.measurement import Measurement
from ctviz.core.structure import Key, StrictConverter, structured
from ctviz.core.theme import FACTS, THEME
from ctviz.ui.viewer.runs import InvalidDrawing, LabelImage, decode_runs

Json = dict[str, object]
PaneState = Literal["ready", "queued", "running", "failed", "cancelled", "waiting"]
Verdict = Literal["passed", "not passed", "not yet known", "not applicable"]
CommandKind = Literal["cancel", "compute", "remove", "view", "refresh", "exported"]
MapUnit = Literal["pixels", "regions"]
"""What a heatmap tells the importance of."""
Facts = NewType("Facts", Mapping[str, Any])
"""The theme as its file has it; see `ctviz.core.theme`."""
RunsBySlice = Mapping[int, Sequence[int]]

CONTRACT = 5
"""Version of these words. The browser has the same number: a page that is older than its server, or
younger, says so and keeps what was drawn."""
LONGEST_LABEL = 60
BESIDE = "beside"
"""Stands among estimators for the case beside the one that is read."""
SECOND, DIFFERENCE = "@second", "@difference"
"""End the names of panes of a second model, and of those that show where both models differ."""


def _camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


BROWSER = StrictConverter(key=_camel_case)
"""To the words of the browser and back."""
# The theme is as the browser wants it; it goes out with every board, so nobody walks through it.
BROWSER.register_unstructure_hook(Facts, dict)


def _of_length(longest: int) -> Callable[[str], str]:
    """Return the law of a text that says something, and not too much."""

    def strip(text: str) -> str:
        if not text.strip() or len(text) > longest:
            raise ValueError
        return text.strip()

    return strip


def _not_negative(number: int) -> int:
    if number < 0:
        raise ValueError
    return number


Ticket: TypeAlias = Annotated[str, _of_length(60)]
"""Tells a letter or an order from all others, of all tabs."""
Name: TypeAlias = Annotated[str, _of_length(200)]
Label: TypeAlias = Annotated[str, _of_length(LONGEST_LABEL)]
Index: TypeAlias = Annotated[int, _not_negative]


class ToBrowser:
    """What Python says."""

    def to_json(self) -> Json:
        """Return it as the browser reads it."""
        said: Json = BROWSER.unstructure(self)
        return said


class FromBrowser:
    """What the browser says, which may be anything."""

    @classmethod
    def from_json(cls, message: object) -> Self:
        """Read a message."""
        try:
            return structured(BROWSER, cls, message)
        except InvalidInput:
            raise _unreadable() from None


def _unreadable() -> InvalidDrawing:
    return InvalidDrawing("The browser sent something unreadable; reload the page.")


@dataclass(frozen=True)
class Letters(ToBrowser):
    """Which side of the patient each edge of the picture is: R, L, A, P, H or F."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True)
class DisplayWindow(ToBrowser):
    """Display window in Hounsfield units."""

    width: float = THEME.opening_window.width
    level: float = THEME.opening_window.level


@dataclass(frozen=True)
class Frame(ToBrowser):
    """A part of the image, by its edges in pixels from the upper left corner."""

    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True)
class CrossPlaneView(ToBrowser):
    """A plane that crosses all slices, by its name and the letters at the edges of its picture."""

    title: str
    letters: Letters


@dataclass(frozen=True)
class StackView(ToBrowser):
    """Where the slices of a case lie; see `ctviz.core.stack.Stack`.

    Parameters
    ----------
    depths_mm
        How deep each lies behind the first.
    shifts
        By how many columns and rows each lies beside the first; empty where none does.
    even
        Whether what lies between two slices may be interpolated.
    notes
        Sentences on what a reader must know.
    """

    depths_mm: Annotated[Sequence[float], Key("depths")]
    shifts: Sequence[tuple[float, float]]
    even: bool
    along_row: CrossPlaneView
    along_column: CrossPlaneView
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class CaseView(ToBrowser):
    """A case as the board shows it.

    Parameters
    ----------
    pixels
        Address of one slice, ``{k}`` standing for its index: rows × columns little-endian int16.
    spacing_mm
        Distance of pixel centres (down a column, along a row); None if unknown.
    hounsfield
        Whether the numbers are Hounsfield units rather than plain grey values.
    body
        Where the body lies on all slices, which is what pictures show at first; None if unknown.
    stack
        How the slices lie behind one another; None where no plane can cross them.
    no_stack
        Why none can.
    made
        How the scan was made, in a few words for each line; empty where nobody knows.
    """

    id: str
    count: int
    rows: int
    columns: int
    pixels: str
    spacing_mm: Annotated[tuple[float, float] | None, Key("spacing")] = None
    letters: Letters | None = None
    hounsfield: bool = True
    body: Frame | None = None
    stack: StackView | None = None
    no_stack: str = ""
    made: Sequence[str] = ()


@dataclass(frozen=True)
class ScoreText(ToBrowser):
    """One score beneath a pane.

    Parameters
    ----------
    text
        The number; a dash where there is none, an ellipsis while it is being computed.
    why
        Why there is no number.
    best
        Whether it is the best on the screen, which a control is where no estimator beats it.
    beaten_by
        The control that it does not beat, in words; empty where it beats all of them.
    help
        What the number means.
    span, by_choice
        What it would have been with other choices that could have been made as well: from the
        least to the greatest, and one by one, in words; empty where that is not known.
    """

    id: str
    title: str
    text: str
    why: str = ""
    better: Literal["higher", "lower"] = "higher"
    best: bool = False
    beaten_by: str = ""
    help: str = ""
    span: str = ""
    by_choice: str = ""


@dataclass(frozen=True)
class Badge(ToBrowser):
    """Whether an estimator passed a check, with the reason in one sentence."""

    verdict: Verdict
    why: str


@dataclass(frozen=True)
class Remark(ToBrowser):
    """A number about a map itself, in a few words, and what it means; it warns where it is bad."""

    text: str
    why: str
    warns: bool = False


@dataclass(frozen=True)
class Pane(ToBrowser):
    """One estimator beside the case.

    Parameters
    ----------
    maps
        Address of the map of each slice that has one: rows × columns little-endian int16 q, with
        ``X-Scale`` (value = q · scale / 32767) and ``X-Robust`` (99.5th percentile of |value|).
    control
        Whether it is a control that does not look at the model's evidence.
    glyph, colour
        Its mark and its colour in every chart and list, ``#rrggbb`` on dark ground.
    state, progress, message
        What keeps the map of the current slice from being there; ``waiting`` is for the reader.
    badge
        Whether it passed the sanity check; None for controls, which have nothing to pass.
    gap
        How far the map's sum is off; None where there is nothing to compare it with.
    beside
        How much of it lies on neighbouring slices; None where the model sees none.
    stronger, half_widths
        Address of where the map of a slice is stronger than chance (1, elsewhere 0), and of how far
        each pixel's interval goes to each side, as ``maps``; for slices of which that is known.
    chance, interval
        What of the current slice's map is stronger than chance, and what the intervals are over, in
        words; empty where nobody asks.
    edited, edited_note
        Address of the map of the edited slice, or why there is none.
    model, model_title
        Whose map it is, where two models stand side by side: a letter, and the model's name.
    apart
        The two panes of whose maps it shows the difference; empty for one with a map of its own.
    """

    id: str
    title: str
    help: str = ""
    control: bool = False
    glyph: str = ""
    colour: str = ""
    maps: Mapping[int, str] = field(default_factory=dict)
    state: PaneState = "ready"
    progress: float | None = None
    message: str = ""
    seconds: float | None = None
    scores: Sequence[ScoreText] = ()
    badge: Badge | None = None
    gap: Remark | None = None
    beside: Remark | None = None
    stronger: Mapping[int, str] = field(default_factory=dict)
    half_widths: Mapping[int, str] = field(default_factory=dict)
    chance: str = ""
    interval: str = ""
    edited: str = ""
    edited_note: str = ""
    model: str = ""
    model_title: str = ""
    apart: Sequence[str] = ()


@dataclass(frozen=True)
class EditView(ToBrowser):
    """One slice as a reader's edit leaves it.

    Parameters
    ----------
    pixels
        Address of its pixels: rows × columns little-endian int16.
    words
        What was done, in a few words.
    """

    slice_index: Annotated[int, Key("slice")]
    pixels: str
    words: str


@dataclass(frozen=True)
class Drawing(ToBrowser):
    """What a reader drew on the case, run-length coded, and measured.

    Label n is named ``labels[n - 1]``; the browser has given measurements their names.
    """

    reader: str
    labels: Sequence[str]
    slices: RunsBySlice = field(default_factory=dict)
    measurements: Mapping[str, Measurement] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference(ToBrowser):
    """Another reader's region, shown as a dashed outline, and what they measured."""

    name: str
    slices: RunsBySlice
    measurements: Sequence[Measurement] = ()


@dataclass(frozen=True)
class BesideView(ToBrowser):
    """Another case beside the one that is read, to be looked at only.

    Parameters
    ----------
    offset_mm
        Where its first slice begins, seen from the first of the case that is read: along a row,
        along a column, and in the order of reading. None if both have no coordinate system in
        common.
    """

    case: CaseView
    title: str
    offset_mm: Annotated[tuple[float, float, float] | None, Key("offset")] = None


@dataclass(frozen=True)
class Answer(ToBrowser):
    """What the model says of a slice, above the panes.

    Parameters
    ----------
    text
        How probable each class is.
    explained
        Which class the maps explain, or what is waited for.
    caveats
        What to know before believing it, the most important first.
    """

    text: str
    explained: str
    caveats: Sequence[Remark] = ()


@dataclass(frozen=True)
class BoardData(ToBrowser):
    """Everything the board shows.

    Parameters
    ----------
    acknowledged
        Changes of drawings stored lately; the browser resends each until it finds it here.
    refused
        Why others were not stored, by change.
    saved
        When the drawing was last stored, as text.
    met
        What was drawn elsewhere under the same name and is in the drawing now, as a short text.
    busy
        What is being computed, as a short text; the browser asks for news until it is None.
    idle_checks
        What is being found out that nobody waits for; the browser asks for news less often.
    sign
        How maps are read: the scores are of this view.
    unit
        Whether the maps of the panes are region maps.
    session
        Which session of the server this is; in another one the browser says again where the
        reader is.
    number
        Counts what is said to this session: what was said before something that is known already
        is out of date, by whichever way it comes.
    address
        Where messages are brought.
    behind
        Whether the page's own widgets show less than this; it had better run when the reader rests.
    heard
        The order heard last; the browser repeats an order until it finds it here.
    edit
        What a reader tries on a slice, shown in the place of the original when they turn to it.
    beside
        Another case to look at beside this one.
    caption
        What the maps of this slice are of, in sentences that are taken home with a picture.
    answer
        What the model says of this slice; None where there is no model.
    second_answer
        What a second model says of it; None where there is no second.
    abreast
        How many panes after one another belong side by side.
    """

    case: CaseView
    slice_index: Annotated[int, Key("slice")]
    panes: Sequence[Pane] = ()
    window: DisplayWindow = DisplayWindow()
    drawing: Drawing | None = None
    reference: Reference | None = None
    acknowledged: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    saved: str | None = None
    met: str = ""
    busy: str | None = None
    idle_checks: str | None = None
    sign: Sign = "absolute"
    unit: MapUnit = "pixels"
    session: str = ""
    number: int = 0
    address: str = ""
    behind: bool = False
    heard: str = ""
    edit: EditView | None = None
    caption: Sequence[str] = ()
    answer: Answer | None = None
    second_answer: Answer | None = None
    abreast: int = 1
    beside: BesideView | None = None
    contract: int = field(default=CONTRACT, init=False)
    theme: Facts = field(default_factory=lambda: Facts(FACTS), init=False, repr=False)


@dataclass(frozen=True)
class Receipt(ToBrowser):
    """What became of the drawings that the browser sent; all as the board is told."""

    acknowledged: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    saved: str | None = None
    met: str = ""
    session: str = ""
    number: int = 0


@dataclass(frozen=True)
class DoorbellData(ToBrowser):
    """What every page tells the browser.

    Parameters
    ----------
    receipt
        What became of the drawings that it sent.
    address
        Where messages are brought.
    scheme
        What the charts of this run were drawn for.
    """

    receipt: Receipt = field(default_factory=Receipt)
    address: str = ""
    scheme: Scheme = "dark"
    doorbell: Literal[True] = field(default=True, init=False)
    theme: Facts = field(default_factory=lambda: Facts(FACTS), init=False, repr=False)


@dataclass(frozen=True)
class SliceEdit:
    """Runs of one slice as the reader saw it, and as they made it; they are not checked yet."""

    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class MeasurementEdit:
    """A measurement as the reader saw it, and as they made it; None where there is none."""

    before: Measurement | None = None
    after: Measurement | None = None


@dataclass(frozen=True)
class DrawingChange(FromBrowser):
    """Slices and measurements that a reader changed.

    Parameters
    ----------
    id
        Tells this change from those of all tabs; the browser sends it until it is acknowledged.
    slices
        By index.
    measurements
        By name; older letters have none.
    """

    id: Ticket
    case_id: Annotated[Name, Key("case")]
    reader: Name
    labels: tuple[Label, ...]
    slices: Mapping[Index, SliceEdit]
    measurements: Mapping[Ticket, MeasurementEdit] = field(default_factory=dict)

    @classmethod
    def from_json(cls, message: object) -> Self:
        """Read a letter."""
        if isinstance(message, Mapping) and message.get("contract") != CONTRACT:
            raise InvalidDrawing(
                "This page is from before ctviz was updated; reload it. What was drawn is kept in "
                "this browser and saved then."
            )
        return super().from_json(message)

    def images(
        self, count: int, shape: tuple[int, int]
    ) -> dict[int, tuple[LabelImage, LabelImage]]:
        """Return the (H, W) labels before and after of each changed slice of a case.

        Parameters
        ----------
        count
            How many slices the case has.

        Raises
        ------
        InvalidDrawing
            If the change does not fit such a case.
        """
        beyond = [slice_index for slice_index in self.slices if slice_index >= count]
        if beyond:
            raise InvalidDrawing(
                f"A drawing on slice {beyond[0] + 1} cannot be kept because the case has "
                f"{count} slices; reload the page and draw it again."
            )
        images = {
            slice_index: (decode_runs(edit.before, shape), decode_runs(edit.after, shape))
            for slice_index, edit in self.slices.items()
        }
        if any(int(np.max(both, initial=0)) > len(self.labels) for both in images.values()):
            raise InvalidDrawing(
                "A drawing with a label that has no name cannot be kept; reload the page and draw "
                "it again."
            )
        return images


@dataclass(frozen=True)
class SliceChange(FromBrowser):
    """The slice on which a reader has come to rest.

    Parameters
    ----------
    order_id
        What the board says it has heard, so that the browser does not repeat it.
    """

    case_id: Annotated[Name, Key("case")]
    slice_index: Annotated[Index, Key("index")]
    order_id: Annotated[Ticket, Key("id")] = ""


@dataclass(frozen=True)
class BoardCommand(FromBrowser):
    """What a reader wants of the board.

    Parameters
    ----------
    kind
        ``cancel``, ``compute`` or ``remove`` one estimator; ``view``: read maps in another way;
        ``refresh``: tell what has been computed by now; ``exported``: note that the view was saved.
    pane_id
        The estimator, if the command is about one; `BESIDE` for the case beside this one; the name
        of the file that was saved.
    sign, unit
        How maps shall be read.
    order_id
        What the board says it has heard, so that the browser does not repeat it.
    """

    kind: CommandKind
    pane_id: Annotated[Name, Key("pane")] = ""
    sign: Sign = "absolute"
    unit: MapUnit = "pixels"
    order_id: Annotated[Ticket, Key("id")] = ""

    def __post_init__(self) -> None:
        if self.kind in {"cancel", "compute", "remove", "exported"} and not self.pane_id:
            raise _unreadable()
