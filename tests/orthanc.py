"""A PACS for tests: Orthanc from Debian's packages, started as a process of its own.

Orthanc is free software under the GPL; it is spoken to over the network only, and nothing of it is
part of ctviz.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from tests.certificates import Certificate

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
USER, PASSWORD = "ctviz", "only for tests"
START_SECONDS = 60


@dataclass(frozen=True)
class Orthanc:
    """A running one."""

    web_port: int
    dicom_port: int
    title: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def dicomweb(self) -> str:
        return f"{self.url}/dicom-web"

    def rest(self, path: str, data: bytes | None = None, method: str | None = None) -> bytes:
        """Ask by Orthanc's own interface, which ctviz does not use."""
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)
        secret = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        secret.add_password(None, self.url, USER, PASSWORD)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(secret))
        with opener.open(request, timeout=30) as answer:
            return answer.read()

    def fill(self, folder: Path) -> None:
        """Put all files of a folder into it."""
        for path in sorted(folder.rglob("*.dcm")):
            self.rest("/instances", path.read_bytes())

    def empty(self) -> None:
        """Take everything out of it."""
        for patient in json.loads(self.rest("/patients")):
            self.rest(f"/patients/{patient}", method="DELETE")


def installed() -> str:
    """Return the path of Orthanc, installed where that is possible; else the test is skipped."""
    if _found() is None and shutil.which("apt-get") and os.geteuid() == 0:
        # Tests run two at a time, and Debian's packages bear one that installs.
        with FileLock(Path(tempfile.gettempdir()) / "ctviz-tests-orthanc.lock"):
            packages = ["--no-install-recommends", "orthanc", "orthanc-dicomweb"]
            for command in (["apt-get", "update"], ["apt-get", "install", "-y", *packages]):
                if _found() is None:
                    subprocess.run(command, check=False, capture_output=True)
    found = _found()
    if found is None:
        pytest.skip("no Orthanc here, and it cannot be installed from Debian's packages")
    return found


def _found() -> str | None:
    found = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    return found if found and PLUGIN.is_file() else None


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@contextmanager
def running(
    folder: Path,
    title: str,
    knows: "Orthanc | None" = None,
    certificate: Certificate | None = None,
    ca: Path | None = None,
) -> Iterator[Orthanc]:
    """Lend a running Orthanc, which may send to another one.

    With a certificate its DICOM port is encrypted. Its web server is not: Debian's ends when
    somebody speaks TLS to it. Hospitals put another one in front of it, and so do tests.
    """
    program = installed()
    web_port, dicom_port = free_ports(2)
    folder.mkdir(parents=True, exist_ok=True)
    configuration = {
        "Name": title,
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [str(PLUGIN)],
        "HttpPort": web_port,
        "DicomPort": dicom_port,
        "DicomAet": title,
        "RemoteAccessAllowed": True,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: PASSWORD},
        "DicomAlwaysAllowEcho": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "DicomAlwaysAllowMove": True,
        "DicomAlwaysAllowStore": True,
        "DicomModalities": (
            {} if knows is None else {"other": [knows.title, "127.0.0.1", knows.dicom_port]}
        ),
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    if certificate is not None:
        configuration |= {
            "DicomTlsEnabled": True,
            "DicomTlsCertificate": str(certificate.certificate),
            "DicomTlsPrivateKey": str(certificate.key),
            "DicomTlsRemoteCertificateRequired": False,
            "DicomTlsTrustedCertificates": str(ca),
        }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(configuration))
    with (folder / "orthanc.log").open("wb") as log:
        process = subprocess.Popen([program, str(path)], stdout=log, stderr=subprocess.STDOUT)
    orthanc = Orthanc(web_port, dicom_port, title)
    try:
        _wait_for(orthanc, process, folder / "orthanc.log")
        yield orthanc
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(orthanc: Orthanc, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            orthanc.rest("/system")
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(log.read_text(errors="replace")) from None
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("Orthanc did not start")
