"""What a worker does: says who it is, takes files in, and computes one slice at a time.

Nothing but texts and bytes goes in and out. Only what an order names is read, and only by its hash.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Lock
from typing import ParamSpec

from ctviz.backend import Backend
from ctviz.cohort.cluster.contents import Contents, Piece
from ctviz.cohort.cluster.facts import facts
from ctviz.cohort.cluster.order import ContentMissing, Order, Reply
from ctviz.cohort.cluster.packing import place_models
from ctviz.cohort.kinds import any_plan
from ctviz.cohort.run.worker_processes import TELL_SECONDS, Assignment
from ctviz.cohort.truth.plan import TruthStudy
from ctviz.cohort.truth.unit import TruthAssignment
from ctviz.core import Cancelled, CtvizError, Progress, Settings

P = ParamSpec("P")

_one_at_a_time = Lock()
_bench: "Bench | None" = None


@dataclass(frozen=True, eq=False)
class Bench:
    """Where a worker computes: a folder of its own with a model, and the backend that has it."""

    models: str
    folder: Path
    backend: Backend

    def close(self) -> None:
        """Let everything go."""
        self.backend.close()
        rmtree(self.folder, ignore_errors=True)


def faultless(work: Callable[P, bytes]) -> Callable[P, bytes]:
    """Let a fault be an answer like any: what Dask makes of one does not always arrive."""

    @wraps(work)
    def answer(*what: P.args, **named: P.kwargs) -> bytes:
        try:
            return work(*what, **named)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the study must hear it
            return Reply({"fault": f"{type(error).__name__}: {error}"[:200]}).to_bytes()

    return answer


@faultless
def greet() -> bytes:
    """Return what a study must know of this worker before it gives it a slice."""
    return Reply(dict(facts())).to_bytes()


@faultless
def take_in(name: str, start: int, content: bytes, last: bool) -> bytes:
    """Take in a part of a file that this worker lacks."""
    whole = Contents.of(Settings.from_environment()).keep(Piece(name, start, content, last))
    return Reply({} if whole else {"damaged": name}).to_bytes()


@faultless
def settle(text: str, home: str, wanted: "Contact") -> bytes:
    """Compute a slice and return its files, or what is missing here, or why there is no result.

    Parameters
    ----------
    text
        The order.
    home
        A folder of this worker's own, which goes with it.
    wanted
        Hears how far it is, and knows whether anybody still waits.
    """
    with _one_at_a_time:
        try:
            return _settled(Order.of_text(text), Path(home), wanted).to_bytes()
        except ContentMissing as error:
            return Reply({"missing": [error.name]}).to_bytes()
        except Cancelled:
            return Reply({"why": "Cancelled."}).to_bytes()
        except CtvizError as error:
            return Reply({"why": str(error)}).to_bytes()


@dataclass(frozen=True)
class Contact:
    """How a slice that is computed far away stays in touch.

    Parameters
    ----------
    still
        Whether somebody waits for it.
    tell
        Hears the share that is done.
    """

    still: Callable[[], bool]
    tell: Callable[[float], object]


class WhileWanted(Progress):
    """A progress that ends when nobody waits any more."""

    def __init__(self, wanted: Contact) -> None:
        super().__init__()
        self._wanted, self._asked = wanted, time.monotonic()

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits."""
        if time.monotonic() - self._asked > TELL_SECONDS:
            self._asked = time.monotonic()
            if not self._wanted.still():
                self.cancel()
        return super().cancelled

    def check(self) -> None:
        """Raise `Cancelled` if nobody waits."""
        _ = self.cancelled
        super().check()


def _settled(order: Order, home: Path, wanted: Contact) -> Reply:
    settings = Settings.from_environment()
    contents = Contents.of(settings)
    if missing := [name for name in order.contents() if not contents.holds(name)]:
        return Reply({"missing": missing})
    bench = _bench_for(order, settings, home)
    study, folder = any_plan(order.plan), bench.folder / "study"
    kind = TruthAssignment if isinstance(study, TruthStudy) else Assignment
    assignment = kind.ordered(order.plan, folder)
    told = 0.0

    def tell(share: float) -> None:
        nonlocal told
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            wanted.tell(share)

    try:
        address, _ = assignment.settle(bench.backend, order.unit, WhileWanted(wanted), tell)
        if address != order.address:
            return Reply({"why": "A worker read this slice or its model otherwise; report this."})
        files = assignment.files(address)
        return Reply({}, {f.relative_to(folder).as_posix(): f.read_bytes() for f in files})
    finally:
        rmtree(folder, ignore_errors=True)
        for name in order.own:
            with suppress(OSError):
                contents.remove(name)


def _bench_for(order: Order, settings: Settings, home: Path) -> Bench:
    """Return where a slice is computed, which is kept for the next one on the same model."""
    global _bench
    models = sha256(repr([sorted(order.models.items()), order.device]).encode()).hexdigest()
    if _bench is not None and _bench.models == models and _bench.folder.is_dir():
        return _bench
    if _bench is not None:
        _bench.close()
        _bench = None
    home.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="ctviz-", dir=home))
    place_models(Contents.of(settings), dict(order.models), folder / "models")
    places = Settings(folder / "data", folder / "models", settings.cache, order.device)
    _bench = Bench(models, folder, Backend(places, steady=True))
    return _bench
