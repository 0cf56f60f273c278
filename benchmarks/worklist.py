"""What the Cases page costs with thousands of cases.

``python -m benchmarks.worklist --help`` from the project's folder. The cases have no pixels, but
answers of a model, true classes, readings and a drawing here and there. All figures are of the
processor's time, so that a machine that is busy elsewhere changes them little.
"""

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import numpy as np
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.timing import Act, Goal, machine, median, print_table
from ctviz.backend import Backend
from ctviz.backend.cases.labelling import Labelling
from ctviz.backend.tasks.predict import Predictor, weights_of
from ctviz.core import Prediction, Region
from ctviz.core.settings import PROJECT
from ctviz.store import CaseEntry, Reading, Store
from ctviz.ui import service
from ctviz.ui.cases import bin as case_bin
from ctviz.ui.cases import gallery
from ctviz.ui.cases.answers import Answers
from ctviz.ui.session import Browsing

MODEL, READER = "contrast-small", "AB"
SHAPE, SLICES = (8, 8), 12
STATES = ("unread", "being read", "done", "skipped")
HELD_SECONDS = 3600
STEP = Goal("≤", 1.0)
"""Seconds for the page after any choice, or for any part of it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--few", type=int, default=500, help="cases of the list to compare with")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print(machine())
    few = dict(_taken(arguments.few, arguments.repeats))
    print_table(
        "Seconds of the processor, the median of the repeats",
        ["what", f"{arguments.few} cases", f"{arguments.cases} cases", "grows by", "goal"],
        (
            [what, few[what], many, many / few[what], STEP.judge(many)]
            for what, many in _taken(arguments.cases, arguments.repeats)
        ),
    )


def _taken(count: int, repeats: int) -> Iterator[tuple[str, float]]:
    """Yield what is done with as many cases, and the seconds that it takes."""
    with _opened(count) as backend, _held(backend):
        for name, act in {**_functions(backend), **_page()}.items():
            yield name, median([_seconds(act) for _ in range(repeats)])


def _seconds(act: Act) -> float:
    """Return what an act costs the processor, in all threads."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


@contextmanager
def _opened(count: int) -> Iterator[Backend]:
    """Lend the app's backend on a data folder with as many cases."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CTVIZ_DATA"] = folder
        store = Store(Path(folder) / "ctviz.db")
        _fill(store, count)
        store.close()
        service.close()
        backend = service.backend()
        _answer(backend, count)
        try:
            yield backend
        finally:
            service.close()


def _fill(store: Store, count: int) -> None:
    mask = np.ones(SHAPE, np.bool_)
    for number in range(count):
        case_id = f"C-{number:08x}"
        truth = ("without contrast", "with contrast", None)[number % 3]
        store.add_case(
            CaseEntry(case_id, f"P-{number // 2:08x}", f"Case {number}", SLICES, SHAPE, truth=truth)
        )
        store.keep_reading(Reading(case_id, READER, STATES[number % 4]))  # type: ignore[arg-type]
        if number % 5 == 0:
            store.append_region(Region(case_id, SLICES // 2, READER, "heart", mask))


def _answer(backend: Backend, count: int) -> None:
    """Let the model have answered on the middle slice of every case."""
    card = backend.models()[MODEL]
    scores = np.random.default_rng(0).random(count)
    for number, score in enumerate(scores):
        answer = Prediction(MODEL, card.classes, np.array([1 - score, score]))
        backend.store.put_prediction(
            f"C-{number:08x}", SLICES // 2, answer, weights=weights_of(card)
        )


@contextmanager
def _held(backend: Backend) -> Iterator[None]:
    """Let the device wait meanwhile, and all answers that are asked for."""
    gate = Event()
    backend._device.submit(lambda: gate.wait(HELD_SECONDS))  # noqa: SLF001 - as if it were busy
    try:
        yield
    finally:
        gate.set()


def _functions(backend: Backend) -> dict[str, Callable[[], Any]]:
    """Return what the page is made of."""
    listed = gallery._listed(MODEL, backend.cases())  # noqa: SLF001 - what the page itself calls
    ids = [each.entry.id for each in listed]
    classes = cycle(backend.models()[MODEL].classes)

    def as_if_new() -> None:
        with patch.object(Predictor, "known", lambda *_: {}):
            backend.case_predictions(MODEL)

    def keep() -> None:
        backend.give_truths(
            dict.fromkeys((each.entry.id for each in listed), next(classes)), READER
        )

    names = {each.entry.title: "with contrast" for each in listed}
    as_if_new()
    return {
        "list the cases": lambda: gallery._listed(MODEL, backend.cases()),  # noqa: SLF001
        "search for two words": lambda: [each for each in listed if each.has("case 1")],
        "count answers by score and class": lambda: Answers.of(listed, ("a", "b")),
        "look while all answers are waited for": as_if_new,
        "ask whether there are more answers": lambda: backend.unclassified(MODEL, ids),
        "match a table of labels": lambda: Labelling.of(names, backend.cases()),
        "keep a class for every case": keep,
    }


def _page() -> dict[str, Callable[[], Any]]:
    """Return what a reader does on the page, each a whole run of it."""
    page = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=600).run()
    session = page.session_state["ctviz"]
    session.reader, session.model = READER, MODEL
    page.run()

    def run(**choices: object) -> Callable[[], None]:
        def act() -> None:
            session.browsing = Browsing(**choices)  # type: ignore[arg-type]
            page.run()
            if page.exception:
                raise RuntimeError(page.exception[0].message)

        return act

    return {
        "page: open": run(),
        "page: another part of the list": run(page=3),
        "page: search": run(words="case 1"),
        "page: wrongly classified": run(which=gallery.WRONG),
        "page: not read": run(state="unread"),
        "page: scores from 0.9": run(tenth=9),
        "page: least confident first": run(order="Least confident first"),
        "page: table": run(view="Table"),
    }


if __name__ == "__main__":
    # Streamlit wonders at every call from outside of a page.
    logging.disable(logging.WARNING)
    # No cookies without a browser, and no pixels to make pictures of.
    with (
        patch.object(type(st.context), "cookies", property(lambda _: {})),
        patch.object(gallery, "thumbnail_of", lambda _: np.zeros(SHAPE, np.uint8)),
        patch.object(case_bin, "thumbnail_of", lambda _: np.zeros(SHAPE, np.uint8)),
    ):
        main()
