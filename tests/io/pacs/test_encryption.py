"""TLS, by each protocol: a server is believed that proves who it is; any other gets a sentence."""

import asyncio
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import timedelta

import numpy as np
import pydicom
import pytest
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from ctviz.core import InvalidParameter, Progress
from ctviz.io.pacs import (
    FoundSeries,
    PacsQuery,
    PacsServer,
    PacsTrouble,
    PartShelf,
    fetch,
    open_door,
)
from tests.certificates import Authority
from tests.io.pacs.fake_web import fake_web
from tests.orthanc import PASSWORD, USER, running

VARIABLE = "CTVIZ_TESTS_ORTHANC"
PROTOCOLS = pytest.mark.parametrize("protocol", ["web", "dimse"])


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def encrypted(authority, tmp_path_factory):
    """An Orthanc that speaks by TLS only, and the address of its DICOMweb services."""
    folder = tmp_path_factory.mktemp("encrypted")
    own = authority.vouch("orthanc")
    with (
        running(folder, "ORTHANC", certificate=own, ca=authority.ca) as started,
        in_front_of(started.web_port, own) as port,
    ):
        yield started, f"https://127.0.0.1:{port}/dicom-web"


@contextmanager
def in_front_of(port, certificate):
    """Lend the port of a server that decrypts what comes for another one."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.both)
    loop = asyncio.new_event_loop()

    async def pass_on(source, target):
        with suppress(ConnectionError):
            while piece := await source.read(2**16):
                target.write(piece)
                await target.drain()
        target.close()

    async def meet(source, back):
        behind, target = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(source, target), pass_on(behind, back))

    server = loop.run_until_complete(asyncio.start_server(meet, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()


def server_of(encrypted, protocol, ca="", **how):
    """Return a real PACS as the file of servers has it."""
    orthanc, url = encrypted
    if protocol == "web":
        who = {"url": url, "user": USER, "password_env": VARIABLE}
    else:
        port = orthanc.dicom_port
        who = {"ae_title": orthanc.title, "host": "127.0.0.1", "port": port, "tls": True}
    return PacsServer("main", **{"ca": str(ca), "patience": 20.0, **who, **how})


@pytest.fixture
def real(request, encrypted, authority, monkeypatch):
    """A real PACS, as the file of servers has it."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    encrypted[0].empty()
    return server_of(encrypted, request.param, authority.ca)


@pytest.mark.parametrize("real", ["web", "dimse"], indirect=True)
def test_a_real_pacs_is_searched_fetched_from_and_sent_to(real, scan, tmp_path):
    files = [path.read_bytes() for path in sorted(scan.iterdir())]
    header = pydicom.dcmread(next(scan.iterdir()))
    series = FoundSeries(header.StudyInstanceUID, header.SeriesInstanceUID)
    with open_door(real) as door:
        door.echo()
        door.send(files, lambda: None)
        (study,) = door.studies(PacsQuery(patient_name="Sturz"))
        assert study.uid == series.study
        with PartShelf(tmp_path / "fetched").room(real, series) as parts:
            fetch(door, series, parts, 10**8, Progress())
            came = {each.SOPInstanceUID: each for each in map(pydicom.dcmread, parts.files)}
    for path in scan.iterdir():
        sent = pydicom.dcmread(path)
        np.testing.assert_array_equal(came[sent.SOPInstanceUID].pixel_array, sent.pixel_array)


@contextmanager
def serving(protocol, certificate, scan):
    """Lend a server with a certificate, or without encryption."""
    if protocol == "web":
        with fake_web(scan, certificate) as web:
            yield {"url": web.url}
        return
    entity = AE(ae_title="FAKE")
    entity.add_supported_context(Verification)
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.both)
    started = entity.start_server(("127.0.0.1", 0), block=False, ssl_context=context)
    try:
        port = started.socket.getsockname()[1]
        yield {"ae_title": "FAKE", "host": "127.0.0.1", "port": port, "tls": True}
    finally:
        started.shutdown()


def asked(who, ca, **how):
    with open_door(PacsServer("main", **{**who, "ca": str(ca), "patience": 5.0, **how})) as door:
        door.echo()


@PROTOCOLS
def test_one_that_proves_who_it_is_is_believed(protocol, authority, scan):
    with serving(protocol, authority.vouch("right"), scan) as who:
        asked(who, authority.ca)


@PROTOCOLS
@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"since": timedelta(days=-9)}, "The certificate of 'main' has expired; ask whoever runs"),
        ({"since": timedelta(days=9)}, "The certificate of 'main' is not valid yet; ask whoever"),
        ({"host": "127.0.0.2"}, "is for another host; put the name that stands in it"),
        ({"host": "pacs.example"}, "is for another host; put the name that stands in it"),
    ],
)
def test_a_certificate_that_does_not_hold_gets_a_sentence(protocol, authority, scan, how, sentence):
    with (
        serving(protocol, authority.vouch("wrong", **how), scan) as who,
        pytest.raises(PacsTrouble, match=sentence) as raised,
    ):
        asked(who, authority.ca)
    assert str(raised.value).count(". ") == 0
    assert not raised.value.passing


@PROTOCOLS
def test_one_for_whom_nobody_known_vouches_gets_a_sentence(protocol, authority, scan, tmp_path):
    other = Authority(tmp_path / "other", "other")
    with serving(protocol, authority.vouch("stranger"), scan) as who:
        for ca in (other.ca, ""):
            with pytest.raises(PacsTrouble, match="cannot prove that it is who it should be; give"):
                asked(who, ca)


@PROTOCOLS
def test_one_that_does_not_encrypt_gets_a_sentence(protocol, authority, scan):
    with serving(protocol, None, scan) as who:
        who = {**who, **({"url": who["url"].replace("http:", "https:")} if "url" in who else {})}
        with pytest.raises(PacsTrouble, match="does not speak TLS under this address; check"):
            asked(who, authority.ca)


@PROTOCOLS
def test_plain_text_sent_to_one_that_encrypts_gets_a_sentence(protocol, authority, scan):
    sentence = {
        "web": r"ended the connection without an answer; .* must begin with https",
        "dimse": r"answers, but not as a DICOM server does; .* encrypted \('tls = true'\)",
    }[protocol]
    with serving(protocol, authority.vouch("right"), scan) as who:
        plain = {"url": who["url"].replace("https:", "http:")} if "url" in who else {"tls": False}
        with pytest.raises(PacsTrouble, match=sentence):
            asked({**who, **plain}, "")


@PROTOCOLS
def test_plain_text_sent_to_a_real_pacs_gets_a_sentence(protocol, encrypted, monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    plain = {"url": encrypted[1].replace("https:", "http:")}
    plain = plain if protocol == "web" else {"tls": False}
    with (
        open_door(server_of(encrypted, protocol, **plain)) as door,
        pytest.raises(PacsTrouble, match=r"must begin with https|encrypted \('tls = true'\)"),
    ):
        door.echo()


@PROTOCOLS
def test_one_that_never_answers_the_greeting_is_given_up(protocol, authority):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        who = {"ae_title": "FAKE", "host": "127.0.0.1", "port": port, "tls": True}
        who = {"url": f"https://127.0.0.1:{port}/"} if protocol == "web" else who
        with pytest.raises(PacsTrouble, match="took too long to answer"):
            asked(who, authority.ca, patience=0.5)


@PROTOCOLS
def test_a_file_of_certificates_that_is_none_is_said_before_anybody_is_asked(protocol, tmp_path):
    (tmp_path / "no.pem").write_text("no certificate")
    who = {"ae_title": "FAKE", "host": "127.0.0.1", "port": 9, "tls": True}
    who = {"url": "https://127.0.0.1:9/"} if protocol == "web" else who
    for name in ("no.pem", "missing.pem"):
        with pytest.raises(InvalidParameter, match="'main' cannot be read; 'ca' in the file"):
            asked(who, tmp_path / name)


def test_a_password_never_leaves_before_the_server_has_proved_itself(authority, monkeypatch):
    monkeypatch.setenv(VARIABLE, "a secret word")
    heard = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def listen():
            caller, _ = listening.accept()
            heard.append(caller.recv(2**16))
            caller.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(PacsTrouble):
            asked({"url": url, "user": USER, "password_env": VARIABLE}, authority.ca)
        thread.join(10)
    assert heard[0][:1] == b"\x16"
    assert b"Authorization" not in heard[0]
