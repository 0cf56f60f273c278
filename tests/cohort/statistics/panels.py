"""Small panels to compare, made from numbers."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ctviz.cohort.statistics import Entrant, Panel

unhurried = settings(max_examples=40, deadline=None)


def entrants(count, controls=0):
    return tuple(
        Entrant(f"estimator-{number}", "signed", control=number >= count - controls)
        for number in range(count)
    )


def panel(values, patients=None, controls=0, better="higher"):
    """A panel with a patient per slice unless said otherwise."""
    values = np.asarray(values, float)
    if patients is None:
        patients = [f"p{row:03d}" for row in range(len(values))]
    return Panel(values, np.asarray(patients), entrants(values.shape[1], controls), better, "auroc")


def noisy(quality, patients=20, slices=3, spread=0.1, controls=0):
    """A panel whose entrants have these qualities, with noise from patients and slices."""
    generator = np.random.default_rng(0)
    names = np.repeat([f"p{number:03d}" for number in range(patients)], slices)
    from_patient = np.repeat(generator.normal(0, spread, (patients, 1)), slices, axis=0)
    from_slice = generator.normal(0, spread, (patients * slices, len(quality)))
    return panel(np.asarray(quality) + from_patient + from_slice, names, controls)


def under_both_signs(absolute_gain, patients=20, spread=0.05):
    """A panel of estimators whose absolute values score better by these gains."""
    generator = np.random.default_rng(0)
    gains = np.asarray(absolute_gain, float)
    signed = generator.normal(0.5, spread, (patients, len(gains)))
    noise = generator.normal(0, spread, signed.shape) * (gains != 0)
    names = [f"estimator-{number}" for number in range(len(gains))]
    return Panel(
        np.hstack([signed, signed + gains + noise]),
        np.array([f"p{row:03d}" for row in range(patients)]),
        tuple(Entrant(name, sign) for sign in ("signed", "absolute") for name in names),
        metric="auroc",
    )


@st.composite
def panels(draw, undefined=True):
    """Panels of any scores of few slices, patients and entrants, often tied or undefined."""
    slices, count = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    scores = st.integers(-3, 3).map(float)
    if undefined:
        scores |= st.just(float("nan"))
    values = draw(arrays.arrays(float, (slices, count), elements=scores))
    patients = draw(st.lists(st.sampled_from("abcd"), min_size=slices, max_size=slices))
    return panel(values, patients)
