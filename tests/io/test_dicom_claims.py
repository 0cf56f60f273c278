"""What a header claims is believed only where nothing speaks against it."""

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

from ctviz.core import UnreadableScan
from ctviz.io import load_case, load_cases

CT = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


@pytest.mark.parametrize(
    "elements",
    [
        {"SOPClassUID": SECONDARY_CAPTURE},
        {"SOPClassUID": f"{SECONDARY_CAPTURE}.3"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.13.1.1"},
        {"SOPClassUID": "1.2.3.4"},
        {"Modality": "MR"},
        {"Modality": "XA"},
        {"Modality": "OT"},
        {"Modality": None, "SOPClassUID": None},
        {"RescaleType": "OD"},
        {"RescaleType": "HU_MOD"},
        {"RescaleType": "US", "ImageType": ["DERIVED", "SECONDARY", "AXIAL"]},
        {"ImageType": ["DERIVED", "PRIMARY", "AXIAL", "EFF_ATOMIC_NUM"]},
        {"ImageType": ["DERIVED", "PRIMARY", "AXIAL", "MAT_SPECIFIC"]},
        {"ImageType": ["DERIVED", "SECONDARY", "AXIAL", "DE_IODINE MAP"]},
        {"ImageType": ["DERIVED", "SECONDARY", "CBF"]},
        {"ImageType": ["DERIVED", "SECONDARY", "SUBTRACTION"]},
        {"ManufacturerModelName": "Dental CBCT 9"},
        {"SeriesDescription": "cone-beam head"},
    ],
    ids=str,
)
def test_what_is_no_plain_ct_image_is_not_called_calibrated(tmp_path, dicom, stored, elements):
    if elements.get("SOPClassUID", "") is None:
        path = dicom(tmp_path / "a", stored, Modality=None)
        dataset = dcmread(path)
        del dataset.SOPClassUID
        dataset.save_as(path)
    else:
        path = dicom(tmp_path / "a", stored, **elements)
    case = load_case(path)
    assert not case.slices[0].calibrated
    assert any("ounsfield" in note for note in case.notes)


@pytest.mark.parametrize(
    "elements",
    [
        {"RescaleType": "HU"},
        {"RescaleType": "US"},
        {"ImageType": ["DERIVED", "SECONDARY", "REFORMATTED", "AVERAGE"]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"]},
        {"SOPClassUID": f"{CT}.1"},
        {"Modality": None},
    ],
    ids=str,
)
def test_plain_ct_images_stay_calibrated_without_a_note(tmp_path, dicom, stored, elements):
    case = load_case(dicom(tmp_path / "a", stored, **elements))
    assert case.slices[0].calibrated
    assert case.notes == ()


@pytest.mark.parametrize(("word", "said"), [("VMI", "monoenergetic"), ("VNC", "contrast agent")])
def test_computed_hounsfield_units_are_noted_and_belong_to_no_class(
    tmp_path, dicom, stored, word, said
):
    kind = ["DERIVED", "PRIMARY", "AXIAL", word]
    case = load_case(dicom(tmp_path / "a", stored, ImageType=kind, ContrastBolusAgent="ISOVUE"))
    assert case.slices[0].calibrated
    assert any(said in note for note in case.notes)
    assert case.truth is None


@pytest.mark.parametrize(
    "elements",
    [
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"ImageType": ["DERIVED", "SECONDARY", "REF_SURVIEW"]},
        {"ImageType": None, "SeriesDescription": "Topogram 0.6"},
    ],
)
def test_a_localizer_is_known_by_type_and_name(tmp_path, dicom, stored, elements):
    (refused,) = load_cases(dicom(tmp_path / "a", stored, **elements)).refused
    assert "localizer" in refused.why


def body(size=64):
    """Return (H, W) Hounsfield units: a body of muscle with lung and bone, in air."""
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    radius = np.hypot(x, y)
    image = np.where(radius < 0.8, 40, -1000)
    image[np.hypot(x - 0.3, y) < 0.25] = -800
    image[np.hypot(x + 0.3, y) < 0.1] = 900
    return image + np.random.default_rng(0).integers(-20, 21, image.shape)


def scan(dicom, path, hounsfield, **elements):
    """Write an image as signed numbers that are Hounsfield units, 400 mm wide."""
    return dicom(
        path,
        np.clip(hounsfield, -32768, 32767).astype(np.int16),
        **{"RescaleIntercept": 0, "PixelSpacing": [6.25, 6.25], **elements},
    )


WRONG = {
    "offset forgotten": lambda hu: np.maximum(hu, -1024) + 1024,
    "sign forgotten": lambda hu: np.where(hu < 0, hu + 32768, hu),
    "12-bit sign forgotten": lambda hu: hu & 0xFFF,
    "offset of 32768 forgotten": lambda hu: hu + 31000,
    "bytes swapped": lambda hu: (hu.astype(np.int16).byteswap()).astype(int),
    "everything below air": lambda hu: hu - 4000,
    "times sixteen": lambda hu: 16 * hu,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_impossible_hounsfield_units_are_never_called_calibrated(tmp_path, dicom, wrong):
    case = load_case(scan(dicom, tmp_path / "a", wrong(body())))
    assert not case.slices[0].calibrated
    assert any("not Hounsfield units" in note for note in case.notes)


def test_one_impossible_slice_is_enough(tmp_path, dicom):
    for z in range(6):
        values = body() + (31000 if z == 2 else 0)
        scan(dicom, tmp_path / str(z), values, ImagePositionPatient=[0, 0, z])
    assert not any(image.calibrated for image in load_case(tmp_path).slices)


def with_implant(hounsfield):
    image = hounsfield.copy()
    image[20:36, 20:36] = 30000
    return image


def with_corners(hounsfield):
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    return np.where(np.hypot(x, y) > 1, -3024, hounsfield)


RIGHT = {
    "body": lambda hu: hu,
    "metal": with_implant,
    "corners": with_corners,
    "mostly corners": lambda hu: np.where(np.arange(64) < 40, -2048, hu),
    "air": lambda hu: np.full_like(hu, -1000),
    "noisy": lambda hu: hu + np.random.default_rng(1).normal(0, 150, hu.shape).astype(int),
    "brain only": lambda hu: np.where(np.abs(hu) < 100, hu, 0),
    "bone only": lambda hu: np.where(hu > 300, hu, -1024),
}


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT.keys())
def test_possible_hounsfield_units_stay_calibrated(tmp_path, dicom, right):
    values = right(body())
    case = load_case(scan(dicom, tmp_path / "a", values))
    assert case.slices[0].calibrated
    np.testing.assert_array_equal(case.slices[0].hounsfield, values)


def test_padding_of_an_impossible_scan_is_no_air(tmp_path, dicom):
    stored = np.full((8, 8), 31000, np.int16)
    stored[0] = -2000
    path = dicom(tmp_path / "a", stored, RescaleIntercept=0)
    dataset = dcmread(path)
    dataset.add_new("PixelPaddingValue", "SS", -2000)
    dataset.save_as(path)
    case = load_case(path)
    assert not case.slices[0].calibrated
    assert set(np.unique(case.slices[0].hounsfield)) == {30999, 31000}


def table(descriptor, data, kind="HU", vr="US"):
    """Return a Modality LUT of one item."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", descriptor)
    item.add_new("LUTData", vr, data)
    item.ModalityLUTType = kind
    return Sequence([item])


EMPTY = {
    "no items": Sequence([]),
    "empty item": Sequence([Dataset()]),
    "no entries": table([4, 0, 16], None),
}


@pytest.mark.parametrize("empty", EMPTY.values(), ids=EMPTY.keys())
@pytest.mark.parametrize("rescale", [True, False])
def test_a_table_without_entries_leaves_the_rescale_alone(tmp_path, dicom, stored, empty, rescale):
    elements = {} if rescale else {"RescaleSlope": None, "RescaleIntercept": None}
    image = load_case(dicom(tmp_path / "a", stored, ModalityLUTSequence=empty, **elements)).slices[
        0
    ]
    np.testing.assert_array_equal(image.hounsfield, stored.astype(float) - 1024 * rescale)
    assert image.calibrated == rescale


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_tables_of_any_width_are_looked_up(tmp_path, dicom, bits):
    entries = np.random.default_rng(bits).integers(0, 200, 300)
    path = dicom(
        tmp_path / "a",
        np.arange(320, dtype=np.uint16).reshape(16, 20),
        RescaleSlope=None,
        RescaleIntercept=None,
        ModalityLUTSequence=table([300, 5, bits], entries.tolist()),
    )
    expected = [int(entries[min(max(n - 5, 0), 299)]) for n in range(320)]
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield.ravel(), expected)


def test_a_table_of_65536_entries_announces_zero(tmp_path, dicom):
    entries = np.arange(65536) // 64
    path = dicom(
        tmp_path / "a",
        np.array([[0, 64, 65535]], np.uint16),
        RescaleSlope=None,
        RescaleIntercept=None,
        ModalityLUTSequence=table([0, 0, 16], entries.astype("<u2").tobytes(), vr="OW"),
    )
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, [[0, 1, 1023]])


def test_entries_of_8_bits_may_share_words_and_begin_below_zero(tmp_path, dicom):
    path = dicom(
        tmp_path / "a",
        np.array([[-3, -2, -1, 0, 9]], np.int16),
        RescaleSlope=None,
        RescaleIntercept=None,
        ModalityLUTSequence=table([3, 65534, 8], bytes([10, 20, 30, 0]), vr="OW"),
    )
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, [[10, 10, 20, 30, 30]])


def test_a_table_shorter_than_it_says_is_refused_as_a_table(tmp_path, dicom, stored):
    path = dicom(tmp_path / "a", stored, ModalityLUTSequence=table([9, 0, 16], [1, 2]))
    with pytest.raises(UnreadableScan, match="table"):
        load_case(path)


def as_floats(path, numbers, word="FloatPixelData", vr="OF", **elements):
    """Replace a file's pixels by numbers with a decimal point."""
    dataset = dcmread(path)
    del dataset.PixelData
    dataset.add_new(word, vr, numbers.tobytes())
    dataset.BitsAllocated = 8 * numbers.dtype.itemsize
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_missing_numbers_become_air_only_in_hounsfield_units(tmp_path, dicom, size, modality):
    numbers = np.linspace(100, 200, 24).reshape(4, 6).astype(f"f{size}")
    numbers[0, :4] = [np.nan, np.inf, -np.inf, -7]
    word, vr = {4: ("FloatPixel", "OF"), 8: ("DoubleFloatPixel", "OD")}[size]
    path = dicom(tmp_path / "a", np.zeros((4, 6), np.uint16), RescaleIntercept=0, Modality=modality)
    image = load_case(
        as_floats(path, numbers, f"{word}Data", vr, **{f"{word}PaddingValue": -7})
    ).slices[0]
    np.testing.assert_array_equal(image.hounsfield[1:], numbers[1:].astype(np.float32))
    darkest = numbers[0, 4]
    low, high = (-1000, -1000) if modality == "CT" else (darkest - 1, darkest)
    assert ((low <= image.hounsfield[0, :4]) & (image.hounsfield[0, :4] <= high)).all()


def test_an_image_without_any_number_is_refused(tmp_path, dicom, stored):
    path = as_floats(dicom(tmp_path / "a", stored), np.full((4, 6), np.nan, np.float32))
    with pytest.raises(UnreadableScan, match="None of its pixels"):
        load_case(path)


@pytest.mark.parametrize("padding", [0xF830, 2096])
def test_padding_is_found_in_whole_words(tmp_path, dicom, padding):
    stored = np.array([[padding, 40, 2096], [1000, padding, 7]], np.uint16)
    path = dicom(tmp_path / "a", stored, BitsStored=12)
    dataset = dcmread(path)
    dataset.add_new("PixelPaddingValue", "US", padding)
    dataset.save_as(path)
    values = load_case(path).slices[0].hounsfield
    assert values[0, 0] == -1000
    assert values[0, 2] == (1072 if padding == 0xF830 else -1000)


def test_announced_frames_are_counted_before_work_begins(tmp_path, dicom, stored):
    for bits in (8, 16):
        path = dicom(tmp_path / str(bits), stored.astype(f"u{bits // 8}"))
        dataset = dcmread(path)
        dataset.NumberOfFrames = 10**6
        dataset.save_as(path)
        (refused,) = load_cases(path).refused
        assert "more than ctviz loads" in refused.why
        dataset.NumberOfFrames = 20000
        dataset.save_as(path)
        (refused,) = load_cases(path).refused
        assert "too small" in refused.why


def test_an_enhanced_file_describes_every_image_it_announces(tmp_path, dicom, stored):
    path = dicom(
        tmp_path / "a", np.stack([stored] * 3), PerFrameFunctionalGroupsSequence=[Dataset()] * 2
    )
    (refused,) = load_cases(path).refused
    assert "announces 3 images and describes 2" in refused.why


@pytest.mark.parametrize("wrapped", [True, False])
def test_frames_must_be_as_many_as_announced(tmp_path, dicom, stored, wrapped):
    for announced, held in ((2, 3), (3, 2), (1, 2)):
        path = dicom(tmp_path / "a", np.stack([stored] * held))
        dataset = dcmread(path)
        dataset.NumberOfFrames = announced
        if wrapped:
            dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
            dataset.PixelData = encapsulate([b"\xff\x4f\xff\x51" + bytes(60)] * held)
            dataset["PixelData"].VR = "OB"
            dataset["PixelData"].is_undefined_length = True
        dataset.save_as(path)
        assert load_cases(path).cases == ()


@pytest.mark.parametrize("extra", [1, 2, 40])
def test_a_few_bytes_after_the_pixels_do_no_harm(tmp_path, dicom, stored, extra):
    path = dicom(tmp_path / "a", stored)
    dataset = dcmread(path)
    dataset.PixelData += b"\xff" * extra
    dataset.save_as(path)
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, stored.astype(float) - 1024)


@pytest.mark.parametrize(
    ("syntax", "name"),
    [
        ("1.2.840.10008.1.2.4.110", "JPEG XL Lossless"),
        ("1.2.840.10008.1.2.4.112", "JPEG XL"),
        ("1.2.840.10008.1.2.4.94", "JPIP"),
        ("1.2.840.113619.5.2", "private"),
        ("1.2.840.10008.1.2.4.999", "unknown"),
        ("1.2.840.10008.5.1.4.1.1.2", "unknown"),
    ],
)
def test_an_encoding_that_is_not_read_is_named(tmp_path, dicom, stored, syntax, name):
    path = dicom(tmp_path / "a", stored)
    content = path.read_bytes()
    old = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0"
    new = syntax.encode() + b"\0" * (len(syntax) % 2)
    path.write_bytes(content.replace(old, b"\x02\x00\x10\x00UI" + bytes([len(new), 0]) + new))
    (refused,) = load_cases(path).refused
    assert name in refused.why
    assert "encoding" in refused.why


@pytest.mark.parametrize("length", [0, 2, 60])
def test_an_unnamed_encoding_is_read_only_where_plain_numbers_fit(tmp_path, dicom, stored, length):
    path = dicom(tmp_path / "a", stored)
    dataset = dcmread(path)
    del dataset.file_meta.TransferSyntaxUID
    dataset.PixelData += b"x" * length
    dataset.save_as(path, implicit_vr=False, little_endian=True)
    loaded = load_cases(path)
    assert len(loaded.cases) == (length == 0)
    assert all("encoding" in refused.why for refused in loaded.refused)


@pytest.mark.parametrize("title", ["Jane Doe", "Phantom 1 Jane", "Discman", "Phantom 12345678"])
def test_nobody_s_words_become_a_title_by_claiming_to_be_ours(tmp_path, dicom, stored, title):
    path = dicom(tmp_path / "Doe", stored, SeriesDescription=title, BodyPartExamined=title)
    dataset = dcmread(path)
    dataset.file_meta.ImplementationClassUID = "2.25.236218447402943823718604226311917634731"
    dataset.save_as(path)
    assert load_case(path).title == "CT"
