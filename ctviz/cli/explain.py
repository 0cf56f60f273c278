"""Write importance maps of a slice: numbers (.npy) and pictures (.png).

try:
  ctviz explain C-0123abcd --out maps
  ctviz explain scan.dcm --estimators gradient,smoothgrad --set smoothgrad.samples=30
  ctviz explain C-0123abcd --estimators all --target "with contrast" --sign signed

A .npy file is the signed map on the scan's pixels (rows, columns): positive speaks for the class.
The completeness gap says how far the map's sum is from the change of the class score along its
path, as a share of that change: 0.03 is 3 % too much. Nearer to 0 is better.
"""

import argparse
from pathlib import Path

import numpy as np

from ctviz.cli.asking import Answer, answer
from ctviz.cli.choosing import add_estimators, add_scan
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend
from ctviz.core import SIGNS, ImportanceMap, InvalidInput, Sign

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
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Compute or recall the maps, write them and list the files."""
    with opened_backend() as backend:
        answered = answer(backend, arguments)
        rows = [
            _write(answered, importance, arguments.sign, arguments.out)
            for importance in answered.maps
        ]
        write_rows(rows, arguments.format)
    if not rows:
        raise InvalidInput("No map could be computed; choose other estimators.")


def _write(answered: Answer, importance: ImportanceMap, sign: Sign, folder: Path) -> Row:
    name = f"{answered.case.id}-{answered.slice_index:03d}-{importance.estimator}"
    numbers, picture = folder / f"{name}.npy", folder / f"{name}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.save(numbers, importance.values, allow_pickle=False)
        picture.write_bytes(_picture(answered, importance, sign))
    except OSError as error:
        raise InvalidInput(
            f"The maps cannot be written ({error.strerror}); choose another folder with --out."
        ) from None
    return {
        "estimator": importance.estimator,
        "class": answered.card.classes[answered.question.target],
        "seconds": importance.seconds,
        "completeness_gap": importance.completeness_gap,
        "numbers": str(numbers),
        "picture": str(picture),
    }


def _picture(answered: Answer, importance: ImportanceMap, sign: Sign) -> bytes:
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
    picture = overlay(grey, heatmap(importance.values, HeatmapLook.of(sign)))
    return png(to_pixel_aspect(picture, image.spacing_mm, PICTURE_PIXELS))
