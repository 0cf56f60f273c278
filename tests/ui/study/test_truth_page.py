"""Studies of phantoms on the Study page: planned, and read section by section."""

import shutil
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ctviz.backend import Backend
from ctviz.cohort.kinds import any_plan
from ctviz.cohort.run.cost import Cost
from ctviz.cohort.truth import TruthStudy, run_truth_study
from ctviz.core import Settings
from ctviz.ui.study.forecast import Forecast
from ctviz.ui.study.truth.sections import SECTIONS
from tests.backend.small_model import MODEL, write_model
from tests.ui.shown import shown
from tests.ui.study.test_page import PAGE, charts_of, round_trip, text_of

STUDY = TruthStudy(
    model=MODEL,
    estimators={"gradient": {}, "input-x-gradient": {}},
    metrics={"auroc": {}},
    phantoms=2,
    draws=20,
)
SECTION, PHANTOM = "ctviz:truth-section", f"ctviz:truth-phantom:{STUDY.digest}"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = tmp_path_factory.mktemp("truth")
    write_model(place / "models")
    settings = Settings(place / "data", place / "models", place / "cache", device="cpu")
    backend = Backend(settings, steady=True)
    assert run_truth_study(backend, STUDY, place / STUDY.folder_name, workers=0) == ()
    backend.close()
    return place / STUDY.folder_name


@pytest.fixture
def folder(finished, backend):
    """The study's folder as who brings a study would pass it on: without single results."""
    place = backend.settings.data / "studies" / finished.name
    left_out = shutil.ignore_patterns("units", "truth", "curves", "progress.json", "lock")
    shutil.copytree(finished, place, ignore=left_out)
    return place


@pytest.fixture
def opened(app, folder):
    app.switch_page(PAGE)
    app.query_params["study"] = folder.name
    return app.run()


def section(app, name):
    return app.segmented_control(key=SECTION).select(name).run()


def test_a_study_of_phantoms_is_planned_with_one_click(app, backend):
    app.switch_page(PAGE).run()
    app.button(key="ctviz:plan-begin:True").click().run()
    assert not app.exception
    assert "Phantoms whose truth is known" in text_of(app)
    assert "100 phantoms" in text_of(app)
    button = app.button(key="ctviz:study-start")
    assert (button.label, button.disabled) == ("Start", False)
    assert shown(app.text_input, "ctviz:plan:name").value == "truth"
    shown(app.number_input, "ctviz:plan:phantoms").set_value(7).run()
    assert "7 phantoms" in text_of(app)
    app.button(key="ctviz:plan-begin:False").click().run()
    assert app.button(key="ctviz:study-start").label == "Run the demo study"


def test_choosing_phantoms_names_the_study_after_the_truth(app, backend):
    app.switch_page(PAGE).run()
    shown(app.selectbox, "ctviz:plan:cohort").select("phantoms").run()
    assert not app.exception
    assert shown(app.text_input, "ctviz:plan:name").value == "truth"
    shown(app.selectbox, "ctviz:plan:cohort").select("demo").run()
    assert shown(app.text_input, "ctviz:plan:name").value == "demo"


@pytest.mark.parametrize(
    "changes",
    [{}, {"phantoms": 3, "first": 9, "signs": ("signed",), "seed": 7, "name": "own"}],
    ids=str,
)
def test_the_form_keeps_every_word_of_a_plan_of_phantoms(backend, changes):
    plan = replace(STUDY, **changes)
    app = AppTest.from_function(round_trip)
    app.query_params["plan"] = plan.to_toml().replace("draws = 20", "")
    app.run()
    assert not app.exception
    assert any_plan(app.code[0].value) == replace(plan, draws=TruthStudy().draws)


def test_a_forecast_counts_phantoms():
    said = Forecast(slices=60, cost=Cost(10.0), phantoms=True).sentence
    assert said == "60 phantoms, about 10 min on this computer."


@pytest.mark.parametrize("name", SECTIONS)
def test_results_are_shown_without_single_results(opened, name):
    section(opened, name)
    assert not opened.exception
    assert not opened.error


def test_the_answer_says_who_is_closest_and_how_sure_that_is(opened):
    assert "Closest to the truth:" in text_of(opened)
    assert "of the draws of phantoms and is not better than" in text_of(opened)
    assert "fewer than 6 phantoms" in opened.warning[0].value
    assert "Best control" in text_of(opened)
    assert len(charts_of(opened)) == 1
    measure = opened.selectbox(key=f"ctviz:truth-measure:{STUDY.digest}")
    measure.select("wasted-importance").run()
    assert "Lower is better." in text_of(opened)


def test_the_typical_phantom_is_there_at_once_and_another_is_drawn(opened):
    section(opened, "One phantom")
    chosen = opened.selectbox(key=PHANTOM)
    assert [option.endswith(", typical") for option in chosen.options].count(True) == 1
    assert len(charts_of(opened)) == 1
    (other,) = (o for o in chosen.options if not o.endswith(", typical"))
    chosen.select(other.lower()).run()
    given_up = time.monotonic() + 60
    while not charts_of(opened) and time.monotonic() < given_up:
        opened.run()
    assert not opened.exception
    assert len(charts_of(opened)) == 1
    assert f"The parts of {other.lower()}" in text_of(opened)


def test_the_picture_of_a_study_from_elsewhere_needs_no_model(opened, backend):
    shutil.rmtree(backend.settings.models / MODEL)
    section(opened, "One phantom")
    assert len(charts_of(opened)) == 1
    chosen = opened.selectbox(key=PHANTOM)
    (other,) = (o for o in chosen.options if not o.endswith(", typical"))
    chosen.select(other.lower()).run()
    assert not opened.exception
    assert "only the typical phantom" in text_of(opened)


def test_everything_can_be_taken_home(opened):
    section(opened, "Downloads")
    labels = [element.proto.label for element in opened.get("download_button")]
    assert labels[:4] == ["Report, HTML", "Report, PDF", "Figures, zip", "Effects, CSV"]
    assert "`ctviz truth` with this file" in text_of(opened)
