"""Feed every reader with damaged inputs, and count what comes out that is no sentence of ours.

``python -m benchmarks.fuzz --count 20000`` shares the inputs among the readers, each of which
runs in a process of its own; ``--only nifti`` takes one. The goal for 100,000 inputs: no foreign
exception, nothing that takes longer than 10 seconds, no process above 2 GB. Inputs are made from
small good ones, and from a folder of others where ``--corpus`` names one; equal seeds give equal
inputs. ``--keep`` writes down what went wrong, an input beside a line that says what it did.
"""

import argparse
import asyncio
import gzip
import hashlib
import io
import json
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from urllib.parse import quote_from_bytes

import numpy as np

from ctviz.core import CtvizError, UnreadableScan

LONGEST_SECONDS, LONGEST_WAIT = 10.0, 120.0
LARGEST_MB = 2000
NUMBERS = [b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\xff\xff", b"\0\0\0\x80", b"\xff" * 4]
TOKENS = [
    b"9" * 5000, b"nan", b"-inf", b"1e999", b"[" * 3000, b"{" * 3000, b'"', b"'''", b"=", b"\n",
    b"\r", b",", b"..", b"/", b"\0", b"\xff\xfe", "é".encode(), b"\xed\xa0\x80", b"true", b"null",
    b"-1", b"[]", b"{}", b"../../a", b"x" * 70_000,
]  # fmt: skip
"""What strangers write where something else is expected."""

MODEL, WEIGHTS = "tiny", "weights.safetensors"


class Hang(BaseException):
    """A reader took too long; no `Exception`, so that no reader can take it for damage."""


@dataclass(frozen=True)
class Reader:
    """One way in for untrusted bytes.

    Parameters
    ----------
    seeds
        Returns good inputs.
    read
        Reads an input; a folder is lent that is empty.
    share
        How many of all inputs it gets, in relation to the others.
    """

    seeds: Callable[[], Sequence[bytes]]
    read: Callable[[bytes, Path], object]
    share: int = 10


@dataclass
class Outcome:
    """What came of the inputs of one reader."""

    inputs: int = 0
    read: int = 0
    refused: int = 0
    hangs: int = 0
    foreign: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    peak_mb: float = 0.0


def mutated(content: bytes, others: Sequence[bytes], random: np.random.Generator) -> bytes:
    """Return an input with one to four changes."""
    for _ in range(int(random.integers(1, 5))):
        start = int(random.integers(0, len(content) + 1))
        if random.random() < 0.4:
            # Headers matter most.
            start = min(start, int(random.integers(0, 400)))
        end = start + int(random.integers(0, 20))
        content = _changed(content, start, end, [*others], random)
    return content


def _changed(
    content: bytes, start: int, end: int, others: list[bytes], random: np.random.Generator
) -> bytes:
    """Return an input with the bytes between two places lost, doubled, or replaced."""

    def one_of(choices: Sequence[bytes]) -> bytes:
        return choices[int(random.integers(0, len(choices)))]

    byte, number, token = random.bytes(1), one_of(NUMBERS), one_of(TOKENS)
    before, middle, after = content[:start], content[start:end], content[end:]
    return one_of(
        [
            before + byte + content[start + 1 :],
            before + bytes(each ^ (1 << start % 8) for each in middle[:1]) + content[start + 1 :],
            before + number + content[start + len(number) :],
            before + token + after,
            before + after,
            before + middle + middle + after,
            before,
            before + one_of(others)[start:],
        ]
    )


def fuzz(
    reader: Reader, count: int, seed: int, corpus: Sequence[bytes] = ()
) -> Iterator[tuple[bytes, str, float]]:
    """Yield each input with what it did (``read``, ``refused``, or what is wrong) and seconds."""
    seeds = [*reader.seeds(), *corpus]
    random = np.random.default_rng(seed)
    for _ in range(count):
        content = mutated(seeds[int(random.integers(0, len(seeds)))], seeds, random)
        begun = time.process_time()
        yield content, _tried(reader, content), time.process_time() - begun


def _tried(reader: Reader, content: bytes) -> str:
    """Return what a reader made of an input."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with _deadline():
                reader.read(content, Path(folder))
        except Hang:
            return "hang"
        except CtvizError as error:
            return "refused" if "\n" not in str(error).strip() else "more than one sentence"
        except Exception as error:  # noqa: BLE001 - this is what is counted
            place = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in place if "ctviz" in frame.filename] or place
            return f"{type(error).__name__} @ {Path(ours[-1].filename).name}:{ours[-1].lineno}"
    return "read"


@contextmanager
def _deadline() -> Iterator[None]:
    """Raise `Hang` in whatever takes too long."""

    def ring(_: int, __: FrameType | None) -> None:
        raise Hang

    # Of the processor, which a busy machine does not take; and of the clock, for who only waits.
    clocks = (
        (signal.ITIMER_PROF, signal.SIGPROF, LONGEST_SECONDS),
        (signal.ITIMER_REAL, signal.SIGALRM, LONGEST_WAIT),
    )
    before = [signal.signal(number, ring) for _, number, _ in clocks]
    for timer, _, seconds in clocks:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (timer, number, _), handler in zip(clocks, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


# --- scans -----------------------------------------------------------------------------------


def _scan(content: bytes, folder: Path) -> None:
    from ctviz.io import load_cases

    (folder / "input").write_bytes(content)
    loaded = load_cases(folder / "input")
    for case in loaded.cases:
        assert np.isfinite(case.slices[0].hounsfield).all()
    if not loaded.cases:
        raise UnreadableScan(loaded.refused[0].why)


def _ct() -> "np.ndarray":
    return np.random.default_rng(0).normal(-200, 500, (3, 12, 10)).astype(np.int16)


@cache
def _dicoms() -> list[bytes]:
    from ctviz.io import write_series

    with tempfile.TemporaryDirectory() as folder:
        write_series(
            Path(folder), _ct(), spacing_mm=(1.0, 1.0), slice_spacing_mm=2.0, contrast=True,
            uid_entropy="fuzz", title="Fuzz",
        )  # fmt: skip
        return [path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()]


@cache
def _niftis() -> list[bytes]:
    import nibabel as nib

    files = [kind(_ct(), np.eye(4)).to_bytes() for kind in (nib.Nifti1Image, nib.Nifti2Image)]
    return [
        *files,
        *(gzip.compress(file) for file in files),
        nib.Nifti1Image(np.ones((3, 4, 5), np.float32), np.eye(4)).to_bytes(),
    ]


@cache
def _pictures() -> list[bytes]:
    import tifffile
    from PIL import Image

    image, found = _ct()[0], []

    def save(values: np.ndarray, mode: str, kind: str, **options: object) -> None:
        file = io.BytesIO()
        picture = Image.fromarray(values)
        (picture.convert(mode) if mode else picture).save(file, kind, **options)
        found.append(file.getvalue())

    for dtype in (np.uint8, np.uint16, np.float32):
        file = io.BytesIO()
        tifffile.imwrite(file, image.astype(dtype))
        found.append(file.getvalue())
        save(image.astype(dtype), "", "TIFF", compression="tiff_lzw")
    for mode in ("", "RGBA", "P", "LA"):
        save(image.astype(np.uint8), mode, "PNG")
    save(image.astype(np.uint16), "", "PNG")
    save(image.astype(np.uint8), "", "JPEG")
    return found


@cache
def _zips() -> list[bytes]:
    found = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr("scan/a.png", _pictures()[2])
            archive.writestr("scan/b.dcm", _dicoms()[0])
        found.append(file.getvalue())
    return found


def _masks() -> list[bytes]:
    found = []
    for values in (np.eye(12, 10, dtype=bool), np.eye(12, 10)):
        file = io.BytesIO()
        np.save(file, values)
        found.append(file.getvalue())
    return [*found, *_niftis()[:2], *_pictures()]


def _mask(content: bytes, folder: Path) -> None:
    from ctviz.core import Slice
    from ctviz.io import load_mask

    (folder / "input").write_bytes(content)
    like = Slice(np.zeros((12, 10), np.float32), (1.0, 1.0), None, (0.0, 0.0, 0.0))
    assert load_mask(folder / "input", like).dtype == np.bool_


# --- models and studies ----------------------------------------------------------------------


@cache
def _model() -> tuple[bytes, bytes]:
    """Return a small model's card and weights."""
    from ctviz.models import ModelCard, new_classifier, save_model

    card = ModelCard(
        id=MODEL, title="Tiny", task="?", classes=("a", "b"), architecture="resnet18",
        arguments={"width": 8}, size=(32, 32), training={"steps": 3},
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        save_model(folder, new_classifier(card))
        return (Path(folder) / "card.toml").read_bytes(), (Path(folder) / WEIGHTS).read_bytes()


def _card(content: bytes, folder: Path) -> None:
    from ctviz.models import model_cards

    (folder / MODEL).mkdir()
    (folder / MODEL / "card.toml").write_bytes(content)
    shelf = model_cards(folder)
    json.dumps(
        [asdict(card.measured[0]) if card.measured else card.title for card in shelf.cards.values()]
    )


def _weights(content: bytes, folder: Path) -> None:
    from dataclasses import replace

    from ctviz.models import load_model, read_card
    from ctviz.models.card import write_card

    (folder / "card.toml").write_bytes(_model()[0])
    (folder / WEIGHTS).write_bytes(content)
    sums = {WEIGHTS: hashlib.sha256(content).hexdigest()}
    write_card(folder, replace(read_card(folder), sha256=sums))
    load_model(folder)


def _plans() -> list[bytes]:
    from ctviz.cohort import CohortStudy

    return [CohortStudy().to_toml().encode(), CohortStudy(signs=("signed",)).to_toml().encode()]


def _plan(content: bytes, folder: Path) -> None:
    from ctviz.cohort import read_plan

    (folder / "plan.toml").write_bytes(content)
    study = read_plan(folder / "plan.toml")
    study.built_estimators()
    study.built_metrics()
    json.dumps(study.to_toml())


def _labels(content: bytes, folder: Path) -> None:
    from ctviz.backend.cases.true_classes import read_labels

    (folder / "labels.csv").write_bytes(content)
    read_labels(folder / "labels.csv")


def _study(content: bytes, folder: Path) -> None:
    from ctviz.cohort.analysis.findings import load_findings
    from ctviz.cohort.run.running import failures_of, unit_addresses
    from ctviz.cohort.run.status import stage_of

    for name in ("progress.json", "failures.json", "units.json", "findings.json"):
        (folder / name).write_bytes(content)
    stage_of(folder)
    failures_of(folder)
    for read in (unit_addresses, load_findings):
        try:
            read(folder)
        except CtvizError:
            continue


# --- the browser -----------------------------------------------------------------------------


def _message(content: bytes, _: Path) -> None:
    from ctviz.ui.viewer.contract import BoardCommand, DrawingChange, SliceChange

    try:
        message = json.loads(content)
    except (ValueError, RecursionError):
        # Streamlit has parsed it before us.
        return
    for read in (BoardCommand.from_json, SliceChange.from_json):
        try:
            read(message)
        except CtvizError:
            continue
    DrawingChange.from_json(message).images(9, (8, 8))


def _address(content: bytes, _: Path) -> None:
    from starlette.applications import Starlette

    from ctviz.ui.routes import ROUTES
    from ctviz.ui.session import _names, _number

    text = content.decode("utf-8", errors="replace")
    _number(text, None)
    _names(text, None)
    path, _mark, query = text.partition("?")
    scope = {
        "type": "http", "method": "GET", "path": path, "headers": [], "root_path": "",
        "query_string": quote_from_bytes(query.encode(), safe="=&%+").encode(),
    }  # fmt: skip
    told: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    async def send(message: dict[str, object]) -> None:
        told.append(int(str(message.get("status", 0))))

    asyncio.run(Starlette(routes=ROUTES)(scope, receive, send))
    assert told[0] < 500


LABELS = [b"file,truth\na.dcm,with contrast\nb,c\n", b"contrast,file\n1,a\n"]


def _findings() -> bytes:
    """Return the findings of a tiny study, with arrays, intervals and what is not there."""
    import numpy as np

    from ctviz.cohort.analysis.findings import (
        VERSION,
        Disputed,
        Findings,
        MeanRoc,
        Ranked,
        StudySubject,
        Undefined,
    )
    from ctviz.cohort.json_codec import to_plain
    from ctviz.cohort.statistics import Entrant, Interval

    subject = StudySubject("a", "b", "c", "m", "r", "", 2, 2, 2, 0, {"with": 1, "": 1}, 1, 0, 1)
    rates = np.array([[0.0, 0.5, 1.0]])
    roc = MeanRoc(rates, rates, rates, np.array([np.nan]), (Interval(0.4, 0.6),), (None,), (2,))
    found = Findings(
        subject=subject,
        entrants=(Entrant("gradient", "signed", control=False),),
        metrics=(Ranked("auroc", "AUROC", "s", "higher", (0.0, None), True, False),),
        rankings=(), accuracy=(), roc=roc, dice=None, agreements=(),
        disputed=(Disputed("C-1", 3, "P-1", "auroc", "dice", -0.5, "with", "without"),),
        sensitivity=(), fill_ranges=(), subgroups=(), verdicts=(), sign_verdicts=(),
        undefined=(Undefined("gradient", "auroc", "why", 2),),
        draws=10, seed=0,
    )  # fmt: skip
    return json.dumps({"version": VERSION, **to_plain(found)}).encode()


STUDIES = [
    b'{"state": "running", "done": 3, "total": 4, "share": 0.5, "left_seconds": null}',
    b'["0123456789abcdef"]',
    b'[{"case": "C-1", "slice_index": 3, "why": "no"}]',
]
MESSAGES = [
    b'{"contract": 5, "id": "a-1", "case": "C-1", "reader": "AB", "labels": ["a"], '
    b'"slices": {"3": {"before": [], "after": [0, 4, 1]}}, "measurements": {"m": {"before": null, '
    b'"after": {"kind": "ruler", "slice": 3, "points": [{"x": 1, "y": 2}, {"x": 3, "y": 4.5}]}}}}',
    b'{"case": "C-1", "index": 3, "id": "7"}',
    b'{"kind": "view", "sign": "signed"}',
]
ADDRESSES = [b"/ctviz/pixels/C-1/3?sign=abc", b"/ctviz/map/0123?sign=abc", b"gradient,lrp", b"12"]

READERS = {
    "zip": Reader(_zips, _scan),
    "dicom": Reader(_dicoms, _scan),
    "nifti": Reader(_niftis, _scan, 15),
    "picture": Reader(_pictures, _scan, 20),
    "mask": Reader(_masks, _mask, 15),
    "card": Reader(lambda: [_model()[0]], _card, 15),
    "weights": Reader(lambda: [_model()[1][:20_000], _model()[1]], _weights, 1),
    "plan": Reader(_plans, _plan, 10),
    "labels": Reader(lambda: LABELS, _labels),
    "study": Reader(lambda: [*STUDIES, _findings()], _study),
    "message": Reader(lambda: MESSAGES, _message, 20),
    "address": Reader(lambda: ADDRESSES, _address),
}


def run(
    name: str, count: int, seed: int, *, keep: Path | None = None, corpus: Path | None = None
) -> Outcome:
    """Return what came of the inputs of one reader, in this process."""
    warnings.simplefilter("ignore")
    outcome = Outcome()
    more = [path.read_bytes() for path in sorted(corpus.glob(f"{name}-*"))] if corpus else []
    for content, did, seconds in fuzz(READERS[name], count, seed, more):
        outcome.inputs += 1
        outcome.slowest = max(outcome.slowest, seconds)
        if did in {"read", "refused"}:
            setattr(outcome, did, getattr(outcome, did) + 1)
            continue
        outcome.hangs += did == "hang"
        if did != "hang":
            outcome.foreign[did] = outcome.foreign.get(did, 0) + 1
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            stem = f"{name}-{hashlib.sha256(content).hexdigest()[:8]}"
            (keep / stem).write_bytes(content)
            (keep / f"{stem}.txt").write_text(did + "\n", encoding="utf-8")
    outcome.peak_mb = _peak_mb()
    return outcome


def _peak_mb() -> float:
    # Not getrusage, whose peak a child inherits from its parent.
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000, help="inputs of all readers")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=READERS, help="one reader, in this process")
    parser.add_argument("--keep", type=Path, help="folder for inputs that went wrong")
    parser.add_argument("--corpus", type=Path, help="folder of more inputs, called READER-…")
    chosen = parser.parse_args(arguments)
    if chosen.only:
        outcome = run(
            chosen.only, chosen.count, chosen.seed, keep=chosen.keep, corpus=chosen.corpus
        )
        print(json.dumps(asdict(outcome)))
        return 0
    shares = sum(reader.share for reader in READERS.values())
    print("| reader | inputs | read | refused | foreign | hangs | slowest s | peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    good = True
    for name, reader in READERS.items():
        count = max(1, chosen.count * reader.share // shares)
        command = [sys.executable, "-m", "benchmarks.fuzz", "--only", name, "--count", str(count)]
        command += ["--seed", str(chosen.seed)]
        for option in ("keep", "corpus"):
            if getattr(chosen, option):
                command += [f"--{option}", str(getattr(chosen, option))]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        told = json.loads(done.stdout.splitlines()[-1])
        foreign = sum(told["foreign"].values())
        good &= not foreign and not told["hangs"] and told["peak_mb"] <= LARGEST_MB
        print(
            f"| {name} | {told['inputs']} | {told['read']} | {told['refused']} | {foreign} | "
            f"{told['hangs']} | {told['slowest']:.1f} | {told['peak_mb']:.0f} |",
            flush=True,
        )
        for what, times in sorted(told["foreign"].items(), key=lambda each: -each[1]):
            print(f"    {times} × {what}", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
