"""Outlines are read in a process of its own, which may die of a file."""

import numpy as np
import pytest

from ctviz.io import ApartLimits, OutlineFile, OutlineSettings, Refused, outlines_apart, save_case
from ctviz.io.apart import outlines
from ctviz.io.apart.process import Process
from tests.io.outlines import made


@pytest.fixture
def folder(tmp_path):
    """Where the made case is saved."""
    save_case(made.case(), tmp_path / "case")
    return tmp_path / "case"


@pytest.fixture
def paths(tmp_path):
    """A good file, another patient's, and a good one again."""
    mask, frames = made.masks(1)[1][None], [made.frame(1, 1)]
    return [
        made.seg(tmp_path / "1.dcm", mask, frames, {1: "Liver"}),
        made.seg(
            tmp_path / "2.dcm", mask, [made.frame(1, 1, source=False)], {1: "x"}, PatientID="?"
        ),
        made.seg(tmp_path / "3.dcm", mask, frames, {1: "Liver"}),
    ]


def read(paths, folder, **bounds):
    limits = ApartLimits(**bounds)
    return list(
        outlines_apart(
            paths, made.case(), folder, key=made.KEY, asked=OutlineSettings(), limits=limits
        )
    )


def test_files_come_whole_and_in_order(paths, folder):
    first, second, third = read(paths, folder)
    assert isinstance(first, OutlineFile)
    assert isinstance(third, OutlineFile)
    assert (first.kind, first.labels) == ("DICOM SEG", ("Liver",))
    np.testing.assert_array_equal(first.outlines[0].mask, made.masks(1)[1])
    assert first.outlines[0].reader == third.outlines[0].reader
    assert isinstance(second, Refused)
    assert second.why.startswith("It is of another patient")


def test_one_that_ends_the_process_is_refused_and_the_others_are_read(paths, folder, monkeypatch):
    ask = Process.ask

    def dying(self, **request):
        if request["path"].endswith("2.dcm"):
            self.close()
            raise outlines.Died
        return ask(self, **request)

    monkeypatch.setattr(Process, "ask", dying)
    first, second, third = read(paths, folder)
    assert isinstance(first, OutlineFile)
    assert isinstance(third, OutlineFile)
    assert second.why.startswith("It ended the process that read it")


def test_what_the_process_must_not_say_is_not_believed(paths, folder, monkeypatch):
    lies = [
        {"outline": ["Liver", "R", 99, ""]},
        {"outline": ["Liver", "R", 0, "AAAA"]},
        {"outline": ["x" * 100, "R", 0, ""]},
        {"outline": "Liver"},
        {"unplaced": ["what"]},
    ]
    for lie in lies:
        monkeypatch.setattr(Process, "ask", lambda _self, lie=lie, **_: iter([lie]))
        (found,) = read(paths[:1], folder)
        assert isinstance(found, Refused), lie
