"""Encodings that only GDCM decodes, read in a process of their own that may die."""

import atexit
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Timer

import numpy as np
from numpy.typing import NDArray

from ctviz.io.dicom import gdcm_child
from ctviz.io.dicom.gdcm_child import ANSWER, LENGTH

LONGEST_SECONDS = 120.0
"""The longest that one file may take."""


class _Child:
    """The one decoding process, started when it is needed and again when it has died."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, path: Path) -> NDArray[np.generic]:
        """Return all frames of a file, (N, H, W) as stored."""
        with self._lock:
            process = self._running()
            watchdog = Timer(LONGEST_SECONDS, process.kill)
            watchdog.start()
            try:
                return _exchange(process, os.fsencode(path.resolve()))
            except (OSError, ValueError):
                self._stop()
                raise ValueError("GDCM cannot read this file.") from None
            finally:
                watchdog.cancel()

    def _running(self) -> "subprocess.Popen[bytes]":
        """Return the process, starting it if there is none."""
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own script, no shell
                [sys.executable, "-I", gdcm_child.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _stop(self) -> None:
        """End the process and forget it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._stop()


def _exchange(process: "subprocess.Popen[bytes]", path: bytes) -> NDArray[np.generic]:
    """Send one path and receive its pixels."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("The process has no pipes.")
    process.stdin.write(LENGTH.pack(len(path)) + path)
    process.stdin.flush()
    answer = process.stdout.read(ANSWER.size)
    if len(answer) < ANSWER.size:
        raise ValueError("The process died.")
    *shape, size, signed = ANSWER.unpack(answer)
    if 0 in shape:
        raise ValueError("GDCM refuses the file.")
    dtype = np.dtype(f"<{'i' if signed else 'u'}{size}")
    pixels = process.stdout.read(int(np.prod(shape)) * size)
    frames: NDArray[np.generic] = np.frombuffer(pixels, dtype).reshape(shape)
    return frames


_CHILD = _Child()
atexit.register(_CHILD.close)


def decode_by_gdcm(path: Path) -> NDArray[np.generic]:
    """Return all frames of a file, (N, H, W) as stored; `ValueError` if GDCM cannot read it."""
    return _CHILD.ask(path)
