"""The file of servers says who may be spoken to; what it says wrongly is named."""

import pytest

from ctviz.core import InvalidInput, InvalidParameter
from ctviz.io.pacs import read_servers
from ctviz.io.pacs.credentials import password_of
from ctviz.io.pacs.query import FoundSeries, PacsQuery

GOOD = """
[servers.main]
title = "Main PACS"
url = "https://pacs.hospital.example/dicom-web"
user = "ctviz"
password_file = "secret"
use = ["images", "results"]

[servers.archive]
ae_title = "ARCHIVE"
host = "10.0.0.7"
port = 104
move_to = "MAIN"
via = "main"
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "pacs.toml"
        path.write_text(text)
        return path

    return write


def test_servers_are_read_in_their_order(file):
    main, archive = read_servers(file(GOOD)).values()
    assert (main.called, main.web, main.images, main.results) == ("Main PACS", True, True, True)
    assert (archive.called, archive.web, archive.results) == ("archive", False, False)
    assert archive.address == "ARCHIVE@10.0.0.7:104"


WRONG = {
    "no TOML": ("[servers", "cannot be read as TOML"),
    "another table": ("[server.main]\nurl = 'https://a.example'", "table \\[servers.NAME\\]"),
    "unknown entry": ("[servers.a]\nurl = 'https://a.example'\nusr = 'b'", "known entries"),
    "wrong type": (
        "[servers.a]\nhost = 'b'\nae_title = 'B'\nport = '104'",
        "'port' of 'a' must be",
    ),
    "nothing": ("[servers.a]\ntitle = 'A'", "must have either 'url' or"),
    "both": ("[servers.a]\nurl = 'https://a.example'\nhost = 'b'", "must have either 'url' or"),
    "a file": ("[servers.a]\nurl = 'file:///etc/passwd'", "'url' like https://"),
    "password in the address": ("[servers.a]\nurl = 'https://u:p@a.example'", "password in its"),
    "a password in the clear": (
        "[servers.a]\nurl = 'http://a.example'\nuser = 'u'\npassword_env = 'P'",
        "would send its password in the clear",
    ),
    "long title": (
        "[servers.a]\nae_title = 'ABCDEFGHIJKLMNOPQ'\nhost = 'b'\nport = 1",
        "AE titles",
    ),
    "no port": ("[servers.a]\nae_title = 'A'\nhost = 'b'", "'port' between"),
    "no way": (
        "[servers.a]\nae_title = 'A'\nhost = 'b'\nport = 1\nmove_to = 'B'",
        "both 'move_to'",
    ),
    "strange use": ("[servers.a]\nurl = 'https://a.example'\nuse = ['all']", "one of images"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_is_named(file, case):
    text, sentence = WRONG[case]
    with pytest.raises(InvalidParameter, match=sentence):
        read_servers(file(text))


def test_a_secret_that_others_may_read_is_refused(file, tmp_path):
    main = read_servers(file(GOOD))["main"]
    secret = tmp_path / "secret"
    with pytest.raises(InvalidParameter, match="cannot be read"):
        password_of(main)
    secret.write_text("hush\n")
    for mode in (0o644, 0o640, 0o604, 0o700):
        secret.chmod(mode)
        with pytest.raises(InvalidParameter, match="chmod 600"):
            password_of(main)
    secret.chmod(0o600)
    assert password_of(main) == "hush"
    assert "hush" not in repr(main)


@pytest.mark.parametrize("bad", ["a\\b", "x" * 65, "a\nb"])
def test_a_query_that_means_something_else_is_refused(bad):
    with pytest.raises(InvalidInput, match="no backslash; correct it"):
        PacsQuery(patient_name=bad)


@pytest.mark.parametrize("uid", ["", "../1", "1.2/x", "1..2", "1" * 65, "1.2?x=y"])
def test_a_uid_is_nothing_else(uid):
    with pytest.raises(InvalidInput, match="numbers with dots"):
        FoundSeries("1.2", uid)
