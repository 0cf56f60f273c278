"""What Python and the board in the browser say to each other.

The same words are written down for the browser in ``frontend/sync/types.js``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self, cast, get_args

import numpy as np

from ctviz.core import SIGNS, Sign
from ctviz.core.theme import FACTS, THEME
from ctviz.ui.viewer.runs import InvalidDrawing, LabelImage, decode_runs

Json = dict[str, object]
PaneState = Literal["ready", "queued", "running", "failed", "cancelled", "waiting"]
Verdict = Literal["passed", "not passed", "not yet known", "not applicable"]
CommandKind = Literal["cancel", "compute", "remove", "view", "refresh"]
MapUnit = Literal["pixels", "regions"]
"""What a heatmap tells the importance of."""

CONTRACT = 2
"""Version of these words. The browser has the same number: a page that is older than its server, or
younger, says so and keeps what was drawn."""
LONGEST_LABEL = 60


@dataclass(frozen=True)
class Letters:
    """Which side of the patient each edge of the picture is: R, L, A, P, H or F."""

    left: str
    right: str
    top: str
    bottom: str

    def to_json(self) -> Json:
        """Return the letters as the browser reads them."""
        return {"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom}


@dataclass(frozen=True)
class DisplayWindow:
    """Display window in Hounsfield units."""

    width: float = THEME.opening_window.width
    level: float = THEME.opening_window.level

    def to_json(self) -> Json:
        """Return the window as the browser reads it."""
        return {"width": self.width, "level": self.level}


@dataclass(frozen=True)
class CaseView:
    """A case as the board shows it.

    Parameters
    ----------
    pixels
        Address of one slice, ``{k}`` standing for its index: rows × columns little-endian int16.
    spacing_mm
        Distance of pixel centres (down a column, along a row); None if unknown.
    hounsfield
        Whether the numbers are Hounsfield units rather than plain grey values.
    """

    id: str
    count: int
    rows: int
    columns: int
    pixels: str
    spacing_mm: tuple[float, float] | None = None
    letters: Letters | None = None
    hounsfield: bool = True

    def to_json(self) -> Json:
        """Return the case as the browser reads it."""
        return {
            "id": self.id,
            "count": self.count,
            "rows": self.rows,
            "columns": self.columns,
            "pixels": self.pixels,
            "spacing": list(self.spacing_mm) if self.spacing_mm else None,
            "letters": self.letters.to_json() if self.letters else None,
            "hounsfield": self.hounsfield,
        }


@dataclass(frozen=True)
class ScoreText:
    """One score beneath a pane.

    Parameters
    ----------
    text
        The number; a dash where there is none, an ellipsis while it is being computed.
    why
        Why there is no number.
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
    help: str = ""
    span: str = ""
    by_choice: str = ""

    def to_json(self) -> Json:
        """Return the score as the browser reads it."""
        return {
            "id": self.id,
            "title": self.title,
            "text": self.text,
            "why": self.why,
            "better": self.better,
            "best": self.best,
            "help": self.help,
            "span": self.span,
            "byChoice": self.by_choice,
        }


@dataclass(frozen=True)
class Badge:
    """Whether an estimator passed a check, with the reason in one sentence."""

    verdict: Verdict
    why: str

    def to_json(self) -> Json:
        """Return the badge as the browser reads it."""
        return {"verdict": self.verdict, "why": self.why}


@dataclass(frozen=True)
class Remark:
    """A number about a map itself, in a few words, and what it means; it warns where it is bad."""

    text: str
    why: str
    warns: bool = False

    def to_json(self) -> Json:
        """Return the remark as the browser reads it."""
        return {"text": self.text, "why": self.why, "warns": self.warns}


@dataclass(frozen=True)
class Pane:
    """One estimator beside the case.

    Parameters
    ----------
    maps
        Address of the map of each slice that has one: rows × columns little-endian int16 q, with
        ``X-Scale`` (value = q · scale / 32767) and ``X-Robust`` (99.5th percentile of |value|).
    control
        Whether it is a control that does not look at the model's evidence.
    state, progress, message
        What keeps the map of the current slice from being there; ``waiting`` is for the reader.
    badge
        Whether it passed the sanity check; None for controls, which have nothing to pass.
    gap
        How far the map's sum is off; None where there is nothing to compare it with.
    """

    id: str
    title: str
    help: str = ""
    control: bool = False
    maps: Mapping[int, str] = field(default_factory=dict)
    state: PaneState = "ready"
    progress: float | None = None
    message: str = ""
    seconds: float | None = None
    scores: Sequence[ScoreText] = ()
    badge: Badge | None = None
    gap: Remark | None = None

    def to_json(self) -> Json:
        """Return the pane as the browser reads it."""
        return {
            "id": self.id,
            "title": self.title,
            "help": self.help,
            "control": self.control,
            "maps": {str(slice_index): url for slice_index, url in self.maps.items()},
            "state": self.state,
            "progress": self.progress,
            "message": self.message,
            "seconds": self.seconds,
            "scores": [score.to_json() for score in self.scores],
            "badge": self.badge.to_json() if self.badge else None,
            "gap": self.gap.to_json() if self.gap else None,
        }


RunsBySlice = Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Drawing:
    """What a reader drew on the case, run-length coded; label n is named ``labels[n - 1]``."""

    reader: str
    labels: Sequence[str]
    slices: RunsBySlice = field(default_factory=dict)

    def to_json(self) -> Json:
        """Return the drawing as the browser reads it."""
        return {
            "reader": self.reader,
            "labels": list(self.labels),
            "slices": _runs_json(self.slices),
        }


@dataclass(frozen=True)
class Reference:
    """Another reader's region, shown as a dashed outline."""

    name: str
    slices: RunsBySlice

    def to_json(self) -> Json:
        """Return the reference as the browser reads it."""
        return {"name": self.name, "slices": _runs_json(self.slices)}


@dataclass(frozen=True)
class BoardData:
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
    heard
        The order heard last; the browser repeats an order until it finds it here.
    """

    case: CaseView
    slice_index: int
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
    heard: str = ""

    def to_json(self) -> Json:
        """Return the board's data as the browser reads it."""
        return {
            "case": self.case.to_json(),
            "slice": self.slice_index,
            "window": self.window.to_json(),
            "panes": [pane.to_json() for pane in self.panes],
            "drawing": self.drawing.to_json() if self.drawing else None,
            "reference": self.reference.to_json() if self.reference else None,
            "contract": CONTRACT,
            "theme": dict(FACTS),
            "acknowledged": list(self.acknowledged),
            "refused": dict(self.refused),
            "saved": self.saved,
            "met": self.met,
            "busy": self.busy,
            "idleChecks": self.idle_checks,
            "sign": self.sign,
            "unit": self.unit,
            "heard": self.heard,
        }


@dataclass(frozen=True)
class DoorbellData:
    """What every page tells the browser: what became of the drawings that it sent.

    Parameters
    ----------
    acknowledged, refused
        As the board is told.
    """

    acknowledged: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Return the doorbell's data as the browser reads it."""
        return {
            "doorbell": True,
            "theme": dict(FACTS),
            "acknowledged": list(self.acknowledged),
            "refused": dict(self.refused),
        }


def _runs_json(slices: RunsBySlice) -> Json:
    return {str(slice_index): list(runs) for slice_index, runs in slices.items()}


@dataclass(frozen=True)
class DrawingChange:
    """Slices that a reader changed, as they came from the browser; runs are not checked yet.

    Parameters
    ----------
    id
        Tells this change from those of all tabs; the browser sends it until it is acknowledged.
    before, after
        Runs of each slice as the reader saw it, and as they made it.
    """

    id: str
    case_id: str
    reader: str
    labels: tuple[str, ...]
    before: Mapping[int, object]
    after: Mapping[int, object]

    @classmethod
    def from_json(cls, message: object) -> Self:
        """Read the message of the ``drawing`` trigger."""
        fields = _fields(message)
        if fields.get("contract") != CONTRACT:
            raise InvalidDrawing(
                "This page is from before ctviz was updated; reload it. What was drawn is kept in "
                "this browser and saved then."
            )
        slices = _fields(fields.get("slices"))
        edits = {_slice_index(key): _fields(edit) for key, edit in slices.items()}
        return cls(
            id=_text(fields.get("id"), 60),
            case_id=_text(fields.get("case"), 200),
            reader=_text(fields.get("reader"), 200),
            labels=tuple(_text(label, LONGEST_LABEL) for label in _list(fields.get("labels"))),
            before={slice_index: edit.get("before") for slice_index, edit in edits.items()},
            after={slice_index: edit.get("after") for slice_index, edit in edits.items()},
        )

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
        beyond = [slice_index for slice_index in self.after if slice_index >= count]
        if beyond:
            raise InvalidDrawing(
                f"A drawing on slice {beyond[0] + 1} cannot be kept because the case has "
                f"{count} slices; reload the page and draw it again."
            )
        images = {
            slice_index: (decode_runs(self.before[slice_index], shape), decode_runs(runs, shape))
            for slice_index, runs in self.after.items()
        }
        if any(int(np.max(both, initial=0)) > len(self.labels) for both in images.values()):
            raise InvalidDrawing(
                "A drawing with a label that has no name cannot be kept; reload the page and draw "
                "it again."
            )
        return images


@dataclass(frozen=True)
class SliceChange:
    """The slice on which a reader has come to rest.

    Parameters
    ----------
    order_id
        What the board says it has heard, so that the browser does not repeat it.
    """

    case_id: str
    slice_index: int
    order_id: str = ""

    @classmethod
    def from_json(cls, message: object) -> Self:
        """Read the message of the ``slice`` trigger."""
        fields = _fields(message)
        case_id, slice_index = _text(fields.get("case"), 200), _count(fields.get("index"))
        return cls(case_id, slice_index, _order_id(fields))


@dataclass(frozen=True)
class BoardCommand:
    """What a reader wants of the board.

    Parameters
    ----------
    kind
        ``cancel``, ``compute`` or ``remove`` one estimator; ``view``: read maps in another way;
        ``refresh``: tell what has been computed by now.
    pane_id
        The estimator, if the command is about one.
    sign, unit
        How maps shall be read.
    order_id
        What the board says it has heard, so that the browser does not repeat it.
    """

    kind: CommandKind
    pane_id: str = ""
    sign: Sign = "absolute"
    unit: MapUnit = "pixels"
    order_id: str = ""

    @classmethod
    def from_json(cls, message: object) -> Self:
        """Read the message of the ``command`` trigger."""
        fields = _fields(message)
        kind = cast("CommandKind", _one_of(get_args(CommandKind), fields.get("kind")))
        about_pane = kind in {"cancel", "compute", "remove"}
        return cls(
            kind=kind,
            pane_id=_text(fields.get("pane"), 200) if about_pane else "",
            sign=cast("Sign", _one_of(SIGNS, fields.get("sign", "absolute"))),
            unit=cast("MapUnit", _one_of(get_args(MapUnit), fields.get("unit", "pixels"))),
            order_id=_order_id(fields),
        )


def _malformed() -> InvalidDrawing:
    return InvalidDrawing("The browser sent something unreadable; reload the page.")


def _fields(message: object) -> Mapping[str, object]:
    if not isinstance(message, Mapping) or not all(isinstance(key, str) for key in message):
        raise _malformed()
    return message


def _one_of(known: Sequence[str], value: object) -> str:
    if not isinstance(value, str) or value not in known:
        raise _malformed()
    return value


def _order_id(fields: Mapping[str, object]) -> str:
    return _text(fields["id"], 60) if "id" in fields else ""


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise _malformed()
    return value


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise _malformed()
    return value.strip()


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise _malformed()
    return value


def _slice_index(key: str) -> int:
    if not (key.isascii() and key.isdecimal() and len(key) < 7):
        raise _malformed()
    return int(key)
