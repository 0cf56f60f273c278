import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from ctviz.cohort import CohortStudy, Stage
from ctviz.cohort.analysis.leakage import Leakage, SeenSlice
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.cost import Cost
from ctviz.cohort.run.status import study_lock
from ctviz.store import AuditEvent
from ctviz.ui.study.forecast import Forecast
from ctviz.ui.study.results.sections import SECTIONS
from ctviz.ui.study.watching import progress_words
from tests.backend.small_model import MODEL
from tests.cohort.finished import Quality, finished_study, study
from tests.metrics.judged import passing
from tests.ui.shown import shown

PAGE = "pages/study.py"
QUALITIES = {
    "smoothgrad-squared": Quality(0.7, 0.2),
    "gradient": Quality(0.3, 0.7),
    "grad-cam": Quality(0.2, 0.5),
}


def text_of(app) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in elements)


def charts_of(app):
    return app.get("plotly_chart")


def page_links(app):
    return [element.proto for element in app.get("page_link")]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished study of a few estimators whose numbers are made up."""
    plan = study(model=MODEL, estimators={name: {} for name in QUALITIES})
    folder = tmp_path_factory.mktemp("studies") / plan.folder_name
    finished_study(folder, plan, QUALITIES)
    return folder


@pytest.fixture
def folder(finished, backend):
    """The study's folder with its plan and its findings, and nothing else."""
    place = backend.settings.data / "studies" / finished.name
    place.mkdir(parents=True)
    for name in ("plan.toml", "findings.json"):
        (place / name).write_bytes((finished / name).read_bytes())
    return place


@pytest.fixture
def opened(app, folder):
    app.switch_page(PAGE)
    app.query_params["study"] = folder.name
    return app.run()


def started(folder, stage):
    """Tell of a folder's study what a run of it would tell."""
    StudyFolder(folder).progress.write_text(json.dumps(stage.__dict__), encoding="utf-8")


def test_one_click_runs_the_demo_study_where_there_is_none(app, backend):
    app.switch_page(PAGE).run()
    assert not app.exception
    button = app.button(key="ctviz:study-start")
    assert (button.label, button.disabled) == ("Run the demo study", False)
    assert "48 slices" in text_of(app)


@pytest.mark.parametrize("section", [s for s in SECTIONS if s != "Downloads"])
def test_results_are_shown_from_the_findings_alone(opened, section):
    opened.segmented_control(key="ctviz:study-section").select(section).run()
    assert not opened.exception
    assert not opened.error


def test_only_the_section_that_is_shown_draws_its_charts(opened):
    # The answer has one picture beside it.
    assert len(charts_of(opened)) == 1
    opened.segmented_control(key="ctviz:study-section").select("Rankings").run()
    assert len(charts_of(opened)) > 1


def test_each_of_the_papers_findings_gets_a_verdict_in_a_word(opened):
    assert "Squared SmoothGrad leads fidelity." in text_of(opened)
    words = {badge for badge in ("Yes", "No", "Undecided") if badge in text_of(opened)}
    assert words


def test_slices_that_the_model_was_trained_on_are_said_above_the_answer(opened, folder):
    assert not opened.warning
    Leakage(24, 60, seen=(SeenSlice("case-001", 40, "P001"),)).save(folder)
    opened.run()
    assert "trained on 1 of 24 slices" in opened.warning[0].value
    assert text_of(opened).count("trained on 1 of 24 slices") == 1


def test_no_winner_stands_on_a_card_of_a_metric_that_did_not_pass(opened, monkeypatch):
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing())
    opened.run()
    assert "No winner is named" not in text_of(opened)
    assert "First by Fidelity" in text_of(opened)
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing(fidelity=None))
    opened.run()
    assert "**No winner is named**" in text_of(opened)
    assert "First by Fidelity" not in text_of(opened)


def test_a_referee_finds_the_limits_and_both_checklists(opened):
    opened.segmented_control(key="ctviz:study-section").select("For a referee").run()
    assert "All slices are of phantoms" in text_of(opened)
    assert "Since when the plan is fixed was not noted" in text_of(opened)
    assert [each.label.partition(":")[0] for each in opened.expander] == ["CLAIM 2024", "CLIX-M"]
    assert "who paid" in text_of(opened)
    assert "Not answered." in text_of(opened)


def test_disputed_slices_lead_to_compare(opened, folder):
    opened.segmented_control(key="ctviz:study-section").select("Disagreement").run()
    addresses = [parse_qs(link.query_string) for link in page_links(opened) if link.query_string]
    assert addresses
    for address in addresses:
        assert address["case"][0].startswith("case-")
        assert address["slice"][0] in {"40", "41"}
        assert address["model"] == [MODEL]
        assert set(address["estimators"][0].split(",")) <= set(QUALITIES)


def test_the_list_leads_to_every_study(app, folder):
    app.switch_page(PAGE).run()
    assert f"study={folder.name}" in [link.query_string for link in page_links(app)]


@pytest.mark.parametrize("name", ["..", "nothing", "../studies", "/"])
def test_an_address_of_no_study_shows_all_of_them(app, folder, name):
    app.switch_page(PAGE)
    app.query_params["study"] = name
    app.run()
    assert not app.exception
    assert "New study" in text_of(app)


def test_who_comes_back_meets_the_study_again_until_leaving_it(opened, folder):
    opened.switch_page("pages/help.py").run()
    opened.switch_page(PAGE).run()
    assert opened.segmented_control(key="ctviz:study-section").value
    opened.button(key="ctviz:studies").click().run()
    assert "New study" in text_of(opened)


def test_a_running_study_is_watched_and_stopped_by_any_reader(app, folder):
    with study_lock(folder):
        started(folder, Stage("running", 3, 12, failed=1, left_seconds=100, message="Computing."))
        app.switch_page(PAGE)
        app.query_params["study"] = folder.name
        app.run()
        assert not app.exception
        assert "Running" in text_of(app)
        app.button(key="ctviz:study-cancel").click().run()
        assert StudyFolder(folder).stop.exists()


@pytest.mark.parametrize(
    ("state", "word"),
    [("running", "Interrupted"), ("cancelled", "Stopped"), ("failed", "Failed")],
)
def test_a_study_that_ended_early_can_go_on(app, folder, state, word):
    started(folder, Stage(state, 3, 12, message="The disk is full; make room."))
    app.switch_page(PAGE)
    app.query_params["study"] = folder.name
    app.run()
    assert not app.exception
    assert word in text_of(app)
    assert app.button(key="ctviz:study-resume").label == "Go on"


def test_progress_tells_what_is_done_what_failed_and_how_long_it_takes():
    stage = Stage("running", 3, 12, failed=1, left_seconds=200, message="Computing slices.")
    assert progress_words(stage) == (
        "Computing slices. 3 of 12 slices, 1 failed so far, about 3 min left."
    )


def test_a_forecast_multiplies_slices_by_their_time():
    assert "about 10 min" in Forecast(slices=60, cost=Cost(10.0)).sentence
    assert "about 2.0 h" in Forecast(slices=720, cost=Cost(10.0)).sentence
    assert "about 5 min" in Forecast(slices=60, cost=Cost(10.0), processes=2).sentence


def test_a_forecast_leaves_out_what_was_computed_before():
    said = Forecast(slices=60, cost=Cost(10.0), known=30).sentence
    assert said == "60 slices, 30 of them computed before, about 5 min on this computer."


def test_a_forecast_on_a_busy_computer_is_a_range_and_says_why():
    said = Forecast(slices=60, cost=Cost(10.0), crowd=3.0).sentence
    assert "about 10 to 30 min: this computer is busy with other work" in said


def test_a_forecast_of_metrics_that_ask_again_is_the_most_it_may_take():
    assert "about 10 min at most" in Forecast(60, Cost(10.0), again=True).sentence


def test_findings_of_another_version_are_refused_in_a_sentence(opened, folder):
    document = json.loads(StudyFolder(folder).findings.read_text())
    StudyFolder(folder).findings.write_text(json.dumps(document | {"version": 0}), encoding="utf-8")
    opened.run()
    assert not opened.exception
    assert "another version" in opened.error[0].value
    assert opened.button(key="ctviz:study-again").label == "Start again"


def test_a_plan_that_makes_no_sense_says_so_and_cannot_be_started(app, backend):
    app.switch_page(PAGE).run()
    shown(app.text_input, "ctviz:plan:name").input("Not A Name").run()
    assert not app.exception
    assert "lower case letters" in app.error[0].value
    assert app.button(key="ctviz:study-start").disabled


def test_smoothing_is_put_around_an_estimator_and_taken_away(app, backend):
    key = "ctviz:plan:estimators:around another"
    app.switch_page(PAGE).run()
    assert not [pills for pills in app.button_group if pills.key.startswith(key)]
    app.selectbox(key="ctviz:around").select("variance")
    app.selectbox(key="ctviz:inside").select("hirescam").run()
    app.button(key="ctviz:add:around").click().run()
    assert not app.exception
    assert shown(app.button_group, key).value == ["variance+hirescam"]
    app.selectbox(key="ctviz:around").select("smooth").run()
    app.button(key="ctviz:add:around").click().run()
    both = shown(app.button_group, key)
    assert both.value == ["variance+hirescam", "smooth+hirescam"]
    both.set_value(["smooth+hirescam"]).run()
    assert shown(app.button_group, key).options == ["HiResCAM, smoothed"]
    app.button(key="ctviz:plan-set:The paper's").click().run()
    assert not [pills for pills in app.button_group if pills.key.startswith(key)]


def test_without_folders_that_may_be_named_none_is_offered(app, backend):
    app.switch_page(PAGE).run()
    offered = shown(app.selectbox, "ctviz:plan:cohort").options
    assert not [title for title in offered if "folder" in title]


def test_a_folder_that_is_not_there_is_refused_before_the_start(
    app, backend, tmp_path, monkeypatch
):
    opened = replace(backend.settings, import_roots=(tmp_path,))
    monkeypatch.setattr(backend, "_settings", opened)
    app.switch_page(PAGE).run()
    shown(app.selectbox, "ctviz:plan:cohort").select("folder").run()
    shown(app.text_input, "ctviz:plan:folder").input(str(tmp_path / "nothing")).run()
    assert "no such file or folder" in app.error[0].value
    assert app.button(key="ctviz:study-start").disabled
    assert shown(app.text_input, "ctviz:plan:name").value == "study"


def round_trip():
    import streamlit as st

    from ctviz.ui.study.plan_form import planned, take_plan

    take_plan(st.query_params["plan"].encode())
    st.code(planned().to_toml())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"signs": ("absolute",), "slices_per_case": 0, "target": "truth", "seed": 7},
        {"estimators": {"gradient": {}, "smoothgrad": {"samples": 3}}},
        {"estimators": {"grad-cam": {}, "squared+lrp": {"copies": 3, "epsilon": 0.1}}},
        {"metrics": {"road": {"step": 0.2}, "fidelity@step=0.5": {"step": 0.5}}},
        {"cohort": "scans", "name": "own", "reader": "AB", "label": "heart"},
    ],
    ids=str,
)
def test_the_form_keeps_every_word_of_an_uploaded_plan(backend, changes):
    plan = replace(CohortStudy(model=MODEL), **changes)
    app = AppTest.from_function(round_trip)
    app.query_params["plan"] = plan.to_toml()
    app.run()
    assert not app.exception
    assert CohortStudy.from_toml(app.code[0].value).digest == plan.digest


def test_a_study_is_put_into_the_bin_and_restored(opened, folder):
    started(folder, Stage("done", share=1.0))
    opened.run()
    opened.button(key="ctviz:study-put").click().run()
    assert not opened.exception
    assert not folder.exists()
    assert folder.name not in str(page_links(opened))
    (back,) = (each for each in opened.button if each.label == "Restore")
    back.click().run()
    assert (folder / "plan.toml").is_file()
    assert folder.name in str(page_links(opened))


def test_a_study_is_the_beginning_of_another(opened):
    opened.button(key="ctviz:study-alike").click().run()
    assert not opened.exception
    chosen = {name for pills in opened.get("pills") for name in pills.value}
    assert set(QUALITIES) <= chosen
    assert opened.button(key="ctviz:study-start").label == "Start"


def test_the_trail_says_who_put_a_study_into_the_bin_and_took_it_out(opened, folder, backend):
    started(folder, Stage("done", share=1.0))
    opened.run()
    opened.button(key="ctviz:study-put").click().run()
    (back,) = (each for each in opened.button if each.label == "Restore")
    back.click().run()
    told = [(each.event, each.what) for each in backend.store.audit()]
    assert (AuditEvent.BINNED, folder.name) in told
    assert (AuditEvent.RESTORED, folder.name) in told
