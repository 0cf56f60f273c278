"""A browser names what the operator has opened, and nothing else, whatever it writes."""

import os
from pathlib import Path

import pytest

from ctviz.core import CtvizError, InvalidInput, InvalidParameter, NotAllowed, Settings
from ctviz.ui.access.roots import confined


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A root 'open' with a scan, and a folder 'closed' beside it."""
    (tmp_path / "open" / "scan").mkdir(parents=True)
    (tmp_path / "open" / "scan" / "1.dcm").write_bytes(b"x")
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "secret.dcm").write_bytes(b"x")
    (tmp_path / "openly").mkdir()
    return tmp_path


def test_without_roots_no_folder_can_be_named(place):
    with pytest.raises(NotAllowed, match="CTVIZ_IMPORT_ROOTS"):
        confined(str(place / "open"), ())


def test_what_lies_within_is_found_by_its_whole_or_its_relative_name(place):
    roots, scan = (place / "open",), place / "open" / "scan"
    assert confined(str(scan), roots) == scan
    assert confined("scan", roots) == scan
    assert confined("scan/1.dcm", roots) == scan / "1.dcm"
    assert confined(".", roots) == place / "open"
    assert confined(str(place / "closed" / ".." / "open" / "scan"), roots) == scan


@pytest.mark.parametrize(
    "name",
    [
        "/etc",
        "/",
        "..",
        "../closed",
        "scan/../../closed",
        "{place}/closed",
        "{place}/openly",
        "{place}/open/../closed/secret.dcm",
        "~",
        "~root",
        "$HOME",
        "",
        "   ",
        "missing",
        "scan\0",
        "/etc\0/open",
        "\ud800",
        "a" * 5_000,
        "x/" * 3_000,
        "/proc/self/cwd",
        "/proc/self/root/etc",
    ],
)
def test_what_lies_outside_is_refused_as_if_it_did_not_exist(place, name):
    with pytest.raises(InvalidInput, match="no such file or folder that may be brought in"):
        confined(name.replace("{place}", str(place)), (place / "open",))


def test_a_link_out_of_the_root_is_not_followed(place):
    root = place / "open"
    (root / "way").symlink_to(place / "closed")
    (root / "circle").symlink_to(root / "circle")
    for name in ("way", "way/secret.dcm", "circle"):
        with pytest.raises(InvalidInput):
            confined(name, (root,))


@pytest.mark.parametrize("target", ["../../closed/secret.dcm", "../../closed", "/etc/passwd"])
def test_a_folder_that_holds_a_link_out_is_refused(place, target):
    (place / "open" / "scan" / "2.dcm").symlink_to(target)
    with pytest.raises(NotAllowed, match="link"):
        confined("scan", (place / "open",))


def test_links_that_stay_within_or_lead_nowhere_are_fine(place):
    root = place / "open"
    (root / "again").symlink_to(root / "scan")
    (root / "scan" / "2.dcm").symlink_to("1.dcm")
    (root / "scan" / "3.dcm").symlink_to("gone.dcm")
    assert confined("again", (root,)) == root / "scan"


def test_a_root_that_is_a_link_itself_opens_what_it_leads_to(place):
    (place / "alias").symlink_to(place / "open")
    assert confined("scan", (place / "alias",)) == place / "open" / "scan"
    assert confined(str(place / "open" / "scan"), (place / "alias",)) == place / "open" / "scan"


def test_roots_come_from_the_environment_by_their_whole_paths(monkeypatch, place):
    monkeypatch.setenv("CTVIZ_IMPORT_ROOTS", os.pathsep.join([str(place / "open"), " ", "/data"]))
    assert Settings.from_environment().import_roots == (place / "open", Path("/data"))
    monkeypatch.setenv("CTVIZ_IMPORT_ROOTS", "data")
    with pytest.raises(InvalidParameter, match="whole paths"):
        Settings.from_environment()


@pytest.mark.parametrize("text", ["", "-1", "1e3", "two", "٣", "9" * 5_000, "1.5"])
def test_limits_of_uploads_are_whole_numbers(monkeypatch, text):
    monkeypatch.setenv("CTVIZ_UPLOAD_MB", text)
    with pytest.raises(CtvizError, match="CTVIZ_UPLOAD_MB"):
        Settings.from_environment()
