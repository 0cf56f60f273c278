"""A DICOMweb server is searched, fetched from and sent to; a bad one gets one sentence."""

import json
import logging

import pydicom
import pytest

from ctviz.core import Cancelled, Progress
from ctviz.io.pacs import (
    MOST_SERIES,
    FoundSeries,
    PacsQuery,
    PacsServer,
    PacsTrouble,
    PartShelf,
    fetch,
    fetch_one,
    open_door,
)
from tests.io.pacs import fake_web as fake

MOST = 10**8


def server(web, **how) -> PacsServer:
    return PacsServer("main", url=web.url, **{"patience": 1.0, **how})


def series_of(web) -> FoundSeries:
    study, uid, _ = web.ids
    return FoundSeries(study, uid)


def fetched(web, shelf, series=None, progress=None, most=MOST, **how):
    with (
        shelf.room(server(web), series or series_of(web)) as parts,
        open_door(server(web, **how)) as door,
    ):
        fetch(door, series or series_of(web), parts, most, progress or Progress())
        return parts


@pytest.fixture
def shelf(tmp_path) -> PartShelf:
    return PartShelf(tmp_path / "fetched")


def test_a_study_is_found_with_its_series_and_images(web):
    study, series, images = web.ids
    with open_door(server(web)) as door:
        (found,) = door.studies(PacsQuery(patient_name="Sturz", modality="ct"))
        assert (found.uid, found.patient_name) == (study, "Sturzmüller, Hannelore")
        assert (found.patient_id, found.date) == ("4711-0815", "2026-11-27")
        (one,) = door.series(study)
        assert (one.uid, one.modality) == (series, "CT")
        assert sorted(door.images(one)) == sorted(images)
    assert "Hannelore" not in repr(found)
    assert "4711" not in repr(found)


def test_what_is_asked_for_is_what_dicom_calls_it():
    query = PacsQuery("4711", "Sturz", "2026-11-01", "2026-11-27", "ct", "chest")
    assert query.filters == {
        "PatientID": "4711",
        "PatientName": "Sturz*",
        "StudyDate": "20261101-20261127",
        "ModalitiesInStudy": "CT",
        "StudyDescription": "*chest*",
    }
    assert PacsQuery(first_date="2026-11-01").filters == {"StudyDate": "20261101-"}


def test_a_series_comes_byte_for_byte(web, shelf):
    progress = Progress()
    parts = fetched(web, shelf, progress=progress)
    assert sorted(path.read_bytes() for path in parts.files) == sorted(
        content for _, content in web.files.values()
    )
    assert progress.share == 1
    assert oct(parts.folder.stat().st_mode)[-3:] == "700"
    assert all(oct(path.stat().st_mode)[-3:] == "600" for path in parts.files)


def test_after_a_cut_only_the_rest_is_fetched(web, shelf):
    lost = web.ids[2][7]

    def cut(handler) -> bool:
        if handler.words[-1] != lost:
            return False
        handler.answer(b"DI", "multipart/related; boundary=x", length=10**6)
        handler.close_connection = True
        return True

    web.wrong = cut
    with pytest.raises(PacsTrouble, match=r"broke off.* images came and will not be fetched again"):
        fetched(web, shelf)
    came = {uid for uid in web.ids[2] if web.asked[uid]} - {lost}
    web.wrong = lambda _: False
    web.asked.clear()
    parts = fetched(web, shelf)
    assert len(parts.files) == 12
    again = {uid for uid in web.ids[2] if web.asked[uid]}
    assert lost in again
    # Those that were under way at the cut may come twice.
    assert len(again & came) <= 3


def test_what_is_given_up_ends_at_once(web, shelf):
    progress = Progress(lambda share: progress.cancel() if share > 0.3 else None)
    with pytest.raises(Cancelled):
        fetched(web, shelf, progress=progress)
    assert sum(web.asked[uid] for uid in web.ids[2]) < 12


def test_the_slice_in_the_middle_is_one_request(web):
    with open_door(server(web)) as door:
        file = fetch_one(door, series_of(web))
    assert file in [content for _, content in web.files.values()]
    assert sum(web.asked[uid] for uid in web.ids[2]) == 1


SAID = {
    "unauthorised": (fake.status(401), "refuses who asks .401.; check its user and password"),
    "forbidden": (fake.status(403), "refuses who asks"),
    "nothing there": (fake.status(404), "nothing under this address .404."),
    "its own failure": (fake.status(500), "failed by itself .500."),
    "busy": (fake.status(503), "is busy .503."),
    "bad request": (fake.status(400), "failed by itself .400."),
    "a page": (fake.page, "web page in place of DICOM"),
    "a page called JSON": (fake.status(200, "application/dicom+json", b"<html>"), "not DICOM"),
    "a list of numbers": (fake.status(200, "application/dicom+json", b"[1, 2]"), "not DICOM"),
    "deep JSON": (fake.status(200, "application/json", b"[" * 10**5), "not DICOM"),
    "another host": (fake.elsewhere, "another address, which is not followed"),
    "silence": (fake.silent, "took too long"),
    "a cut": (fake.longer_than_it_is, "broke off in the middle"),
    "too long": (fake.shorter_than_it_is, "not DICOM"),
    "endless": (fake.endless, "more than ctviz takes"),
}


@pytest.mark.parametrize("case", SAID)
def test_a_bad_search_gets_one_sentence(web, case, monkeypatch):
    monkeypatch.setattr("ctviz.io.pacs.dicomweb.LARGEST_LIST", 2**22)
    web.wrong, sentence = SAID[case]
    with (
        open_door(server(web, patience=0.5)) as door,
        pytest.raises(PacsTrouble, match=sentence) as raised,
    ):
        door.studies(PacsQuery(patient_name="Sturzmüller"))
    assert "Sturzm" not in str(raised.value)
    assert raised.value.__cause__ is None


FETCHED = {
    "a page": (fake.page, "web page in place of DICOM"),
    "a page called DICOM": (fake.page_called_dicom, "not DICOM"),
    "garbage": (fake.garbage, "not DICOM"),
    "no parts": (fake.status(200, "multipart/related", b""), "not DICOM"),
    "failure": (fake.status(500), "failed by itself"),
    "unauthorised": (fake.status(401), "refuses who asks"),
}


@pytest.mark.parametrize("case", FETCHED)
def test_a_bad_image_ends_the_fetch_with_one_sentence(web, shelf, case, monkeypatch):
    monkeypatch.setattr("ctviz.io.pacs.dicomweb.BREATH_SECONDS", 0.01)
    answer, sentence = FETCHED[case]
    bad = web.ids[2][3]
    web.wrong = lambda handler: handler.words[-1] == bad and answer(handler)
    with pytest.raises(PacsTrouble, match=sentence):
        fetched(web, shelf)


def test_a_server_that_is_down_is_unreachable(web):
    gone = PacsServer("gone", url="http://127.0.0.1:9/dicom-web", patience=1.0)
    with open_door(gone) as door, pytest.raises(PacsTrouble, match="'gone' cannot be reached"):
        door.echo()


def test_busy_for_a_moment_is_waited_for(web, shelf, monkeypatch):
    monkeypatch.setattr("ctviz.io.pacs.dicomweb.BREATH_SECONDS", 0.01)
    tried = []

    def busy(handler) -> bool:
        first = handler.words[-1] in web.files and handler.words[-1] not in tried
        tried.append(handler.words[-1])
        return first and fake.status(503)(handler)

    web.wrong = busy
    assert len(fetched(web, shelf).files) == 12


def other(web, **elements) -> bytes:
    """Return the file of an image with other elements."""
    from io import BytesIO

    file = BytesIO(next(iter(web.files.values()))[1])
    header = pydicom.dcmread(file)
    for keyword, value in elements.items():
        setattr(header, keyword, value)
    out = BytesIO()
    header.save_as(out)
    return out.getvalue()


def test_a_series_of_two_patients_is_refused_whole(web, shelf):
    uid = web.ids[2][0]
    stranger = other(web, PatientID="somebody else", SOPInstanceUID=uid)
    web.wrong = lambda handler: handler.words[-1] == uid and handler.file(stranger) is None
    with pytest.raises(PacsTrouble, match="mixes images of several patients; nothing was added"):
        fetched(web, shelf)
    assert not list(shelf._folder.glob("*/*.dcm"))


def test_an_image_of_another_series_is_refused(web, shelf):
    uid = web.ids[2][0]
    stranger = other(web, SeriesInstanceUID="1.2.3", SOPInstanceUID=uid)
    web.wrong = lambda handler: handler.words[-1] == uid and handler.file(stranger) is None
    with pytest.raises(PacsTrouble, match="another image than the one asked for"):
        fetched(web, shelf)


def test_more_than_a_reader_may_bring_is_refused(web, shelf):
    with pytest.raises(PacsTrouble, match="CTVIZ_UPLOAD_MB"):
        fetched(web, shelf, most=5000)
    assert not list(shelf._folder.glob("*/*.dcm"))


def test_ten_thousand_series_are_cut(web):
    many = [
        {"0020000E": {"vr": "UI", "Value": [f"1.2.{number}"]}} for number in range(10_000)
    ]  # fmt: skip
    body = json.dumps(many).encode()
    web.wrong = fake.status(200, "application/dicom+json", body)
    with open_door(server(web)) as door:
        assert len(door.series(web.ids[0])) == MOST_SERIES + 1


def test_a_uid_that_is_an_address_is_none(web):
    answer = [{"0020000D": {"vr": "UI", "Value": ["../../admin"]}}]
    web.wrong = fake.status(200, "application/dicom+json", json.dumps(answer).encode())
    with open_door(server(web)) as door:
        assert door.studies(PacsQuery()) == []


def test_strange_values_are_passed_over(web):
    answer = [
        {
            "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
            "00100010": {"vr": "PN", "Value": [{"Alphabetic": {"a": 1}}, 7]},
            "00100020": {"vr": "LO", "Value": [None]},
            "00080020": "no element",
            "00201206": {"vr": "IS", "Value": ["many"]},
        }
    ]
    web.wrong = fake.status(200, "application/dicom+json", json.dumps(answer).encode())
    with open_door(server(web)) as door:
        (study,) = door.studies(PacsQuery())
    assert (study.patient_id, study.date, study.series) == ("", "", None)


def test_the_password_goes_to_its_server_only(web, tmp_path, monkeypatch):
    variable = "SECRET_OF_TESTS"
    monkeypatch.setenv(variable, "pässword")
    with open_door(server(web, user="ctviz", password_env=variable)) as door:
        door.echo()
        with pytest.raises(PacsTrouble, match="not DICOM"):
            door._lists.get("http://127.0.0.2:9/")
    (sent,) = web.authorizations
    assert sent == "Basic Y3R2aXo6cMOkc3N3b3Jk"
    web.authorizations.clear()
    file = tmp_path / "token"
    file.write_text("abc\n")
    file.chmod(0o600)
    with open_door(server(web, token_file=str(file))) as door:
        door.echo()
    assert web.authorizations == {"Bearer abc"}


def test_results_are_sent_and_believed_only_when_kept(web, scan):
    file = next(scan.iterdir()).read_bytes()
    sent = []
    with open_door(server(web)) as door:
        door.send([file, file], lambda: sent.append(1))
        assert len(web.kept) == len(sent) == 2
        assert web.kept[0] == file
        web.wrong = fake.status(409)
        with pytest.raises(PacsTrouble, match="has not kept an object"):
            door.send([file], lambda: sent.append(1))
        web.wrong = fake.status(200, "application/dicom+json", b"{}")
        with pytest.raises(PacsTrouble, match="has not kept an object"):
            door.send([file], lambda: sent.append(1))
    assert len(sent) == 2


def test_no_log_names_a_patient(web, shelf, caplog):
    caplog.set_level(logging.DEBUG)
    with open_door(server(web)) as door:
        door.studies(PacsQuery(patient_id="4711-0815", patient_name="Sturzmüller"))
    fetched(web, shelf)
    assert "Sturz" not in caplog.text
    assert "4711" not in caplog.text
    assert web.ids[1] not in caplog.text
