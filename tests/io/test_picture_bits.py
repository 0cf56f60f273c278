"""Every number of a picture comes out as it was stored, whatever its bits, or a reason comes."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from ctviz.core import UnreadableScan
from ctviz.io import load_case
from ctviz.io.picture import COLOURED, NO_NUMBER, TRANSPARENT
from tests.io.made_png import chunk, png

DEEP = np.random.default_rng(0).integers(0, 65536, (5, 7)).astype(np.uint16)
OPAQUE = np.full_like(DEEP, 65535)


def read(path, content):
    path.write_bytes(content)
    case = load_case(path)
    return np.stack([image.hounsfield for image in case.slices]), case.notes


def tiff(values, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, values, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "channels"),
    [(0, [DEEP]), (4, [DEEP, OPAQUE]), (2, [DEEP] * 3), (6, [DEEP, DEEP, DEEP, OPAQUE])],
    ids=["grey", "grey with alpha", "RGB", "RGBA"],
)
def test_16_bits_of_a_png_stay_16_bits(tmp_path, kind, channels):
    values, notes = read(tmp_path / "a.png", png(np.stack(channels, axis=-1), kind, 16))
    np.testing.assert_array_equal(values[0], DEEP)
    assert COLOURED not in notes
    assert TRANSPARENT not in notes


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_few_bits_of_a_png_span_all_greys(tmp_path, bits):
    stored = np.arange(2**bits).reshape(2, -1)
    values, _ = read(tmp_path / "a.png", png(stored, 0, bits))
    np.testing.assert_array_equal(values[0], stored * (255 // (2**bits - 1)))


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_clear_grey_of_a_png_is_fill(tmp_path, bits):
    stored = np.array([[0, 1, 2**bits - 1]])
    clear = chunk(b"tRNS", int(2**bits - 1).to_bytes(2, "big"))
    values, notes = read(tmp_path / "a.png", png(stored, 0, bits, clear))
    assert values[0, 0, 2] == 0
    assert TRANSPARENT in notes
    if bits > 1:
        assert values[0, 0, 1] > 0


def test_a_clear_colour_of_a_png_is_fill(tmp_path):
    stored = np.repeat(np.array([[5, 300, 65000]])[..., None], 3, axis=-1)
    clear = chunk(b"tRNS", np.array([300] * 3, ">u2").tobytes())
    values, notes = read(tmp_path / "a.png", png(stored, 2, 16, clear))
    assert values[0].tolist() == [[5, 0, 65000]]
    assert TRANSPARENT in notes


@pytest.mark.parametrize("bits", [8, 16])
def test_what_is_half_transparent_keeps_its_value_and_what_is_wholly_so_is_fill(tmp_path, bits):
    stored = np.array([[[200, 2**bits - 1], [200, 1], [200, 0]]])
    values, notes = read(tmp_path / "a.png", png(stored, 4, bits))
    assert values[0].tolist() == [[200, 200, 0]]
    assert TRANSPARENT in notes


@pytest.mark.parametrize("bits", [8, 16])
def test_colours_become_their_brightness_and_that_is_said(tmp_path, bits):
    stored = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]]]) * (
        257 if bits == 16 else 1
    )
    values, notes = read(tmp_path / "a.png", png(stored, 2, bits))
    expected = np.rint(stored @ [0.299, 0.587, 0.114])
    np.testing.assert_allclose(values[0], expected, atol=1)
    assert COLOURED in notes


def test_gamma_and_palette_do_not_change_greys(tmp_path):
    gamma = chunk(b"gAMA", (45455).to_bytes(4, "big"))
    values, _ = read(tmp_path / "a.png", png(DEEP, 0, 16, gamma))
    np.testing.assert_array_equal(values[0], DEEP)
    palette = chunk(b"PLTE", bytes([0, 0, 0, 90, 90, 90, 200, 200, 200]))
    values, notes = read(tmp_path / "b.png", png(np.array([[2, 0, 1]]), 3, 8, palette))
    assert values[0].tolist() == [[200, 0, 90]]
    assert COLOURED not in notes


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("options", [
    {}, {"compression": "zlib"}, {"tile": (16, 16)}, {"rowsperstrip": 3}, {"bigtiff": True},
    {"compression": "zlib", "tile": (16, 16)}
], ids=str)  # fmt: skip
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8"])
def test_a_tiff_keeps_its_numbers(tmp_path, dtype, options, order):
    stored = np.random.default_rng(1).normal(40, 30, (20, 23)).astype(dtype)
    values, _ = read(tmp_path / "a.tif", tiff(stored, byteorder=order, **options))
    np.testing.assert_array_equal(values[0], stored.astype(np.float32))


@pytest.mark.parametrize("packing", ["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32])
def test_a_packed_tiff_of_pillow_keeps_its_numbers(tmp_path, packing, dtype):
    stored = (np.random.default_rng(2).normal(40, 30, (20, 23)) ** 2).astype(dtype)
    file = io.BytesIO()
    Image.fromarray(stored).save(file, "TIFF", compression=None if packing == "raw" else packing)
    values, _ = read(tmp_path / "a.tif", file.getvalue())
    np.testing.assert_array_equal(values[0], stored.astype(np.float32))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("dtype", ["u1", "u2", "u4"])
def test_where_white_is_zero_black_becomes_zero(tmp_path, dtype, order):
    top = np.iinfo(dtype).max
    stored = np.array([[0, 1, 1000 % top, top]], dtype)
    content = tiff(stored, photometric="miniswhite", byteorder=order)
    values, _ = read(tmp_path / "a.tif", content)
    np.testing.assert_array_equal(values[0], (top - stored).astype(np.float32))


def test_where_white_is_zero_fractions_are_refused(tmp_path):
    with pytest.raises(UnreadableScan, match="0 is white"):
        read(tmp_path / "a.tif", tiff(np.ones((3, 3), np.float32), photometric="miniswhite"))


@pytest.mark.parametrize("options", [
    {"metadata": None}, {"imagej": True}, {"volumetric": True, "tile": (2, 16, 16)},
    {"compression": "zlib", "predictor": True},
], ids=str)  # fmt: skip
def test_every_slice_of_a_stack_is_there(tmp_path, options):
    stored = np.random.default_rng(3).integers(0, 65536, (4, 20, 23)).astype(np.uint16)
    values, _ = read(tmp_path / "a.tif", tiff(stored, photometric="minisblack", **options))
    np.testing.assert_array_equal(values, stored)


def test_a_stack_that_is_described_only_is_refused(tmp_path):
    stack = np.zeros((4, 20, 23), np.uint16)
    with pytest.raises(UnreadableScan, match="no pages of their own"):
        read(tmp_path / "a.tif", tiff(stack, photometric="minisblack", truncate=True))


@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_deep_colours_of_a_tiff_that_are_grey_stay_deep(tmp_path, planes):
    axis = -1 if planes == "contig" else 0
    stored = np.stack([DEEP] * 3, axis=axis)
    values, notes = read(tmp_path / "a.tif", tiff(stored, photometric="rgb", planarconfig=planes))
    np.testing.assert_array_equal(values[0], DEEP)
    assert COLOURED not in notes


def test_a_preview_inside_a_tiff_is_no_slice(tmp_path):
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(DEEP)
        writer.write(DEEP[::2, ::2], subfiletype=1)
    values, _ = read(tmp_path / "a.tif", file.getvalue())
    np.testing.assert_array_equal(values, [DEEP])


def test_numbers_that_no_image_has_are_refused_and_rounded_ones_said(tmp_path):
    with pytest.raises(UnreadableScan, match="larger than any"):
        read(tmp_path / "a.tif", tiff(np.array([[0.0, 1e300]])))
    values, notes = read(tmp_path / "b.tif", tiff(np.array([[0, 2**31 + 1]], np.uint32)))
    assert values[0].tolist() == [[0, 2**31]]
    assert any("rounded" in note for note in notes)


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_what_is_no_number_is_fill_and_that_is_said(tmp_path, nothing, dtype):
    values, notes = read(tmp_path / "a.tif", tiff(np.array([[1.5, nothing]], dtype)))
    assert values[0].tolist() == [[1.5, 0]]
    assert NO_NUMBER in notes


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["tif", "tif of 16 bits", "png", "jpg"])
def test_a_picture_stands_upright(tmp_path, turn, kind):
    from PIL import ImageOps

    stored = np.arange(8 * 16, dtype=np.uint8).reshape(8, 16) * 2
    exif = Image.Exif()
    exif[0x0112] = turn
    upright = Image.fromarray(stored)
    upright.getexif()[0x0112] = turn
    expected = np.asarray(ImageOps.exif_transpose(upright))
    file = io.BytesIO()
    if kind == "tif of 16 bits":
        file.write(tiff(stored.astype(np.uint16), extratags=[(0x0112, 3, 1, turn, True)]))
    elif kind == "tif":
        Image.fromarray(stored).save(file, "TIFF", tiffinfo={0x0112: turn})
    else:
        options = {"quality": 100} if kind == "jpg" else {}
        Image.fromarray(stored).save(file, {"jpg": "JPEG"}.get(kind, "PNG"), exif=exif, **options)
    values, _ = read(tmp_path / "a", file.getvalue())
    np.testing.assert_allclose(values[0], expected, atol=2 if kind == "jpg" else 0)


@pytest.mark.parametrize("mode", ["CMYK", "LAB", "YCbCr"])
def test_other_colours_become_their_brightness(tmp_path, mode):
    grey = Image.fromarray(np.full((4, 4), 128, np.uint8))
    file = io.BytesIO()
    if mode == "LAB":
        Image.merge("LAB", [grey, grey, grey]).save(file, "TIFF")
    else:
        grey.convert("RGB").convert(mode).save(file, "TIFF")
    values, _ = read(tmp_path / "a.tif", file.getvalue())
    assert np.ptp(values) == 0
    assert mode == "LAB" or abs(values[0, 0, 0] - 128) <= 1


def test_a_tiff_that_lacks_a_part_is_refused(tmp_path):
    content = tiff(DEEP, rowsperstrip=2)
    for size in range(8, len(content) - 1, 7):
        with pytest.raises(UnreadableScan):
            read(tmp_path / "a.tif", content[:size])


def test_a_jpeg_of_another_kind_is_not_called_damaged_only(tmp_path):
    file = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(file, "JPEG")
    # The first byte of a frame's header is its precision; its marker tells the process.
    deep = file.getvalue().replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc1\x00\x0b\x0c")
    with pytest.raises(UnreadableScan, match="more than 8 bits"):
        read(tmp_path / "a.jpg", deep)
