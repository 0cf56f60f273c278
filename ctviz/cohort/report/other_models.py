"""What became of the findings on other models, studied with the same plan."""

from collections.abc import Mapping
from pathlib import Path

from ctviz.cohort.analysis.findings import Findings, load_findings
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.numbers import with_span
from ctviz.core import InvalidInput
from ctviz.viz.documents import NOTHING, Table


def findings_beside(folder: Path, study: CohortStudy) -> dict[str, Findings]:
    """Return what was found on the other models of a plan, as far as it is known."""
    found = {}
    for model in study.beside:
        try:
            found[model] = load_findings(StudyFolder(folder).beside(model))
        except InvalidInput:
            continue
    return found


def other_models_table(
    findings: Findings, others: Mapping[str, Findings], names: Names
) -> Table | None:
    """Return, verdict by model, what holds and by how much; None where there is one model."""
    if not others:
        return None
    models = {findings.subject.model: findings, **others}
    known = [{verdict.about: verdict for verdict in each.verdicts} for each in models.values()]
    rows = []
    for claim in known[0]:
        verdicts = [verdicts.get(claim) for verdicts in known]
        cells = [
            NOTHING if each is None else f"{each.holds}: {with_span(each.estimate, each.interval)}"
            for each in verdicts
        ]
        rows.append((names.sentence(str(claim)), *cells))
    return Table(
        "The same findings on other models",
        ("Claim", *models),
        tuple(rows),
        note="Slices, estimators, metrics and seeds are the same. What holds on one model only is "
        "that model's.",
    )
