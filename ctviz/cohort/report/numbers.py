"""Figures as they are written in a report: few digits, a true minus, an interval beside them."""

import math

from ctviz.cohort.statistics import Interval
from ctviz.viz.documents import NOTHING


def figure(value: float | None, digits: int = 2) -> str:
    """Return a figure, or a dash where there is none.

    >>> figure(-0.123)
    '−0.12'
    """
    if value is None or math.isnan(value):
        return NOTHING
    text = f"{value:.{digits}f}"
    text = text.lstrip("-") if float(text) == 0 else text
    return text.replace("-", "−")


def span(interval: Interval | None, digits: int = 2) -> str:
    """Return an interval: ``0.10 to 0.30``."""
    if interval is None:
        return NOTHING
    return f"{figure(interval.low, digits)} to {figure(interval.high, digits)}"


def with_span(value: float | None, interval: Interval | None, digits: int = 2) -> str:
    """Return a figure with its interval: ``0.20 (0.10 to 0.30)``."""
    if interval is None:
        return figure(value, digits)
    return f"{figure(value, digits)} ({span(interval, digits)})"


def p_value(p: float | None) -> str:
    """Return a p-value, never as zero."""
    if p is None:
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def count(number: int, noun: str) -> str:
    """Return a number of things.

    >>> count(1, "slice"), count(3, "slice")
    ('1 slice', '3 slices')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
