import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.sequence import Sequence

from ctviz.core import UnreadableScan
from ctviz.io import load_case, load_cases


@pytest.mark.parametrize(
    ("dtype", "slope", "intercept"),
    [
        (np.uint16, 1, -1024),
        (np.int16, 1, 0),
        (np.uint16, -1, 1024),
        (np.uint16, 2.5, -100.25),
        (np.uint8, 4, -1000),
    ],
)
def test_hounsfield_units_are_slope_times_stored_plus_intercept(
    tmp_path, dicom, dtype, slope, intercept
):
    stored = np.arange(24).reshape(4, 6).astype(dtype)
    path = dicom(tmp_path / "a", stored, RescaleSlope=slope, RescaleIntercept=intercept)
    image = load_case(path).slices[0]
    np.testing.assert_array_equal(image.hounsfield, slope * stored.astype(float) + intercept)
    assert image.calibrated


def test_each_slice_uses_its_own_rescale(tmp_path, dicom, stored):
    for z, slope in enumerate((1, 3)):
        dicom(
            tmp_path / str(z), stored, RescaleSlope=slope, ImagePositionPatient=[0, 0, 10 - 5 * z]
        )
    first, second = load_case(tmp_path).slices
    np.testing.assert_array_equal(first.hounsfield, stored.astype(float) - 1024)
    np.testing.assert_array_equal(second.hounsfield, 3 * stored.astype(float) - 1024)


def test_numbers_beyond_16_bits_survive(tmp_path, dicom):
    stored = np.array([[0, 65535]], np.uint16)
    np.testing.assert_array_equal(
        load_case(dicom(tmp_path / "a", stored)).slices[0].hounsfield, [[-1024, 64511]]
    )


def test_bits_above_those_stored_do_not_count(tmp_path, dicom):
    stored = np.array([[100, 100 + (1 << 12)]], np.uint16)
    image = load_case(dicom(tmp_path / "a", stored, BitsStored=12)).slices[0]
    np.testing.assert_array_equal(image.hounsfield, [[-924, -924]])


@pytest.mark.parametrize("padding", [-2000, 63536])
def test_padding_becomes_air_even_where_its_sign_was_forgotten(tmp_path, dicom, padding):
    stored = np.array([[-2000, 40], [1000, -2000]], np.int16)
    path = dicom(tmp_path / "a", stored, RescaleIntercept=0)
    dataset = dcmread(path)
    dataset.add_new("PixelPaddingValue", "US" if padding > 0 else "SS", padding)
    dataset.save_as(path)
    np.testing.assert_array_equal(
        load_case(path).slices[0].hounsfield, [[-1000, 40], [1000, -1000]]
    )


def test_padding_that_is_also_a_tissue_is_air_only_around_the_body(tmp_path, dicom):
    stored = np.full((5, 5), 60, np.int16)
    stored[0] = stored[2, 2] = 0
    path = dicom(tmp_path / "a", stored, RescaleIntercept=0)
    dataset = dcmread(path)
    dataset.add_new("PixelPaddingValue", "SS", 0)
    dataset.save_as(path)
    values = load_case(path).slices[0].hounsfield
    assert (values[0] == -1000).all()
    assert values[2, 2] == 0


def test_a_range_of_padding_becomes_air(tmp_path, dicom):
    stored = np.array([[-3000, -2500, -2001, 7]], np.int16)
    path = dicom(tmp_path / "a", stored, RescaleIntercept=0)
    dataset = dcmread(path)
    dataset.add_new("PixelPaddingValue", "SS", -3000)
    dataset.add_new("PixelPaddingRangeLimit", "SS", -2001)
    dataset.save_as(path)
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, [[-1000, -1000, -1000, 7]])


def test_a_modality_table_in_hounsfield_units_is_looked_up(tmp_path, dicom):
    table = Dataset()
    table.LUTDescriptor = [3, 0, 16]
    table.LUTData = [10, 20, 30]
    table.ModalityLUTType = "HU"
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    path = dicom(
        tmp_path / "a",
        np.array([[0, 1, 2]], np.uint16),
        RescaleSlope=None,
        RescaleIntercept=None,
        ModalityLUTSequence=Sequence([table]),
    )
    image = load_case(path).slices[0]
    np.testing.assert_array_equal(image.hounsfield, [[10, 20, 30]])
    assert image.calibrated


@pytest.mark.parametrize(
    "elements",
    [
        {"RescaleSlope": None},
        {"RescaleIntercept": None},
        {"RescaleSlope": 0},
        {"RescaleSlope": "1e300"},
        {"RescaleType": "MGML"},
        {"Modality": "MR", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"},
    ],
)
def test_numbers_without_hounsfield_units_are_shown_and_noted(tmp_path, dicom, stored, elements):
    case = load_case(dicom(tmp_path / "a", stored, **elements))
    assert not case.slices[0].calibrated
    assert any("Hounsfield" in note for note in case.notes)


def test_an_inverted_picture_without_units_is_turned_bright_side_up(tmp_path, dicom, stored):
    path = dicom(tmp_path / "a", stored, RescaleSlope=None, PhotometricInterpretation="MONOCHROME1")
    values = load_case(path).slices[0].hounsfield
    assert values[0, 0] == values.max()
    np.testing.assert_array_equal(np.diff(values.ravel()), -1)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("MR_small.dcm", "MR_small_RLE.dcm"),
        ("MR_small.dcm", "MR_small_jp2klossless.dcm"),
        ("MR_small.dcm", "MR_small_jpeg_ls_lossless.dcm"),
        ("MR_small.dcm", "MR_small_bigendian.dcm"),
        ("MR_small.dcm", "MR_small_implicit.dcm"),
    ],
)
def test_lossless_encodings_of_one_image_are_one_case(name, other):
    ids = {load_case(get_testdata_file(each, download=False)).id for each in (name, other)}
    assert len(ids) == 1


def test_hounsfield_units_agree_with_pydicom_s_own_rescale():
    path = get_testdata_file("CT_small.dcm", download=False)
    dataset = dcmread(path)
    expected = dataset.pixel_array * dataset.RescaleSlope + dataset.RescaleIntercept
    np.testing.assert_array_equal(load_case(path).slices[0].hounsfield, expected)


@pytest.mark.real_data
def test_12_bit_jpeg_is_decoded_to_within_its_loss(real_data):
    folder = real_data / "dicom-corpus" / "cornerstone"
    original = load_case(folder / "CTImage.dcm").slices[0].hounsfield
    (path,) = folder.glob("*Process6_8*")
    assert np.abs(load_case(path).slices[0].hounsfield - original).mean() < 5


@pytest.mark.real_data
@pytest.mark.parametrize("place", [150, 170, 20_000, 60_000])
def test_damaged_lossless_jpeg_does_not_take_ctviz_down(real_data, tmp_path, place):
    source = real_data / "dicom-corpus" / "wg04" / "CT1_JPLL"
    content = bytearray(source.read_bytes())
    start = content.index(b"\xff\xd8\xff")
    content[start + place : start + place + 40] = b"\xff\xc4" * 20
    (tmp_path / "damaged").write_bytes(content)
    loaded = load_cases(tmp_path)
    assert len(loaded.cases) + len(loaded.refused) == 1
    assert load_case(source).id == load_case(source.with_name("CT1_UNC.dcm")).id


def test_a_file_cut_short_is_refused_by_saying_so(tmp_path, dicom, stored):
    path = dicom(tmp_path / "a", stored)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnreadableScan, match="cut short"):
        load_case(path)


def test_an_encoding_that_nobody_decodes_is_named(tmp_path, dicom, stored):
    path = dicom(tmp_path / "a", stored)
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    dataset.PixelData = b"\xfe\xff\x00\xe0\x00\x00\x00\x00\xfe\xff\x00\xe0\x02\x00\x00\x00ab"
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    with pytest.raises(UnreadableScan, match=r"MPEG-4 .* cannot be decoded; export"):
        load_case(path)


def test_a_file_without_pixels_is_refused(tmp_path, dicom, stored):
    path = dicom(tmp_path / "a", stored)
    dataset = dcmread(path)
    del dataset.PixelData
    dataset.save_as(path)
    with pytest.raises(UnreadableScan, match="no pixels"):
        load_case(path)


def test_an_image_that_announces_more_than_any_ct_reserves_no_memory(tmp_path, dicom, stored):
    path = dicom(tmp_path / "a", stored)
    dataset = dcmread(path)
    dataset.Rows = dataset.Columns = 65535
    dataset.NumberOfFrames = 10**6
    dataset.save_as(path)
    (refused,) = load_cases(path).refused
    assert "more than ctviz loads" in refused.why
