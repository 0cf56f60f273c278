"""Header and pixels that disagree about bits and signs: the right number, or a refusal."""

import jpeg_ls
import numpy as np
import pytest
from openjpeg.utils import encode_array
from pydicom import dcmread, dcmwrite
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from ctviz.core import UnreadableScan
from ctviz.io import load_case, load_cases
from ctviz.io.dicom.bits import PixelCell, stored_numbers
from ctviz.io.dicom.codestream import inspect
from ctviz.io.dicom.decoders import decode_frame, decoders_of


def run_lengths(words):
    """Return 16-bit words as DICOM's RLE, by literal runs only."""
    planes = []
    for plane in (words >> 8, words & 0xFF):
        content = plane.astype(np.uint8).tobytes()
        chunks = [content[i : i + 128] for i in range(0, len(content), 128)]
        packed = b"".join(bytes([len(chunk) - 1]) + chunk for chunk in chunks)
        planes.append(packed + b"\0" * (len(packed) % 2))
    offsets = [64, 64 + len(planes[0])]
    header = np.array([2, *offsets, *[0] * 13], "<u4").tobytes()
    return header + b"".join(planes)


ENCODERS = {
    JPEG2000Lossless: lambda words: encode_array(words, photometric_interpretation=2),
    JPEGLSLossless: lambda words: bytes(jpeg_ls.encode_array(words)),
    RLELossless: run_lengths,
}

every_encoding = pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, *ENCODERS], ids=lambda syntax: syntax.name
)


def change(path, syntax=None, frames=None, pixels=None, **elements):
    """Change a DICOM file: its elements, None to leave one out, and its pixels."""
    dataset = dcmread(path)
    for keyword, value in elements.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    if syntax is not None:
        dataset.file_meta.TransferSyntaxUID = syntax
    if frames is not None:
        dataset.PixelData = encapsulate(frames)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    if pixels is not None:
        dataset.PixelData = pixels
    dataset.save_as(path)
    return path


def encode(path, syntax, words, **elements):
    """Put 16-bit words into a DICOM file in an encoding."""
    if syntax == ExplicitVRLittleEndian:
        return change(path, pixels=words.astype("<u2").tobytes(), **elements)
    return change(path, syntax, [ENCODERS[syntax](words.astype(np.uint16))], **elements)


@pytest.fixture
def words():
    """(64, 80) uint16 of 12 bits."""
    return np.random.default_rng(1).integers(0, 4096, (64, 80)).astype(np.uint16)


@every_encoding
@pytest.mark.parametrize("planes", [0, 0xF000, 0x8000], ids=hex)
def test_overlay_planes_above_the_number_never_become_hounsfield_units(
    tmp_path, dicom, words, syntax, planes
):
    drawn = np.random.default_rng(2).integers(0, 1 << 16, words.shape) & planes
    path = dicom(tmp_path / "a", words, BitsStored=12)
    image = load_case(encode(path, syntax, words | drawn)).slices[0]
    np.testing.assert_array_equal(image.hounsfield, words.astype(float) - 1024)


@every_encoding
@pytest.mark.parametrize("above", [0, 0xF000], ids=["cleared", "extended"])
def test_numbers_of_12_bits_with_a_sign_keep_it(tmp_path, dicom, syntax, above):
    hounsfield = np.random.default_rng(3).integers(-2048, 2048, (64, 80))
    words = (hounsfield & 0xFFF) | np.where(hounsfield < 0, above, 0)
    path = dicom(tmp_path / "a", words.astype(np.int16), BitsStored=12, RescaleIntercept=0)
    image = load_case(encode(path, syntax, words)).slices[0]
    np.testing.assert_array_equal(image.hounsfield, hounsfield)


@every_encoding
def test_numbers_in_high_bits_are_shifted_down(tmp_path, dicom, words, syntax):
    path = dicom(tmp_path / "a", words, BitsStored=12)
    image = load_case(encode(path, syntax, words << 4, HighBit=15)).slices[0]
    np.testing.assert_array_equal(image.hounsfield, words.astype(float) - 1024)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
@pytest.mark.parametrize(
    "elements",
    [
        {"HighBit": 15, "BitsStored": 12},
        {"HighBit": 9, "BitsStored": 12},
        {"BitsStored": 17, "HighBit": 16},
        {"HighBit": 40},
    ],
)
def test_a_header_that_contradicts_its_numbers_is_refused(tmp_path, dicom, words, syntax, elements):
    path = encode(dicom(tmp_path / "a", words), syntax, words, **elements)
    with pytest.raises(UnreadableScan, match="bits"):
        load_case(path)


def test_a_high_bit_too_low_is_believed_where_no_number_exceeds_it(tmp_path, dicom, words):
    path = change(dicom(tmp_path / "a", words), HighBit=11)
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, words.astype(float) - 1024)


@every_encoding
@pytest.mark.parametrize(
    "missing",
    ["PixelRepresentation", "SamplesPerPixel", "PhotometricInterpretation", "BitsStored",
     "HighBit"],
)  # fmt: skip
def test_what_old_files_leave_out_has_its_usual_value(tmp_path, dicom, words, syntax, missing):
    path = encode(dicom(tmp_path / "a", words), syntax, words, **{missing: None})
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, words.astype(float) - 1024)


def test_a_missing_sign_is_seen_in_the_bits_above_the_number(tmp_path, dicom):
    stored = np.array([[-1000, 40, 2000], [-5, 0, 7]], np.int16)
    path = dicom(tmp_path / "a", stored, BitsStored=12, RescaleIntercept=0)
    image = load_case(change(path, PixelRepresentation=None)).slices[0]
    np.testing.assert_array_equal(image.hounsfield, stored)


def test_a_missing_sign_that_nothing_tells_is_refused(tmp_path, dicom):
    stored = np.array([[-1000, 40], [7, 0]], np.int16)
    path = change(dicom(tmp_path / "a", stored), PixelRepresentation=None)
    with pytest.raises(UnreadableScan, match="sign"):
        load_case(path)


def test_a_sign_that_only_the_codestream_has_is_refused(tmp_path, dicom):
    stored = np.arange(-2048, 2048, dtype=np.int16).reshape(64, 64)
    frame = encode_array(stored, photometric_interpretation=2)
    path = dicom(tmp_path / "a", stored.astype(np.uint16), RescaleIntercept=0)
    with pytest.raises(UnreadableScan, match="no sign"):
        load_case(change(path, JPEG2000Lossless, [frame]))


def test_the_words_of_signed_jpeg_2000_are_cut_like_others(tmp_path, dicom):
    stored = np.arange(-2048, 2048, dtype=np.int16).reshape(64, 64)
    frame = encode_array(stored, bits_stored=16, photometric_interpretation=2)
    path = dicom(tmp_path / "a", stored, BitsStored=12, RescaleIntercept=0)
    image = load_case(change(path, JPEG2000Lossless, [frame])).slices[0]
    np.testing.assert_array_equal(image.hounsfield, stored)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless])
def test_a_codestream_of_fewer_bits_than_the_header_says_is_read(tmp_path, dicom, syntax, bits):
    stored = np.random.default_rng(bits).integers(0, 1 << (bits - 1), (64, 80))
    stored = stored.astype(np.uint8 if bits == 8 else np.uint16)
    if syntax == JPEG2000Lossless:
        frame = encode_array(stored, bits_stored=bits, photometric_interpretation=2)
    else:
        frame = bytes(jpeg_ls.encode_array(stored))
    path = dicom(tmp_path / "a", stored.astype(np.uint16))
    image = load_case(change(path, syntax, [frame])).slices[0]
    np.testing.assert_array_equal(image.hounsfield, stored.astype(float) - 1024)


def test_a_codestream_wider_than_the_header_s_words_is_refused(tmp_path, dicom, words):
    path = dicom(tmp_path / "a", words.astype(np.uint8))
    path = change(path, JPEGLSLossless, [bytes(jpeg_ls.encode_array(words))])
    with pytest.raises(UnreadableScan, match="words of 8 bits"):
        load_case(path)


@pytest.mark.parametrize("bits", [4, 10, 12, 14, 20])
def test_words_that_are_packed_without_gaps_are_unpacked(tmp_path, dicom, bits):
    stored = np.random.default_rng(bits).integers(0, 1 << bits, (2, 3, 5))
    row = "".join(format(int(number), f"0{bits}b")[::-1] for number in stored.ravel())
    row += "0" * (-len(row) % 16)
    packed = bytes(int(row[i : i + 8][::-1], 2) for i in range(0, len(row), 8))
    path = dicom(tmp_path / "a", stored.astype(np.uint16))
    path = change(path, pixels=packed, BitsAllocated=bits, BitsStored=bits, HighBit=bits - 1)
    values = [image.hounsfield for image in load_case(path).slices]
    np.testing.assert_array_equal(values, stored.astype(float) - 1024)


def test_an_overlay_inside_the_number_s_own_bits_is_refused(tmp_path, dicom, words):
    path = dicom(tmp_path / "a", words | 0x1000)
    dataset = dcmread(path)
    dataset.add_new((0x6000, 0x0100), "US", 16)
    dataset.add_new((0x6000, 0x0102), "US", 12)
    dataset.save_as(path)
    with pytest.raises(UnreadableScan, match="bits"):
        load_case(path)


def test_overlays_below_the_number_are_cut_off_where_the_header_names_them(tmp_path, dicom, words):
    path = change(dicom(tmp_path / "a", (words << 4) | 1), BitsStored=12, HighBit=15)
    dataset = dcmread(path)
    dataset.add_new((0x6000, 0x0100), "US", 16)
    dataset.add_new((0x6000, 0x0102), "US", 0)
    dataset.save_as(path)
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, words.astype(float) - 1024)


def test_stored_numbers_agree_with_a_slow_reading_of_every_cell():
    rng = np.random.default_rng(5)
    for _ in range(60):
        stored = int(rng.integers(1, 17))
        signed = bool(rng.integers(2))
        words = rng.integers(0, 1 << 16, (2, 3))
        numbers = stored_numbers(words, PixelCell(16, stored, stored - 1, signed), offset=0.0)
        for word, number in zip(words.ravel(), numbers.ravel(), strict=True):
            digits = format(int(word), "016b")[-stored:]
            expected = int(digits, 2) - (1 << stored) * (signed and digits[0] == "1")
            assert number == expected


def test_a_frame_is_read_as_what_it_is_whatever_jpeg_2000_it_is_called(tmp_path, dicom, words):
    path = dicom(tmp_path / "a", words)
    path = change(path, HTJ2KLossless, [encode_array(words, photometric_interpretation=2)])
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, words.astype(float) - 1024)


def test_a_colour_codestream_under_a_grey_header_is_refused_as_colour(tmp_path, dicom):
    colour = np.zeros((64, 80, 3), np.uint8)
    path = dicom(tmp_path / "a", colour[..., 0])
    path = change(path, JPEG2000Lossless, [encode_array(colour, photometric_interpretation=1)])
    with pytest.raises(UnreadableScan, match="colour"):
        load_case(path)


@every_encoding
def test_every_cut_of_the_pixels_is_refused(tmp_path, dicom, words, syntax):
    for keep in range(0, 200, 23):
        path = dicom(tmp_path / "a", words)
        if syntax == ExplicitVRLittleEndian:
            change(path, pixels=words.tobytes()[: 2 * keep])
        else:
            frame = ENCODERS[syntax](words)
            change(path, syntax, [frame[:keep] or b"\0\0"])
        assert load_cases(path).cases == ()


def test_plain_numbers_under_a_compressed_name_are_refused(tmp_path, dicom, words):
    path = dicom(tmp_path / "a", words)
    named = path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0")
    path.write_bytes(named)
    with pytest.raises(UnreadableScan, match="encoding 'RLE Lossless'"):
        load_case(path)


@pytest.mark.parametrize("start", ["ITEM", "JPEG XL", "JPEG"])
def test_compressed_pixels_under_a_plain_name_are_refused(tmp_path, dicom, words, start):
    starts = {"ITEM": b"\xfe\xff\x00\xe0", "JPEG XL": b"\xff\x0a", "JPEG": b"\xff\xd8\xff\xe0"}
    path = change(dicom(tmp_path / "a", words), pixels=starts[start] + words.tobytes())
    with pytest.raises(UnreadableScan, match="encoding"):
        load_case(path)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless])
def test_every_decoder_of_a_frame_gives_the_same_numbers(syntax, bits):
    stored = np.random.default_rng(bits).integers(0, 1 << bits, (64, 80))
    frame = ENCODERS[syntax](stored.astype(np.uint8 if bits == 8 else np.uint16))
    head = inspect(frame)
    assert (head.shape, head.bits, head.signed, head.lossy) == ((64, 80), bits, False, False)
    several = decoders_of(head)
    assert len(several) > 1
    for decoder in several:
        np.testing.assert_array_equal(decoder(frame, head), stored)


def test_a_frame_that_the_first_decoder_gives_up_is_read_by_another(monkeypatch, words):
    def gives_up(*_):
        raise RuntimeError("unsupported")

    monkeypatch.setattr(jpeg_ls, "decode", gives_up)
    frame = bytes(jpeg_ls.encode_array(words))
    np.testing.assert_array_equal(decode_frame(frame, inspect(frame)), words)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.uint32])
def test_big_endian_words_are_read_as_they_were_meant(tmp_path, dicom_header, dtype):
    stored = np.arange(24).reshape(4, 6).astype(dtype)
    dataset = dicom_header(Rows=4, Columns=6, PixelRepresentation=int(dtype == np.int16))
    dataset.BitsAllocated = dataset.BitsStored = 8 * stored.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    words = stored.view("u2") if dtype == np.uint8 else stored
    dataset.PixelData = words.byteswap().tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dcmwrite(tmp_path / "a", dataset)
    image = load_case(tmp_path / "a").slices[0]
    np.testing.assert_array_equal(image.hounsfield, stored.astype(float) - 1024)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_words_whose_size_is_missing_are_measured(tmp_path, dicom, dtype):
    stored = np.arange(24).reshape(4, 6).astype(dtype)
    path = change(dicom(tmp_path / "a", stored), BitsAllocated=None, BitsStored=None, HighBit=None)
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, stored.astype(float) - 1024)


@pytest.mark.parametrize("offsets", ["table", "empty table", "no table"])
@pytest.mark.parametrize("pieces", [1, 3])
def test_frames_in_pieces_are_joined(tmp_path, dicom, offsets, pieces):
    stored = np.random.default_rng(6).integers(0, 4096, (3, 64, 80)).astype(np.uint16)
    frames = [bytes(jpeg_ls.encode_array(image)) for image in stored]
    wrapped = encapsulate(frames, fragments_per_frame=pieces, has_bot=offsets == "table")
    if offsets == "no table":
        wrapped = wrapped[8:]
    path = change(dicom(tmp_path / "a", stored), JPEGLSLossless, frames)
    dataset = dcmread(path)
    dataset.PixelData = wrapped
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    values = [image.hounsfield for image in load_case(path).slices]
    np.testing.assert_array_equal(values, stored.astype(float) - 1024)


def test_run_lengths_in_pieces_need_the_table_of_offsets(tmp_path, dicom):
    stored = np.random.default_rng(6).integers(0, 4096, (2, 8, 10)).astype(np.uint16)
    frames = [run_lengths(image) for image in stored]
    for table in (True, False):
        path = change(dicom(tmp_path / "a", stored), RLELossless, frames)
        dataset = dcmread(path)
        dataset.PixelData = encapsulate(frames, fragments_per_frame=2, has_bot=table)
        dataset["PixelData"].is_undefined_length = True
        dataset.save_as(path)
        loaded = load_cases(path)
        assert len(loaded.cases) == table
        assert all("which image" in refused.why for refused in loaded.refused)
