"""A network is brought on the Models page, described there, added, put away and taken back."""

import io
from contextlib import suppress

import pytest
import torch
from monai.networks.nets import ResNet as MonaiResNet
from streamlit.testing.v1 import AppTest

from ctviz.core import UnusableModel
from ctviz.models.neighbours import Neighbours
from ctviz.ui.access.account import Account
from ctviz.ui.access.roles import PERMITTED
from ctviz.ui.models import newcomer as page
from tests.backend.small_model import MODEL
from tests.models.intake.bundles import METADATA, packed_bundle, zipped
from tests.models.onnx.foreign_networks import exported, foreign_network
from tests.ui.shown import shown
from tests.ui.test_pages import text_of


@pytest.fixture
def models(app, two_phantoms):
    app.switch_page("pages/models.py").run()
    return app


@pytest.fixture
def bring(models, tmp_path, backend):
    """Bring a file as the drop zone does, and wait for its trial."""

    def brought(content, name="our net.onnx"):
        folder = tmp_path / "spooled"
        folder.mkdir()
        file = folder / name
        file.write_bytes(content)
        job = backend.make("try", lambda: page.rehearsed_upload(file, folder / "unpacked"))
        with suppress(UnusableModel):
            job.result(120)
        models.session_state["ctviz"].newcomer = page.Newcomer(folder, file, job)
        return settled(models)

    return brought


def settled(app):
    """Run the page until nothing is under way."""
    app.run()
    newcomer = app.session_state["ctviz"].newcomer
    for job in () if newcomer is None else (newcomer.adding, (newcomer.asked or (0, None))[1]):
        if job is not None:
            job.result(60)
    return app.run()


def fill(app, name, text):
    shown(app.text_input, f"ctviz:newcomer:{name}").set_value(text)
    return settled(app)


def test_a_network_is_described_added_put_away_and_taken_back(bring, backend):
    app = bring(exported(foreign_network("mobilenet")))
    assert "1 output" in text_of(app)
    add = app.button(key="ctviz:newcomer:add")
    assert add.disabled
    fill(app, "class:0", "without contrast")
    fill(app, "class:1", "with contrast")
    assert "of 2 cases right" in text_of(app)
    app.button(key="ctviz:newcomer:add").click()
    settled(app)
    assert not app.exception
    assert any("is on the shelf" in each.value for each in app.success)
    card = backend.models()["our-net"]
    assert card.classes == ("without contrast", "with contrast")
    assert card.window == (40.0, 400.0)
    assert app.session_state["ctviz"].newcomer is None

    app.button(key="ctviz:bin-model:our-net").click().run()
    assert set(backend.models()) == {MODEL}
    [restore] = [each for each in app.button if each.label == "Restore"]
    restore.click().run()
    assert set(backend.models()) == {MODEL, "our-net"}
    assert not app.exception


def test_a_network_of_several_outputs_may_judge_each_finding_by_itself(bring, backend):
    app = bring(exported(foreign_network("inception"), 3))
    head = shown(app.selectbox, "ctviz:newcomer:head")
    assert head.value == "softmax"
    assert len(head.options) == 2
    head.set_value("sigmoid")
    settled(app)
    for number, name in enumerate(("with contrast", "bone", "lung")):
        fill(app, f"class:{number}", name)
    shown(app.selectbox, "ctviz:newcomer:meaning:without contrast").set_value("none")
    settled(app)
    assert "AUC of with contrast" in text_of(app)
    app.button(key="ctviz:newcomer:add").click()
    settled(app)
    assert not app.exception
    assert backend.models()["our-net"].head == "sigmoid"


def test_three_channels_may_be_a_slice_among_its_neighbours(bring, backend):
    app = bring(exported(foreign_network("inception"), 3))
    assert any("window of its own" in each.label for each in app.toggle)
    shown(app.selectbox, "ctviz:newcomer:among").set_value(True)
    settled(app)
    assert not any("window of its own" in each.label for each in app.toggle)
    shown(app.selectbox, "ctviz:newcomer:unit").set_value("mm")
    settled(app)
    shown(app.number_input, "ctviz:newcomer:step").set_value(2.5)
    shown(app.selectbox, "ctviz:newcomer:first").set_value("below")
    settled(app)
    assert "3 slices, 1 on either side of the shown one, 2.5 mm apart" in text_of(app)
    for number, name in enumerate(("with contrast", "without contrast", "lung")):
        fill(app, f"class:{number}", name)
    assert "right" in text_of(app)
    app.button(key="ctviz:newcomer:add").click()
    settled(app)
    assert not app.exception
    assert backend.models()["our-net"].neighbours == Neighbours(2.5, "mm", "below")


def test_both_classes_are_swapped_by_a_button(bring):
    app = bring(exported(foreign_network("vgg")))
    fill(app, "class:0", "a")
    fill(app, "class:1", "b")
    app.button(key="ctviz:newcomer:swap").click()
    settled(app)
    fields = [shown(app.text_input, f"ctviz:newcomer:class:{n}").value for n in (0, 1)]
    assert fields == ["b", "a"]


def test_a_preset_and_numbers_are_the_same_window(bring):
    app = bring(exported(foreign_network("vgg")))
    shown(app.selectbox, "ctviz:newcomer:window:0").set_value("Lung")
    settled(app)
    assert shown(app.number_input, "ctviz:newcomer:width:0").value == 1500
    shown(app.number_input, "ctviz:newcomer:width:0").set_value(1400.0)
    settled(app)
    assert shown(app.selectbox, "ctviz:newcomer:window:0").value == "Other"
    assert app.session_state["ctviz"].newcomer.entries.windows == [(-600.0, 1400.0)]


def test_each_of_three_channels_may_have_a_window_of_its_own(bring):
    app = bring(exported(foreign_network("inception"), 3))
    shown(app.toggle, "ctviz:newcomer:each").set_value(True)
    settled(app)
    shown(app.selectbox, "ctviz:newcomer:window:2").set_value("Bone")
    settled(app)
    windows = app.session_state["ctviz"].newcomer.entries.windows
    assert windows == [(40.0, 400.0), (40.0, 400.0), (480.0, 2500.0)]
    shown(app.toggle, "ctviz:newcomer:each").set_value(False)
    settled(app)
    assert app.session_state["ctviz"].newcomer.entries.windows == [(40.0, 400.0)]
    assert not app.exception


def test_what_a_checkpoint_leaves_open_is_asked_for(bring, backend):
    network = MonaiResNet(
        "basic", [2, 2, 2, 2], [8, 16, 32, 64], spatial_dims=2, n_input_channels=1, num_classes=2
    )
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    app = bring(file.getvalue(), "net.pth")
    assert "and its stride" in text_of(app)
    for name, value in (("Rows", 64), ("Columns", 64), ("stride", 2)):
        shown(app.number_input, f"ctviz:newcomer:{name}").set_value(value)
    app.button(key="ctviz:newcomer:try").click().run()
    app.session_state["ctviz"].newcomer.trial.result(120)
    settled(app)
    assert not app.exception
    assert "they fit resnet18, width 8, stride 2" in text_of(app)


def test_other_names_of_classes_are_said_to_mean_the_known_ones(bring, two_phantoms):
    app = bring(exported(foreign_network("vgg")))
    fill(app, "class:0", "native")
    fill(app, "class:1", "enhanced")
    assert "Say which of its classes" in text_of(app)
    for truth, name in (("without contrast", "native"), ("with contrast", "enhanced")):
        shown(app.selectbox, f"ctviz:newcomer:meaning:{truth}").set_value(name)
        settled(app)
    assert "of 2 cases right" in text_of(app)


def test_a_file_that_is_refused_is_said_in_a_sentence_and_forgotten(bring, backend):
    app = bring(b"\x80\x04 a pickle")
    assert not app.exception
    assert "ONNX" in text_of(app)
    folder = app.session_state["ctviz"].newcomer.folder
    app.button(key="ctviz:newcomer:discard").click().run()
    assert app.session_state["ctviz"].newcomer is None
    assert not folder.exists()
    assert set(backend.models()) == {MODEL}


def test_only_an_owner_brings_or_removes_models(models, monkeypatch):
    assert any("Add your own model" in each.label for each in models.expander)
    monkeypatch.setattr(Account, "may", lambda _, deed: deed in PERMITTED["reader"])
    models.run()
    assert not any("Add your own model" in each.label for each in models.expander)


def test_a_model_is_checked_on_the_cases_of_known_class(models):
    models.button(key=f"ctviz:check:{MODEL}").click().run()
    models.session_state["ctviz"].checkups[MODEL].result(60)
    models.run()
    assert not models.exception
    [table] = [each.value for each in models.dataframe if "finding" in each.value]
    found = dict(zip(table["what"], table["finding"], strict=True))
    assert found["right"].endswith("of 2 cases of known class")
    assert {"AUC of 'with contrast'", "expected calibration error"} <= set(found)


def fields_to_type_in() -> None:
    """A page with a field that a button changes, too."""
    import streamlit as st

    from ctviz.ui.session import session, typed
    from ctviz.ui.uninterrupted import uninterrupted

    state = session()

    def take(said: str) -> None:
        state.reader = said

    if not state.asked:
        st.text_input("Name", **typed("ctviz:name", state.reader, take))
    st.button("Change", on_click=uninterrupted(take), args=("changed",))


def test_a_field_shows_what_was_typed_or_changed_elsewhere_and_after_it_was_away():
    page = AppTest.from_function(fields_to_type_in).run()
    state = page.session_state["ctviz"]
    page.text_input[0].set_value("typed").run()
    assert state.reader == "typed"
    page.button[0].click().run()
    assert page.text_input[0].value == "changed"
    page.text_input[0].set_value("typed again").run()
    assert page.text_input[0].key == "ctviz:name:1"
    state.asked = True
    page.run()
    state.asked = False
    page.run()
    assert page.text_input[0].value == state.reader == "typed again"


def test_a_bundles_archive_fills_in_the_form(bring, backend):
    app = bring(packed_bundle({"scripts/harm.py": b"raise SystemExit"}), "chest.zip")
    assert "Its 1 other file, such as programs, was not read" in text_of(app)
    said = {
        name: shown(app.text_input, f"ctviz:newcomer:{name}").value
        for name in ("title", "class:0", "class:1", "class:2", "task", "trained_on")
    }
    assert said == {
        "title": "Chest findings",
        "class:0": "nodule",
        "class:1": "effusion",
        "class:2": "mass",
        "task": "Which findings are there?",
        "trained_on": "Some archive",
    }
    assert shown(app.number_input, "ctviz:newcomer:centre:0").value == -600
    assert app.selectbox(key="ctviz:newcomer:scale").value == "-1 to 1"
    add = app.button(key="ctviz:newcomer:add")
    assert not add.disabled
    add.click()
    settled(app)
    assert not app.exception
    card = backend.models()["chest-findings"]
    assert (card.head, card.size, card.window) == ("sigmoid", (64, 48), (-600.0, 1500.0))
    assert (card.scale, card.intended_use) == (((0.5,), (0.5,)), "Research only")


def test_a_bundle_that_leaves_the_size_open_is_asked_for_it(bring):
    open_size = {**METADATA, "network_data_format": {}}
    app = bring(packed_bundle(metadata=open_size), "chest.zip")
    app.number_input(key="ctviz:newcomer:Rows").set_value(64)
    app.number_input(key="ctviz:newcomer:Columns").set_value(48)
    app.button(key="ctviz:newcomer:try").click()
    app.run()
    app.session_state["ctviz"].newcomer.trial.result(60)
    assert "images of 64 × 48" in text_of(settled(app))


def test_an_archive_without_a_bundle_is_refused_and_nothing_stays(bring):
    app = bring(zipped({"readme.txt": b"hello"}), "chest.zip")
    [said] = app.error
    assert "holds no MONAI bundle" in said.value
    folder = app.session_state["ctviz"].newcomer.folder
    app.button(key="ctviz:newcomer:discard").click().run()
    assert not folder.exists()
