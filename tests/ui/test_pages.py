import re
import time

import pytest

from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from ctviz.models import ModelCard
from ctviz.store import CaseEntry
from ctviz.ui.cases import grid
from ctviz.ui.cases.gallery import WRONG, Listed, _offered
from ctviz.ui.compare import page as compare_page
from ctviz.ui.compare.metric_choice import DEFAULT_METRICS
from ctviz.ui.guide import key_table, mouse_table
from ctviz.ui.widgets.plain_text import plain
from tests.ui.shown import shown


def text_of(app) -> str:
    elements = [*app.markdown, *app.caption, *app.info, *app.subheader, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in elements)


def test_cases_are_listed_with_what_is_known_of_them(app, two_phantoms):
    app.run()
    assert not app.exception
    assert "**2 cases**" in text_of(app)
    assert "drawn by phantom" in text_of(app)
    for case_id in two_phantoms:
        assert case_id in text_of(app)


def test_an_empty_data_folder_starts_the_demo_cohort(app, backend):
    app.run()
    assert not app.exception
    assert any(job for job in [app.session_state["ctviz"].intake])
    app.session_state["ctviz"].intake.cancel()


def test_the_link_decides_what_compare_shows(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["case"] = two_phantoms[1]
    app.query_params["slice"] = "2"
    app.query_params["estimators"] = "gradient,random"
    app.run()
    assert not app.exception
    session = app.session_state["ctviz"]
    assert (session.case, session.slice) == (two_phantoms[1], 2)
    assert session.estimators == ("gradient", "random")


@pytest.mark.parametrize(
    "link",
    [
        {"case": "C-unknown"},
        {"slice": "999"},
        {"slice": "-1"},
        {"target": "7"},
        {"model": "none"},
        {"estimators": "nothing,,gradient"},
    ],
    ids=str,
)
def test_a_link_that_makes_no_sense_still_shows_a_case(app, two_phantoms, link):
    app.switch_page("pages/compare.py")
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert app.session_state["ctviz"].case in two_phantoms


def target_of(app):
    return app.selectbox(key="ctviz:target")


@pytest.fixture
def compare(app, two_phantoms):
    """Compare with the answer of the model there, and one quick map."""
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random"
    app.run()
    deadline = time.monotonic() + 60
    while not any(box.key == "ctviz:target" for box in app.selectbox):
        assert time.monotonic() < deadline
        app.run()
    return app


def test_the_answer_is_explained_until_a_class_is_chosen(compare):
    session = compare.session_state["ctviz"]
    assert session.target is None
    assert "target" not in compare.query_params
    assert target_of(compare).options[0] == "explain: the answer"
    assert not compare.warning


def test_the_page_says_when_another_class_than_the_answer_is_explained(compare):
    session = compare.session_state["ctviz"]
    warned = []
    for target in (0, 1):
        target_of(compare).set_value(target).run()
        assert (session.target, compare.query_params["target"]) == (target, str(target))
        warned += [warning.value for warning in compare.warning]
    assert len(warned) == 1
    assert "but the answer for this slice is" in warned[0]
    target_of(compare).set_value(-1).run()
    assert session.target is None
    assert not compare.warning


@pytest.fixture
def answers(monkeypatch):
    """What the board is told of the model's answer, the latest last."""
    told, show = [], compare_page.board

    def board(data, **options):
        told.append(data.answer)
        return show(data, **options)

    monkeypatch.setattr(compare_page, "board", board)
    return told


def caveats_of(answer):
    """The amber words beside the answer above the panes."""
    return [caveat.text for caveat in answer.caveats if caveat.warns]


def test_the_class_that_is_explained_is_said_above_the_panes(answers, compare):
    assert ", the answer." in answers[-1].explained
    assert re.fullmatch(r".+ 0\.\d\d · .+ 0\.\d\d", answers[-1].text)
    warned = []
    for target in (0, 1):
        target_of(compare).set_value(target).run()
        warned += [caveat for caveat in caveats_of(answers[-1]) if "not the answer" in caveat]
    assert len(warned) == 1


def test_a_model_that_is_wrong_on_purpose_says_so_on_compare(answers, compare, monkeypatch):
    assert not compare.warning
    assert not caveats_of(answers[-1])
    why = "Wrong on purpose: it reads a marker."
    monkeypatch.setattr(ModelCard, "wrong_on_purpose", why)
    compare.run()
    assert [warning.value for warning in compare.warning] == [plain(why)]
    assert ["this model is wrong on purpose" in each for each in caveats_of(answers[-1])] == [True]


def test_a_chosen_class_stays_on_every_slice_and_an_answer_is_followed(compare):
    """Whatever slices are passed by, only a choice writes a class into the address."""
    session = compare.session_state["ctviz"]
    for chosen in (None, 1):
        session.target = chosen
        for index in (0, 1, 2, 0):
            session.slice = index
            compare.run()
            assert session.target == chosen
            assert ("target" in compare.query_params) == (chosen is not None)


def test_an_address_without_a_class_explains_the_answer(compare, two_phantoms):
    session = compare.session_state["ctviz"]
    target_of(compare).set_value(0).run()
    compare.query_params.clear()
    compare.query_params["case"] = session.case
    compare.query_params["slice"] = "0"
    compare.run()
    assert (session.slice, session.target) == (0, None)


def test_who_is_wrong_is_asked_only_where_a_truth_is_known():
    def listed(truth):
        return Listed(CaseEntry("C-1", "P-1", "", 1, (8, 8), truth=truth), None, ())

    assert WRONG not in _offered([listed(None), listed(None)])
    assert WRONG in _offered([listed(None), listed("with contrast")])


def test_another_order_or_filter_begins_at_the_first_page(app, two_phantoms, monkeypatch):
    monkeypatch.setattr(grid, "PER_PAGE", 1)

    def page():
        (found,) = [box for box in app.selectbox if box.key.startswith("ctviz:page")]
        return found

    app.run()
    page().set_value(1).run()
    assert page().value == 1
    app.selectbox(key="ctviz:order").set_value("By name").run()
    assert page().value == 0


def test_choosing_another_case_turns_to_it(app, two_phantoms):
    app.switch_page("pages/compare.py").run()
    app.selectbox(key="ctviz:case").select(two_phantoms[1]).run()
    assert app.session_state["ctviz"].case == two_phantoms[1]
    app.run()
    assert app.session_state["ctviz"].case == two_phantoms[1]


def test_the_link_decides_which_metrics_are_read(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random"
    app.query_params["metrics"] = "sparseness,nothing,iou"
    app.run()
    assert not app.exception
    assert app.session_state["ctviz"].metrics == ("sparseness", "nothing", "iou")
    shown(app.segmented_control, "ctviz:dock:section").set_value("Scores").run()
    assert not app.exception
    assert [title for title in app.dataframe[0].value.columns if title[-1] in "↑↓"] == [
        "Sparseness ↑",
        "IoU ↑",
        "seconds ↓",
    ]


def test_the_list_of_metrics_explains_each_and_takes_a_preset(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random"
    app.run()
    app.session_state["ctviz:drawer"] = True
    app.session_state["ctviz:drawer:section"] = "Metrics"
    app.run()
    assert not app.exception
    for metric in METRICS.values():
        assert metric.summary in text_of(app)
    app.checkbox(key="ctviz:tick:metric:road").check().run()
    assert "road" in app.session_state["ctviz"].metrics
    app.button(key="ctviz:preset:logit-ratio-2023").click().run()
    state = app.session_state["ctviz"]
    assert state.metrics[-1] == "logit-fidelity"
    assert (
        METRICS["logit-fidelity"].from_settings(state.metric_settings["logit-fidelity"]).step
        == 0.05
    )
    app.button(key="ctviz:preset").click().run()
    assert app.session_state["ctviz"].metrics == DEFAULT_METRICS


def test_the_list_of_estimators_holds_every_family(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random"
    app.run()
    app.session_state["ctviz:drawer"] = True
    app.run()
    assert not app.exception
    for cls in ESTIMATORS.values():
        assert cls.summary in text_of(app)
        assert f"**{cls.family.capitalize()}**" in text_of(app)
    app.checkbox(key="ctviz:tick:estimator:edges").check().run()
    assert app.session_state["ctviz"].estimators == ("random", "edges")


def test_smoothing_is_put_around_an_estimator(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random"
    app.run()
    app.session_state["ctviz:drawer"] = True
    app.run()
    app.selectbox(key="ctviz:around").select("squared")
    app.selectbox(key="ctviz:inside").select("lrp").run()
    app.button(key="ctviz:add:around").click().run()
    assert not app.exception
    assert app.session_state["ctviz"].estimators == ("random", "squared+lrp")
    assert "random" not in app.selectbox(key="ctviz:inside").options


def test_maps_and_scores_of_the_chosen_estimators_arrive(app, two_phantoms, backend):
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "gradient,random"
    app.run()
    for job in app.session_state["ctviz"].page_jobs.values():
        job.result(60)
    app.run()
    for job in app.session_state["ctviz"].page_jobs.values():
        job.result(60)
    app.session_state["ctviz"].docked = "Scores"
    app.run()
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table.index) == ["Gradient", "Random (control)", "Best control"]
    for column in ("Dice ↑", "AUROC ↑", "AP ↑", "Fidelity ↑", "seconds ↓"):
        assert table[column][:-1].astype(float).notna().all()
    assert table["Dice ↑"].iloc[-1] == table["Dice ↑"].iloc[1]


def test_without_a_reader_everything_can_be_seen_and_nothing_drawn(app, two_phantoms):
    app.switch_page("pages/compare.py").run()
    assert not app.exception
    assert app.session_state["ctviz"].reader == ""
    assert [field.label for field in app.text_input] == ["Reader"]


def test_models_tell_what_they_are(app, backend):
    app.switch_page("pages/models.py").run()
    assert not app.exception
    assert "A small untrained network" in text_of(app)
    assert "checksum verified" in text_of(app)


def test_models_tell_which_estimators_answer_and_which_refuse(app, two_phantoms):
    app.switch_page("pages/models.py").run()
    app.button(key="ctviz:try:small-test").click().run()
    for job in app.session_state["ctviz"].trials["small-test"].values():
        while not job.done:
            time.sleep(0.05)
    app.run()
    assert not app.exception
    table = app.dataframe[-1].value.set_index("estimator")
    assert set(table.index) == {cls.title for cls in ESTIMATORS.values()}
    assert table.loc[ESTIMATORS["gradient"].title, "works"] == "yes"
    assert all(text == "yes" or text.startswith("refused: ") for text in table["works"])


def test_help_explains_every_estimator_and_metric(app, backend):
    app.switch_page("pages/help.py").run()
    assert not app.exception
    for entry in (*ESTIMATORS.values(), *METRICS.values()):
        assert f"**{entry.title}**" in text_of(app)
        assert entry.cite in text_of(app)
    assert mouse_table() in text_of(app)
    assert key_table() in text_of(app)


def test_an_address_that_lags_behind_does_not_throw_the_reader_back(app, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["case"] = two_phantoms[0]
    app.query_params["slice"] = "2"
    app.run()
    session = app.session_state["ctviz"]
    assert session.slice == 2
    session.slice = 0
    app.run()
    app.query_params["slice"] = "2"
    app.run()
    assert session.slice == 0


def test_an_address_that_somebody_sent_is_followed(app, two_phantoms):
    app.switch_page("pages/compare.py").run()
    app.query_params["slice"] = "0"
    app.run()
    assert app.session_state["ctviz"].slice == 0
