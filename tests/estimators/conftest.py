import pytest
import torch

from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import (
    NETWORKS,
    AttendsToBright,
    Linear,
    LooksAtLesion,
    Mixed,
    MixedTokens,
    built,
)


def needs_attention(request):
    """Whether a test is about an estimator that only explains transformers."""
    known = getattr(request.node, "callspec", None)
    given = {} if known is None else known.params
    name = given.get("name", "")
    cls = ESTIMATORS[name] if name in ESTIMATORS else given.get("cls")
    return getattr(cls, "family", "") == "attention"


@pytest.fixture(params=NETWORKS)
def relu_network(request):
    return built(NETWORKS[request.param])


@pytest.fixture
def mixed(request):
    return built(MixedTokens if needs_attention(request) else Mixed)


@pytest.fixture
def lesion():
    mask = torch.zeros(64, 64, dtype=torch.bool)
    mask[20:40, 30:50] = True
    return mask


@pytest.fixture
def scan(lesion):
    """(1, 1, 64, 64) float32: a bright lesion in grey noise."""
    generator = torch.Generator().manual_seed(7)
    noise = torch.rand(1, 1, 64, 64, generator=generator)
    return torch.where(lesion, 0.8 + 0.1 * noise, 0.2 + 0.2 * noise)


@pytest.fixture
def looks_at_lesion(request, lesion):
    return AttendsToBright() if needs_attention(request) else LooksAtLesion(lesion)


@pytest.fixture
def weights():
    return torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def linear(weights):
    return Linear(weights)


@pytest.fixture
def quadratic(weights):
    return Linear(weights, squared=True)
