"""Small panels to compare, made from numbers."""

import numpy as np

from ctviz.cohort.statistics import Entrant, Panel


def entrants(count, controls=0):
    return tuple(
        Entrant(f"estimator-{number}", "signed", control=number >= count - controls)
        for number in range(count)
    )


def panel(values, patients=None, controls=0, better="higher", metric="auroc"):
    values = np.asarray(values, float)
    if patients is None:
        patients = [f"p{row:03d}" for row in range(len(values))]
    return Panel(values, np.asarray(patients), entrants(values.shape[1], controls), better, metric)


def noisy(quality, patients=20, slices=3, spread=0.1, seed=0):
    """A panel whose entrants have these qualities, with noise from patients and slices."""
    generator = np.random.default_rng(seed)
    names = np.repeat([f"p{number:03d}" for number in range(patients)], slices)
    patient = np.repeat(generator.normal(0, spread, (patients, 1)), slices, axis=0)
    slice_noise = generator.normal(0, spread, (patients * slices, len(quality)))
    return panel(np.asarray(quality) + patient + slice_noise, names)
