from dataclasses import replace

import pytest

from ctviz.backend.cases.demo import FIRST_MARKED_SEED, FIRST_SEED, Demo
from ctviz.cohort.analysis.findings import Undefined, load_findings
from ctviz.cohort.analysis.leakage import Leakage, SeenSlice
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report import report
from ctviz.cohort.report.answer import answer
from ctviz.cohort.report.referee.checklist import IN_PART, NOT_ANSWERED
from ctviz.cohort.report.referee.claim_2024 import CLAIM_2024
from ctviz.cohort.report.referee.clix_m import CLIX_M
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.cohort.report.referee.integrity import fixed_words, leakage_words
from ctviz.cohort.report.referee.limits import FEW, limits
from ctviz.cohort.report.referee.metric_trust import metric_trust_table
from ctviz.cohort.report.referee.pack import integrity
from ctviz.cohort.run.registration import Registration, register
from ctviz.core.settings import PROJECT
from ctviz.models import read_card
from ctviz.models.neighbours import Neighbours
from ctviz.training.contrast import FRESH_SEED, TRAINING_SEED
from ctviz.viz.documents import Heading, Points, Table
from tests.cohort.finished import Quality, finished_study, study
from tests.metrics.judged import PASSED, passing

PLAN, OTHER, WEIGHTS = "a" * 64, "b" * 64, "c" * 64
FIXED = Registration(PLAN, WEIGHTS, "2026-11-26T10:00:00Z", beforehand=True, opened=False)
CLEAR = Leakage(studied=16, listed=60, told_apart=True)
QUALITIES = {"smoothgrad-squared": Quality(0.7, 0.1), "gradient": Quality(0.3, 0.7)}


@pytest.fixture(scope="module", autouse=True)
def every_metric_passes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctviz.metrics.trust.measured", passing())
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("studies") / "made-up"
    plan = study(estimators={name: {} for name in QUALITIES}, cohort="all", reader="anna", draws=50)
    finished_study(place, plan, QUALITIES, patients=8)
    register(StudyFolder(place), plan.digest, WEIGHTS, beforehand=True)
    CLEAR.save(place)
    return place


@pytest.fixture(scope="module")
def facts(folder):
    """A study of one's own cases, of which nothing gives reason for doubt that can be helped."""
    found = load_findings(folder)
    # What the made-up scores bring about by themselves.
    subject = replace(found.subject, failed=0, wrong=0, correct=found.subject.slices)
    return StudyFacts.of(
        folder,
        replace(found, subject=subject, undefined=()),
        read_card(PROJECT / "models" / "contrast-small"),
    )


def changed(facts, **changes):
    """Facts with another subject."""
    subject = replace(facts.findings.subject, **changes)
    return replace(facts, findings=replace(facts.findings, subject=subject))


def found(facts, words):
    """Whether a sentence of the limits has these words."""
    return any(words in sentence for sentence in limits(facts))


def planned(facts, **changes):
    return replace(facts, study=replace(facts.study, **changes))


TRIGGERS = {
    "of phantoms": lambda f: planned(f, cohort="demo"),
    "With 5 patients nothing is decided": lambda f: changed(f, patients=5),
    "All slices of known class are 'with'": lambda f: changed(f, classes={"with": 16}),
    "not balanced (4 'with' and 12 'without')": lambda f: changed(
        f, classes={"with": 4, "without": 12}
    ),
    "In no figure: 2 slices that failed": lambda f: changed(f, failed=2),
    "trained on 2 of 16 slices (of 1 patient)": lambda f: replace(
        f, leakage=replace(CLEAR, seen=(SeenSlice("a", 1, "P"), SeenSlice("a", 2, "P")))
    ),
    "other slices of 1 further patient": lambda f: replace(
        f, leakage=replace(CLEAR, patients=("P-1",))
    ),
    "is not known: its folder does not list": lambda f: replace(f, leakage=Leakage(16, None)),
    "or nobody looked": lambda f: replace(f, leakage=None),
    "anatomy that is known exactly": lambda f: changed(planned(f, cohort="demo"), reader="phantom"),
    "Nobody drew a region": lambda f: changed(f, annotated=0),
    "3 slices of 16 have no region": lambda f: changed(f, annotated=13),
    "wrong on 2 of 16 slices": lambda f: changed(f, correct=14, wrong=2),
    "The true class of 5 slices is not known": lambda f: changed(f, correct=11),
    "In no mean: 7 scores without a value, most of them of Gradient by AUROC": lambda f: replace(
        f,
        findings=replace(
            f.findings,
            undefined=(
                Undefined("gradient", "auroc", "Flat.", 5),
                Undefined("random", "dice", "Flat.", 2),
            ),
        ),
    ),
    "By Fidelity scores have no limit": lambda f: replace(
        f,
        findings=replace(
            f.findings,
            metrics=tuple(
                replace(each, bounds=(0.0, None)) if each.key == "fidelity" else each
                for each in f.findings.metrics
            ),
        ),
    ),
    "No metric asked the model": lambda f: planned(f, metrics={"auroc": {}}),
    "filled in one way only (paper)": lambda f: planned(f, metrics={"fidelity": {}}),
    "is not known: others may have been tried": lambda f: replace(f, registrations=()),
    "the first choice is not this": lambda f: replace(
        f, registrations=(FIXED, replace(FIXED, plan=OTHER))
    ),
    "only when slices had been scored": lambda f: replace(
        f, registrations=(replace(FIXED, opened=True),)
    ),
    "not registered beforehand": lambda f: replace(
        f, registrations=(replace(FIXED, beforehand=False),)
    ),
}


@pytest.mark.parametrize("words", TRIGGERS)
def test_a_limit_is_said_if_and_only_if_its_reason_is_there(facts, words):
    assert not found(facts, words)
    assert found(TRIGGERS[words](facts), words)


@pytest.mark.parametrize(
    "words",
    [
        "One reader drew the regions (anna)",
        "One network was explained (contrast-small)",
        "removed pixels are no scans",
        "10 entrants were ranked by 4 metrics",
        "with blur in its place",
        "Of the cohort's fidelity: Only 4 patients",
    ],
)
def test_what_holds_of_this_study_is_said(facts, words):
    assert found(facts, words)


def test_intervals_are_told_where_patients_are_few(facts):
    (said,) = [s for s in limits(facts) if s.startswith("With 8 patients")]
    spans = [
        (s.interval.high - s.interval.low) / 2 for s in facts.findings.ranking("fidelity").standings
    ]
    assert f"{max(spans):.2f} (Fidelity)" in said
    assert not found(changed(facts, patients=FEW), "patients differences")


def test_what_so_few_patients_may_not_show_is_told(facts):
    # Of a share s none is among eight patients with chance (1 - s)⁸, a fortieth at 37 %.
    assert found(facts, "up to 37% of patients 8 patients may show nothing")
    assert not found(changed(facts, patients=FEW), "may show nothing")


def test_a_control_that_is_not_beaten_is_said(facts):
    ranking = facts.findings.ranking("fidelity")
    assert not found(facts, "even the best")
    controls = tuple(s.entrant for s in ranking.standings if s.entrant.control)
    level = replace(
        ranking, standings=tuple(replace(s, unbeaten=controls) for s in ranking.standings)
    )
    others = tuple(r for r in facts.findings.rankings if r is not ranking)
    doubtful = replace(facts, findings=replace(facts.findings, rankings=(level, *others)))
    assert found(doubtful, "By Fidelity even the best, Squared SmoothGrad")


def test_a_mean_without_an_interval_is_said(facts):
    ranking = facts.findings.ranking("auroc")
    bare = replace(ranking, standings=(replace(ranking.standings[0], interval=None),))
    others = tuple(r for r in facts.findings.rankings if r is not ranking)
    assert not found(facts, "some means have no interval")
    doubtful = replace(facts, findings=replace(facts.findings, rankings=(bare, *others)))
    assert found(doubtful, "By AUROC some means have no interval")


def test_metrics_that_did_not_pass_themselves_are_said_with_the_reason(facts, monkeypatch):
    assert not found(facts, "No winner is named by")
    assert {row[1] for row in metric_trust_table(facts).rows} == {"yes"}
    blind = replace(PASSED, noticed=0.4)
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing(dice=blind, auroc=None))
    assert found(facts, "No winner is named by AUROC and Dice")
    rows = {row[0]: row for row in metric_trust_table(facts).rows}
    assert rows["Fidelity"][1:6] == ("yes", "0.90", "0.95", "0.99", "0.90")
    assert rows["Dice"][1] == "no"
    assert "does not notice" in rows["Dice"][-1]
    assert rows["AUROC"][1:] == ("not judged", *6 * "–")


@pytest.mark.parametrize(("checklist", "items"), [(CLAIM_2024, 44), (CLIX_M, 14)])
def test_every_item_has_its_number_and_an_answer(facts, checklist, items):
    table = checklist.table(facts)
    assert [row[0] for row in table.rows] == [str(n + 1) for n in range(items)]
    assert all(row[2] for row in table.rows)
    left = {n for n, row in enumerate(table.rows) if row[2] == NOT_ANSWERED}
    assert table.faint == left
    partly = sum(row[2].startswith(IN_PART) for row in table.rows)
    counts = f"{items - len(left) - partly} items answered, {partly} in part, {len(left)} not"
    assert counts in table.caption
    assert "doi:" in table.note


def answers(checklist, facts):
    return {int(row[0]): row[2] for row in checklist.table(facts).rows}


def test_what_no_study_knows_is_not_answered(facts):
    for number in (18, 21, 24, 26, 36, 44):
        assert answers(CLAIM_2024, facts)[number] == NOT_ANSWERED
    # Where scans of one's own come from, how they were acquired, and by whom they were seen.
    for number in (7, 8, 13, 15, 33):
        assert answers(CLAIM_2024, facts)[number] == NOT_ANSWERED
    for number in (3, 4, 8, 10):
        assert answers(CLIX_M, facts)[number] == NOT_ANSWERED


def test_items_are_filled_from_facts(facts):
    said = answers(CLAIM_2024, facts)
    assert "8 patients" in said[35]
    assert "8 patients" in said[2]
    assert said[16].startswith("In part: one reader (anna)")
    assert "−150 to 450" in said[9]
    assert "resnet18 (width = 32)" in said[22]
    assert "torch 2.13.0" in said[23]
    assert facts.study.digest in said[34]
    assert facts.study.digest in said[42]
    assert "Apache-2.0" in said[43]
    best = facts.findings.ranking("fidelity").standings
    top = max(s.mean for s in best if not s.entrant.control)
    assert f"Squared SmoothGrad, either sign {top:.2f}" in said[38]


def test_of_a_network_that_sees_neighbours_the_limits_say_so(facts):
    assert not found(facts, "It sees")
    card = replace(facts.card, channels=3, neighbours=Neighbours(2.5, "mm"))
    slab = replace(facts, card=card)
    assert found(slab, "It sees 3 slices, 1 on either side of the shown one, 2.5 mm apart.")
    assert "2.5 mm apart" in str(answers(CLAIM_2024, slab))


def test_without_the_models_card_its_items_are_not_answered(facts):
    said = answers(CLAIM_2024, replace(facts, card=None))
    for number in (3, 9, 19, 22, 25, 32, 41):
        assert said[number] == NOT_ANSWERED


def test_phantoms_need_no_scanner_and_prove_nothing_external(facts):
    said = answers(CLAIM_2024, changed(planned(facts, cohort="demo"), reader="phantom"))
    assert said[13] == "None: no scanner was used."
    assert said[33].startswith("None")
    assert "own anatomy" in said[14]


def test_seen_slices_are_said_in_the_answer_and_the_report(facts, folder):
    met = replace(CLEAR, seen=(SeenSlice("a", 1, "P"),), patients=("P",))
    plain = answer(facts.findings, facts.names)
    assert answer(facts.findings, facts.names, CLEAR) == plain
    said = answer(facts.findings, facts.names, met)
    assert "trained on 1 of 16 slices (of 1 patient), pixel by pixel" in said
    assert said.index("pixel by pixel") < said.index("For what the model needs")
    met.save(folder)
    try:
        document = report(folder, facts.findings)
    finally:
        CLEAR.save(folder)
    assert "trained on 1 of 16" in document.blocks[0].text
    points = [item for b in document.blocks if isinstance(b, Points) for item in b.items]
    assert sum("trained on 1 of 16" in item for item in points) == 2


def test_the_report_ends_with_the_limits_and_both_checklists(facts, folder):
    document = report(folder, facts.findings)
    headings = [b.text for b in document.blocks if isinstance(b, Heading)]
    assert headings[-6:] == [
        "What these numbers cannot say",
        "For a referee",
        "Plan and training",
        "The metrics",
        "CLAIM 2024",
        "CLIX-M",
    ]
    assert isinstance(document.blocks[-1], Table)
    assert facts.study.digest in integrity(facts)[0]


@pytest.mark.parametrize(
    ("registrations", "words"),
    [
        ((FIXED,), f"registered at 2026-11-26T10:00:00Z, before the study opened its data (plan "
         f"sha256 {PLAN}"),
        ((replace(FIXED, beforehand=False),), "by the run itself"),
        ((replace(FIXED, opened=True),), "when slices had been scored already"),
        ((FIXED, replace(FIXED, plan=OTHER, opened=True)), "The plan changed at"),
        ((FIXED, replace(FIXED, weights=OTHER)), "The model changed at"),
        ((FIXED, replace(FIXED, plan=OTHER, weights=OTHER)), "The plan and the model changed at"),
        ((FIXED, replace(FIXED, plan=OTHER), FIXED), "and back again"),
    ],
)  # fmt: skip
def test_since_when_the_plan_is_fixed_is_said(registrations, words):
    assert words in fixed_words(registrations)


def test_nothing_is_said_where_nothing_is_known():
    assert fixed_words(()) == ""
    assert leakage_words(None) == leakage_words(Leakage(16, None)) == ""


def test_a_clear_study_is_said_to_be_clear_as_far_as_that_is_known():
    said = leakage_words(replace(CLEAR, unlisted=("phantoms",)))
    assert "None of 16 slices is, pixel by pixel, among the 60 real slices" in said
    assert "No patient of the study" in said
    assert "Not looked up: phantoms." in said
    apart = leakage_words(replace(CLEAR, told_apart=False))
    assert "is not answered" in apart
    assert "trained on no real slice" in leakage_words(Leakage(16, 0))


def test_phantoms_of_a_cohort_are_of_other_seeds_than_those_of_the_training(facts, tmp_path):
    trained = range(TRAINING_SEED, FRESH_SEED + 100_000)
    demos = [Demo.more_patients(tmp_path), Demo.marked_patients(tmp_path)]
    for demo in demos:
        first = FIRST_MARKED_SEED if demo.marked else FIRST_SEED
        assert not set(range(first, first + demo.first + demo.patients)) & set(trained)
    assert any("other seeds" in item for item in integrity(planned(facts, cohort="demo")))
