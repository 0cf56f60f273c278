"""Which cases of known class a new model is shown to answer."""

from ctviz.backend.cases.known import few_of_each_class
from ctviz.store import CaseEntry


def case(number, truth, source="demo"):
    return CaseEntry(f"C-{number}", "P", "", 1, (8, 8), source=source, truth=truth)


def test_every_class_has_its_turn_and_own_cases_come_first():
    entries = [
        *(case(n, "with") for n in range(4)),
        *(case(n, "without") for n in range(4, 6)),
        case(9, "with", "dicom"),
        case(10, None),
        case(11, "with", "marked demo"),
    ]
    assert [each.id for each in few_of_each_class(entries, most=4)] == ["C-9", "C-0", "C-4", "C-5"]


def test_cases_of_the_models_own_classes_are_taken_alone():
    entries = [case(0, "with"), case(1, "nodule", "dicom"), case(2, "clear", "dicom")]
    assert [each.id for each in few_of_each_class(entries, ["clear", "nodule"])] == ["C-2", "C-1"]
    assert len(few_of_each_class(entries, ["other"])) == 3
