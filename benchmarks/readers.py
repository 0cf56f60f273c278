"""How long many readers at a time wait for a slice, for "saved", and for each other's maps.

``python -m benchmarks.readers --help`` from the project's folder.
"""

import argparse
import asyncio
import itertools
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import numpy as np

from benchmarks.browser import fresh_server
from benchmarks.tab import Tab
from benchmarks.timing import machine, print_table
from ctviz.backend import DEFAULT_ESTIMATORS
from tests.browser.conftest import Server

EVERY_SECONDS = {"slice": 1.0, "stroke": 3.0}
COHORT = 8
"""Cases of the demo cohort."""
SETTLE_SECONDS = 3.0
SLOW = "rise"


@dataclass(frozen=True)
class Known:
    """Cases, and how many of their first slices have all their maps known."""

    cases: Sequence[str]
    slices: int


@dataclass
class Waits:
    """How long readers waited, in seconds."""

    slice: list[float] = field(default_factory=list)
    stroke: list[float] = field(default_factory=list)

    def rows(self, readers: int) -> Iterator[tuple[object, ...]]:
        """Yield what the table shows."""
        titles = {"slice": "cached slice to its data", "stroke": "stroke to saved"}
        for name, title in titles.items():
            times = np.array(getattr(self, name))
            yield (
                readers,
                title,
                float(np.percentile(times, 50)),
                float(np.percentile(times, 95)),
                len(times),
            )


def cases_of(server: Server) -> list[str]:
    """Return the demo cases, once they are all there."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with sqlite3.connect(server.data / "ctviz.db") as database:
            found = [
                name for (name,) in database.execute("SELECT id FROM cases ORDER BY added, id")
            ]
        if len(found) == COHORT:
            return found
        time.sleep(1.0)
    raise TimeoutError("The demo cohort is not there.")


def query(case: str, estimators: Sequence[str] = DEFAULT_ESTIMATORS) -> dict[str, str]:
    """Return the address of a case with these maps."""
    return {"case": case, "slice": "0", "estimators": ",".join(estimators)}


async def know(server: Server, known: Known) -> None:
    """Let all maps and scores be known."""
    for case in known.cases:
        async with Tab(server.url, "warm", query(case)) as tab:
            for index in range(known.slices):
                await tab.turn_to(index)
                await tab.until(lambda board: not (board["busy"] or board["idleChecks"]))


async def read(tab: Tab, slices: int, waits: Waits, until: float, chance: random.Random) -> None:
    """Go through the first slices and draw, briskly, until it is over."""
    now = time.perf_counter()
    due = {name: now + chance.random() * every for name, every in EVERY_SECONDS.items()}
    way = itertools.cycle([*range(slices), *range(slices - 2, 0, -1)])
    next(way)
    rows = itertools.cycle(range(40, 400, 7))
    while (now := time.perf_counter()) < until:
        name = min(due, key=lambda each: due[each])
        await asyncio.sleep(max(0.0, due[name] - now))
        if name == "slice":
            waits.slice.append(await tab.turn_to(next(way)))
        else:
            waits.stroke.append(await tab.stroke(next(rows)))
        # Whoever had to wait does not make up for it.
        due[name] = max(due[name] + EVERY_SECONDS[name], time.perf_counter())


async def brisk(server: Server, known: Known, readers: int, seconds: float) -> Waits:
    """Let so many readers read at a time; return how long each of them waited."""
    cases = known.cases
    waits = Waits()
    async with AsyncExitStack() as stack:
        tabs = [
            await stack.enter_async_context(
                Tab(server.url, f"R{readers}-{number}", query(cases[number % len(cases)]))
            )
            for number in range(readers)
        ]
        await asyncio.sleep(SETTLE_SECONDS)
        runs, begun = sum(tab.runs for tab in tabs), time.perf_counter()
        until = begun + seconds
        await asyncio.gather(
            *(
                read(tab, known.slices, waits, until, random.Random(n))  # noqa: S311 - no secret
                for n, tab in enumerate(tabs)
            )
        )
        runs = sum(tab.runs for tab in tabs) - runs
        pace = runs / (time.perf_counter() - begun)
        print(f"{readers} readers: {pace:.1f} runs of the page a second", flush=True)
    return waits


async def gradients(tab: Tab, indices: Sequence[int]) -> list[float]:
    """Return how long a reader waits for the gradient of slices that nobody has looked at."""
    return [await tab.turn_to(index) for index in indices]


async def beside_a_slow_job(server: Server, case: str, known: int) -> Iterator[tuple[object, ...]]:
    """Return how long an uncached gradient takes alone, and while another reader waits for RISE."""
    async with (
        Tab(server.url, "quick", query(case, ["gradient"])) as quick,
        Tab(server.url, "slow", query(case, [SLOW])) as slow,
    ):
        count = quick.board["case"]["count"]
        await slow.until(lambda board: board["busy"] is None)
        new = iter(range(known, count))
        take = lambda: list(itertools.islice(new, min(4, (count - known) // 2)))  # noqa: E731
        alone = await gradients(quick, take())
        await slow.order("slice", {"case": case, "index": count - 1})
        await slow.until(lambda board: board["panes"][0]["state"] == "running")
        beside = await gradients(quick, take())
    rows = [("alone", alone), (f"while another waits for {SLOW}", beside)]
    return iter(
        (
            2,
            f"uncached gradient {what}",
            float(np.percentile(times, 50)),
            float(np.percentile(times, 95)),
            len(times),
        )
        for what, times in rows
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--readers", type=int, nargs="+", default=[1, 4, 20], help="how many at a time"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they read")
    parser.add_argument("--cases", type=int, default=4, help="how many cases they read")
    parser.add_argument("--slices", type=int, default=4, help="how many slices of each")
    asked = parser.parse_args()
    print(f"{machine()}; {len(DEFAULT_ESTIMATORS)} panes", flush=True)
    rows: list[tuple[object, ...]] = []
    with fresh_server() as server:
        server.start()
        known = Known(cases_of(server)[: asked.cases], asked.slices)
        asyncio.run(know(server, known))
        for readers in asked.readers:
            rows += asyncio.run(brisk(server, known, readers, asked.seconds)).rows(readers)
        rows += asyncio.run(beside_a_slow_job(server, known.cases[0], known.slices))
    columns = ["readers", "what, s", "median", "95th percentile", "times"]
    print_table("What readers wait for", columns, rows)


if __name__ == "__main__":
    main()
