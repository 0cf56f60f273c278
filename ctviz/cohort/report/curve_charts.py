"""The paper's curves for this cohort: accuracy while pixels are masked, mean ROC, Dice."""

from collections.abc import Callable, Iterator

import numpy as np

from ctviz.cohort.analysis.findings import AccuracyCurves, DiceCurves, Findings, MeanRoc
from ctviz.cohort.json_codec import NUMBERS
from ctviz.cohort.report.names import Names
from ctviz.cohort.statistics import Entrant
from ctviz.core import Sign
from ctviz.viz.charts import Axis, Chart, CurveChart, Line, Multiples

MOST_BANDS = 8
"""With more curves in a panel their bands would hide one another."""

SHARE = Axis("Share of pixels masked", percent=True, span=(0.0, 1.0))
ACCURACY = Axis("Accuracy, mean of classes", span=(0.0, 1.0))


def curve_charts(findings: Findings, names: Names) -> Iterator[tuple[str, Chart]]:
    """Yield the curves that the study has."""
    for number, curves in enumerate(findings.accuracy):
        yield (
            "accuracy" if not number else f"accuracy {curves.metric}",
            _accuracy(findings, names, curves),
        )
    if findings.roc is not None:
        yield "roc", _roc(findings, names, findings.roc)
    if findings.dice is not None:
        yield "dice", _dice(findings, names, findings.dice)


def _accuracy(findings: Findings, names: Names, curves: AccuracyCurves) -> Chart:
    right = "the true class" if curves.reference == "truth" else "its own answer"
    orders = (("Most important first", curves.mif, 0), ("Least important first", curves.lif, 1))
    panels = []
    for title, values, order in orders:
        for sign in _signs(findings):

            def line(
                place: int, values: NUMBERS = values, order: int = order
            ) -> tuple[NUMBERS, ...]:
                rows = values[place], curves.low[place, order], curves.high[place, order]
                return (curves.shares, *rows)

            lines = _lines(findings, names, sign, line)
            panels.append(CurveChart(f"{title}, {sign}", "", SHARE, ACCURACY, lines))
    return Multiples(
        f"Accuracy while pixels are masked, {names.metric(curves.metric).lower()}",
        "A map that names what the model needs falls fast where the most important pixels are "
        "masked first and late where the least important are. Right is " + right + ".",
        tuple(panels),
        across=len(_signs(findings)),
    )


def _roc(findings: Findings, names: Names, roc: MeanRoc) -> Chart:
    x = Axis("False positive rate, lower is better", span=(0.0, 1.0))
    y = Axis("True positive rate", better="higher", span=(0.0, 1.0))
    guess = Line("guessing", (0.0, 1.0), (0.0, 1.0), faint=True)
    panels = tuple(
        CurveChart(sign.capitalize(), "", x, y, (guess, *_lines(findings, names, sign, rates)))
        for sign in _signs(findings)
        for rates in [lambda place: (roc.fpr[place], roc.tpr[place])]
    )
    return Multiples(
        "Mean ROC against the drawn region",
        "Rates averaged over the slices at each threshold of the normalised map; the dotted line "
        "is guessing.",
        panels,
        across=len(panels),
    )


def _dice(findings: Findings, names: Names, dice: DiceCurves) -> Chart:
    x = Axis("Share of the image kept", percent=True, span=(0.0, 1.0))
    y = Axis("Dice", better="higher", span=(0.0, 1.0))
    panels = tuple(
        CurveChart(sign.capitalize(), "", x, y, _lines(findings, names, sign, curve))
        for sign in _signs(findings)
        for curve in [
            lambda place: (dice.shares, dice.mean[place], dice.low[place], dice.high[place])
        ]
    )
    return Multiples(
        "Dice over the share of the image kept",
        "Mean over patients. The top of a curve is optimistic, as its share was chosen on the same "
        "slices; the tables give Dice at shares chosen on other patients.",
        panels,
        across=len(panels),
    )


def _signs(findings: Findings) -> tuple[Sign, ...]:
    return tuple(dict.fromkeys(entrant.sign for entrant in findings.entrants))


def _lines(
    findings: Findings,
    names: Names,
    sign: Sign,
    curve: Callable[[int], tuple[NUMBERS, ...]],
) -> tuple[Line, ...]:
    """Return a line for each estimator under a sign, controls first so that they lie below."""
    own = [(place, e) for place, e in enumerate(findings.entrants) if e.sign == sign]
    own.sort(key=lambda found: not found[1].control)
    bands = sum(not entrant.control for _, entrant in own) <= MOST_BANDS
    return tuple(
        _line(names, entrant, curve(place), bands=bands and not entrant.control)
        for place, entrant in own
        if not np.isnan(curve(place)[1]).any()
    )


def _line(names: Names, entrant: Entrant, curve: tuple[NUMBERS, ...], *, bands: bool) -> Line:
    x, y, *band = (tuple(map(float, numbers)) for numbers in curve)
    drawn = bands and len(band) == 2 and not any(np.isnan(side).any() for side in band)
    low, high = band if drawn else ((), ())
    return Line(names.estimator(entrant), x, y, low, high, names.plain_look(entrant))
