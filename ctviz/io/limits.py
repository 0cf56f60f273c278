"""How much a file may ask for before ctviz refuses to reserve memory for it."""

from ctviz.core import UnreadableScan

SLICE_PIXELS = 2**26
"""The largest image, 8192 × 8192."""

CASE_PIXELS = 2**30
"""The largest case, 4096 slices of 512 × 512: 2 GiB in memory."""


def check_size(slices: int, rows: int, columns: int) -> None:
    """Refuse an image stack that is empty or larger than any CT examination."""
    if min(slices, rows, columns) < 1:
        raise UnreadableScan("It says that its image has no pixels; export it again.")
    if rows * columns > SLICE_PIXELS or slices * rows * columns > CASE_PIXELS:
        raise UnreadableScan(
            f"It announces {slices} images of {rows} × {columns} pixels, more than ctviz loads; "
            "export a part of it."
        )
