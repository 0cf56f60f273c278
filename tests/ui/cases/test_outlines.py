"""Outlines are seen on the scan before they are kept; nothing is kept unasked."""

import shutil

import numpy as np
import pytest

from ctviz.core import Region
from ctviz.store import AuditEvent
from ctviz.ui.cases import outlines
from ctviz.ui.session import Session
from tests.io.outlines import made
from tests.ui.test_pages import text_of


@pytest.fixture
def case(backend, tmp_path):
    """The id of the made scan's case."""
    (case_id,) = backend.import_path(made.scan(tmp_path / "scan")).result(120).cases
    return case_id


def dropped(tmp_path, *writes):
    """Return a folder as the spool has it, with files that were dropped."""
    folder = tmp_path / "batch"
    for number, write in enumerate(writes):
        own = folder / "files" / f"{number:05d}"
        own.mkdir(parents=True)
        write(own)
    return folder


def seg(own, seed=0):
    """Write a segmentation of two slices."""
    masks = made.masks(1, 2, seed=seed)
    frames = [made.frame(1, 1), made.frame(1, 2)]
    made.seg(own / "seg.dcm", np.stack(list(masks.values())), frames, {1: "Liver"})


def scan(own):
    """Write a scan's slice."""
    made.scan(own / "all")
    (own / "all" / "1.dcm").rename(own / "scan.dcm")
    shutil.rmtree(own / "all")


def offered(app, folder, case_id=""):
    """Run the page with outlines that have come."""
    app.run()
    app.session_state["ctviz"].outlines = outlines.Outlines(case=case_id, folder=folder)
    return again(app)


def again(app):
    """Run the page until the outlines are read."""
    app.run()
    job = app.session_state["ctviz"].outlines.job
    if job is not None:
        job.wait(120) if hasattr(job, "wait") else job.result(120)
    app.run()
    assert not app.exception
    return app


def press(app, wish):
    app.button(key=f"ctviz:outlines:{wish}").click().run()
    assert not app.exception


def test_outlines_are_set_apart_from_scans(tmp_path, monkeypatch):
    session = Session()
    monkeypatch.setattr(outlines, "session", lambda: session)
    folder = dropped(tmp_path, scan, seg)
    outlines.take_outlines(folder)
    assert [path.name for path in folder.rglob("*.dcm")] == ["scan.dcm"]
    assert [path.name for path in session.outlines.folder.rglob("*.dcm")] == ["seg.dcm"]


def test_they_are_matched_to_the_case_of_their_images_and_kept_when_wanted(
    app, backend, two_phantoms, case, tmp_path
):
    folder = dropped(tmp_path, seg)
    offered(app, folder)
    said = text_of(app)
    assert f"· {case}" in said
    assert "DICOM SEG: matched by the images that it was drawn on." in said
    assert not backend.store.regions(case)
    (reader,) = (box for box in app.text_input if box.label == "Whose outlines are these?")
    reader.set_value("Dr A").run()
    press(app, "keep")
    found = {(r.reader, r.label, r.slice_index): r.mask for r in backend.store.regions(case)}
    expected = made.masks(1, 2)
    assert found.keys() == {("Dr A", "Liver", 1), ("Dr A", "Liver", 2)}
    assert all((found["Dr A", "Liver", z] == mask).all() for z, mask in expected.items())
    assert backend.store.audit()[-1].event is AuditEvent.OUTLINED
    assert "2 regions" in text_of(app)
    assert not folder.exists()


def test_they_are_given_up_with_their_files(app, backend, case, tmp_path):
    folder = dropped(tmp_path, seg)
    offered(app, folder)
    press(app, "close")
    assert not backend.store.regions(case)
    assert not folder.exists()
    assert "Outlines of" not in text_of(app)


def test_what_belongs_to_no_case_is_said(app, backend, two_phantoms, tmp_path):
    offered(app, dropped(tmp_path, seg), two_phantoms[0])
    said = text_of(app)
    assert "No outline was added." in said
    assert "It is of another patient than this case;" in said


def test_what_somebody_drew_otherwise_is_not_replaced_unasked(app, backend, case, tmp_path):
    drawn = made.masks(1, seed=9)[1]
    offered(app, dropped(tmp_path, seg), case)
    (outline, *_) = app.session_state["ctviz"].outlines.job.result(0).files[0].outlines
    backend.store.append_region(Region(case, 1, outline.reader, "Liver", drawn))
    press(app, "keep")
    assert "Somebody has drawn here meanwhile" in text_of(app)
    assert "drew otherwise on 1 slice of these" in text_of(app)
    (region,) = backend.store.regions(case)
    assert (region.mask == drawn).all()
    press(app, "replace")
    kept = {r.slice_index: r.mask for r in backend.store.regions(case)}
    assert (kept[1] == made.masks(1, 2)[1]).all()


def test_another_grid_is_resampled_when_a_box_is_ticked(app, backend, case, tmp_path):
    shifted = made.affine()
    shifted[:3, 3] += (1.0, 0, 0)
    labels = np.zeros((5, *made.SHAPE), np.uint8)
    labels[1:3, 4:8, 4:8] = 1
    folder = dropped(tmp_path, lambda own: made.nifti(own / "liver.nii", labels, shifted))
    offered(app, folder, case)
    assert "Its pixels are not those of the slices" in text_of(app)
    (box,) = (box for box in app.checkbox if "nearest neighbour" in box.label)
    box.check().run()
    again(app)
    assert "NIfTI: matched by its place in the patient." in text_of(app)


def test_a_page_without_cases_asks_for_none(app, backend):
    app.run()
    assert "Add outlines to a case" not in [box.label for box in app.expander]
