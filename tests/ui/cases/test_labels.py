"""True classes come from a table: said first, kept if wanted, undone if not."""

import pytest

from ctviz.store import AuditEvent
from ctviz.ui.access import Account
from ctviz.ui.access.roles import PERMITTED
from ctviz.ui.cases import labels
from ctviz.ui.session import Session
from tests.ui.test_pages import text_of

WITH, WITHOUT = "with contrast", "without contrast"


def dropped(tmp_path, monkeypatch, *tables):
    """Return what a session knows after these tables, and a scan, were dropped."""
    session = Session()
    monkeypatch.setattr(labels, "session", lambda: session)
    for number, content in enumerate((b"a scan", *tables)):
        folder = tmp_path / "files" / f"{number:05d}"
        folder.mkdir(parents=True)
        (folder / ("labels.csv" if number else "scan.dcm")).write_bytes(content)
    labels.take_labels(tmp_path)
    assert [path.name for path in tmp_path.glob("files/*/*")] == ["scan.dcm"]
    return session.labels


def test_a_table_is_taken_from_among_the_scans(tmp_path, monkeypatch):
    found = dropped(tmp_path, monkeypatch, b"case,truth\nC-1,a\n")
    assert (found.classes, found.refused) == ({"C-1": "a"}, "")


def test_a_bad_table_is_said_and_the_scans_come_nevertheless(tmp_path, monkeypatch):
    found = dropped(tmp_path, monkeypatch, b"case;truth\nC-1;a\n")
    assert found.classes == {}
    assert "save it as CSV with commas" in found.refused


def test_several_tables_are_none(tmp_path, monkeypatch):
    found = dropped(tmp_path, monkeypatch, b"case,truth\nC-1,a\n", b"case,truth\nC-2,a\n")
    assert (found.classes, found.refused) == ({}, labels.SEVERAL)


def truths(backend):
    return {entry.id: entry.truth for entry in backend.cases()}


def press(app, wish):
    app.button(key=f"ctviz:labels:{wish}").click().run()
    assert not app.exception


@pytest.fixture
def offered(app, backend, two_phantoms):
    """The page with a table of which one row is new, one is not, and seven are nowhere."""
    first, second = two_phantoms
    known = truths(backend)
    app.run()
    session = app.session_state["ctviz"]
    session.reader = "AB"
    session.labels.classes = {first: "*odd*", second: known[second]}
    session.labels.classes |= {f"nowhere {number}": WITH for number in range(7)}
    app.run()
    assert not app.exception
    assert truths(backend) == known
    return app


def test_what_a_table_would_change_is_said_before_anything_is_kept(offered):
    said = text_of(offered)
    assert "**2 of 9 rows matched:** 1 case would get another class." in said
    assert "7 rows name no case: 'nowhere 0', 'nowhere 1', 'nowhere 2'" in said
    assert "'nowhere 4' and 2 others." in said
    assert "No model knows the class '\\*odd\\*'." in said


def test_it_is_kept_on_record_and_undone(offered, backend, two_phantoms):
    before = truths(backend)
    backend.case(two_phantoms[0])
    press(offered, "keep")
    assert truths(backend) == before | {two_phantoms[0]: "*odd*"}
    assert backend.case(two_phantoms[0]).truth == "*odd*"
    assert "1 case got its class." in text_of(offered)
    labelled = (AuditEvent.LABELLED, "AB", two_phantoms[0])
    deeds = [(entry.event, entry.who, entry.what) for entry in backend.store.audit()]
    assert deeds.count(labelled) == 1
    press(offered, "undo")
    assert truths(backend) == before
    assert "got its class" not in text_of(offered)
    deeds = [(entry.event, entry.who, entry.what) for entry in backend.store.audit()]
    assert deeds.count(labelled) == 2


def test_a_table_is_put_aside(offered, backend):
    before = truths(backend)
    press(offered, "close")
    assert truths(backend) == before
    assert "matched" not in text_of(offered)


def test_rows_that_contradict_each_other_offer_nothing_to_keep(offered, two_phantoms):
    case_id = two_phantoms[0]
    offered.session_state["ctviz"].labels.classes = {case_id: WITH, f"{case_id}.dcm": WITHOUT}
    offered.run()
    assert "names one case twice" in text_of(offered)
    assert not [button for button in offered.button if button.key == "ctviz:labels:keep"]


def test_readers_cannot_wish_for_other_classes(offered, backend, monkeypatch):
    before = truths(backend)
    monkeypatch.setattr(Account, "may", lambda _, deed: deed in PERMITTED["reader"])
    offered.session_state["ctviz"].labels.wish = "keep"
    offered.run()
    assert truths(backend) == before
    assert "matched" not in text_of(offered)


def test_a_table_is_put_aside_by_whoever_sees_it(monkeypatch):
    """A reader may have been an owner when it came."""
    session = Session()
    session.labels.classes, session.labels.wish = {"C-1": WITH}, "close"
    monkeypatch.setattr(labels, "session", lambda: session)
    monkeypatch.setattr(labels, "permit", pytest.fail)
    labels.do_label()
    assert session.labels.classes == {}
