"""`ctviz pacs` searches a server, brings in a series, and sends; so does `export --send`."""

import json
import shlex
import sqlite3

import numpy as np
import pydicom
import pytest

from ctviz.backend import Backend
from ctviz.cli.program import parser
from ctviz.core import Region, Settings
from ctviz.core.settings import PROJECT
from tests.io.outlines import made
from tests.io.pacs import fake_web as fake
from tests.io.pacs.conftest import SCAN, STUDY, outlined, outlined_web, scan, web

__all__ = ["outlined", "outlined_web", "scan", "web"]


@pytest.fixture
def servers(environment, web, monkeypatch):
    """A file of servers with one for images, one for results, and one for both."""
    path = environment / "pacs.toml"
    path.write_text(
        f"""
        [servers.main]
        title = "Main PACS"
        url = "{web.url}"
        patience = 2
        [servers.research]
        url = "{web.url}"
        use = ["results"]
        """
    )
    monkeypatch.setenv("CTVIZ_PACS", str(path))
    return web


def case_of(ctviz, web, *more):
    study, series, _ = web.ids
    done = ctviz("pacs", "fetch", "main", study, series, "--format", "json", *more)
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    return row


def test_servers_are_listed_and_answer(ctviz, servers):
    rows = json.loads(ctviz("pacs", "servers", "--format", "json").out)
    assert [(row["server"], row["for"]) for row in rows] == [
        ("main", "images"),
        ("research", "results"),
    ]
    assert ctviz("pacs", "echo", "main").out == "'main' answers.\n"
    done = ctviz("pacs", "echo", "mian")
    assert (done.code, done.err) == (2, "No server is called 'mian'. Did you mean 'main'?\n")


def test_without_servers_it_says_how_to_name_some(ctviz):
    done = ctviz("pacs", "servers")
    assert done.code == 2
    assert "CTVIZ_PACS" in done.err


def test_from_a_search_to_a_case_without_a_name(ctviz, servers, environment):
    (study,) = json.loads(ctviz("pacs", "search", "main", "--format", "json").out)
    assert study["patient_name"] == "Sturzmüller, Hannelore"
    found = ctviz("pacs", "search", "main", "--study", study["study_uid"], "--format", "json")
    (series,) = json.loads(found.out)
    done = ctviz("pacs", "fetch", "main", study["study_uid"], series["series_uid"])
    assert done.code == 0, done.err
    assert "Sturz" not in done.out + done.err
    kept = [path for path in (environment / "data").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        content = path.read_bytes()
        for identity in ("Sturzm", "Hannelore", "4711-0815", study["study_uid"]):
            assert identity.encode() not in content, path
    with sqlite3.connect(environment / "data" / "ctviz.db") as database:
        deeds = [row[0] for row in database.execute("SELECT event FROM audit")]
    assert deeds == ["IMPORTED"]


def test_a_fetched_series_is_the_case_of_its_files(ctviz, servers, scan):
    fetched = case_of(ctviz, servers)
    (row,) = json.loads(ctviz("index", scan, "--format", "json").out)
    assert row["case"] == fetched["case"]


def test_all_ct_series_of_a_study_come_at_once(ctviz, servers):
    done = ctviz("pacs", "fetch", "main", servers.ids[0], "--format", "json")
    assert [row["slices"] for row in json.loads(done.out)] == [12]


def test_a_cut_adds_nothing_and_the_next_time_goes_on(ctviz, servers):
    study, series, images = servers.ids
    bad = images[5]

    def cut(handler) -> bool:
        if handler.words[-1] != bad:
            return False
        handler.close_connection = True
        return True

    servers.wrong = cut
    done = ctviz("pacs", "fetch", "main", study, series)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "nothing was added yet" in done.err
    assert ctviz("cases").out == ""
    servers.wrong = lambda _: False
    servers.asked.clear()
    case_of(ctviz, servers)
    assert 1 <= sum(servers.asked[uid] for uid in images) < 12


def test_what_is_no_uid_gets_a_sentence(ctviz, servers):
    done = ctviz("pacs", "fetch", "main", "1.2", "../../etc")
    assert done.code == 2
    assert "copy them from `ctviz pacs search`" in done.err


def test_a_series_that_holds_no_ct_gets_a_sentence(ctviz, servers):
    servers.wrong = fake.status(200, "application/dicom+json", b"[]")
    done = ctviz("pacs", "fetch", "main", servers.ids[0])
    assert "no CT series here" in done.err


def draw(case: str) -> None:
    backend = Backend(Settings.from_environment())
    try:
        mask = np.zeros((32, 40), bool)
        mask[10:20, 12:22] = True
        backend.store.append_region(Region(case, 1, "AB", "heart", mask))
    finally:
        backend.close()


def test_results_go_back_into_the_patients_study(ctviz, servers, environment):
    row = case_of(ctviz, servers, "--results-may-go-back")
    draw(row["case"])
    out = environment / "out"
    done = ctviz("export", row["case"], "--as", "seg", "--out", out, "--send", "research")
    assert done.code == 0, done.err
    assert "'research' has kept 1 of 1 objects" in done.err
    (sent,) = servers.kept
    assert sent == next(out.glob("seg-*.dcm")).read_bytes()
    made = pydicom.dcmread(next(out.glob("seg-*.dcm")))
    assert made.StudyInstanceUID == servers.ids[0]


def test_without_that_choice_they_go_anonymous_and_it_is_said(ctviz, servers, environment):
    row = case_of(ctviz, servers)
    draw(row["case"])
    out = environment / "out"
    done = ctviz("export", row["case"], "--as", "seg,nifti", "--out", out, "--send", "research")
    assert done.code == 0, done.err
    assert "The objects are anonymous" in done.err
    assert len(servers.kept) == 13
    assert all(
        b"Sturz" not in each and servers.ids[0].encode() not in each for each in servers.kept
    )


def test_only_objects_of_ctviz_are_sent(ctviz, servers, environment, scan):
    foreign = environment / "foreign.dcm"
    header = pydicom.dcmread(next(scan.iterdir()))
    header.file_meta.ImplementationClassUID = "1.2.3"
    header.save_as(foreign)
    for path in (foreign, environment / "pacs.toml"):
        done = ctviz("pacs", "send", "research", path)
        assert done.code == 2
        assert "no DICOM object that ctviz has written" in done.err
    assert "takes no results" in ctviz("pacs", "send", "main", next(scan.iterdir())).err
    done = ctviz("pacs", "send", "research", next(scan.iterdir()))
    assert done.out == "'research' has kept 1 of 1 objects.\n"


def test_the_commands_of_the_page_are_commands():
    page = (PROJECT / "docs" / "pacs.md").read_text("utf-8")
    commands = [shlex.split(line)[1:] for line in page.splitlines() if line.startswith("ctviz ")]
    assert len(commands) > 5
    for words in commands:
        assert parser().parse_args(words).run


@pytest.fixture
def outlines(environment, outlined_web, monkeypatch):
    """A server with a scan and outlines of it; the UIDs of their series by modality."""
    path = environment / "pacs.toml"
    path.write_text(f'[servers.main]\nurl = "{outlined_web.url}"\npatience = 2\n')
    monkeypatch.setenv("CTVIZ_PACS", str(path))
    headers = [header for header, _ in outlined_web.files.values()]
    return {header.Modality: header.SeriesInstanceUID for header in headers}


def kept_regions():
    backend = Backend(Settings.from_environment())
    try:
        (case,) = backend.cases()
        return {(r.reader, r.label, r.slice_index): r.mask for r in backend.store.regions(case.id)}
    finally:
        backend.close()


def test_outlines_become_regions_of_the_case_of_their_scan(ctviz, outlines, environment):
    assert ctviz("pacs", "fetch", "main", STUDY, SCAN).code == 0
    asked = ("--reader", "Dr A", "--format", "json")
    done = ctviz("pacs", "fetch", "main", STUDY, outlines["SEG"], *asked)
    assert done.code == 0, done.err
    assert "DICOM SEG, matched by the images that it was drawn on." in done.err
    assert [row["label"] for row in json.loads(done.out)] == ["Liver"]
    found, expected = kept_regions(), made.masks(1, 2)
    assert found.keys() == {("Dr A", "Liver", index) for index in expected}
    assert all((found["Dr A", "Liver", index] == mask).all() for index, mask in expected.items())
    assert not list((environment / "data").rglob("*.dcm"))


def test_their_scan_comes_with_them_if_it_is_asked_for(ctviz, outlines):
    done = ctviz("pacs", "fetch", "main", STUDY, outlines["RTSTRUCT"])
    assert done.code == 2
    assert done.err == (
        "The scan that these outlines were drawn on is not among the cases; 'main' has it. Add "
        "--with-scan to fetch it, too.\n"
    )
    assert ctviz("cases").out == ""
    done = ctviz("pacs", "fetch", "main", STUDY, outlines["RTSTRUCT"], "--with-scan")
    assert done.code == 0, done.err
    assert {label for _, label, _ in kept_regions()} == {"GTV"}


def test_nothing_is_kept_of_a_dry_run_or_of_a_case_they_do_not_belong_to(ctviz, outlines, scan):
    assert ctviz("pacs", "fetch", "main", STUDY, SCAN).code == 0
    assert ctviz("pacs", "fetch", "main", STUDY, outlines["SEG"], "--dry-run").code == 0
    assert kept_regions() == {}
    (other,) = json.loads(ctviz("index", scan, "--format", "json").out)
    done = ctviz("pacs", "fetch", "main", STUDY, outlines["SEG"], "--onto", other["case"])
    assert done.code == 2
    assert "It is of another patient than this case" in done.err
