"""What a study says of agreement that is corrected by where regions usually are."""

from dataclasses import replace

import pytest

from ctviz.cohort.analysis.findings import Undefined, load_findings
from ctviz.cohort.report import charts, report
from ctviz.cohort.report.answer import answer, headline_metrics
from ctviz.cohort.report.names import Names
from ctviz.viz.documents import Paragraph, Points
from tests.cohort.finished import Quality, finished_study, study

QUALITIES = {"gradient": Quality(0.3, 0.7), "integrated-gradients": Quality(0.6, 0.4)}
WHY = "Only 3 other patients have a region of this reader and label; more are needed."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("studies") / "corrected"
    metrics = {name: {} for name in ("fidelity", "auroc-corrected", "auroc", "dice", "dice-gain")}
    plan = study(estimators={name: {} for name in QUALITIES}, metrics=metrics)
    finished_study(place, plan, QUALITIES, patients=8)
    return place


@pytest.fixture(scope="module")
def findings(folder):
    return load_findings(folder)


def test_corrected_agreement_is_the_headline_and_the_plain_one_stays_beside_it(
    findings, monkeypatch
):
    assert headline_metrics(findings) == ("fidelity", "auroc-corrected", "auroc", "dice")
    # Whether the metrics pass themselves is another question.
    monkeypatch.setattr("ctviz.cohort.report.answer.trusted", lambda _: True)
    said = answer(findings, Names.of(findings))
    corrected = "For where the reader drew, beyond where regions usually are, trust Gradient"
    assert said.index(corrected) < said.index("For where the reader drew, trust Gradient")


def test_whether_the_rankings_disagree_is_asked_of_both(findings):
    asked = [v.about.metrics for v in findings.verdicts if v.about.kind == "disagreement"]
    assert asked == [("fidelity", key) for key in ("auroc-corrected", "auroc", "dice")]
    assert "ranking auroc-corrected" in charts(findings)
    assert "scatter auroc-corrected" in charts(findings)


def test_the_mean_mask_is_told_and_cited_as_a_control(folder, findings):
    blocks = report(folder, findings).blocks
    text = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    cited = [item for block in blocks if isinstance(block, Points) for item in block.items]
    assert "(Centre, Edges, Random and Mean mask)" in text
    assert "weighted by the odds of this mean mask" in text
    assert any(item.startswith("Mean mask: Control") for item in cited)


def test_where_it_cannot_be_corrected_the_reason_is_said(findings):
    kept = tuple(each for each in findings.agreements if each.second != "auroc-corrected")
    missing = (Undefined("gradient", "auroc-corrected", WHY, 8),)
    plain = replace(findings, agreements=kept, undefined=missing)
    said = answer(plain, Names.of(plain))
    assert f"Agreement is not corrected by where regions usually are. {WHY}" in said
    assert "beyond where" not in said
