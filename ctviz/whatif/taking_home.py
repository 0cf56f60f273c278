"""An experiment as files: what it is and what came of it, the slices, the maps, a picture."""

import io
import json
import zipfile
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from ctviz.core import SIGNS, Slice
from ctviz.core.experiment import Experiment
from ctviz.edits import operation_of
from ctviz.io import nifti_of
from ctviz.viz import HeatmapLook, heatmap, opening_window, outline, overlay, png, window_image
from ctviz.viz import to_pixel_aspect as in_proportion
from ctviz.whatif.outcome import Outcome

PICTURE_PIXELS = 512
WIDEST_CHANGE_HU = 300.0
"""At least so many HU reach the end of the picture's scale."""


def as_json(experiment: Experiment, outcome: Outcome) -> str:
    """Return what was done, to what, by whom, and what the model said, as JSON."""
    edit, operation = experiment.edit, operation_of(experiment.edit)
    pixels, mean = outcome.changed
    before, after = outcome.before, outcome.after
    said = {
        "experiment": {
            "id": experiment.id,
            "name": experiment.title,
            "note": experiment.note,
            "reader": experiment.reader,
            "made": experiment.made.isoformat(),
        },
        "case": experiment.case_id,
        "slice": experiment.slice_index + 1,
        "edit": {
            "operation": edit.operation,
            "settings": operation.settings(),
            "soft_edge_mm": edit.edge_mm,
            "drawn_pixels": int(edit.mask.sum()),
            "changed_pixels": pixels,
            "mean_change_hu": mean,
            "digest_before": before.image.digest,
            "digest_after": after.image.digest,
        },
        "model": before.prediction.model_id,
        "class": outcome.name,
        "answer": {
            moment: dict(
                zip(
                    asked.prediction.classes,
                    map(float, asked.prediction.probabilities),
                    strict=True,
                )
            )
            for moment, asked in (("before", before), ("after", after))
        },
        "log_odds": dict(zip(("before", "after"), outcome.log_odds, strict=True)),
        "strangeness": {"before": before.strangeness, "after": after.strangeness},
        "sentence": outcome.sentence,
        "elsewhere": {"probabilities": list(outcome.elsewhere), "why_not": outcome.why_not},
        "importance_in_what_is_drawn": {
            "share_of_the_picture": outcome.drawn_share,
            **{
                name: {sign: outcome.importance(name, sign).value for sign in SIGNS}
                for name in before.maps
            },
        },
        "ctviz": version("ctviz"),
    }
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def pictures_of(outcome: Outcome) -> bytes:
    """Return before, after and the difference beside one another, as PNG.

    What is drawn is outlined. Orange became brighter and blue darker, to the largest change.
    """
    image, edited = outcome.before.image, outcome.after.image
    change = edited.hounsfield - image.hounsfield
    limit = max(WIDEST_CHANGE_HU, float(np.abs(change).max()))
    grey = _grey(image)
    shown = [_rgb(grey), _rgb(_grey(edited)), overlay(grey, heatmap(change, _DIFFERENCE, limit))]
    drawn = [outline(each, outcome.edit.mask) for each in shown]
    sized = [in_proportion(each, image.spacing_mm, PICTURE_PIXELS) for each in drawn]
    return png(np.concatenate(sized, axis=1))


def files_of(experiment: Experiment, outcome: Outcome, name: str) -> dict[str, bytes]:
    """Return everything as files, which begin with the name."""
    image = outcome.before.image
    return {
        "README.txt": _read_me(experiment, outcome).encode(),
        f"{name}.json": as_json(experiment, outcome).encode(),
        f"{name}.png": pictures_of(outcome),
        f"{name}-before.nii.gz": nifti_of(image.hounsfield, image),
        f"{name}-after.nii.gz": nifti_of(outcome.after.image.hounsfield, image),
        f"{name}-drawn.nii.gz": nifti_of(experiment.edit.mask.astype(np.float32), image),
        **_maps(outcome, name),
    }


def take_home(experiment: Experiment, outcome: Outcome, name: str) -> bytes:
    """Return a zip of everything."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for file, written in files_of(experiment, outcome, name).items():
            archive.writestr(file, written)
    return content.getvalue()


_DIFFERENCE = HeatmapLook.of("signed")


def _maps(outcome: Outcome, name: str) -> Mapping[str, bytes]:
    return {
        f"{name}-{moment}-{estimator}.nii.gz": nifti_of(found.values, asked.image)
        for moment, asked in (("before", outcome.before), ("after", outcome.after))
        for estimator, found in asked.maps.items()
    }


def _grey(image: Slice) -> NDArray[np.uint8]:
    window = opening_window(image)
    return window_image(image.hounsfield, window.width, window.level)


def _rgb(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(grey[..., None], 3, axis=2)


def _read_me(experiment: Experiment, outcome: Outcome) -> str:
    lines = (
        f"{experiment.title}. Case {experiment.case_id}, slice {experiment.slice_index + 1}, by "
        f"{experiment.reader or 'nobody who was named'}, {experiment.made:%Y-%m-%d %H:%M %Z}.",
        experiment.note,
        f"Model {outcome.before.prediction.model_id}: {outcome.sentence}",
        outcome.control or outcome.why_not,
        "before, after: the slice in Hounsfield units, or a map of it; drawn: 1 in the region.",
        f"Maps are signed: positive speaks for '{outcome.name}'.",
        "An edited slice is no scan: the model may find it strange, and nobody was examined like "
        "this.",
        f"ctviz {version('ctviz')}. For research, not for diagnosis.",
    )
    return "\n".join(filter(None, lines)) + "\n"
