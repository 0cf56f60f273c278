import pytest
import torch
from torch import nn
from torch.nn import functional

from ctviz.models import build_network
from ctviz.models.randomising import randomised

IMAGE = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))


class Backwards(nn.Module):
    """Defined in another order than executed, with one layer used twice and one never called."""

    def __init__(self):
        super().__init__()
        self.output = nn.Linear(8, 3)
        self.twice = nn.Linear(8, 8)
        self.first = nn.Conv2d(1, 2, 3)
        self.never = nn.Linear(8, 8)

    def forward(self, x):
        features = functional.adaptive_avg_pool2d(self.first(x), 2).flatten(1)
        features = self.twice(functional.relu(self.twice(features)))
        return self.output(functional.linear(features, self.never.weight))


def network(architecture="resnet18", arguments=(("width", 8),)):
    """Return an untrained network whose tensors hold no two equal numbers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        built = build_network(architecture, dict(arguments), channels=1, neurons=2).eval()
        for tensor in built.state_dict().values():
            if tensor.is_floating_point() and tensor.ndim == 1:
                tensor.copy_(1 + 0.1 * torch.rand(tensor.shape))
    return built


def backwards():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Backwards().eval()


def changed(before, after):
    """Return the names of the layers that have other numbers."""
    other = after.state_dict()
    return {
        name.rpartition(".")[0]
        for name, tensor in before.state_dict().items()
        if not torch.equal(tensor, other[name])
    }


def test_nothing_forgotten_is_the_same_network():
    original = network()
    assert changed(original, randomised(original, 0.0, 0, IMAGE)) == set()


@pytest.mark.parametrize(
    ("architecture", "arguments"), [("resnet18", (("width", 8),)), ("densenet121", ())]
)
def test_the_smallest_share_is_the_output_layer_and_the_largest_is_all(architecture, arguments):
    original = network(architecture, arguments)
    layers = {
        name
        for name, module in original.named_modules()
        if any(True for _ in module.parameters(recurse=False))
    }
    (last,) = changed(original, randomised(original, 0.001, 0, IMAGE))
    assert last.rpartition(".")[2] in {"fc", "out"}
    assert changed(original, randomised(original, 1.0, 0, IMAGE)) == layers


def test_layers_forget_from_the_last_executed_to_the_first():
    original = backwards()
    orders = [
        changed(original, randomised(original, share, 0, IMAGE)) for share in (0.25, 0.5, 0.75, 1.0)
    ]
    # What is never called as a module belongs to the whole network, which ends last.
    expected = ["never", "output", "twice", "first"]
    assert orders == [set(expected[: k + 1]) for k in range(4)]


def test_a_larger_share_goes_on_where_a_smaller_one_ended():
    original = network()
    half, whole = (randomised(original, share, 0, IMAGE) for share in (0.5, 1.0))
    forgotten = changed(original, half)
    assert forgotten
    assert not forgotten & changed(half, whole)


def test_every_tensor_keeps_its_numbers():
    original = network()
    after = randomised(original, 1.0, 0, IMAGE).state_dict()
    for name, tensor in original.state_dict().items():
        torch.testing.assert_close(
            tensor.flatten().sort().values, after[name].flatten().sort().values, rtol=0, atol=0
        )


def test_the_numbers_of_one_channel_move_together():
    layer = nn.BatchNorm2d(50)
    for k, tensor in enumerate((layer.weight, layer.bias, layer.running_mean, layer.running_var)):
        tensor.data = torch.arange(50.0) + 100 * k
    original = nn.Sequential(nn.Conv2d(1, 50, 1), layer).eval()
    after = randomised(original, 0.001, 3, IMAGE)[1]
    order = after.weight
    assert not torch.equal(order, layer.weight)
    for k, tensor in enumerate((after.bias, after.running_mean, after.running_var), start=1):
        torch.testing.assert_close(tensor, order + 100 * k)


def test_the_seed_decides_and_nothing_else():
    original = network()
    first, again, other = (randomised(original, 1.0, seed, IMAGE) for seed in (1, 1, 2))
    assert changed(first, again) == set()
    assert changed(first, other)


def test_memory_layout_does_not_decide():
    original = network()
    first = randomised(original, 1.0, 0, IMAGE)
    last = randomised(original.to(memory_format=torch.channels_last), 1.0, 0, IMAGE)
    assert changed(first, last) == set()


def test_the_network_and_the_random_state_stay_as_they_were():
    original, state = network(), torch.get_rng_state()
    before = {name: tensor.clone() for name, tensor in original.state_dict().items()}
    scores = original(IMAGE).detach()
    copied = randomised(original, 1.0, 0, IMAGE)
    assert torch.equal(torch.get_rng_state(), state)
    for name, tensor in original.state_dict().items():
        assert torch.equal(tensor, before[name])
    for module in (*original.modules(), *copied.modules()):
        assert not module._forward_hooks
        assert not module.training
    torch.testing.assert_close(original(IMAGE).detach(), scores)


def test_answers_neither_vanish_nor_explode():
    original = network().train()
    images = torch.rand(16, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        for _ in range(20):
            original(images)
        spread = original.eval()(images).std(0)
        for seed in range(3):
            left = randomised(original, 1.0, seed, IMAGE)(images).std(0)
            assert (left > spread / 100).all()
            assert (left < spread * 100).all()
