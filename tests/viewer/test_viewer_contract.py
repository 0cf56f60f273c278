import json
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from ctviz.core import SIGNS
from ctviz.core.measurement import Measurement, MeasurementKind, Point
from ctviz.core.theme import FACTS
from ctviz.ui import viewer
from ctviz.ui.viewer import (
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
    InvalidDrawing,
    Letters,
    Pane,
    Receipt,
    Reference,
    Remark,
    ScoreText,
    SliceChange,
    StackView,
    contract,
)
from ctviz.ui.viewer.contract import (
    BROWSER,
    CONTRACT,
    CommandKind,
    FromBrowser,
    MapUnit,
    PaneState,
    ToBrowser,
    Verdict,
)
from tests.documents import assert_comes_back, assert_each_fault_is_named, places

FRONTEND = Path(viewer.__file__).parent / "frontend"

STACK = StackView(
    (0.0, 2.5, 5.0),
    ((0.0, 0.0), (0.0, 1.5), (0.0, 3.0)),
    True,
    CrossPlaneView("Coronal", Letters("R", "L", "H", "F")),
    CrossPlaneView("Sagittal", Letters("A", "P", "H", "F")),
    ("The slices lie sheared.",),
)
RECEIPT = Receipt(["page-4"], {"page-5": "The disk is full."}, "12:03:04", "", "t", 7)
BOARD = BoardData(
    case=CaseView(
        "C-1",
        3,
        4,
        5,
        "/pixels/{k}",
        (1.5, 0.7),
        Letters("R", "L", "A", "P"),
        body=Frame(1, 4, 0, 3),
        stack=STACK,
    ),
    slice_index=2,
    panes=[
        Pane(
            "g",
            "Gradient",
            maps={2: "/map"},
            scores=[ScoreText("dice", "Dice", "0.71")],
            badge=Badge("not passed", "The map stays when the model forgets."),
            gap=Remark("sum off by 8 %", "It should sum to the change of the score.", warns=True),
            beside=Remark("38 % beside", "Look at them, too."),
        )
    ],
    window=DisplayWindow(1500, -600),
    answer=Answer(
        "with 0.99", "Explained: with.", [Remark("strange", "Do not trust it.", warns=True)]
    ),
    drawing=Drawing(
        "AB",
        ["heart"],
        {2: [1, 2, 1]},
        {"page-1": Measurement("ruler", 2, (Point(0.5, 1), Point(3, 1.25)))},
    ),
    reference=Reference(
        "CD", {1: [0, 1, 1]}, (Measurement("ruler", 1, (Point(0.5, 1), Point(3, 2))),)
    ),
    beside=BesideView(CaseView("C-2", 3, 4, 5, "/p"), "C-2 · CT", (1.0, -2.5, 0.0)),
    edit=EditView(2, "/edited", "without what is drawn"),
)
MESSAGE = {
    "contract": CONTRACT,
    "id": "page-4",
    "case": "C-1",
    "reader": "AB",
    "labels": ["heart"],
    "slices": {"2": {"before": [0, 2, 1], "after": [1, 2, 1]}},
    "measurements": {
        "page-1": {
            "before": None,
            "after": {
                "kind": "angle",
                "slice": 2,
                "points": [{"x": n, "y": 0.5} for n in (1, 2, 3)],
            },
        }
    },
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
        ("Answer", BOARD.answer),
        ("StackView", STACK),
        ("BesideView", BOARD.beside),
        ("PaneView", BOARD.panes[0]),
        ("ScoreText", BOARD.panes[0].scores[0]),
        ("DrawingView", BOARD.drawing),
        ("EditView", BOARD.edit),
        ("Badge", BOARD.panes[0].badge),
        ("Remark", BOARD.panes[0].gap),
        ("Receipt", RECEIPT),
        ("DoorbellData", DoorbellData(RECEIPT, "/board/t?sign=s", "light")),
    ],
)
def test_browser_and_python_name_the_same_things(typedef, sent):
    assert set(sent.to_json()) == documented(typedef)


@pytest.mark.parametrize(
    ("typedef", "kind"),
    [
        ("Letters", Letters),
        ("Frame", Frame),
        ("Window", DisplayWindow),
        ("Point", Point),
        ("CrossPlane", CrossPlaneView),
    ],
    ids=["letters", "frame", "window", "point", "plane"],
)
def test_small_things_are_named_the_same_too(typedef, kind):
    text = (FRONTEND / "sync" / "types.js").read_text()
    (block,) = re.findall(rf"@typedef {{{{([^}}]*)}}}} {typedef}\b", text)
    assert set(re.findall(r"(\w+):", block)) == {*BROWSER.keys(kind).values()}


def test_a_letter_has_the_entries_that_the_browser_states():
    assert documented("DrawingLetter") == {*BROWSER.keys(DrawingChange).values()}
    assert {*MESSAGE} - {"contract", "stamp"} == documented("DrawingLetter")
    assert documented("Measurement") == {*BROWSER.keys(Measurement).values()}


@pytest.mark.parametrize("words", [PaneState, Verdict, MapUnit, MeasurementKind], ids=str)
def test_both_sides_choose_among_the_same_words(words):
    union = " | ".join(f'"{word}"' for word in get_args(words))
    assert union in (FRONTEND / "sync" / "types.js").read_text()


def every_class(base):
    return {kind for kind in vars(contract).values() if isinstance(kind, type)} & {
        *base.__subclasses__()
    }


SAID = {
    type(one): one
    for one in (
        *(BOARD, BOARD.case, BOARD.case.letters, BOARD.window, BOARD.panes[0], BOARD.drawing),
        *(BOARD.panes[0].scores[0], BOARD.panes[0].badge, BOARD.panes[0].gap, BOARD.reference),
        BOARD.edit,
        *(BOARD.case.body, BOARD.answer, STACK, STACK.along_row, BOARD.beside, RECEIPT),
        DoorbellData(RECEIPT, "/board/t?sign=s", "light"),
    )
}
HEARD = {
    DrawingChange: MESSAGE,
    SliceChange: {"case": "C-1", "index": 7, "id": "p-1"},
    BoardCommand: {
        "kind": "cancel",
        "pane": "g",
        "sign": "signed",
        "unit": "regions",
        "id": "p-1",
    },
}


def test_every_class_of_the_contract_is_examined_here():
    assert every_class(ToBrowser) == SAID.keys()
    assert every_class(FromBrowser) == HEARD.keys()


@pytest.mark.parametrize("said", SAID.values(), ids=lambda said: type(said).__name__)
def test_what_is_said_could_be_read_again(said):
    assert_comes_back(BROWSER, type(said), said)


@pytest.mark.parametrize(("kind", "message"), HEARD.items(), ids=lambda each: str(each)[:30])
def test_what_does_not_fit_is_found_wherever_it_stands_and_said_in_one_sentence(kind, message):
    known = BROWSER.keys(kind).values()
    # What is drawn is looked at when it is unpacked.
    unpacked = {("slices", "before"), ("slices", "after")}
    paths = [path for path in places(message) if path[0] in known]
    paths = [path for path in paths if not {(path[0], part) for part in path} & unpacked]
    assert_each_fault_is_named(BROWSER, kind, message, paths)
    for key in known:
        with pytest.raises(InvalidDrawing, match=r"^The browser sent something unreadable; reload"):
            kind.from_json(message | {key: object()})


@pytest.mark.parametrize("kind", get_args(CommandKind))
def test_only_commands_about_an_estimator_name_one(kind):
    if kind in {"view", "refresh"}:
        assert BoardCommand.from_json({"kind": kind}) == BoardCommand(kind)
    else:
        assert BoardCommand.from_json({"kind": kind, "pane": " g "}).pane_id == "g"
        with pytest.raises(InvalidDrawing):
            BoardCommand.from_json({"kind": kind})


def test_texts_are_stripped_and_have_their_longest():
    order = HEARD[SliceChange]
    assert SliceChange.from_json(order | {"id": f" {'x' * 58} "}).order_id == "x" * 58
    for key, longest in (("id", 60), ("case", 200)):
        with pytest.raises(InvalidDrawing):
            SliceChange.from_json(order | {key: "x" * (longest + 1)})
    for index in (-1, True, 1.0, "7", None):
        with pytest.raises(InvalidDrawing):
            SliceChange.from_json(order | {"index": index})


def test_a_board_is_said_as_it_always_was():
    told = BoardData(CaseView("C-1", 3, 4, 5, "/p"), 2).to_json()
    assert told == {
        "case": {
            "id": "C-1",
            "count": 3,
            "rows": 4,
            "columns": 5,
            "pixels": "/p",
            "spacing": None,
            "letters": None,
            "hounsfield": True,
            "body": None,
            "stack": None,
            "noStack": "",
            "made": [],
        },
        "slice": 2,
        "panes": [],
        "window": {"width": 400, "level": 40},
        "drawing": None,
        "reference": None,
        "saved": None,
        "busy": None,
        "idleChecks": None,
        "acknowledged": [],
        "refused": {},
        "met": "",
        "session": "",
        "number": 0,
        "address": "",
        "behind": False,
        "heard": "",
        "edit": None,
        "caption": [],
        "answer": None,
        "secondAnswer": None,
        "abreast": 1,
        "beside": None,
        "sign": SIGNS[1],
        "unit": "pixels",
        "contract": CONTRACT,
        "theme": dict(FACTS),
    }
    assert type(told["window"]["width"]) is int
    assert told["theme"]["maps"] is FACTS["maps"]
    assert BOARD.to_json()["panes"][0]["scores"][0] == {
        "id": "dice",
        "title": "Dice",
        "text": "0.71",
        "why": "",
        "better": "higher",
        "best": False,
        "beatenBy": "",
        "help": "",
        "span": "",
        "byChoice": "",
    }


def test_board_data_is_json_as_it_stands():
    assert json.loads(json.dumps(BOARD.to_json())) == BOARD.to_json()


def test_slices_are_addressed_by_text_because_json_has_no_other_keys():
    sent = BOARD.to_json()
    assert sent["panes"][0]["maps"] == {"2": "/map"}
    assert sent["drawing"]["slices"] == {"2": [1, 2, 1]}
    assert sent["drawing"]["measurements"] == {
        "page-1": {"kind": "ruler", "slice": 2, "points": [{"x": 0.5, "y": 1}, {"x": 3, "y": 1.25}]}
    }


def test_a_change_becomes_label_images_of_the_case():
    change = DrawingChange.from_json(MESSAGE)
    assert (change.case_id, change.reader, change.id) == ("C-1", "AB", "page-4")
    images = change.images(count=3, shape=(4, 5))
    assert list(images) == [2]
    before, after = images[2]
    assert np.flatnonzero(before).tolist() == [0, 1]
    assert np.flatnonzero(after).tolist() == [1, 2]


def test_a_letter_from_before_there_were_measurements_tells_of_none():
    older = {key: entry for key, entry in MESSAGE.items() if key != "measurements"}
    assert DrawingChange.from_json(older).measurements == {}
    (edit,) = DrawingChange.from_json(MESSAGE).measurements.values()
    assert edit.before is None
    assert edit.after == Measurement("angle", 2, (Point(1, 0.5), Point(2, 0.5), Point(3, 0.5)))


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
        {"measurements": {"m": {"after": {"kind": "ruler", "slice": 2, "points": []}}}},
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
