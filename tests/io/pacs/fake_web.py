"""A small DICOMweb server that answers rightly, or wrongly in whatever way a test wants."""

import json
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pydicom import Dataset, dcmread

from tests.certificates import Certificate

BOUNDARY = "8c3a"
FIELDS = {
    "studies": ("StudyInstanceUID", "PatientName", "PatientID", "StudyDate", "StudyDescription"),
    "series": ("SeriesInstanceUID", "SeriesNumber", "Modality", "SeriesDescription"),
    "instances": ("SOPInstanceUID", "InstanceNumber"),
}
Wrong = Callable[["Handler"], bool]
"""Answers in a wrong way, or says that the request is none of its."""


class FakeWeb(ThreadingHTTPServer):
    """Files behind QIDO-RS, WADO-RS and STOW-RS; ``wrong`` may answer in their place."""

    daemon_threads = True

    def __init__(self, folder: Path, certificate: Certificate | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {}
        for path in sorted(folder.rglob("*.dcm")):
            header = dcmread(path, stop_before_pixels=True)
            self.files[str(header.SOPInstanceUID)] = header, path.read_bytes()
        self.wrong: Wrong = lambda _: False
        self.asked: Counter[str] = Counter()
        self.authorizations: set[str | None] = set()
        self.kept: list[bytes] = []
        self.encrypted = certificate is not None
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate.both)
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def url(self) -> str:
        return f"http{'s' if self.encrypted else ''}://127.0.0.1:{self.server_address[1]}/dicom-web"

    @property
    def ids(self) -> tuple[str, str, list[str]]:
        header = next(iter(self.files.values()))[0]
        return header.StudyInstanceUID, header.SeriesInstanceUID, list(self.files)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeWeb

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.words = parts.path.removeprefix("/dicom-web/").split("/")
        self.query = parse_qs(parts.query)
        self.server.asked[self.words[-1]] += 1
        self.server.authorizations.add(self.headers.get("Authorization"))
        if not self.server.wrong(self):
            self.right()

    def right(self) -> None:
        if self.words[-1] in FIELDS:
            self.answer(json.dumps(self.matches()).encode(), "application/dicom+json")
        elif self.words[-1] in self.server.files:
            self.file(self.server.files[self.words[-1]][1])
        else:
            self.answer(b"", "text/plain", 404)

    def matches(self) -> list[dict]:
        level = self.words[-1]
        within = dict(zip(self.words[:-1:2], self.words[1:-1:2], strict=True))
        found = {}
        for header, _ in self.server.files.values():
            if within.get("studies", header.StudyInstanceUID) != header.StudyInstanceUID:
                continue
            if within.get("series", header.SeriesInstanceUID) != header.SeriesInstanceUID:
                continue
            said = Dataset()
            for keyword in FIELDS[level]:
                if keyword in header:
                    said[keyword] = header[keyword]
            found[said[FIELDS[level][0]].value] = said
        return [said.to_json_dict() for said in found.values()][
            int(self.query.get("offset", ["0"])[0]) :
        ]

    def file(self, content: bytes) -> None:
        self.answer(
            part(content), f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
        )

    def answer(self, body: bytes, kind: str, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        content = self.body()
        if self.server.wrong(self):
            return
        kept = []
        for piece in re.split(b"--[0-9a-f-]{36}", content):
            _, _, file = piece.partition(b"\r\n\r\n")
            if file[128:132] == b"DICM":
                self.server.kept.append(file.removesuffix(b"\r\n"))
                kept.append(str(dcmread(BytesIO(file)).SOPInstanceUID))
        answer = {
            "00081199": {
                "vr": "SQ",
                "Value": [{"00081155": {"vr": "UI", "Value": [uid]}} for uid in kept],
            }
        }
        self.answer(json.dumps(answer).encode(), "application/dicom+json")

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def handle(self) -> None:
        # Who does not trust the certificate breaks off.
        with suppress(ssl.SSLError, ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def part(content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return head + content + f"\r\n--{BOUNDARY}--".encode()


@contextmanager
def fake_web(folder: Path, certificate: Certificate | None = None) -> Iterator[FakeWeb]:
    server = FakeWeb(folder, certificate)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def status(number: int, kind: str = "text/plain", body: bytes = b"no") -> Wrong:
    return lambda handler: handler.answer(body, kind, number) is None


def page(handler: Handler) -> bool:
    handler.answer(b"<html><body>Log in</body></html>", "text/html; charset=utf-8")
    return True


def page_called_dicom(handler: Handler) -> bool:
    handler.file(b"<html>" * 100)
    return True


def elsewhere(handler: Handler) -> bool:
    handler.send_response(302)
    handler.send_header("Location", "http://127.0.0.2:9/stolen")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def silent(handler: Handler) -> bool:
    time.sleep(2)
    return True


def longer_than_it_is(handler: Handler) -> bool:
    handler.answer(b"[", "application/dicom+json", length=1000)
    handler.close_connection = True
    return True


def shorter_than_it_is(handler: Handler) -> bool:
    handler.answer(b'[{"a": 1}]', "application/dicom+json", length=4)
    handler.close_connection = True
    return True


def endless(handler: Handler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/dicom+json")
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"[" * 2**20)
    except OSError:
        handler.close_connection = True
    return True


def garbage(handler: Handler) -> bool:
    handler.answer(b"\x00\xff--\r\n\r\n--", "multipart/related; boundary=é")
    return True
