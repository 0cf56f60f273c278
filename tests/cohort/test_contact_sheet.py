import numpy as np
import pytest

from ctviz.cohort.contact_sheet import SIDE, SheetPicture, load_sheet, save_sheet
from ctviz.cohort.files import write_sealed
from ctviz.cohort.folder import StudyFolder
from ctviz.core import InvalidInput


def pictures(count):
    rng = np.random.default_rng(0)
    return tuple(
        SheetPicture(
            "typical",
            f"Best: {number}",
            "a <note>",
            rng.integers(0, 256, size=(SIDE, SIDE, 3), dtype=np.uint8),
        )
        for number in range(count)
    )


def test_pictures_come_back_as_they_were(tmp_path):
    given = pictures(2)
    save_sheet(given, tmp_path)
    found = load_sheet(tmp_path)
    for one, other in zip(given, found, strict=True):
        assert (one.sheet, one.title, one.note) == (other.sheet, other.title, other.note)
        assert np.array_equal(one.rgb, other.rgb)


def test_a_study_without_pictures_has_none(tmp_path):
    assert load_sheet(tmp_path) == ()
    save_sheet(pictures(1), tmp_path)
    save_sheet((), tmp_path)
    assert load_sheet(tmp_path) == ()


def test_a_file_of_bytes_is_no_sheet(tmp_path):
    StudyFolder(tmp_path).contact_sheet.write_bytes(b"\x89PNG")
    assert load_sheet(tmp_path) == ()


@pytest.mark.parametrize(
    "arrays",
    [
        {"texts": np.array([["a", "b", "c"]])},
        {"texts": np.array([["a", "b", "c"]]), "pictures": np.zeros((1, 4, 4, 3), np.uint8)},
        {"texts": np.array([["a", "b"]]), "pictures": np.zeros((1, SIDE, SIDE, 3), np.uint8)},
        {"texts": np.array([["a", "b", "c"]]), "pictures": np.zeros((1, SIDE, SIDE, 3))},
    ],
    ids=["no pictures", "another size", "too few words", "no bytes"],
)
def test_another_content_is_refused_in_a_sentence(tmp_path, arrays):
    write_sealed(StudyFolder(tmp_path).contact_sheet, {"version": np.asarray(1), **arrays})
    with pytest.raises(InvalidInput, match="pictures are damaged"):
        load_sheet(tmp_path)
