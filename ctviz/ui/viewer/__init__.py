"""The viewer: one board per page, drawn and edited in the browser.

`board` shows a case with its drawing and a pane for each estimator; `contract` says what goes
there and back; ``frontend/`` is the browser's part, plain ES modules without a build step.
"""

from ctviz.ui.viewer.component import ViewerNotInstalled, board, doorbell
from ctviz.ui.viewer.contract import (
    BESIDE,
    Answer,
    Badge,
    BesideView,
    BoardCommand,
    BoardData,
    CaseView,
    CrossPlaneView,
    DisplayWindow,
    DoorbellData,
    Drawing,
    DrawingChange,
    EditView,
    Frame,
    Letters,
    MapUnit,
    Pane,
    PaneState,
    Receipt,
    Reference,
    Remark,
    ScoreText,
    SliceChange,
    StackView,
    Verdict,
)
from ctviz.ui.viewer.runs import InvalidDrawing, decode_runs, encode_runs

__all__ = [
    "BESIDE",
    "Answer",
    "Badge",
    "BesideView",
    "BoardCommand",
    "BoardData",
    "CaseView",
    "CrossPlaneView",
    "DisplayWindow",
    "DoorbellData",
    "Drawing",
    "DrawingChange",
    "EditView",
    "Frame",
    "InvalidDrawing",
    "Letters",
    "MapUnit",
    "Pane",
    "PaneState",
    "Receipt",
    "Reference",
    "Remark",
    "ScoreText",
    "SliceChange",
    "StackView",
    "Verdict",
    "ViewerNotInstalled",
    "board",
    "decode_runs",
    "doorbell",
    "encode_runs",
]
