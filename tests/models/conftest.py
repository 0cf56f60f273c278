import numpy as np
import pytest
import torch

from ctviz.core import Slice
from ctviz.models import Classifier, ModelCard, new_classifier


@pytest.fixture
def card():
    return ModelCard(
        id="tiny",
        title="Tiny",
        task="Is there contrast agent?",
        classes=("without contrast", "with contrast"),
        architecture="resnet18",
        arguments={"width": 8},
        size=(48, 64),
        window=(50.0, 400.0),
        known_failures=('Says "yes" at times.', "Two\nlines, one é and a \\."),
    )


@pytest.fixture
def classifier(card) -> Classifier:
    fresh = new_classifier(card)
    generator = torch.Generator().manual_seed(0)
    return Classifier(card, fresh.network, torch.rand(3, 1, 48, 64, generator=generator))


@pytest.fixture
def scan() -> Slice:
    rng = np.random.default_rng(0)
    return Slice(rng.normal(40, 60, (40, 30)).astype(np.float32), spacing_mm=(0.8, 0.8))
