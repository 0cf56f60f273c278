import numpy as np
import pytest
from PIL import Image

from ctviz.core import UnreadableScan
from ctviz.io import load_case, load_cases


@pytest.fixture
def grey():
    return np.arange(24, dtype=np.uint8).reshape(4, 6) * 10


@pytest.mark.parametrize("name", ["a.png", "a.tif", "odd.dcm", "no_name"])
def test_grey_values_are_kept_whatever_the_file_is_called(tmp_path, grey, name):
    Image.fromarray(grey).save(tmp_path / name, format="TIFF" if "tif" in name else "PNG")
    case = load_case(tmp_path / name)
    np.testing.assert_array_equal(case.slices[0].hounsfield, grey)
    assert not case.slices[0].calibrated
    assert case.slices[0].spacing_mm is None
    assert any("Hounsfield" in note for note in case.notes)
    assert any("millimetres" in note for note in case.notes)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bits_stay_16_bits(tmp_path, suffix):
    deep = np.array([[0, 1, 1000], [4095, 40000, 65535]], np.uint16)
    Image.fromarray(deep).save(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(load_case(tmp_path / f"a.{suffix}").slices[0].hounsfield, deep)


def test_floating_point_tiff_is_kept_and_made_finite(tmp_path):
    values = np.array([[-1000.5, 0.25, np.nan]], np.float32)
    Image.fromarray(values).save(tmp_path / "a.tif")
    np.testing.assert_array_equal(
        load_case(tmp_path / "a.tif").slices[0].hounsfield, [[-1000.5, 0.25, 0]]
    )


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_grey_in_any_colour_mode_is_the_same_grey(tmp_path, grey, mode):
    Image.fromarray(grey).convert(mode).save(tmp_path / "a.png")
    np.testing.assert_array_equal(load_case(tmp_path / "a.png").slices[0].hounsfield, grey)


def test_jpeg_is_read(tmp_path):
    Image.fromarray(np.full((8, 8), 100, np.uint8)).save(tmp_path / "a.jpg")
    assert np.abs(load_case(tmp_path / "a.jpg").slices[0].hounsfield - 100).max() <= 2


def test_a_folder_of_pictures_is_one_case_in_the_order_people_count(tmp_path, grey):
    for number in (10, 2, 1):
        Image.fromarray(grey + np.uint8(number)).save(tmp_path / f"slice{number}.png")
    case = load_case(tmp_path)
    assert [int(image.hounsfield[0, 0]) for image in case.slices] == [1, 2, 10]
    assert any("order of the file names" in note for note in case.notes)


def test_pictures_of_another_size_are_another_case(tmp_path, grey):
    Image.fromarray(grey).save(tmp_path / "a.png")
    Image.fromarray(grey[:2]).save(tmp_path / "b.png")
    assert len(load_cases(tmp_path).cases) == 2


def test_pages_of_a_tiff_are_slices(tmp_path, grey):
    pages = [Image.fromarray(grey + np.uint8(n)) for n in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert [int(i.hounsfield[0, 0]) for i in load_case(tmp_path / "a.tif").slices] == [0, 1, 2]


def test_damaged_pictures_are_refused(tmp_path, grey):
    Image.fromarray(np.tile(grey, (20, 20))).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    for size in (8, 20, 60, len(content) - 30):
        (tmp_path / "b.png").write_bytes(content[:size])
        with pytest.raises(UnreadableScan, match="damaged picture"):
            load_case(tmp_path / "b.png")


def test_a_decompression_bomb_is_refused_before_it_grows(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "bomb.png")
    with pytest.raises(UnreadableScan):
        load_case(tmp_path / "bomb.png")
