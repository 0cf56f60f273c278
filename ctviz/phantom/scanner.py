"""What the scanner does to the patient: blur, correlated noise, streaks, a round field of view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from ctviz.phantom.geometry import Field

_AIR_HU = np.float32(-1000.0)
OUTSIDE_FIELD = -1024.0


@dataclass(frozen=True)
class Scanner:
    """How one series was scanned and reconstructed.

    ``resolution_mm`` is the Gaussian width of the kernel, ``boost`` its edge enhancement,
    ``noise_hu`` the standard deviation in the middle of the patient.
    """

    field_of_view_mm: float
    thickness_mm: float
    resolution_mm: float
    boost: float
    noise_hu: float
    round_field: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, body_mm: float) -> Scanner:
        """Draw a protocol whose field of view holds the body (mm across), or nearly does."""
        sharp = rng.random()
        field = float(np.clip(body_mm * rng.uniform(1.03, 1.22), 0.6 * 512, 0.9 * 512))
        return cls(
            field_of_view_mm=field,
            thickness_mm=float(rng.choice((1.25, 2.5, 5.0))),
            resolution_mm=0.85 - 0.4 * sharp,
            boost=0.9 * sharp * (rng.random() < 0.6),
            noise_hu=rng.uniform(8, 20) + 10 * sharp * rng.random(),
            round_field=bool(rng.random() < 0.4),
        )

    def seen(self, patient: Field, attenuation: Field, rng: np.random.Generator) -> Field:
        """Return the patient (H, W) blurred and with noise, not yet rounded."""
        size = patient.shape[0]
        frequency = _frequency(patient.shape, size / self.field_of_view_mm)
        blurred = fft.rfft2(patient - _AIR_HU, workers=1) * self._transfer(frequency)
        image = fft.irfft2(blurred, s=patient.shape, workers=1) + _AIR_HU
        image += self._noise(frequency, size, rng) * attenuation
        return np.asarray(image)

    def change(self, change: Field, size: int) -> Field:
        """Return what a change (h, w) of a piece of the patient adds to what is `seen` of it.

        Blurring is linear and noise does not depend on the patient, so nothing else is needed.
        ``size`` is the number of rows and columns of the whole picture.
        """
        fast = [fft.next_fast_len(pixels, real=True) for pixels in change.shape]
        frequency = _frequency((fast[0], fast[1]), size / self.field_of_view_mm)
        blurred = fft.rfft2(change, s=fast, workers=1) * self._transfer(frequency)
        whole = fft.irfft2(blurred, s=fast, workers=1)
        return np.asarray(whole[: change.shape[0], : change.shape[1]])

    def reconstructed(self, seen: Field) -> Field:
        """Return a whole image (H, W) as the scanner writes it: in its field, in whole HU."""
        image, size = seen.copy(), seen.shape[0]
        if self.round_field:
            line = (np.arange(size, dtype=np.float32) + 0.5 - size / 2) / (size / 2)
            image[line[:, None] ** 2 + line[None, :] ** 2 > 1] = OUTSIDE_FIELD
        return np.asarray(np.rint(np.maximum(image, OUTSIDE_FIELD)), dtype=np.float32)

    def _transfer(self, frequency: Field) -> Field:
        """Modulation transfer over cycles per mm: a Gaussian, raised in the middle if sharp."""
        square = (np.float32(2 * np.pi * self.resolution_mm) * frequency) ** 2
        smooth = np.exp(-square / 2)
        return np.asarray(smooth * (1 + np.float32(self.boost) * square * smooth))

    def _noise(self, frequency: Field, size: int, rng: np.random.Generator) -> Field:
        """Draw noise with the spectrum of filtered back projection: ramp times transfer.

        Its power per frequency does not depend on the number of pixels, so a coarser grid sees
        less of it.
        """
        white = rng.standard_normal((size, size), dtype=np.float32)
        shape = np.sqrt(frequency) * self._transfer(frequency)
        noise = fft.irfft2(fft.rfft2(white, workers=1) * shape, s=white.shape, workers=1)
        line = np.linspace(0, 256 / self.field_of_view_mm, 200, dtype=np.float32)
        power = np.trapezoid(line * self._transfer(line) ** 2 * 2 * np.pi * line, line)
        whole = power * (self.field_of_view_mm / size) ** 2
        return np.asarray(noise * np.float32(self.noise_hu / np.sqrt(whole)))


def noise_share(depth: Field) -> Field:
    """Return the share of the noise (H, W) by the depth outwards in mm, 0 at the inner wall."""
    reach = np.clip(depth / np.float32(90) + 1, 0, 2)
    return np.asarray(np.float32(1.05) - np.float32(0.35) * reach)


def _frequency(shape: tuple[int, ...], pixels_per_mm: float) -> Field:
    """Return the frequencies of a picture's real Fourier transform in cycles per mm."""
    rows, columns = shape
    frequency = np.hypot(fft.fftfreq(rows)[:, None], fft.rfftfreq(columns)[None, :])
    return np.asarray((frequency * pixels_per_mm).astype(np.float32))
