import numpy as np
import pytest

from ctviz.cohort.contact_sheet import SHAPE, SheetPicture, load_sheet, save_sheet
from ctviz.cohort.files import write_sealed
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report.sheet_charts import sheet_charts
from ctviz.cohort.run.pictures import picture_of
from ctviz.cohort.statistics import Entrant
from ctviz.core import ImportanceMap, InvalidInput, Slice

ENTRANT = Entrant("gradient", "absolute")


def pictures(count):
    rng = np.random.default_rng(0)
    return tuple(
        SheetPicture(
            "typical",
            f"Best: {number}",
            "a <note>",
            rng.integers(0, 256, size=(*SHAPE, 3), dtype=np.uint8),
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
        {"texts": np.array([["a", "b"]]), "pictures": np.zeros((1, *SHAPE, 3), np.uint8)},
        {"texts": np.array([["a", "b", "c"]]), "pictures": np.zeros((1, *SHAPE, 3))},
    ],
    ids=["no pictures", "another size", "too few words", "no bytes"],
)
def test_another_content_is_refused_in_a_sentence(tmp_path, arrays):
    write_sealed(StudyFolder(tmp_path).contact_sheet, {"version": np.asarray(1), **arrays})
    with pytest.raises(InvalidInput, match="pictures are damaged"):
        load_sheet(tmp_path)


@pytest.mark.parametrize("count", [1, 12, 13, 18])
def test_every_picture_stands_on_one_sheet_of_at_most_four_rows(count):
    sheets = sheet_charts(pictures(count))
    assert sum(len(sheet.panels) for sheet in sheets.values()) == count
    assert all(len(sheet.panels) <= 4 * sheet.across for sheet in sheets.values())
    titles = [sheet.title for sheet in sheets.values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("spacing", [None, (0.8, 0.8), (1.4, 0.7)])
def test_a_picture_shows_the_body_with_its_map_and_region(spacing):
    scan = np.full((100, 80), -1000, np.float32)
    scan[40:60, 20:50] = 40
    mask = np.zeros(scan.shape, bool)
    mask[45:55, 25:45] = True
    drawn = picture_of(Slice(scan, spacing), ImportanceMap(scan + 1000, "any", 0.0), ENTRANT, mask)
    assert drawn.shape == (*SHAPE, 3)
    height, width = (np.ptp(np.flatnonzero(drawn.any((axis, 2)))) + 1 for axis in (1, 0))
    down, along = spacing or (1, 1)
    assert height / width == pytest.approx(20 * down / (30 * along), rel=0.1)
    # It is as large as it can be with its margin.
    assert max(height / SHAPE[0], width / SHAPE[1]) > 0.55
