"""What goes into a network: its range, and how much of the body its window lets it see."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from ctviz.core import Slice
from ctviz.models.classifier import Classifier, on_grid

AIR_BELOW_HU = -500.0
"""Lung, and the air around the body."""
MOST_LOST = 0.5


@dataclass(frozen=True)
class InputRange:
    """What a network is sent of some slices.

    Parameters
    ----------
    low, mean, high
        Of the values that go into it, normalised.
    black, white
        Shares of the body's pixels that its window makes 0 and 1, where it sees no difference.
    """

    low: float
    mean: float
    high: float
    black: float
    white: float

    @property
    def sentence(self) -> str:
        """The range in words."""
        return (
            f"{self.low:.2f} to {self.high:.2f}, mean {self.mean:.2f}; of the body "
            f"{self.black:.0%} black and {self.white:.0%} white"
        )

    def warnings(self) -> tuple[str, ...]:
        """Return what looks wrong, in sentences."""
        lost = self.black + self.white
        if lost <= MOST_LOST:
            return ()
        return (
            f"{lost:.0%} of the body lies outside of the window, where the network sees no "
            "difference: the window is probably not the one that it was trained with.",
        )


def input_range(classifier: Classifier, images: Sequence[Slice]) -> InputRange:
    """Return what a network is sent of slices; of several windows the first decides."""
    means, spreads = (torch.tensor(numbers)[:, None, None] for numbers in classifier.card.scale)
    values, shown = [], []
    for image in images:
        x = classifier.encode(image)[0].cpu()
        values.append(((x - means) / spreads).flatten())
        hounsfield = on_grid(image, classifier.card.size, classifier.card.manner)
        # Without Hounsfield units there is no telling what is body.
        grey = x[classifier.card.shown_channel or 0]
        shown.append(grey[hounsfield > AIR_BELOW_HU] if image.calibrated else grey.flatten())
    sent, body = torch.cat(values), torch.cat(shown)
    return InputRange(
        float(sent.min()),
        float(sent.mean()),
        float(sent.max()),
        float((body <= 0).float().mean()) if len(body) else 0.0,
        float((body >= 1).float().mean()) if len(body) else 0.0,
    )
