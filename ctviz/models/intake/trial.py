"""The trial of a network from elsewhere: ``python -m ctviz.models.intake.trial FILE [h w]``.

Runs in a process of its own. The last thing it writes is one line of JSON, see `inspecting`.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctviz.core import CtvizError, UnusableModel
from ctviz.core.foreign import foreign
from ctviz.models.card import LARGEST_INPUT
from ctviz.models.intake.apart import limit
from ctviz.models.intake.inspecting import (
    TOLERANCE,
    Inspection,
    LeftOpen,
    spoken,
)
from ctviz.models.neighbours import fault_of_channels
from ctviz.models.onnx import OnnxNetwork, onnx_network
from ctviz.networks import NetworkFailed, class_scores, conduct_of

ENDINGS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "": lambda scores: scores,
    "Softmax": lambda scores: torch.softmax(scores, 1),
    "LogSoftmax": lambda scores: torch.log_softmax(scores, 1),
    "Sigmoid": torch.sigmoid,
}


def main(arguments: Sequence[str]) -> None:
    """Inspect the file and write what was found."""
    file, *size = arguments
    limit()
    exhausted = "The network needs more memory than is allowed for reading it."
    try:
        with foreign(
            UnusableModel("The file is not a network that can be read; export it again."),
            UnusableModel(exhausted),
        ):
            found = inspected(Path(file).read_bytes(), size)
        sys.stdout.write(spoken(found))
    except CtvizError as refusal:
        sys.stdout.write(spoken(refusal))


def inspected(content: bytes, size: Sequence[str] = ()) -> Inspection:
    """Return what a network is after comparing its answers with ONNX Runtime's."""
    network = onnx_network(content)
    channels, rows, columns = _image(network, size)
    images = _images((channels, rows, columns))
    scores = torch.cat([_scores(network, image) for image in images])
    if not bool(torch.isfinite(scores).all()):
        raise UnusableModel("The network's answers to plain images are not finite.")
    neurons = scores.shape[1]
    difference = _difference(network, content, images, scores)
    conduct = conduct_of(network, images[0])
    return Inspection(
        channels,
        (rows, columns),
        neurons,
        network.ending,
        network.operations,
        sum(each.numel() for each in network.parameters()),
        difference,
        alone=not conduct.together,
    )


def _image(network: OnnxNetwork, size: Sequence[str]) -> tuple[int, int, int]:
    channels, *told = network.shape
    channels = 1 if channels is None else channels
    if fault := fault_of_channels(channels):
        raise UnusableModel(f"The network takes images {fault}")
    wanted = list(map(int, size)) or told
    if told != wanted and None not in told:
        raise UnusableModel(
            f"The network takes images of {told[0]} × {told[1]}, not {wanted[0]} × {wanted[1]}."
        )
    if None in wanted:
        raise LeftOpen(
            "The ONNX file leaves the size of its images open; say which size it was trained with."
        )
    rows, columns = (int(each or 0) for each in wanted)
    if not (1 <= rows <= LARGEST_INPUT and 1 <= columns <= LARGEST_INPUT):
        raise UnusableModel(
            f"The network takes images of {rows} × {columns}; allowed are 1 to {LARGEST_INPUT}."
        )
    return channels, rows, columns


def _images(shape: tuple[int, int, int]) -> list[Tensor]:
    """Return images (1, C, h, w) in [0, 1]: noise, a slope, and a disc."""
    channels, rows, columns = shape
    generator = torch.Generator().manual_seed(0)
    across = torch.linspace(0, 1, columns).expand(rows, columns)
    down = torch.linspace(-1, 1, rows)[:, None].expand(rows, columns)
    disc = ((2 * across - 1).square() + down.square() < 0.5).float()
    # Channels differ, as neighbouring slices do: a network that mixes them up is found out.
    noise = torch.rand(channels, rows, columns, generator=generator)
    planes = (noise, across, disc * 0.8 + 0.1 * noise)
    return [plane.expand(1, channels, rows, columns).contiguous() for plane in planes]


def _scores(network: OnnxNetwork, image: Tensor) -> Tensor:
    with torch.no_grad():
        try:
            return class_scores(network, image)
        except NetworkFailed as error:
            raise UnusableModel(
                f"The network of the ONNX file cannot be computed: {error}"
            ) from None


def _difference(
    network: OnnxNetwork, content: bytes, images: Sequence[Tensor], scores: Tensor
) -> float:
    """Return how far the answers are from another program's, or refuse a network that differs."""
    own: NDArray[np.float32] = ENDINGS[network.ending](scores).numpy()
    other = np.concatenate([_of_onnxruntime(content, network.image, each) for each in images])
    scale = max(float(np.abs(own).max()), 1e-6)
    difference = float(np.abs(own - other).max()) / scale if own.shape == other.shape else np.inf
    if not difference <= TOLERANCE:
        raise UnusableModel(
            f"ctviz computes other answers from this file than ONNX Runtime ({difference:.2g} of "
            "the largest score), so that maps would be wrong; please report which network it is."
        )
    return difference


def _of_onnxruntime(content: bytes, name: str, image: Tensor) -> NDArray[np.float32]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    with foreign(UnusableModel("ONNX Runtime does not accept this file; export it again.")):
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        (answer,) = session.run(None, {name: image.numpy()})
        return np.asarray(answer, np.float32)


if __name__ == "__main__":
    main(sys.argv[1:])
