import json
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ctviz.core import Case, Slice, UnreadableScan
from ctviz.core.acquisition import UNKNOWN, Acquisition
from ctviz.core.structure import structured
from ctviz.io import open_case, save_case
from ctviz.io.native import _JSON, _Card
from tests.documents import assert_each_fault_is_named


def case_of(pixels, **fields):
    slices = [
        Slice(image, (0.5, 0.25), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (0.0, 0.0, float(-i)))
        for i, image in enumerate(pixels)
    ]
    return Case(**({"id": "C-0123abcd", "slices": slices, "patient": "P-1"} | fields))


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "case"
    save_case(case_of(np.arange(24.0).reshape(2, 3, 4)), folder)
    return folder


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=3, max_dims=3, max_side=4),
        elements=st.floats(-1e5, 1e5, width=32),
    )
)
@settings(max_examples=25, deadline=None)
def test_every_pixel_and_word_survives(tmp_path_factory, pixels):
    folder = tmp_path_factory.mktemp("cases") / "case"
    said = {"truth": "with contrast", "notes": ("One.", "Two.")}
    made = Acquisition(2.5, "STANDARD", 120.0, "F-0123abcd")
    sources = tuple(f"{number:016x}" for number in range(len(pixels)))
    case = case_of(pixels, title="Brust – CT", acquisition=made, sources=sources, **said)
    save_case(case, folder)
    again = open_case(folder)
    assert (again.id, again.patient, again.title) == (case.id, case.patient, case.title)
    assert (again.truth, again.notes) == (case.truth, case.notes)
    assert (again.acquisition, again.sources) == (made, sources)
    for old, new in zip(case.slices, again.slices, strict=True):
        np.testing.assert_array_equal(new.hounsfield, old.hounsfield)
        for name in ("spacing_mm", "orientation", "position_mm", "calibrated"):
            assert getattr(new, name) == getattr(old, name)


@pytest.mark.parametrize(
    ("values", "dtype"), [([-1024, 3071], np.int16), ([0.5, 1], np.float32), ([0, 1e5], np.float32)]
)
def test_16_bits_are_used_where_they_are_exact(tmp_path, values, dtype):
    save_case(case_of(np.array([[values]])), tmp_path / "case")
    assert np.load(tmp_path / "case" / "volume.npy").dtype == dtype


def test_saving_again_changes_nothing(saved):
    before = {path.name: path.stat().st_mtime_ns for path in saved.iterdir()}
    save_case(open_case(saved), saved)
    assert {path.name: path.stat().st_mtime_ns for path in saved.iterdir()} == before
    assert [path.name for path in saved.parent.iterdir()] == ["case"]


def test_saving_over_a_damaged_case_repairs_it(saved):
    (saved / "case.json").write_text("{")
    save_case(case_of(np.zeros((1, 2, 2))), saved)
    assert open_case(saved).slices[0].shape == (2, 2)
    assert [path.name for path in saved.parent.iterdir()] == ["case"]


def test_a_failed_save_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        save_case(case_of(np.zeros((1, 2, 2))), tmp_path / "case")
    assert list(tmp_path.iterdir()) == []


def test_pixels_stay_on_disk_until_asked_for(saved):
    assert isinstance(open_case(saved).slices.pixels.base, np.memmap)


CARDS = {
    "unknown key": lambda card: card | {"more": 1},
    "missing key": lambda card: {key: card[key] for key in card if key != "notes"},
    "other format": lambda card: card | {"format": "ctviz case 2"},
    "path as id": lambda card: card | {"id": "../C-0123abcd"},
    "number as title": lambda card: card | {"title": 3},
    "object as note": lambda card: card | {"notes": [{}]},
    "planes too few": lambda card: card | {"planes": card["planes"][:1]},
    "plane is text": lambda card: card | {"planes": ["a", "b"]},
    "infinite spacing": lambda card: (
        card | {"planes": [card["planes"][0] | {"spacing_mm": [1e999, 1]}] * 2}
    ),
    "short position": lambda card: (
        card | {"planes": [card["planes"][0] | {"position_mm": [1, 2]}] * 2}
    ),
    "calibrated by word": lambda card: (
        card | {"planes": [card["planes"][0] | {"calibrated": "yes"}] * 2}
    ),
    "a list": lambda card: [card],
    "no thickness": lambda card: card | {"acquisition": card["acquisition"] | {"thickness_mm": 0}},
    "markup as kernel": lambda card: (
        card | {"acquisition": card["acquisition"] | {"kernel": "<b>B30f</b>"}}
    ),
    "a space by its UID": lambda card: (
        card | {"acquisition": card["acquisition"] | {"space": "1.2.840.1"}}
    ),
}


@pytest.mark.parametrize("change", CARDS.values(), ids=CARDS.keys())
def test_a_card_that_ctviz_did_not_write_is_refused(saved, change):
    path = saved / "case.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(UnreadableScan, match="import the scan again"):
        open_case(saved)


def test_a_case_saved_before_there_were_acquisitions_does_not_know_how_it_was_made(saved):
    path = saved / "case.json"
    card = json.loads(path.read_text())
    del card["acquisition"], card["sources"]
    path.write_text(json.dumps(card))
    assert (open_case(saved).acquisition, open_case(saved).sources) == (UNKNOWN, ())


def test_a_case_of_an_older_version_learns_its_images_when_they_come_again(saved):
    known = case_of(np.arange(24.0).reshape(2, 3, 4), sources=("a", "b"))
    save_case(known, saved)
    assert open_case(saved).sources == ("a", "b")
    save_case(case_of(np.arange(24.0).reshape(2, 3, 4)), saved)
    assert open_case(saved).sources == ("a", "b")


def test_a_fault_of_a_card_is_refused_wherever_it_stands(saved):
    card = json.loads((saved / "case.json").read_text())
    names = ["format", "id", "patient", "title", "truth", "notes", "planes", "acquisition"]
    assert [*card] == [*names, "sources"]
    assert_each_fault_is_named(_JSON, _Card, card)
    assert _JSON.unstructure(structured(_JSON, _Card, card)) == card


def test_pixels_that_ctviz_did_not_write_are_refused(saved):
    path = saved / "volume.npy"
    for array in (np.zeros((2, 3, 4), complex), np.zeros((3, 4)), np.zeros((2, 0, 4), np.int16)):
        np.save(path, array)
        with pytest.raises(UnreadableScan):
            open_case(saved)
    np.save(path, np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(UnreadableScan):
        open_case(saved)
    path.write_bytes(b"\x93NUMPY")
    with pytest.raises(UnreadableScan):
        open_case(saved)
    shutil.rmtree(saved)
    with pytest.raises(UnreadableScan):
        open_case(saved)


def test_slices_behave_as_a_sequence(saved):
    slices = open_case(saved).slices
    assert len(slices) == len(list(slices)) == 2
    assert slices[-1].digest == slices[1].digest
    assert [image.digest for image in slices[::-1]] == [slices[1].digest, slices[0].digest]
    with pytest.raises(IndexError):
        slices[2]
