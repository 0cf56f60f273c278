import json
import re
from dataclasses import replace

import numpy as np
import pytest

from ctviz.cohort.analysis.findings import load_findings
from ctviz.cohort.analysis.typical import PLACES
from ctviz.cohort.contact_sheet import SHAPE, SheetPicture, save_sheet
from ctviz.cohort.report import charts, report, write_report
from ctviz.cohort.report.answer import answer, leader
from ctviz.cohort.report.discrepancy_charts import ranks_without_controls
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.numbers import figure, listed, with_span
from ctviz.cohort.report.tables import paper_table, standing_table
from ctviz.cohort.statistics import Interval
from ctviz.core import InvalidInput
from ctviz.viz.charts import Slopes, interactive, printed
from ctviz.viz.documents import Figure, Paragraph, Points, SettingsList, Table
from tests.cohort.finished import FAILURES, Quality, finished_study, study
from tests.metrics.judged import PASSED, passing

BEST_MODEL, BEST_READER = "smoothgrad-squared", "gradient"
QUALITIES = {
    BEST_MODEL: Quality(0.7, 0.1),
    BEST_READER: Quality(0.3, 0.7),
    "integrated-gradients": Quality(0.5, 0.4),
}


@pytest.fixture(scope="module", autouse=True)
def every_metric_passes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctviz.metrics.trust.measured", passing())
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("studies") / "made-up"
    plan = study(estimators={name: {} for name in QUALITIES})
    finished_study(place, plan, QUALITIES, patients=8)
    return place


@pytest.fixture(scope="module")
def findings(folder):
    return load_findings(folder)


@pytest.fixture(scope="module")
def document(folder, findings):
    return report(folder, findings)


@pytest.fixture(scope="module")
def written(folder):
    return write_report(folder)


def text_of(document):
    words = [b.text for b in document.blocks if isinstance(b, Paragraph)]
    return " ".join(
        [*words, *(i for b in document.blocks if isinstance(b, Points) for i in b.items)]
    )


def tables(document, start):
    return [b for b in document.blocks if isinstance(b, Table) and b.caption.startswith(start)]


def test_every_chart_of_the_findings_can_be_drawn_for_page_and_print(findings):
    drawn = charts(findings)
    for name in ("accuracy", "roc", "dice", "cohort-fidelity", "discrepancy", "sensitivity"):
        assert name in drawn
    for kind in ("ranking", "difference", "frequencies", "pairs"):
        assert f"{kind} fidelity" in drawn
    for chart in drawn.values():
        assert interactive(chart).to_json()
    printed(drawn["discrepancy"]).draw_without_rendering()


def test_the_answer_names_whom_to_trust_by_each_criterion(findings):
    said = answer(findings, Names.of(findings))
    assert "For what the model needs, trust Squared SmoothGrad" in said
    assert "For where the reader drew, trust Gradient, absolute: AUROC" in said
    assert "that the rankings disagree" in said


def test_no_winner_is_named_by_a_metric_that_did_not_pass_itself(findings, monkeypatch):
    blind = replace(PASSED, noticed=0.4)
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing(fidelity=blind, auroc=None))
    said = answer(findings, Names.of(findings))
    assert "By Fidelity no winner is named. Did not pass when it was judged itself: it does" in said
    assert "(0.40, enough is 0.75)" in said
    assert "By AUROC no winner is named. Not judged itself." in said
    assert "trust Squared SmoothGrad" not in said
    assert "trust Gradient" in said


def moved(findings, by):
    """The same findings, as if another fill had moved every mean of fidelity by so much."""
    ranges = tuple(replace(each, high=each.high + by) for each in findings.fill_ranges)
    return replace(findings, fill_ranges=ranges)


def test_the_headline_fidelity_is_said_with_its_range_over_fills(findings):
    """The made-up blur differs from the usual fill in its steps alone: nothing is to be told."""
    first = leader(findings.ranking("fidelity"))
    for by in (0.0, 0.25):
        known, names = moved(findings, by), Names.of(findings)
        told = f"{figure(first.mean)} to {figure(first.mean + by)}"
        assert f", {told} over fills, its estimator first" in answer(known, names)
        table = standing_table(known, names, "fidelity")
        column = table.columns.index("Over fills")
        assert table.rows[0][column] == f"{figure(first.mean, 3)} to {figure(first.mean + by, 3)}"
    assert "Over fills" not in standing_table(findings, names, "auroc").columns


def test_the_answer_trusts_nothing_that_a_control_equals(findings):
    ranking = findings.ranking("fidelity")
    controls = tuple(s.entrant for s in ranking.standings if s.entrant.control)
    beaten = replace(
        ranking, standings=tuple(replace(s, unbeaten=controls) for s in ranking.standings)
    )
    others = tuple(r for r in findings.rankings if r is not ranking)
    doubtful = replace(findings, rankings=(beaten, *others))
    said = answer(doubtful, Names.of(doubtful))
    assert "For what the model needs, trust none: the best, Squared SmoothGrad" in said


def test_the_answer_says_when_nobody_drew(findings):
    subject = replace(findings.subject, annotated=0)
    alone = replace(findings, subject=subject, agreements=(), roc=None, dice=None)
    assert "Nobody drew a region" in answer(alone, Names.of(findings))


def test_every_verdict_is_in_the_report_with_titles_for_names(document, findings):
    (table,) = tables(document, "The paper's findings")
    assert len(table.rows) == len(findings.verdicts)
    assert not any("smoothgrad-squared" in cell for row in table.rows for cell in row)


def test_the_papers_table_is_ten_times_the_area(findings):
    names, curves = Names.of(findings), findings.accuracy[0]
    table = paper_table(curves, names)
    own = {names.estimator(s.entrant): s for s in curves.standings if s.entrant.sign == "absolute"}
    for row in table.rows:
        assert row[2].startswith(figure(10 * own[row[0]].fidelity, 1))
    paper = {row[0]: row[3:] for row in table.rows}
    assert paper["Squared SmoothGrad"] == ("6.2", "6.2")
    assert paper["Edges"] == ("–", "–")


def test_controls_are_marked_and_never_bold(document):
    for table in tables(document, "Standings"):
        for place, row in enumerate(table.rows):
            assert (row[-1] == "control") == (place in table.faint)
    (means,) = tables(document, "Means")
    assert not {place for place, _ in means.strong} & means.faint


def test_undefined_scores_and_failed_slices_are_told(document, findings):
    (undefined,) = tables(document, "Scores that are undefined")
    assert sum(int(row[2]) for row in undefined.rows) == sum(u.scores for u in findings.undefined)
    (failed,) = tables(document, "Slices that failed")
    assert failed.rows == (("case-099", str(FAILURES[0]["slice_index"] + 1), FAILURES[0]["why"]),)


def test_the_report_holds_what_is_needed_to_get_the_numbers_again(document, folder):
    environment = json.loads((folder / "environment.json").read_text())
    entries = [pair for b in document.blocks if isinstance(b, SettingsList) for pair in b.entries]
    values = {value for _, value in entries}
    assert set(environment["model"]["sha256"].values()) <= values
    assert {environment["maps"], environment["plan"]} <= values
    assert set(environment["software"].values()) <= values
    assert any(name == "SmoothGrad" or "samples = " in value for name, value in entries)
    (checksums,) = tables(document, "Checksums")
    assert len(checksums.rows) == len(environment["slices"])


def test_methods_name_estimators_metrics_and_sources(document):
    text = text_of(document)
    for words in ("Squared SmoothGrad", "doi:10.1007/978-3-031-15565-9_1", "Holm", "Demšar"):
        assert words in text


def test_the_discrepancy_shows_ranks_without_controls(findings):
    chart = charts(findings)["discrepancy"]
    assert isinstance(chart, Slopes)
    ranking = findings.ranking("fidelity")
    ranks = ranks_without_controls(ranking.standings, "higher")
    assert sorted(ranks.values())[0] >= 1
    assert np.sum([*ranks.values()]) == len(ranks) * (len(ranks) + 1) / 2
    moves = next(a.moves for a in findings.agreements if a.second == "auroc" and a.signs == "both")
    assert ranks == {move.entrant: move.first for move in moves}
    assert not any(slope.look.control for slope in chart.slopes)


def test_the_disputed_slices_are_named(findings):
    chart = charts(findings)["disputed auroc"]
    assert {row.name for row in chart.rows} == {
        f"{d.case}, slice {d.slice_index + 1}" for d in findings.disputed if d.second == "auroc"
    }


def test_the_report_is_a_page_a_pdf_and_figures(written, document):
    html = (written / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "http" not in html
    pdf = (written / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5
    figures = {path.suffix for path in (written / "figures").iterdir()}
    assert figures == {".png", ".svg"}
    shown = sum(isinstance(block, Figure) for block in document.blocks)
    assert len([*(written / "figures").glob("*.png")]) == shown


def test_markup_in_a_reason_is_shown_and_not_obeyed(written):
    assert "The &lt;file&gt; is damaged." in (written / "report.html").read_text(encoding="utf-8")


def test_equal_findings_give_an_equal_report(document, folder):
    assert report(folder, load_findings(folder)) == document


def test_the_maps_are_looked_at_beside_their_numbers(folder, document):
    assert "What the maps look like" not in str(document)
    grey = np.full((*SHAPE, 3), 90, np.uint8)
    save_sheet([SheetPicture("typical", place, "a note", grey) for place in PLACES], folder)
    shown = report(folder, load_findings(folder))
    save_sheet([], folder)
    titles = [each.chart.title for each in shown.blocks if isinstance(each, Figure)]
    assert "Maps of the best entrants, where they agree best, as usual and worst" in titles


def test_a_study_without_findings_cannot_be_reported(tmp_path):
    with pytest.raises(InvalidInput, match="run it to its end"):
        write_report(tmp_path)


def test_figures_are_written_with_a_true_minus_and_their_interval():
    assert with_span(-0.5, Interval(-1.0, -0.004)) == "−0.50 (−1.00 to 0.00)"
    assert figure(None) == figure(float("nan")) == "–"
    assert listed([]) == ""
    assert listed(["a"]) == "a"


def test_an_estimator_without_a_sign_is_listed_once_and_said_so(findings, document):
    # Squared SmoothGrad is made up to be positive; the others lose by their sign.
    names = Names.of(findings)
    assert names.signless == {BEST_MODEL}
    for table in (*tables(document, "Standings by"), *tables(document, "Means over patients")):
        column = table.columns.index("Entrant")
        own = [row[column] for row in table.rows if row[column].startswith("Squared SmoothGrad")]
        assert own == ["Squared SmoothGrad, either sign"]
        assert "Listed once" in table.note
        assert "Squared SmoothGrad; ranks count both" in table.note
    rows = {row.name: row for row in charts(findings)["ranking fidelity"].rows}
    assert len(rows["Squared SmoothGrad"].marks) == 1
    assert len(rows["Gradient"].marks) == 2


def test_its_share_of_first_places_is_that_of_both_signs(findings):
    table = standing_table(findings, Names.of(findings), "fidelity")
    own = [s for s in findings.ranking("fidelity").standings if s.entrant.estimator == BEST_MODEL]
    (row,) = (row for row in table.rows if row[1] == "Squared SmoothGrad, either sign")
    assert row[table.columns.index("First")] == f"{sum(each.first for each in own):.0%}"
