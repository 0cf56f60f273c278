"""Make the README's picture of two models: one that reads the patient, one that reads a marker.

``python -m docs.two_models HONEST SHORTCUT MARKER`` takes the folders of three finished studies: of
the honest model, of the shortcut, and of the shortcut again with the marker for a region. It
writes ``docs/two-models.png``.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from ctviz.cohort import Findings, load_findings
from ctviz.cohort.report.names import Names
from ctviz.cohort.statistics import Standing
from ctviz.core import Sign
from ctviz.core.look import Look
from ctviz.core.theme import THEME
from ctviz.viz.charts import Axis, Dots, Mark, Multiples, Row, chart_file

PICTURE = Path(__file__).with_name("two-models.png")
SIGN: Sign = "absolute"
SPANS = {"fidelity": (-0.7, 0.85), "auroc": (0.0, 1.05)}
HONEST, SHORTCUT = "reads the patient", "reads the marker"


def main() -> None:
    """Draw the estimators' fidelity and agreement for both models."""
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("honest", "shortcut", "marker"):
        arguments.add_argument(name, type=Path)
    given = arguments.parse_args()
    honest, shortcut, marker = map(load_findings, (given.honest, given.shortcut, given.marker))
    both = {HONEST: honest, SHORTCUT: shortcut}
    chart = Multiples(
        "Two models, the same estimators",
        f"Means over patients with 95 % intervals; maps read by their {SIGN} values.",
        (
            _panel("Fidelity", "fidelity", both),
            _panel("Heart and vessels", "auroc", both),
            _panel("Marker", "auroc", {SHORTCUT: marker}),
        ),
        across=3,
    )
    PICTURE.write_bytes(chart_file(chart, "png"))


def _panel(title: str, metric: str, studies: dict[str, Findings]) -> Dots:
    first = next(iter(studies.values()))
    names = Names.of(first)
    looks = {HONEST: THEME.look("plain", 0), SHORTCUT: replace(THEME.look("other", 2), hollow=True)}
    standings = {name: _standings(findings, metric) for name, findings in studies.items()}
    rows = tuple(
        Row(
            names.estimator(entrant),
            tuple(
                _mark(name, known[entrant.estimator], looks[name])
                for name, known in standings.items()
            ),
            control=entrant.control,
        )
        for entrant in first.entrants
        if entrant.sign == SIGN
    )
    axis = names.axis(metric)
    return Dots(title, "", Axis(axis.title, better=axis.better, span=SPANS[metric]), rows)


def _standings(findings: Findings, metric: str) -> dict[str, Standing]:
    ranking = findings.ranking(metric, SIGN)
    return {each.entrant.estimator: each for each in ranking.standings}


def _mark(name: str, standing: Standing, look: Look) -> Mark:
    interval = standing.interval
    low, high = (interval.low, interval.high) if interval else (None, None)
    return Mark(name, standing.mean, low, high, look)


if __name__ == "__main__":
    main()
