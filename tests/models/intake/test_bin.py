"""What was added can be put away and comes back whole; nothing else can."""

import shutil
import time

import pytest

from ctviz.core import UnusableModel
from ctviz.models import model_cards
from ctviz.models.intake import (
    CardAnswers,
    add_file,
    binned_models,
    empty_model_bin,
    put_model,
    restore_model,
)
from tests.backend.small_model import MODEL, write_model
from tests.models.onnx.foreign_networks import exported, foreign_network

ANSWERS = CardAnswers(id="ours", classes=("no", "yes"), window=(40.0, 400.0))


@pytest.fixture(scope="module")
def with_ours(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shelf")
    file = folder / "net.onnx"
    file.write_bytes(exported(foreign_network("vgg")))
    write_model(folder / "models")
    add_file(file, ANSWERS, folder / "models")
    return folder / "models"


@pytest.fixture
def shelf(with_ours, tmp_path):
    return shutil.copytree(with_ours, tmp_path / "models")


def test_an_added_model_goes_to_the_bin_and_comes_back_whole(shelf):
    before = (shelf / "ours" / "card.toml").read_bytes()
    binned = put_model(shelf, "ours")
    assert set(model_cards(shelf)) == {MODEL}
    assert model_cards(shelf).refused == {}
    assert [each.card.id for each in binned_models(shelf)] == ["ours"]
    assert restore_model(shelf, binned).id == "ours"
    assert set(model_cards(shelf)) == {MODEL, "ours"}
    assert (shelf / "ours" / "card.toml").read_bytes() == before
    assert binned_models(shelf) == ()
    with pytest.raises(UnusableModel, match="another model"):
        restore_model(shelf, binned)


def test_a_model_that_nobody_added_stays(shelf):
    with pytest.raises(UnusableModel, match="not added by anybody"):
        put_model(shelf, MODEL)
    assert MODEL in model_cards(shelf)


@pytest.mark.parametrize("name", ["nothing", "../models/ours", "..", ""])
def test_a_name_that_is_none_is_refused(shelf, name):
    with pytest.raises(UnusableModel):
        put_model(shelf, name)
    assert set(model_cards(shelf)) == {MODEL, "ours"}


def test_what_has_been_there_too_long_is_deleted(shelf):
    binned = put_model(shelf, "ours")
    assert empty_model_bin(shelf, binned.when - 1) == ()
    assert empty_model_bin(shelf, time.time() + 1) == ("ours",)
    assert not binned.folder.exists()
    with pytest.raises(UnusableModel, match="not in the bin any more"):
        restore_model(shelf, binned)
