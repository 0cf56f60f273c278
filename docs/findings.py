"""Write README's table of findings from finished studies, as Markdown.

``python -m docs.findings TITLE=FOLDER…`` takes the folders of studies of one plan on several
cohorts, each a column; what was found on the models beside the study's own stands below in the same
cell. With ``--truth MODEL=FOLDER…`` it writes what agrees with the truth as well: a row for each
model, and a row for each estimator.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ctviz.cohort import Findings, load_findings, read_plan
from ctviz.cohort.analysis.findings import MetricRanking, Signs
from ctviz.cohort.controls import title_of
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report.answer import leader
from ctviz.cohort.report.names import Names, widest
from ctviz.cohort.report.numbers import figure, with_span
from ctviz.cohort.report.other_models import findings_beside
from ctviz.cohort.report.rank_charts import best_first
from ctviz.cohort.statistics import Standing, Verdict
from ctviz.cohort.truth import TruthFindings, load_truth_findings

HOLDS = {"yes": "yes", "no": "**no**", "undecided": "undecided"}
AGREEMENT = ("auroc", "auroc-corrected", "dice")


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("studies", nargs="*", metavar="TITLE=FOLDER")
    arguments.add_argument("--truth", nargs="*", default=(), metavar="MODEL=FOLDER")
    given = arguments.parse_args()
    lines = list(findings_table(_folders(given.studies))) if given.studies else []
    if given.truth:
        found = {name: load_truth_findings(path) for name, path in _folders(given.truth).items()}
        lines += ["", *truth_table(found), "", *standings_table(found)]
    sys.stdout.write("\n".join([*lines, ""]))


def findings_table(folders: Mapping[str, Path]) -> Iterator[str]:
    """Yield the lines of a table with a column for each cohort."""
    columns = {title: _models(folder) for title, folder in folders.items()}
    yield f"| the paper | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    asked = {
        "absolute values beat signed ones (cohort fidelity)": _throughout,
        "signed values beat absolute ones for most estimators": _matter,
        "Squared SmoothGrad leads (cohort fidelity × 10)": _leading,
        "model and human rank differently (Kendall's τ)": _disagreeing,
        "(not asked) does any estimator beat every control?": _beating,
    }
    for question, answered in asked.items():
        cells = (
            "<br>".join(f"{model}: {answered(found)}" for model, found in models.items())
            for models in columns.values()
        )
        yield f"| {question} | {' | '.join(cells)} |"


def truth_table(found: Mapping[str, TruthFindings]) -> Iterator[str]:
    """Yield the lines of a table with a row for each model."""
    columns = "closest to the truth", "best control", "metrics that rank alike (τ)", "the others"
    yield f"| model | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for model, each in found.items():
        names = Names.among(each.entrants, each.metrics)
        ranking = each.ranking(each.metrics[0].key, _widest(each))
        placed = [s for s in best_first(ranking) if s.mean is not None]
        best = next(s for s in placed if not s.entrant.control)
        control = next((s for s in placed if s.entrant.control), None)
        alike: list[str] = []
        others: list[str] = []
        for trust in each.trust:
            wanted = (trust.measure, trust.signs, trust.controls)
            if wanted != (each.metrics[0].key, _widest(each), True) or trust.ranks.tau is None:
                continue
            words = f"{trust.metric} {with_span(trust.ranks.tau, trust.ranks.interval)}"
            interval = trust.ranks.interval
            (alike if interval is not None and interval.low > 0 else others).append(words)
        cells = (
            f"`{model}`, {each.subject.phantoms} phantoms",
            _named(names, best),
            "–" if control is None else _named(names, control),
            "; ".join(alike) or "none",
            "; ".join(others) or "–",
        )
        yield f"| {' | '.join(cells)} |"


def standings_table(found: Mapping[str, TruthFindings]) -> Iterator[str]:
    """Yield the lines of a table of how closely each estimator comes to the truth.

    Two columns for each model: of absolute and of signed values; the best of the first model on
    top, controls in brackets.
    """
    heads = [f"`{model}`, {sign}" for model in found for sign in ("absolute", "signed")]
    yield f"| estimator | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    known = {
        (model, s.entrant.estimator, s.entrant.sign): s
        for model, each in found.items()
        for s in best_first(each.ranking(each.metrics[0].key, _widest(each)))
    }
    for estimator in dict.fromkeys(name for _, name, sign in known if sign == "absolute"):
        title = title_of(estimator)
        of_all = [known.get((m, estimator, s)) for m in found for s in ("absolute", "signed")]
        control = any(s is not None and s.entrant.control for s in of_all)
        cells = ["–" if s is None else with_span(s.mean, s.interval) for s in of_all]
        yield f"| {f'[{title}]' if control else title} | {' | '.join(cells)} |"


def _models(folder: Path) -> dict[str, Findings]:
    own = load_findings(folder)
    beside = findings_beside(folder, read_plan(StudyFolder(folder).plan))
    return {each.subject.model: each for each in (own, *beside.values())}


def _verdicts(found: Findings, kind: str, metric: str = "") -> list[Verdict]:
    own = [each for each in found.verdicts if each.about.kind == kind]
    return [each for each in own if not metric or metric in each.about.metrics]


def _throughout(found: Findings) -> str:
    (verdict,) = _verdicts(found, "sign throughout", "cohort fidelity")
    return f"{HOLDS[verdict.holds]}. {Names.of(found).sentence(verdict.why)}"


def _matter(found: Findings) -> str:
    (verdict,) = _verdicts(found, "sign matters", "cohort fidelity")
    share = with_span(verdict.estimate, verdict.interval)
    return f"{HOLDS[verdict.holds]}: share {share}. {verdict.why}"


def _leading(found: Findings) -> str:
    (verdict,) = _verdicts(found, "leader", "cohort fidelity")
    standings = [s for s in found.accuracy[0].standings if not s.entrant.control]
    placed = sorted(standings, key=lambda s: -(s.fidelity or 0.0))[:2]
    words = "; ".join(
        f"{title_of(s.entrant.estimator)} ({s.entrant.sign}) {_tenfold(s)}" for s in placed
    )
    return f"{HOLDS[verdict.holds]}, first in {verdict.estimate or 0:.0%} of the draws: {words}"


def _tenfold(standing: object) -> str:
    value, interval = standing.fidelity, standing.interval  # type: ignore[attr-defined]
    if interval is None:
        return figure(10 * value, 1)
    return f"{figure(10 * value, 1)} ({10 * interval.low:.1f} to {10 * interval.high:.1f})"


def _disagreeing(found: Findings) -> str:
    names, words = Names.of(found), []
    for metric in AGREEMENT:
        for verdict in _verdicts(found, "disagreement", metric):
            if verdict.about.metrics[-1] == metric:
                span = with_span(verdict.estimate, verdict.interval)
                words.append(f"{names.metric(metric)} {span} {HOLDS[verdict.holds]}")
    return "; ".join(words)


def _beating(found: Findings) -> str:
    names, words = Names.of(found), []
    known = {ranking.metric for ranking in found.rankings}
    for metric in (each for each in ("fidelity", "auroc", "auroc-corrected") if each in known):
        ranking = found.ranking(metric, widest(found))
        words.append(f"{names.metric(metric)}: {_winners(names, ranking)}")
    return "; ".join(words)


def _winners(names: Names, ranking: MetricRanking) -> str:
    """Return who beats every control, or the control that nobody beats."""
    contestants = [s for s in best_first(ranking) if not s.entrant.control and s.mean is not None]
    beating = [s for s in contestants if not s.unbeaten]
    if beating:
        words = ", ".join(_named(names, each) for each in beating[:3])
        return words + (f" and {len(beating) - 3} more" if len(beating) > 3 else "")
    first = leader(ranking)
    control = next(s for s in best_first(ranking) if s.entrant.control and s.mean is not None)
    best = "" if first is None else f", the best is {_named(names, first)}"
    return f"nobody beats {_named(names, control)}{best}"


def _named(names: Names, standing: Standing) -> str:
    title = names.titles[standing.entrant.estimator]
    sign = "" if standing.entrant.control else f" ({standing.entrant.sign})"
    return f"{title}{sign} {with_span(standing.mean, standing.interval)}"


def _widest(found: TruthFindings) -> Signs:
    return found.rankings[0].signs


def _folders(pairs: Sequence[str]) -> dict[str, Path]:
    return {title: Path(folder) for title, _, folder in (each.rpartition("=") for each in pairs)}


if __name__ == "__main__":
    main()
