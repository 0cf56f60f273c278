"""Makes maps again, and holds masks against what is drawn now."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ctviz.backend import Backend, Question
from ctviz.core import InvalidInput
from ctviz.estimators import ESTIMATORS
from ctviz.export.checks import SAME, NumberCheck, case_of, refuse_other_weights
from ctviz.export.gathering import Wait
from ctviz.io.out import ClaimedRegions, anonymous_origin, named, read_map, read_regions
from ctviz.io.out.objects import slice_names


def verify_map(backend: Backend, path: Path, wait: Wait) -> list[NumberCheck]:
    """Return whether a map is still the same, pixel by pixel."""
    claimed = read_map(path)
    case = backend.case(case_of(backend, claimed.case_id, claimed.image[0], "map"))
    refuse_other_weights(backend, claimed.model_id, claimed.weights, "map")
    question = Question(
        case.slice(claimed.slice_index), claimed.model_id, claimed.target, claimed.rather_than
    )
    estimator = ESTIMATORS[claimed.estimator].from_settings(dict(claimed.settings))
    now = wait(backend.explain(question, [estimator])[0]).values
    if now.shape != claimed.values.shape:
        raise InvalidInput("The map has other pixels than the case's slices; name another file.")
    peak = float(np.abs(claimed.values).max())
    apart = float(np.abs(now - claimed.values).max())
    same = apart <= SAME * max(peak, 1.0 if peak == 0 else 0.0)
    return [
        NumberCheck(
            f"largest magnitude of {claimed.estimator} on slice {claimed.slice_index + 1}",
            peak,
            float(np.abs(now).max()),
            "" if same else f"A pixel is {apart:.3g} off.",
        )
    ]


def verify_regions(backend: Backend, path: Path) -> list[NumberCheck]:
    """Return whether each mask is what its reader has drawn, by its pixels."""
    claimed = read_regions(path)
    first = next((image for image, _ in claimed.masks), ("", 0))
    case = backend.case(case_of(backend, claimed.case_id, first[0], "segmentation"))
    kept = None if claimed.case_id else backend.links.of(case.id)
    slices = slice_names(kept or anonymous_origin(case))
    drawn = {
        (region.slice_index, *named(region.reader, region.label)): region.mask
        for region in backend.store.regions(case.id)
    }
    return list(_masks(claimed, slices, drawn))


def _masks(
    claimed: ClaimedRegions,
    slices: dict[tuple[str, int], int],
    drawn: "dict[tuple[int, str, str], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]",
) -> Iterator[NumberCheck]:
    reader = claimed.reader.rstrip("^")
    for (image, label), mask in claimed.masks.items():
        index = slices.get(image)
        if index is None:
            raise InvalidInput(
                "The segmentation refers to images that the case does not have; name another file."
            )
        now = drawn.get((index, claimed.reader, label))
        same = now is not None and np.array_equal(now, mask)
        yield NumberCheck(
            f"pixels of {label} of {reader} on slice {index + 1}",
            float(mask.sum()),
            None if now is None else float(now.sum()),
            "" if same else "The region is not drawn like this any more.",
        )
