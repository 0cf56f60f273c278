import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.core import (
    Cancelled,
    Case,
    Curve,
    InvalidInput,
    InvalidParameter,
    Prediction,
    Progress,
    Region,
    Score,
    Settings,
    Slice,
    UnknownName,
    digest,
    signed_view,
)


@pytest.fixture
def scan() -> Slice:
    return Slice(np.arange(12, dtype=np.int16).reshape(3, 4), spacing_mm=(0.7, 0.8))


def test_a_slice_is_a_read_only_float32_image(scan):
    assert scan.hounsfield.dtype == np.float32
    assert scan.shape == (3, 4)
    with pytest.raises(ValueError, match="read-only"):
        scan.hounsfield[0, 0] = 1


def test_freezing_leaves_the_callers_array_writable():
    pixels = np.zeros((2, 2), np.float32)
    Slice(pixels)
    pixels[0, 0] = 1


@pytest.mark.parametrize("pixels", [np.zeros((2, 2, 2)), np.zeros((0, 3)), np.full((2, 2), np.nan)])
def test_a_slice_refuses_what_is_no_finite_image(pixels):
    with pytest.raises(InvalidInput):
        Slice(pixels)


def test_equal_pixels_have_equal_digests_and_others_do_not(scan):
    assert Slice(scan.hounsfield.copy()).digest == scan.digest
    assert Slice(scan.hounsfield + 1).digest != scan.digest
    assert Slice(scan.hounsfield.reshape(4, 3)).digest != scan.digest


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=4))
def test_a_digest_knows_where_its_parts_end(parts):
    assert digest(*parts) != digest(*parts, b"")


def test_a_case_names_the_slices_it_has(scan):
    case = Case("C-1", (scan, scan))
    found = case.slice(1)
    assert np.shares_memory(found.hounsfield, scan.hounsfield)
    assert found.around is not None
    assert (found.around.slice_index, found.around.at(0)) == (1, scan)
    assert found.digest == scan.digest
    assert len({found.identity, scan.identity, case.slice(0).identity}) == 3
    with pytest.raises(InvalidInput, match="0 to 1, not 2"):
        case.slice(2)
    with pytest.raises(InvalidInput, match="no slices"):
        Case("C-2", ())


def test_a_region_keeps_its_own_mask():
    region = Region("C-1", 0, "AB", "heart", np.ones((2, 2)))
    assert region.mask.dtype == np.bool_
    assert region.drawn.tzinfo is not None


def test_a_prediction_names_the_most_probable_class():
    prediction = Prediction("m", ("without", "with"), np.array([0.25, 0.75]))
    assert (prediction.target, prediction.label, prediction.confidence) == (1, "with", 0.75)


def test_a_score_is_finite_or_says_why_not():
    assert Score(0.0).defined
    assert not Score.undefined("The region is empty.").defined
    with pytest.raises(ValueError, match="finite"):
        Score(float("nan"))
    with pytest.raises(ValueError, match="why"):
        Score(None)


def test_the_area_of_a_triangle_is_half_its_box():
    assert Curve.of([0, 1], [0, 1]).area == pytest.approx(0.5)


def test_the_absolute_view_drops_the_sign():
    values = np.array([[-1.0, 2.0]], np.float32)
    assert signed_view(values, "signed") is values
    assert signed_view(values, "absolute").tolist() == [[1.0, 2.0]]


def test_cancelled_work_ends_at_its_next_step():
    seen = []
    progress = Progress(seen.append)
    progress.start(4)
    progress.advance()
    progress.cancel()
    with pytest.raises(Cancelled):
        progress.advance()
    assert seen == [0.25, 0.5]


def test_an_unknown_name_says_what_exists():
    assert "Known are 'a', 'b'." in str(UnknownName("model", "zzz", ["b", "a"]))
    assert "not yet a model" in str(UnknownName("model", "zzz", []))
    assert str(UnknownName("estimator", "x", [])).count("an estimator") == 1


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CTVIZ_DATA", str(tmp_path))
    monkeypatch.delenv("CTVIZ_CACHE", raising=False)
    monkeypatch.setenv("CTVIZ_DEVICE", "cpu")
    settings = Settings.from_environment()
    assert settings.cache == tmp_path / "cache"
    monkeypatch.setenv("CTVIZ_DEVICE", "tpu")
    with pytest.raises(InvalidParameter, match="tpu"):
        Settings.from_environment()
