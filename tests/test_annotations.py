"""The written outlines of the real slices: well formed, inside the slice, and nobody's name."""

import re
import tomllib

import numpy as np
import pytest
from skimage.draw import polygon2mask

from tests.conftest import PROJECT

WRITTEN = PROJECT / "docs" / "annotations" / "tcga-luad-contrast.toml"
SHAPE = (512, 512)
FILE_NAME = re.compile(r"TCGA-\d{2}-\w{4}_\d{4}\.dcm")

annotations = tomllib.loads(WRITTEN.read_text(encoding="utf-8"))
slices = annotations["slices"]
polygons = [(name, np.array(one)) for name, parts in slices.items() for one in parts["polygons"]]
every_polygon = pytest.mark.parametrize(("name", "corners"), polygons)


def test_says_that_the_reader_is_no_expert():
    assert annotations["reader"] == "layperson"
    assert annotations["label"] == "heart and great vessels"
    assert annotations["expert"] is False


def test_names_the_source_and_its_licence():
    assert "TCGA-LUAD" in annotations["source"]
    assert "CC BY 3.0" in annotations["source"]


def test_slices_are_known_by_the_collections_file_names_only():
    assert all(FILE_NAME.fullmatch(name) for name in slices)
    assert all(set(one) <= {"polygons", "doubtful"} for one in slices.values())


def test_a_second_name_of_a_slice_is_not_outlined_again():
    duplicates = annotations["duplicates"]
    assert set(duplicates.values()) <= set(slices)
    assert not set(duplicates) & set(slices)


def test_every_outlined_slice_has_a_region():
    assert all(one["polygons"] for one in slices.values())


@every_polygon
def test_a_polygon_lies_in_the_slice(name, corners):
    assert corners.shape[1:] == (2,)
    assert ((corners >= 0) & (corners <= SHAPE)).all(), name


@every_polygon
def test_a_polygon_has_an_area(name, corners):
    assert len(corners) > 2
    assert polygon2mask(SHAPE, corners - 0.5).any(), name


def test_every_patient_and_slice_of_the_collection_is_outlined(real_data):
    table = real_data / "tcga-luad-contrast" / "labels.csv"
    files = {line.split(",")[0] for line in table.read_text().splitlines()[1:]}
    assert files == set(slices) | set(annotations["duplicates"])
