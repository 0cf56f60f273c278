"""Rows of a table are matched to cases of the list, by whatever name they give."""

import pytest

from ctviz.backend.cases.labelling import Labelling, tables_among
from ctviz.core import InvalidInput
from ctviz.store import CaseEntry

ENTRIES = (
    CaseEntry("C-00000001", "P-00000001", "lung_012", 3, (8, 8), truth="a"),
    CaseEntry("C-00000002", "P-00000002", "Coughed", 3, (8, 8), came_as="CT Chest"),
    CaseEntry("C-00000003", "P-00000003", "CT Chest", 3, (8, 8)),
    CaseEntry("C-00000004", "P-00000003", "Abdomen", 3, (8, 8)),
)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("C-00000001", 1),
        ("c-00000001", 1),
        ("P-00000002", 2),
        ("COUGHED", 2),
        ("lung_012", 1),
        ("lung_012.nii.gz", 1),
        ("scans/week 1/lung_012.nii.gz", 1),
        ("D:\\scans\\lung_012.png", 1),
        ("Abdomen/0001.dcm", 4),
        ("C-00000003/", 3),
    ],
)
def test_a_row_names_a_case_by_pseudonym_title_file_or_folder(name, number):
    found = Labelling.of({name: "b"}, ENTRIES)
    assert found.truths == {f"C-0000000{number}": "b"}
    assert (found.matched, found.strange, found.shared) == (1, (), ())


def test_no_case_and_several_cases_are_told_apart():
    found = Labelling.of({"lung": "b", "CT Chest": "b", "P-00000003": "b"}, ENTRIES)
    assert (found.strange, found.shared) == (("lung",), ("CT Chest", "P-00000003"))
    assert (found.truths, found.new, found.matched) == ({}, {}, 0)


def test_only_another_class_is_new():
    found = Labelling.of({"C-00000001": "a", "P-00000001": "a", "Abdomen": "b"}, ENTRIES)
    assert found.matched == 3
    assert found.truths == {"C-00000001": "a", "C-00000004": "b"}
    assert found.new == {"C-00000004": "b"}


def test_two_names_of_one_case_must_not_contradict_each_other():
    with pytest.raises(InvalidInput, match=r"'C-00000001' and as 'lung_012\.nii'"):
        Labelling.of({"C-00000001": "a", "lung_012.nii": "b"}, ENTRIES)


def test_tables_are_found_among_the_files_that_came(tmp_path):
    for number, name in enumerate(("a.dcm", "Labels.CSV", "b.png")):
        (tmp_path / "files" / str(number)).mkdir(parents=True)
        (tmp_path / "files" / str(number) / name).touch()
    assert [path.name for path in tables_among(tmp_path)] == ["Labels.CSV"]
