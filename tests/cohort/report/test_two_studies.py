"""Two studies in one chart, and the answer in three plain sentences."""

from dataclasses import replace

import pytest

from ctviz.cohort.report.names import Names
from ctviz.cohort.report.plain_answer import plain_answer
from ctviz.cohort.report.two_studies import (
    NamedFindings,
    shared_metrics,
    shared_signs,
    two_studies_chart,
)
from tests.cohort.finished import Quality, finished_study, study
from tests.metrics.judged import passing

GOOD, POOR = Quality(0.7, 0.7), Quality(0.2, 0.2)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two studies whose estimators change places; one of them is in the first alone."""
    home = tmp_path_factory.mktemp("studies")
    asked = {
        "one": {"gradient": GOOD, "grad-cam": POOR, "smoothgrad": POOR},
        "two": {"gradient": POOR, "grad-cam": GOOD},
    }
    found = []
    for name, qualities in asked.items():
        plan = study(name=name, model=name, estimators={each: {} for each in qualities})
        found.append(finished_study(home / name, plan, qualities, patients=6, slices=1))
    return tuple(map(NamedFindings.of, found))


def test_an_estimator_of_both_studies_has_a_mark_of_each(pair):
    chart = two_studies_chart(*pair, "fidelity", "absolute")
    rows = {row.name: row for row in chart.rows}
    assert {"Gradient", "Grad-CAM", "Random"} <= set(rows)
    assert "SmoothGrad" not in rows
    assert chart.rows[0].name == "Gradient"
    for row in chart.rows:
        assert [mark.name for mark in row.marks] == [each.title for each in pair]
        assert [mark.look.hollow for mark in row.marks] == [False, True]
    means = [{s.entrant: s for s in each.findings.ranking("fidelity").standings} for each in pair]
    for mark, own in zip(rows["Gradient"].marks, means, strict=True):
        (standing,) = (
            s for e, s in own.items() if (e.estimator, e.sign) == ("gradient", "absolute")
        )
        assert (mark.value, mark.low) == (standing.mean, standing.interval.low)


def test_the_chart_says_which_study_model_and_cohort_each_is(pair):
    note = two_studies_chart(*pair, "auroc", "signed").note
    for each in pair:
        subject = each.findings.subject
        assert f"{subject.name} ({subject.model} on {subject.cohort})" in note


def test_only_what_both_studies_have_is_compared(pair):
    one, other = (each.findings for each in pair)
    without = replace(other, metrics=tuple(m for m in other.metrics if m.key != "auroc"))
    assert "auroc" in shared_metrics(one, other)
    assert "auroc" not in shared_metrics(one, without)
    signed = replace(other, entrants=tuple(e for e in other.entrants if e.sign == "signed"))
    assert shared_signs(one, signed) == ("signed",)


def test_the_answer_is_three_sentences_without_figures_in_parentheses(pair, monkeypatch):
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing())
    findings = pair[0].findings
    said = plain_answer(findings, Names.of(findings))
    assert len(said) == 3
    assert "To see what the model needs, trust Gradient, absolute: it is first by Fid" in said[0]
    assert "where the reader drew" in said[1]
    assert said[2].startswith("Of the paper's findings, 'absolute values are better' holds by")
    assert "(" not in " ".join(said)


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (1, "is first by Fidelity, and clearly ahead of 3 of 4 others."),
        (4, "is first by Fidelity, though not clearly ahead of any of the 4 others."),
    ],
)
def test_who_is_ahead_of_nobody_is_not_said_to_be_ahead(pair, monkeypatch, level, words):
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing())
    monkeypatch.setattr("ctviz.cohort.report.plain_answer.rivals", lambda *_: (level, 4))
    findings = pair[0].findings
    assert plain_answer(findings, Names.of(findings))[0].endswith(words)


def test_a_metric_that_did_not_pass_names_nobody(pair, monkeypatch):
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing(fidelity=None))
    findings = pair[0].findings
    first, *_ = plain_answer(findings, Names.of(findings))
    assert first.startswith("Which estimator shows what the model needs is not said: Fidelity did")
