"""Whether strokes reach the database when a slow computer is busy with everything else.

``python -m benchmarks.strokes --help`` from the project's folder.
"""

import argparse
import time

from benchmarks.browser import chromium, fresh_server
from benchmarks.timing import machine
from tests.browser.conftest import Reading
from tests.browser.strokes import COLUMNS, ROWS, draw_many, lost, slow_down


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    most = COLUMNS * ROWS
    parser.add_argument("--strokes", type=int, default=most, help=f"{most} at most")
    parser.add_argument(
        "--slower", type=float, default=4, help="times that the processor is slowed"
    )
    asked = parser.parse_args()
    with fresh_server() as server, chromium() as browser:
        server.start()
        reading = Reading(browser.new_page(viewport={"width": 1366, "height": 768}), server.url)
        reading.open_first_case()
        reading.introduce("AB")
        reading.until("board.sliceShown", 120_000)
        slow_down(reading, asked.slower)
        begun = time.perf_counter()
        strokes = draw_many(reading, min(asked.strokes, most))
        seconds = time.perf_counter() - begun
        missed = lost(server.data, str(reading.board("case")), "AB", strokes)
        slices = len({stroke.slice_index for stroke in strokes})
    print(f"{machine()}; processor slowed {asked.slower:g} times")
    print(f"{len(strokes)} strokes on {slices} slices in {seconds:.0f} s")
    print(f"{len(missed)} of them are not where they were drawn")
    for stroke, shares in missed.items():
        print(stroke, shares)


if __name__ == "__main__":
    main()
