"""A MONAI bundle says much of what a card asks: its configuration is read as data, never evaluated.

A bundle is a folder with ``configs/metadata.json``, ``configs/inference.json`` and the weights in
``models/``. Its configuration may hold expressions ("$…") and references ("@…"): what is not
written out is left open, for its people to say.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctviz.core import UnusableModel, Value
from ctviz.core.foreign import foreign
from ctviz.models.architectures import ARCHITECTURES
from ctviz.models.card import AS_THEY_ARE, LARGEST_TITLE, Scale
from ctviz.models.grid import Fit
from ctviz.models.heads import Head

METADATA, INFERENCE = "configs/metadata.json", "configs/inference.json"
WEIGHTS = ("models/model.pt", "models/model.pth", "models/model.safetensors")
LARGEST_BYTES = 1_000_000
NETWORK_KEYS = ("network_def", "network", "net", "model")
OPEN = {"resnet": ("stride", "conv1_t_stride", 1), "vit": ("heads", "num_heads", 12)}
"""What weights leave open: our name, MONAI's, and what a network has that does not say it."""
BY_THE_IMAGE = ("ScaleIntensity", "ScaleIntensityRangePercentiles", "HistogramNormalize")
"""Transforms that look at each image's own values."""


@dataclass(frozen=True)
class Bundle:
    """What a bundle says of its network; what it leaves open is None or empty.

    Parameters
    ----------
    weights
        The file of its weights.
    architecture, given
        One of the allow-list with its hyperparameters; empty where the weights shall tell.
    size, window, scale, fit, head, classes, title, task, licence, intended_use, trained_on
        As on a card.
    files
        Those of the bundle that are read.
    left_aside
        How many others an archive of it holds, such as programs and pictures.
    """

    weights: Path
    architecture: str = ""
    given: Mapping[str, Value] | None = None
    size: tuple[int, int] | None = None
    window: tuple[float, float] | None = None
    scale: Scale | None = None
    fit: Fit | None = None
    head: Head | None = None
    classes: tuple[str, ...] = ()
    title: str = ""
    task: str = ""
    licence: str = ""
    intended_use: str = ""
    trained_on: str = ""
    files: tuple[Path, ...] = ()
    left_aside: int = 0


def read_bundle(folder: Path) -> Bundle:
    """Return what a bundle says.

    Raises
    ------
    UnusableModel
        In a sentence, if it is none, its network is not of the allow-list or not for slices, or
        its images are prepared as no card can say.
    """
    metadata, inference = _read(folder / METADATA), _read(folder / INFERENCE)
    weights = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
    if weights is None:
        raise UnusableModel(
            f"The bundle has no weights; they are looked for as {', '.join(WEIGHTS)}."
        )
    network = next((found for key in NETWORK_KEYS if (found := _object(inference.get(key)))), {})
    architecture, given = _architecture(network)
    data = _object(metadata.get("network_data_format"))
    window, scale, size, fit = _inputs(inference)
    return Bundle(
        weights,
        architecture,
        given,
        size or _shape(_first(data.get("inputs"))),
        window,
        scale,
        fit,
        _head(inference),
        _classes(_first(data.get("outputs"))),
        title=_words(metadata.get("name")),
        task=_words(metadata.get("task")) or _words(metadata.get("description")),
        licence=_words(metadata.get("license")) or _words(metadata.get("copyright")),
        intended_use=_words(metadata.get("intended_use")),
        trained_on=_words(metadata.get("data_source")),
        files=(folder / METADATA, folder / INFERENCE, weights),
    )


def _read(file: Path) -> Mapping[str, Any]:
    name = f"{file.parent.name}/{file.name}"
    damaged = UnusableModel(f"The bundle's {name} is no JSON; copy the bundle again.")
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except OSError:
        raise UnusableModel(
            f"The folder is no MONAI bundle: it has no readable {name}; name the file of a network."
        ) from None
    if len(content) > LARGEST_BYTES:
        raise UnusableModel(f"The bundle's {name} is larger than a configuration is.")
    with foreign(damaged):
        document = json.loads(content)
    if not isinstance(document, dict):
        raise damaged
    return document


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(value: object) -> Mapping[str, Any]:
    """Return the first of several descriptions by name."""
    return _object(next(iter(_object(value).values()), None))


def _words(value: object) -> str:
    """Return text that is written out, as long as a card may have it."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return "" if text.startswith(("$", "@")) else text[:LARGEST_TITLE]


def _numbers(value: object) -> tuple[float, ...]:
    """Return numbers that are written out; none where anything else is."""
    several = value if isinstance(value, list) else [value]
    plain = [each for each in several if isinstance(each, int | float)]
    plain = [each for each in plain if not isinstance(each, bool) and math.isfinite(each)]
    return tuple(map(float, plain)) if len(plain) == len(several) else ()


def _called(entry: Mapping[str, Any]) -> str:
    """Return the last part of what an entry builds."""
    return _words(entry.get("_target_")).rpartition(".")[2]


def _architecture(network: Mapping[str, Any]) -> tuple[str, dict[str, Value] | None]:
    name = _called(network)
    if _numbers(network.get("spatial_dims")) == (3.0,):
        raise UnusableModel(
            f"The bundle's network '{name}' is for volumes; ctviz explains networks of slices."
        )
    if not name:
        return "", None
    wanted = _words(network.get("model_name")) if name == "EfficientNetBN" else name.casefold()
    if wanted in {"resnet", "densenet", "senet"}:
        return "", None
    if wanted not in ARCHITECTURES:
        raise UnusableModel(
            f"The bundle's network '{name}' is none of those that are read by their weights; "
            "export it as ONNX instead."
        )
    # What a configuration does not say is as in MONAI: a first convolution without a step.
    kind = "resnet" if wanted.startswith("resnet") else wanted
    if kind not in OPEN:
        return wanted, None
    name, theirs, usual = OPEN[kind]
    told = _numbers(network.get(theirs, usual))
    return wanted, {name: int(told[0])} if told else None


def _entries(value: object, depth: int = 12) -> Iterator[Mapping[str, Any]]:
    """Yield every entry that builds something, in the order in which they are written."""
    if depth == 0:
        return
    if isinstance(value, dict):
        if "_target_" in value:
            yield value
        for inner in value.values():
            yield from _entries(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner, depth - 1)


def _transform(entry: Mapping[str, Any]) -> str:
    """Return a transform's name without what marks those of dictionaries."""
    name = _called(entry)
    return name.removesuffix("Dict").removesuffix("d").removesuffix("D")


def _inputs(
    inference: Mapping[str, Any],
) -> tuple[tuple[float, float] | None, Scale | None, tuple[int, int] | None, Fit | None]:
    """Return the window, the scale, the size and the fit of the images, as far as they are told."""
    window: tuple[float, float] | None = None
    scale: Scale | None = None
    size: tuple[int, int] | None = None
    before = {key: each for key, each in inference.items() if not key.startswith("post")}
    for entry in _entries(before):
        name = _transform(entry)
        if name in BY_THE_IMAGE or (name == "NormalizeIntensity" and "divisor" not in entry):
            raise UnusableModel(
                f"The bundle prepares each image by its own values ({name}), which is no window in "
                "Hounsfield units; ctviz cannot ask it the same."
            )
        if name == "ScaleIntensityRange" and entry.get("clip") is True:
            window, scale = _ranged(entry)
        elif name == "NormalizeIntensity":
            scale = _normalised(entry, scale)
        elif name == "Resize":
            size = _pair(_numbers(entry.get("spatial_size")))
    return window, scale, size, "stretched" if size else None


def _ranged(entry: Mapping[str, Any]) -> tuple[tuple[float, float] | None, Scale | None]:
    """Return the window that becomes 0 to 1, and how that is scaled to another range."""
    limits = [_numbers(entry.get(name)) for name in ("a_min", "a_max", "b_min", "b_max")]
    if not all(len(each) == 1 for each in limits):
        return None, None
    low, high, bottom, top = (each[0] for each in limits)
    if not (low < high and bottom < top):
        return None, None
    spread = 1 / (top - bottom)
    scale = ((-bottom * spread,), (spread,))
    return ((low + high) / 2, high - low), None if scale == AS_THEY_ARE else scale


def _normalised(entry: Mapping[str, Any], before: Scale | None) -> Scale | None:
    """Return a scale followed by the one of a normalisation."""
    less, by = _numbers(entry.get("subtrahend")), _numbers(entry.get("divisor"))
    (mean,), (spread,) = before or AS_THEY_ARE
    if len(less) != len(by) or not less or min(by) <= 0:
        return before
    return tuple(mean + each * spread for each in less), tuple(spread * each for each in by)


def _pair(numbers: tuple[float, ...]) -> tuple[int, int] | None:
    whole = len(numbers) == 2 and all(each.is_integer() and each > 0 for each in numbers)
    return (int(numbers[0]), int(numbers[1])) if whole else None


def _shape(image: Mapping[str, Any]) -> tuple[int, int] | None:
    return _pair(_numbers(image.get("spatial_shape")))


def _classes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the channels of the answer; none unless all are named."""
    named = _object(answer.get("channel_def"))
    names = tuple(_words(named.get(str(number))) for number in range(len(named)))
    return names if len(names) > 1 and all(names) else ()


def _head(inference: Mapping[str, Any]) -> Head | None:
    """Return the head by what is done with the answers."""
    after = {key: each for key, each in inference.items() if key.startswith("post")}
    for entry in _entries(after):
        if _transform(entry) == "Activations":
            if entry.get("sigmoid") is True:
                return "sigmoid"
            if entry.get("softmax") is True:
                return "softmax"
    return None
