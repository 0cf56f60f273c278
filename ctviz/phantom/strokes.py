"""Draw hundreds of fine round-ended strokes at once, anti-aliased."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctviz.phantom.geometry import Field

_STEP = 2.0
_THIN = 2.0


@dataclass(frozen=True)
class Strokes:
    """Strokes in pixels: ``start`` and ``end`` (n, 2) as row, column, ``radius`` and ``ink`` (n,).

    ``ink`` is the share of a pixel's tissue that the stroke replaces where it covers it fully.
    """

    start: np.ndarray
    end: np.ndarray
    radius: np.ndarray
    ink: np.ndarray

    def pick(self, chosen: np.ndarray) -> Strokes:
        """Return the chosen strokes."""
        return Strokes(self.start[chosen], self.end[chosen], self.radius[chosen], self.ink[chosen])

    def cover(self, size: int) -> Field:
        """Return the share (size, size) of each pixel that the strokes fill."""
        share = np.zeros(size * size, dtype=np.float32)
        thin = self.radius < _THIN
        for strokes in (self.pick(thin), self.pick(~thin)):
            if len(strokes.radius):
                strokes.stamp(share, size)
        return share.reshape(size, size)

    def stamp(self, share: Field, size: int) -> None:
        """Evaluate each stroke's distance on square stamps set every few pixels along it."""
        reach = int(np.ceil(self.radius.max() + _STEP / 2 + 1))
        which, middle = self._middles()
        row, column = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1, 1)
        row, column = row + middle[:, 0], column + middle[:, 1]
        along = self.end - self.start
        length = (along**2).sum(axis=1) + 1e-6
        y, x = row - self.start[which, 0], column - self.start[which, 1]
        dy, dx = along[which].T
        turn = np.clip((y * dy + x * dx) / length[which], 0, 1)
        gap = np.hypot(y - turn * dy, x - turn * dx) - self.radius[which]
        filled = (np.clip(0.5 - gap, 0, 1) * self.ink[which]).astype(np.float32)
        valid = (row >= 0) & (row < size) & (column >= 0) & (column < size) & (filled > 0)
        np.maximum.at(share, (row * size + column)[valid], filled[valid])

    def _middles(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the stamps' stroke numbers (m,) and middle pixels (m, 2)."""
        along = self.end - self.start
        steps = np.ceil(np.hypot(*along.T) / _STEP).astype(int) + 1
        which = np.repeat(np.arange(len(steps)), steps)
        number = np.arange(len(which)) - np.repeat(np.cumsum(steps) - steps, steps)
        turn = number / np.maximum(steps[which] - 1, 1)
        return which, np.rint(self.start[which] + turn[:, None] * along[which]).astype(int)
