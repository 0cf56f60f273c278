"""How many threads a matrix product of numpy's may use: one, for its work is small here.

numpy's own OpenBLAS is asked by name, which needs no further package.
"""

import ctypes
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

SUFFIXES = ("64_", "")
"""After the names of functions of OpenBLAS as it comes with numpy, by the width of its integers."""


@cache
def one_blas_thread() -> None:
    """Let numpy multiply matrices on one thread each, from now on in the whole process.

    Slices and patients are what is spread over the processors. The products are so small that
    threads wait for each other longer than they work: a demo patient of 12 slices takes 1.3 s of a
    processor with one and 4.1 s with two, and is the same bit by bit. Torch has threads of its own,
    and a numpy with another library keeps its threads.
    """
    for library in _openblas():
        _call(library, "set_num_threads", 1)


def blas_threads() -> int | None:
    """Return how many threads numpy's products use; None of another library than OpenBLAS."""
    return next((_call(library, "get_num_threads") for library in _openblas()), None)


def _openblas() -> Iterator[ctypes.CDLL]:
    """Yield the OpenBLAS that came with numpy and is loaded already."""
    beside = Path(np.__file__).parent.with_name("numpy.libs")
    loaded_only = getattr(os, "RTLD_NOLOAD", 0)
    for path in sorted(beside.glob("*openblas*")):
        try:
            yield ctypes.CDLL(str(path), mode=ctypes.DEFAULT_MODE | loaded_only)
        except OSError:
            continue


def _call(library: ctypes.CDLL, name: str, *numbers: int) -> int:
    names = (f"scipy_openblas_{name}{suffix}" for suffix in SUFFIXES)
    function = next((getattr(library, each) for each in names if hasattr(library, each)), None)
    return int(function(*numbers)) if function is not None else 0
