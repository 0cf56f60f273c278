"""How images go through a network: how many at once, and how they lie in memory."""

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from ctviz.networks import Conduct, free_bytes

PIXELS_AT_ONCE = {"cpu": 8 * 224 * 224}
PIXELS_AT_ONCE_ON_A_GPU = 64 * 224 * 224
BYTES_A_PIXEL = 3_000
"""What a gradient takes on a GPU for each pixel of an image: DenseNet121, the most of the usual."""


@dataclass(frozen=True)
class Pace:
    """Batch sizes and a memory layout: they decide how fast maps are made, not what they show.

    Parameters
    ----------
    forward_batch
        How many images are classified at once.
    gradient_batch
        How many images' gradients are taken at once.
    channels_last
        Whether a pixel's channels lie side by side in memory, or each channel's pixels.
    """

    forward_batch: int
    gradient_batch: int
    channels_last: bool = True

    @classmethod
    def usual(cls, x: Tensor) -> Self:
        """Return the pace for images like x (1, C, h, w) that suits most networks, unmeasured.

        Batches pay off while they fit the processor's caches (about eight images of 224²);
        beyond, they only cost memory. A GPU takes many, as far as its memory goes. Convolutions
        mostly run faster with channels last.
        """
        height, width = x.shape[-2:]
        pixels = PIXELS_AT_ONCE.get(x.device.type, PIXELS_AT_ONCE_ON_A_GPU)
        free = free_bytes(x.device)
        if free is not None:
            pixels = min(pixels, free // (2 * BYTES_A_PIXEL))
        batch = max(1, pixels // (height * width))
        return cls(batch, batch)

    def for_(self, conduct: Conduct) -> Self:
        """Return the pace at which a network can be asked that behaves like this."""
        channels_last = self.channels_last and conduct.channels_last
        if conduct.together:
            return replace(self, channels_last=channels_last)
        return replace(self, forward_batch=1, gradient_batch=1, channels_last=channels_last)

    @property
    def layout(self) -> torch.memory_format:
        """What torch calls the memory layout."""
        return torch.channels_last if self.channels_last else torch.contiguous_format
