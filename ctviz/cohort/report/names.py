"""How a study's entrants and metrics are called, and how each looks in every chart."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import isclose
from typing import Self

from ctviz.cohort.analysis.findings import Findings, Ranked, Signs
from ctviz.cohort.controls import title_of
from ctviz.cohort.report.numbers import listed
from ctviz.cohort.statistics import Entrant
from ctviz.core.look import Look
from ctviz.estimators.engine.looks import look_of
from ctviz.viz.charts import Axis

ROUNDING = 1e-9
"""Means that are no further apart are equal."""

FIDELITY = "fidelity"
COHORT_FIDELITY = "cohort fidelity"


@dataclass(frozen=True, eq=False)
class Names:
    """The names and looks of what a study compares.

    Parameters
    ----------
    titles
        Of the estimators, by name.
    metrics
        By key.
    signless
        Names of the estimators whose maps score the same by every metric however they are read,
        as maps that are never negative do. They are listed once.
    """

    titles: Mapping[str, str]
    metrics: Mapping[str, Ranked]
    _looks: Mapping[str, Look]
    signless: frozenset[str] = frozenset()

    @classmethod
    def of(cls, findings: Findings) -> Self:
        """Return the names of what was found; an estimator that is gone keeps its short name."""
        names = cls.among(findings.entrants, findings.metrics)
        return replace(names, signless=signless(findings))

    @classmethod
    def among(cls, entrants: Sequence[Entrant], metrics: Sequence[Ranked]) -> Self:
        """Return the names of these entrants and metrics."""
        titles = {e.estimator: title_of(e.estimator) for e in entrants}
        looks = {e.estimator: look_of(e.estimator, control=e.control) for e in entrants}
        return cls(titles, {m.key: m for m in metrics}, looks)

    def estimator(self, entrant: Entrant) -> str:
        """Return the estimator's title."""
        return self.titles[entrant.estimator]

    def entrant(self, entrant: Entrant) -> str:
        """Return the estimator's title and the sign under which it is read, if that matters."""
        if entrant.estimator in self.signless:
            return f"{self.titles[entrant.estimator]}, either sign"
        return f"{self.titles[entrant.estimator]}, {entrant.sign}"

    def repeats(self, entrant: Entrant) -> bool:
        """Whether an entrant scores as the same estimator does under another sign, listed too."""
        return entrant.estimator in self.signless and entrant.sign == "signed"

    def listed_once(self) -> str:
        """Return in a sentence which estimators are listed once; empty where none is."""
        if not self.signless:
            return ""
        titles = sorted(self.titles[name] for name in self.signless)
        return (
            f"Listed once, as signed and absolute values score alike: {listed(titles)}; ranks "
            "count both."
        )

    def look(self, entrant: Entrant) -> Look:
        """Return the look of an entrant: hollow where it is signed."""
        return replace(self.plain_look(entrant), hollow=entrant.sign == "signed")

    def marks(self, entrants: Iterable[Entrant]) -> Mapping[str, Look]:
        """Return the looks of entrants by how they are called."""
        return {self.entrant(entrant): self.look(entrant) for entrant in entrants}

    def plain_look(self, entrant: Entrant) -> Look:
        """Return the look of the estimator, whatever its sign."""
        return self._looks[entrant.estimator]

    def metric(self, key: str) -> str:
        """Return the title of a metric."""
        return self.metrics[key].title if key in self.metrics else key.capitalize()

    def axis(self, key: str) -> Axis:
        """Return the axis of a metric with its direction."""
        ranked = self.metrics[key]
        return Axis(ranked.title, better="lower" if ranked.better == "lower" else "higher")

    def sentence(self, text: str) -> str:
        """Return a sentence with titles in place of the short names of estimators and metrics."""
        words = dict(self.titles)
        words |= {key: m.title for key, m in self.metrics.items() if key != FIDELITY}
        names = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        return re.sub(rf"(?<![\w-])(?:{names})(?![\w@-])", lambda found: words[found.group()], text)


def signless(findings: Findings) -> frozenset[str]:
    """Return the estimators whose signed and absolute values score the same by every metric."""
    apart: dict[str, bool] = {}
    for ranking in findings.rankings:
        for first, second in combinations(ranking.standings, 2):
            if first.entrant.estimator == second.entrant.estimator:
                name = first.entrant.estimator
                apart[name] = apart.get(name, False) or not _alike(first.mean, second.mean)
    return frozenset(name for name, differs in apart.items() if not differs)


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, abs_tol=ROUNDING)


def widest(findings: Findings) -> Signs:
    """Return the choice of signs that takes all entrants in."""
    return widest_of(findings.entrants)


def widest_of(entrants: Sequence[Entrant]) -> Signs:
    """Return the choice of signs that takes these entrants in."""
    signs = {entrant.sign for entrant in entrants}
    return "both" if len(signs) > 1 else signs.pop()
