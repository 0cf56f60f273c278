"""What may differ between scans without changing the answer: position, scale, scanner, gaps."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample

from ctviz.core import Tunable, param
from ctviz.models.classifier import AIR_HU
from ctviz.training.removal import with_removed

_TISSUE_HU = 40.0
_LEAST_TISSUE_HU = -200.0
_BONES, _CORTEX, _CORTEX_HU = 2, 0.25, 900.0


@dataclass(frozen=True)
class Augmentation(Tunable):
    """Random changes of scans in Hounsfield units, drawn anew for each scan.

    All orientations that a patient may have (supine, prone, on the side, mirrored) come equally
    often, so that the network reads density and not position.
    """

    rotation_degrees: float = param(15.0, low=0, high=180, help="Largest rotation.")
    zoom: float = param(0.35, low=0, high=0.9, help="Largest relative change of size.")
    shift: float = param(0.08, low=0, high=0.5, help="Largest shift, as a share of the image.")
    offset_hu: float = param(12.0, low=0, high=100, help="Largest error of calibration.")
    gain: float = param(0.08, low=0, high=0.5, help="Largest relative change of density.")
    noise_hu: float = param(25.0, low=0, high=200, help="Largest noise (standard deviation).")
    blurred: float = param(0.3, low=0, high=1, help="Share of scans that are blurred.")
    boned: float = param(0.4, low=0, high=1, help="Share of scans with bones that are not theirs.")
    grain: float = param(0.2, low=0, high=1, help="Largest noise of the input, of its range.")
    erased: float = param(0.3, low=0, high=1, help="Share of scans with a blank rectangle.")
    removed: float = param(
        0.0, low=0, high=1, help="Share of inputs that lose pixels as fidelity removes them."
    )

    def __call__(self, hounsfield: Tensor, generator: torch.Generator) -> Tensor:
        """Return changed scans; (N, 1, h, w) in HU, as the answer."""
        scans = _with_bones(hounsfield, _chosen(hounsfield, self.boned, generator), generator)
        scans = self._moved(scans, generator)
        blurred = _chosen(scans, self.blurred, generator)
        scans = torch.where(blurred, avg_pool2d(scans, 3, stride=1, padding=1), scans)
        scans = self._noisy(scans, generator)
        gain = 1 + self.gain * _signed(scans, generator)
        scans = scans * gain + self.offset_hu * _signed(scans, generator)
        return self._erased(scans, generator)

    def on_input(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Return half of the inputs (N, C, h, w) with white noise, beyond 0 and 1 as well.

        A window makes air and lungs exactly 0. A network that never sees anything else there has
        arbitrary gradients in the air, and maps of noisy copies (SmoothGrad) show nothing else.
        """
        level = self.grain * torch.rand((len(x), 1, 1, 1), generator=generator)
        noise = level * torch.randn(x.shape, generator=generator)
        x = torch.where(_chosen(x, 0.5, generator), x + noise, x)
        if self.removed > 0:
            x = torch.where(_chosen(x, self.removed, generator), with_removed(x, generator), x)
        return x

    def _moved(self, scans: Tensor, generator: torch.Generator) -> Tensor:
        quarter = torch.randint(4, (len(scans),), generator=generator) * (math.pi / 2)
        angle = quarter + math.radians(self.rotation_degrees) * _signed(scans, generator).flatten()
        size = 1 + self.zoom * _signed(scans, generator).flatten()
        mirror = torch.randint(2, (len(scans),), generator=generator) * 2.0 - 1
        shift = 2 * self.shift * (2 * torch.rand(len(scans), 2, generator=generator) - 1)
        rows = torch.stack(
            (
                torch.stack((mirror * angle.cos() / size, -angle.sin() / size, shift[:, 0]), 1),
                torch.stack((mirror * angle.sin() / size, angle.cos() / size, shift[:, 1]), 1),
            ),
            dim=1,
        )
        grid = affine_grid(rows, list(scans.shape), align_corners=False)
        return grid_sample(scans - AIR_HU, grid, mode="bilinear", align_corners=False) + AIR_HU

    def _noisy(self, scans: Tensor, generator: torch.Generator) -> Tensor:
        noise = torch.randn(scans.shape, generator=generator)
        coarse = 2 * avg_pool2d(noise, 3, stride=1, padding=1)
        noise = torch.where(_chosen(scans, 0.5, generator), coarse, noise)
        level = torch.rand((len(scans), 1, 1, 1), generator=generator)
        return scans + self.noise_hu * level.square() * noise

    def _erased(self, scans: Tensor, generator: torch.Generator) -> Tensor:
        gap = _rectangles(scans, generator) & _chosen(scans, self.erased, generator)
        tissue = _chosen(scans, 0.5, generator)
        return torch.where(gap, torch.where(tissue, _TISSUE_HU, AIR_HU), scans)


def _signed(scans: Tensor, generator: torch.Generator) -> Tensor:
    """Draw (N, 1, 1, 1) from -1 to 1."""
    return 2 * torch.rand((len(scans), 1, 1, 1), generator=generator) - 1


def _chosen(scans: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Draw (N, 1, 1, 1), true for a share of the scans."""
    return torch.rand((len(scans), 1, 1, 1), generator=generator) < share


def _with_bones(scans: Tensor, where: Tensor, generator: torch.Generator) -> Tensor:
    """Put the cross sections of two long bones into tissue: marrow in a denser cortex.

    What is bright is not always a vessel; where arms and shoulders are in the image, bones are
    many and large.
    """
    rows, columns = scans.shape[2:]
    down = torch.linspace(0, 1, rows)[None, None, :, None]
    along = torch.linspace(0, 1, columns)[None, None, None, :]
    for _ in range(_BONES):
        place = torch.rand((2, len(scans), 1, 1, 1), generator=generator)
        size = torch.rand((3, len(scans), 1, 1, 1), generator=generator)
        radius = 0.02 + 0.05 * size[0]
        depth = 1 - torch.hypot(down - place[0], (along - place[1]) * (0.6 + size[1])) / radius
        marrow = -50 + 350 * size[2]
        bone = torch.where(depth > _CORTEX, marrow, _CORTEX_HU)
        inside = (depth > 0) & where & (scans > _LEAST_TISSUE_HU)
        scans = torch.where(inside, torch.maximum(scans, bone), scans)
    return scans


def _rectangles(scans: Tensor, generator: torch.Generator) -> Tensor:
    """Draw a rectangle per scan, a tenth to a third of the image wide and high, as (N, 1, h, w)."""
    inside = []
    for axis in (2, 3):
        cells = scans.shape[axis]
        extent = cells * (0.1 + 0.23 * torch.rand((len(scans), 1), generator=generator))
        start = torch.rand((len(scans), 1), generator=generator) * (cells - extent)
        line = torch.arange(cells)[None, :]
        inside.append((line >= start) & (line < start + extent))
    return inside[0][:, None, :, None] & inside[1][:, None, None, :]
