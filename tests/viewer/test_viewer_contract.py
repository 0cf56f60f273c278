import json
import re
from pathlib import Path

import numpy as np
import pytest

from ctviz.ui import viewer
from ctviz.ui.viewer import (
    Badge,
    BoardCommand,
    BoardData,
    CaseView,
    DisplayWindow,
    DoorbellData,
    Drawing,
    DrawingChange,
    InvalidDrawing,
    Letters,
    Pane,
    Reference,
    Remark,
    ScoreText,
    SliceChange,
)
from ctviz.ui.viewer.contract import CONTRACT

FRONTEND = Path(viewer.__file__).parent / "frontend"

BOARD = BoardData(
    case=CaseView("C-1", 3, 4, 5, "/pixels/{k}", (1.5, 0.7), Letters("R", "L", "A", "P")),
    slice_index=2,
    panes=[
        Pane(
            "g",
            "Gradient",
            maps={2: "/map"},
            scores=[ScoreText("dice", "Dice", "0.71")],
            badge=Badge("not passed", "The map stays when the model forgets."),
            gap=Remark("sum off by 8 %", "It should sum to the change of the score.", warns=True),
        )
    ],
    window=DisplayWindow(1500, -600),
    drawing=Drawing("AB", ["heart"], {2: [1, 2, 1]}),
    reference=Reference("CD", {1: [0, 1, 1]}),
)
MESSAGE = {
    "contract": CONTRACT,
    "id": "page-4",
    "case": "C-1",
    "reader": "AB",
    "labels": ["heart"],
    "slices": {"2": {"before": [0, 2, 1], "after": [1, 2, 1]}},
    "stamp": "whatever",
}


def documented(typedef):
    """Property names of a typedef of the browser's part."""
    text = (FRONTEND / "sync" / "types.js").read_text()
    block = re.split(rf"@typedef {{object}} {typedef}\b", text)[1].split("@typedef")[0]
    return set(re.findall(r"@property \{.*\} (\w+)", block))


@pytest.mark.parametrize(
    ("typedef", "sent"),
    [
        ("BoardData", BOARD),
        ("CaseView", BOARD.case),
        ("PaneView", BOARD.panes[0]),
        ("ScoreText", BOARD.panes[0].scores[0]),
        ("DrawingView", BOARD.drawing),
        ("Badge", BOARD.panes[0].badge),
        ("Remark", BOARD.panes[0].gap),
        ("DoorbellData", DoorbellData(["page-4"], {"page-5": "The disk is full."})),
    ],
)
def test_browser_and_python_name_the_same_things(typedef, sent):
    assert set(sent.to_json()) == documented(typedef)


def test_board_data_is_json_as_it_stands():
    assert json.loads(json.dumps(BOARD.to_json())) == BOARD.to_json()


def test_slices_are_addressed_by_text_because_json_has_no_other_keys():
    sent = BOARD.to_json()
    assert sent["panes"][0]["maps"] == {"2": "/map"}
    assert sent["drawing"]["slices"] == {"2": [1, 2, 1]}


def test_a_change_becomes_label_images_of_the_case():
    change = DrawingChange.from_json(MESSAGE)
    assert (change.case_id, change.reader, change.id) == ("C-1", "AB", "page-4")
    images = change.images(count=3, shape=(4, 5))
    assert list(images) == [2]
    before, after = images[2]
    assert np.flatnonzero(before).tolist() == [0, 1]
    assert np.flatnonzero(after).tolist() == [1, 2]


def test_both_sides_have_the_same_version_of_their_words():
    assert f"export const CONTRACT = {CONTRACT};" in (FRONTEND / "sync" / "types.js").read_text()


def test_a_page_from_before_an_update_is_told_so():
    old = {key: value for key, value in MESSAGE.items() if key not in ("contract", "id")}
    with pytest.raises(InvalidDrawing, match="updated; reload"):
        DrawingChange.from_json(old | {"version": 4, "slices": {"2": [1, 2, 1]}})


@pytest.mark.parametrize(
    "fault",
    [
        {"case": ""},
        {"case": None},
        {"reader": "x" * 500},
        {"contract": 1},
        {"contract": "2"},
        {"id": ""},
        {"id": 4},
        {"id": "x" * 61},
        {"labels": "heart"},
        {"labels": ["  "]},
        {"labels": [1]},
        {"slices": []},
        {"slices": {"2": [1, 2, 1]}},
        {"slices": {"-1": []}},
        {"slices": {"1.5": []}},
        {"slices": {"²": []}},
    ],
    ids=repr,
)
def test_refuses_a_message_that_is_not_a_drawing(fault):
    with pytest.raises(InvalidDrawing):
        DrawingChange.from_json(MESSAGE | fault)


@pytest.mark.parametrize("message", [None, [], "drawing", {1: 2}], ids=repr)
@pytest.mark.parametrize("kind", [DrawingChange, SliceChange, BoardCommand])
def test_refuses_what_is_not_a_message_at_all(kind, message):
    with pytest.raises(InvalidDrawing):
        kind.from_json(message)


def test_refuses_a_slice_that_the_case_does_not_have():
    with pytest.raises(InvalidDrawing, match="case has 2 slices"):
        DrawingChange.from_json(MESSAGE).images(count=2, shape=(4, 5))


@pytest.mark.parametrize("edit", [{}, {"before": []}, {"after": []}, {"before": 1, "after": []}])
def test_refuses_a_slice_without_both_of_its_states(edit):
    with pytest.raises(InvalidDrawing):
        DrawingChange.from_json(MESSAGE | {"slices": {"0": edit}}).images(3, (4, 5))


def test_refuses_a_label_without_a_name():
    change = DrawingChange.from_json(
        MESSAGE | {"slices": {"0": {"before": [], "after": [0, 1, 2]}}}
    )
    with pytest.raises(InvalidDrawing, match="no name"):
        change.images(count=3, shape=(4, 5))


def test_reads_where_the_reader_rests_and_what_he_wants():
    assert SliceChange.from_json({"case": "C-1", "index": 7}) == SliceChange("C-1", 7)
    command = BoardCommand.from_json({"kind": "cancel", "pane": "g", "case": "C-1", "slice": 7})
    assert (command.kind, command.pane_id) == ("cancel", "g")
    view = BoardCommand.from_json(
        {"kind": "view", "sign": "signed", "unit": "regions", "id": "p-1"}
    )
    assert (view.sign, view.unit, view.order_id) == ("signed", "regions", "p-1")


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "delete", "pane": "g"},
        {"kind": "cancel"},
        {"kind": ["cancel"], "pane": "g"},
        {"kind": "view", "sign": "loud"},
        {"kind": "view", "unit": "voxels"},
        {"kind": "view", "id": 3},
    ],
    ids=repr,
)
def test_refuses_an_unknown_or_aimless_command(message):
    with pytest.raises(InvalidDrawing):
        BoardCommand.from_json(message)


def test_every_file_the_browser_imports_is_there():
    for module in FRONTEND.rglob("*.js"):
        for name in re.findall(r'(?:from|import\()\s*"\./([\w-]+\.js)"', module.read_text()):
            assert (module.parent / name).is_file(), f"{module.name} imports {name}"
