"""A server that starts, and meets a stranger's page, asks nobody outside of this computer."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
START_SECONDS = 120
WATCH = """
import os, sys
def watch(event, arguments):
    if event == "socket.getaddrinfo":
        place = arguments[0]
    elif event in ("socket.connect", "socket.sendto"):
        place = arguments[1][0] if isinstance(arguments[1], tuple) else "here"
    else:
        return
    if place not in (None, "", "here", "localhost", "127.0.0.1", "::1", b"127.0.0.1"):
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{event} {place}\\n")
sys.addaudithook(watch)
"""


def answer(port: int, origin: str) -> str:
    """Return the first line that a websocket's beginning is answered with."""
    asked = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(asked.encode())
        return connection.recv(100).decode().partition("\r\n")[0]


@pytest.mark.timeout(400)
def test_starting_and_refusing_ask_nobody_outside(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    watched = tmp_path / "watched.log"
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "WATCHED": str(watched),
        "CTVIZ_DATA": str(tmp_path / "data"),
    }
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        refused = ""
        while not refused and time.monotonic() < deadline:
            try:
                refused = answer(port, "https://evil.example")
            except OSError:
                time.sleep(0.2)
        assert " 403 " in refused
        assert " 101 " in answer(port, f"http://127.0.0.1:{port}")
    finally:
        server.kill()
        server.wait()
    said = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert f"http://localhost:{port}" in said
    assert "External URL" not in said
    assert not watched.exists(), watched.read_text()
