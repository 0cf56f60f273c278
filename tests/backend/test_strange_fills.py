"""How strange filled pictures are, and one slice, to a model that says what it learnt from."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctviz.backend import Backend
from ctviz.backend.strange_fills import strange_fills
from ctviz.core import Settings, Slice
from ctviz.metrics.fills import FILLS
from ctviz.models import Familiarity, load_model, save_model
from ctviz.models.familiarity import features_of
from tests.backend.small_model import MODEL, write_model


@pytest.fixture
def classifier(tmp_path):
    """A model that has learnt from smooth blobs, and is familiar with those alone."""
    write_model(tmp_path)
    plain = load_model(tmp_path / MODEL)
    rows, columns = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="ij")
    learnt = torch.stack(
        [torch.exp(-((rows - 10 - n) ** 2 + (columns - 14) ** 2) / 60.0)[None] for n in range(10)]
    )
    card = replace(plain.card, familiarity=Familiarity(1, (1e-3,) * 4, "ten blobs"))
    known = tuple(features_of(plain.network, learnt))
    return replace(plain, card=card, references=learnt, known=known)


def test_what_is_learnt_is_familiar_and_what_lost_pixels_is_not(classifier):
    assert classifier.strangeness(classifier.references).max() < 1
    found = strange_fills(classifier)
    assert list(found) == list(FILLS)
    assert found["zero"] > 0.5
    assert found == strange_fills(classifier)


def test_nothing_is_strange_to_a_model_that_bears_everything(classifier):
    card = replace(classifier.card, familiarity=Familiarity(1, (2.0,) * 4, "everything"))
    assert set(strange_fills(replace(classifier, card=card)).values()) == {0.0}


def test_of_a_model_that_does_not_say_nothing_is_known(classifier):
    assert strange_fills(replace(classifier, known=None)) == {}
    assert strange_fills(replace(classifier, references=None)) == {}


@pytest.fixture
def backend(classifier, tmp_path):
    save_model(tmp_path / "models" / MODEL, classifier)
    backend = Backend(Settings(tmp_path / "data", tmp_path / "models", tmp_path / "cache", "cpu"))
    yield backend
    backend.close()


def test_a_slices_strangeness_is_the_models_and_is_kept(backend):
    image = Slice(np.random.default_rng(0).normal(0, 200, (40, 48)).astype(np.float32))
    found = backend.strangeness(image, MODEL).result(60)
    model = backend.classifier(MODEL)
    assert found == pytest.approx(model.strangeness(model.encode(image))[0])
    assert found > 1
    assert backend.strangeness(image, MODEL).done


def test_a_model_without_familiarity_has_none_to_tell(tmp_path):
    write_model(tmp_path / "models")
    backend = Backend(Settings(tmp_path / "data", tmp_path / "models", tmp_path / "cache", "cpu"))
    image = Slice(np.zeros((8, 8), np.float32))
    assert backend.strangeness(image, MODEL).result(0) is None
    backend.close()
