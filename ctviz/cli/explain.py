"""Write importance maps of a slice: numbers (.npy) and pictures (.png).

try:
  ctviz explain C-0123abcd --out maps
  ctviz explain scan.dcm --estimators gradient,smoothgrad --set smoothgrad.samples=30
  ctviz explain C-0123abcd --estimators all --target "with contrast" --sign signed
  ctviz explain C-0123abcd --target mass --rather-than nodule
  ctviz explain C-0123abcd --estimators smoothgrad --error-bars

A .npy file is the signed map on the scan's pixels (rows, columns): positive speaks for the class.
With --rather-than it speaks more for the one class than for the other: the difference of their
scores is explained, which is the log-odds where there are but two. Maps that know no class are
then named as "the same for every class": they say nothing of that difference.
The completeness gap says how far the map's sum is from the change of the class score along its
path, as a share of that change: 0.03 is 3 % too much. Nearer to 0 is better.
Of a model that sees neighbouring slices a map adds up what lies on all of them; on_neighbours is
the share of its strength that lies beside the slice, where the estimator tells them apart.
With --error-bars each map gets further files of its size: …-stronger.npy, where it is stronger
than on 19 untrained copies of the network (in the picture the rest fades), and its mean with both
ends of the 95 % interval, over networks trained alike (…-twins-mean.npy, -low, -high) and over
seeds (…-seeds-…), as far as there are any. That takes some two dozen maps more.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctviz.cli.asking import AskedSlice, answer
from ctviz.cli.choosing import add_estimators, add_scan
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait
from ctviz.core import SIGNS, ImportanceMap, InvalidInput, Sign

if TYPE_CHECKING:
    from ctviz.backend import Backend, ErrorBars
    from ctviz.estimators import Estimator

PICTURE_PIXELS = 768


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_scan(parser)
    add_estimators(parser)
    parser.add_argument(
        "--sign",
        choices=SIGNS,
        default="absolute",
        help="how to show maps (default: absolute)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("maps"), help="folder to write to (default: maps)"
    )
    parser.add_argument(
        "--error-bars",
        action="store_true",
        help="also write what chance would not show, and intervals over seeds and networks",
    )
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Compute or recall the maps, write them and list the files."""
    with opened_backend() as backend:
        answered = answer(backend, arguments)
        rows = [
            _write(
                answered,
                importance,
                _class_of(answered, maker, arguments),
                _error_bars(backend, answered, maker, arguments),
                arguments,
            )
            for importance, maker in zip(answered.maps, answered.estimators, strict=True)
        ]
        write_rows(rows, arguments.format)
    if not rows:
        raise InvalidInput("No map could be computed; choose other estimators.")


def _class_of(answered: AskedSlice, maker: "Estimator", arguments: argparse.Namespace) -> str:
    """Return which class a map is of, or that it is of none where two are held together."""
    if arguments.rather_than and maker.same_for_every_class:
        return "the same for every class"
    return answered.question.words(answered.card.classes)


def _error_bars(
    backend: "Backend", answered: AskedSlice, maker: "Estimator", arguments: argparse.Namespace
) -> "ErrorBars | None":
    """Return the error bars of an estimator's map, if they are wanted."""
    if not arguments.error_bars:
        return None
    job = backend.error_bars(answered.question, maker, urgency="interactive")
    return wait(job, f"Asking {maker.name} of networks that know nothing")


def _write(
    answered: AskedSlice,
    importance: ImportanceMap,
    explained: str,
    bars: "ErrorBars | None",
    arguments: argparse.Namespace,
) -> Row:
    folder: Path = arguments.out
    name = f"{answered.case.id}-{answered.slice_index:03d}-{importance.estimator}"
    numbers, picture = folder / f"{name}.npy", folder / f"{name}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.save(numbers, importance.values, allow_pickle=False)
        for part, values in _parts(bars).items():
            np.save(folder / f"{name}-{part}.npy", values, allow_pickle=False)
        picture.write_bytes(_picture(answered, importance, bars, arguments.sign))
    except OSError as error:
        raise InvalidInput(
            f"The maps cannot be written ({error.strerror}); choose another folder with --out."
        ) from None
    return {
        "estimator": importance.estimator,
        "class": explained,
        "seconds": importance.seconds,
        "completeness_gap": importance.completeness_gap,
        **({"on_neighbours": importance.on_neighbours} if answered.card.sees else {}),
        "numbers": str(numbers),
        "picture": str(picture),
        **({} if bars is None else {"chance": bars.why}),
    }


def _parts(bars: "ErrorBars | None") -> dict[str, NDArray[np.generic]]:
    """Return the arrays (H, W) of a map's error bars by the ends of their files' names."""
    if bars is None:
        return {}
    parts: dict[str, NDArray[np.generic]] = {"stronger": bars.chance.stronger}
    for over, spread in (("twins", bars.over_twins), ("seeds", bars.over_seeds)):
        if spread is not None:
            ends = {"mean": spread.mean, "low": spread.low, "high": spread.high}
            parts |= {f"{over}-{end}": values for end, values in ends.items()}
    return parts


def _picture(
    answered: AskedSlice, importance: ImportanceMap, bars: "ErrorBars | None", sign: Sign
) -> bytes:
    """Return what a reader sees who opens the case in the viewer and changes nothing."""
    from ctviz.viz import (
        HeatmapLook,
        heatmap,
        opening_window,
        overlay,
        png,
        to_pixel_aspect,
        window_image,
    )

    image = answered.question.image
    window = opening_window(answered.case.slice(0))
    grey = window_image(image.hounsfield, window.width, window.level)
    stronger = None if bars is None else bars.chance.stronger
    hot = heatmap(importance.values, HeatmapLook.of(sign), stronger=stronger)
    picture = overlay(grey, hot)
    return png(to_pixel_aspect(picture, image.spacing_mm, PICTURE_PIXELS))
