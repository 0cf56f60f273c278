"""Scans from which pixels were removed, as fidelity removes them.

A network that has never seen such a picture may answer anything: what fidelity measures is then
partly the network's surprise. One that was trained with them is not surprised (feature
perturbation augmentation, Brocki & Chung 2023. arXiv:2303.01538).
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

PATCHES = (1, 2, 4, 8, 16)
"""Pixels across which what is removed hangs together: single pixels, or patches like a map's."""
MOST = 0.9
"""Largest share that is removed; of what is left one must still be able to tell the class."""
BLUR = 15


def with_removed(x: Tensor, generator: torch.Generator) -> Tensor:
    """Return inputs (N, C, h, w), each without a random share of its pixels, in random patches.

    What is removed is filled with black, white, the mean of what is there, or a blurred copy.
    """
    return torch.stack([_without(image, generator) for image in x])


def removed(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Return inputs (N, C, h, w), each without this share of its pixels, filled with black."""
    return torch.stack([_filled(image, _chosen(image, share, generator), _black) for image in x])


def _without(image: Tensor, generator: torch.Generator) -> Tensor:
    share = MOST * float(torch.rand((), generator=generator))
    gone = _chosen(image, share, generator)
    fill = FILLS[int(torch.randint(len(FILLS), (), generator=generator))]
    return _filled(image, gone, fill)


def _chosen(image: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Draw the pixels (1, h, w) to remove, exactly this share of them."""
    rows, columns = image.shape[1:]
    patch = PATCHES[int(torch.randint(len(PATCHES), (), generator=generator))]
    coarse = torch.rand((1, 1, -(-rows // patch), -(-columns // patch)), generator=generator)
    field = interpolate(coarse, (rows, columns), mode="bilinear", align_corners=False)[0]
    order = field.flatten().argsort(stable=True)
    gone = torch.zeros(rows * columns, dtype=torch.bool)
    gone[order[: round(share * len(order))]] = True
    return gone.reshape(1, rows, columns)


def _filled(image: Tensor, gone: Tensor, fill: Callable[[Tensor], Tensor]) -> Tensor:
    return torch.where(gone, fill(image), image)


def _black(image: Tensor) -> Tensor:
    return torch.zeros_like(image)


def _white(image: Tensor) -> Tensor:
    return torch.ones_like(image)


def _mean(image: Tensor) -> Tensor:
    return image.mean(dim=(1, 2), keepdim=True).expand_as(image)


def _blurred(image: Tensor) -> Tensor:
    return avg_pool2d(image, BLUR, stride=1, padding=BLUR // 2, count_include_pad=False)


FILLS: tuple[Callable[[Tensor], Tensor], ...] = (_black, _white, _mean, _blurred)
