"""How far a metric is to be trusted itself, as it was measured on phantoms.

After Hedström et al., TMLR 2023, arXiv:2302.07265 (MetaQuantus): what judges maps should stay as it
is under noise that changes nothing, and notice when a map does not belong to slice or model any
more. ``python -m benchmarks.metric_trust`` measures it and writes ``trust.json`` and the table in
``docs/metric-trust.md``.

A metric that draws its scores at random reaches 0, ½, ½ and ½ of the four figures, one that gives
every map the same score fails by having no spread. Enough is half way from there to perfect.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ctviz.core.text import count_of
from ctviz.metrics.base import METRICS

FILE = "trust.json"

STEADY, ORDERED, NOTICED, TOLD_APART, AGREES = 0.5, 0.75, 0.75, 0.75, 0.5
"""Enough of each figure: half way from a metric without meaning to a perfect one."""

FEWEST = 5
"""On fewer slices no p-value is small enough to tell: of n falls the least one is 2 to the -n."""

TREMBLE = 0.05
"""Noise of a millionth of the map, which nobody sees, may move a score by that share of the
distance of two entrants: half of what lies between neighbours among the 30 of the usual study. Of n
that lie evenly, two are (n + 1) / 3 steps apart on average."""


@dataclass(frozen=True)
class TruthRanking:
    """How a metric ranks the estimators, beside the ranking by causal truth (`ctviz truth`).

    Parameters
    ----------
    tau
        Kendall's τ of the two rankings.
    low, high
        95 % interval over phantoms.
    phantoms
        How many.
    """

    tau: float
    low: float
    high: float
    phantoms: int

    @property
    def unlike(self) -> bool:
        """Whether the whole interval lies below what is enough."""
        return self.high < AGREES

    def __str__(self) -> str:
        low, high = (f"{bound:.2f}".replace("-", "−") for bound in (self.low, self.high))
        return f"{self.tau:.2f} ({low} to {high})".replace("-", "−")


@dataclass(frozen=True)
class MetricTrust:
    """What was measured of one metric, and whether it is enough.

    A figure is None where no score was defined.

    Parameters
    ----------
    version
        The metric's when it was measured.
    steady
        Intra-consistency under minor noise on input or model, the worse of both: 1 minus how far
        a score moves, in units of how far two entrants are apart on average.
    ordered
        Inter-consistency under minor noise: share of pairs of entrants in the same order.
    noticed
        Intra-consistency of the reaction to a map that was made for noise or by a network
        that has forgotten: 1 minus the p-value of scores being worse, over entrants.
    told_apart
        Inter-consistency of the reaction: share of maps that score worse, ties counting half.
    tremble
        How far a millionth of noise on the map moves a score, in units of the distance of two
        entrants.
    truth
        None until it is measured. A metric does not pass if it surely ranks unlike the truth; to
        ask that it surely ranks alike would ask for more phantoms than anybody has.
    defined
        Share of scores that were defined.
    slices
        On how many slices, each of another phantom.
    """

    version: int
    steady: float | None
    ordered: float | None
    noticed: float | None
    told_apart: float | None
    tremble: float | None
    defined: float
    slices: int
    truth: TruthRanking | None = None

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> "MetricTrust":
        """Return what a JSON object tells."""
        truth = figures.get("truth")
        return cls(**{**figures, "truth": None if truth is None else TruthRanking(**truth)})

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the metric does not pass, each reason with its figure; empty if it passes."""
        return tuple(self._faults())

    @property
    def passes(self) -> bool:
        """Whether a winner may be named by it."""
        return not self.faults

    def _faults(self) -> Iterator[str]:
        least = (
            (self.steady, STEADY, "it does not stay under noise"),
            (self.ordered, ORDERED, "its order does not stay under noise"),
            (self.noticed, NOTICED, "it does not notice maps that do not belong"),
            (self.told_apart, TOLD_APART, "it does not put maps that do not belong below others"),
        )
        if self.slices < FEWEST:
            yield f"it was judged on {count_of(self.slices, 'slice')} only, of at least {FEWEST}"
            return
        if any(figure is None for figure, _, _ in least) or self.tremble is None:
            same = self.told_apart is not None
            yield "it gives all maps one score" if same else "too few of its scores were defined"
            return
        for figure, enough, words in least:
            if figure is not None and figure < enough:
                # Of what nearly suffices two digits read as enough.
                digits = 3 if round(figure, 2) == enough else 2
                yield f"{words} ({figure:.{digits}f}, enough is {enough:g})"
        if self.tremble > TREMBLE:
            yield f"noise of a millionth moves it ({self.tremble:.2g}, at most {TREMBLE:g})"
        if self.truth is not None and self.truth.unlike:
            yield f"it ranks unlike causal truth (τ {self.truth}, enough is {AGREES:g})"


@dataclass(frozen=True)
class Made:
    """How the figures were made.

    Parameters
    ----------
    command, version
        What was run, of which ctviz.
    model
        Id of the network.
    """

    command: str
    version: str
    model: str


@cache
def made() -> Made:
    """Return how the shipped figures were made."""
    return Made(**_document()["made"])


@cache
def measured() -> Mapping[str, MetricTrust]:
    """Return what was measured of each metric, by its name."""
    found = _document()["metrics"]
    return MappingProxyType({name: MetricTrust.of(figures) for name, figures in found.items()})


def trust_of(name: str) -> MetricTrust | None:
    """Return what was measured of a metric as it is now; None of one that is new or was changed."""
    found = measured().get(name)
    current = getattr(METRICS[name], "version", 1) if name in METRICS else None
    return found if found is not None and found.version == current else None


def trusted(name: str) -> bool:
    """Whether a winner may be named by a metric."""
    found = trust_of(name)
    return found is not None and found.passes


def trust_words(name: str) -> str:
    """Return in a sentence whether a metric passed as one, and why not."""
    found = trust_of(name)
    if found is None:
        return "Not judged itself."
    if found.passes:
        return "Passed when it was judged itself."
    return f"Did not pass when it was judged itself: {'; '.join(found.faults)}."


@cache
def _document() -> Mapping[str, Any]:
    text = files("ctviz.metrics").joinpath(FILE).read_text("utf-8")
    document: Mapping[str, Any] = json.loads(text)
    return document
