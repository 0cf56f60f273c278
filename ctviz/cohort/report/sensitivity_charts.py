"""How the ranking changes with choices and within groups of slices."""

from collections.abc import Iterator

from ctviz.cohort.analysis.findings import Findings, Sensitivity, Subgroups
from ctviz.cohort.headlines import HEADLINES
from ctviz.cohort.report.names import FIDELITY, Names, widest
from ctviz.viz.charts import Axis, Chart, Dots, Mark, Row, Slope, Slopes

GROUPS = {
    "class": "the true class",
    "answer": "whether the model is right",
    "size": "the size of the drawn region",
}
CHOICES = {
    "fill": "fill",
    "step": "step",
    "sign": "sign",
    "share": "share kept",
}


def sensitivity_charts(findings: Findings, names: Names) -> Iterator[tuple[str, Chart]]:
    """Yield one chart of all choices, the ranks under each fill, and those in each group."""
    known = [each for each in findings.sensitivity if each.ranks.tau is not None]
    if known:
        yield "sensitivity", _choices(known, names)
    fills = [each for each in known if each.kind == "fill" and each.metric == FIDELITY]
    if fills:
        yield "fills", _fills(fills, names)
    for subgroups in findings.subgroups:
        if subgroups.metric in (FIDELITY, *HEADLINES):
            key = f"group {subgroups.kind} {subgroups.metric}"
            yield key, _groups(findings, names, subgroups)


def choice(names: Names, each: Sensitivity) -> str:
    """Return in words what was chosen otherwise."""
    return f"{names.metric(each.metric)}, {CHOICES[each.kind]}: {each.usual} or {each.other}"


def _choices(known: list[Sensitivity], names: Names) -> Chart:
    rows = tuple(
        Row(
            choice(names, each),
            (
                Mark(
                    "",
                    each.ranks.tau,
                    each.ranks.interval.low if each.ranks.interval else None,
                    each.ranks.interval.high if each.ranks.interval else None,
                ),
            ),
        )
        for each in known
    )
    return Dots(
        "How much of the ranking a choice leaves as it was",
        "Kendall's τ of the ranking before and after, controls left out; 1 is the same ranking. "
        "Bars are 95 % intervals over patients.",
        Axis("Kendall's τ, 1 is the same ranking", span=(-1.05, 1.05)),
        rows,
        guide=1.0,
    )


def _fills(fills: list[Sensitivity], names: Names) -> Chart:
    entrants = [move.entrant for move in fills[0].moves]
    firsts = {move.entrant: move.first for move in fills[0].moves}
    others = [{move.entrant: move.second for move in each.moves} for each in fills]
    return Slopes(
        "Ranks by fidelity under each fill",
        "What masked pixels are filled with; 1 is best, controls left out.",
        (fills[0].usual, *(each.other for each in fills)),
        tuple(
            Slope(
                names.entrant(entrant),
                (firsts[entrant], *(other.get(entrant) for other in others)),
                names.look(entrant),
            )
            for entrant in entrants
            if not names.repeats(entrant)
        ),
    )


def _groups(findings: Findings, names: Names, subgroups: Subgroups) -> Chart:
    everywhere = findings.ranking(subgroups.metric, widest(findings)).standings
    columns = [everywhere, *(group.standings for group in subgroups.groups)]
    titles = [f"{group.name or 'unknown'}, {group.patients} patients" for group in subgroups.groups]
    return Slopes(
        f"Ranks by {names.metric(subgroups.metric)} and {GROUPS[subgroups.kind]}",
        "1 is best. Many groups mean many chances: a rank that moves is a question for the next "
        "cohort.",
        ("all", *titles),
        tuple(
            Slope(
                names.entrant(entrant),
                tuple(column[place].rank for column in columns),
                names.look(entrant),
            )
            for place, entrant in enumerate(findings.entrants)
            if not names.repeats(entrant)
        ),
    )
