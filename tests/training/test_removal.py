import pytest
import torch

from ctviz.training.augmentation import Augmentation
from ctviz.training.removal import FILLS, MOST, removed, with_removed


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def test_exactly_the_share_is_removed(generator):
    x = torch.full((6, 1, 30, 40), 0.7)
    gone = removed(x, 0.25, generator) == 0
    assert gone.flatten(1).sum(dim=1).tolist() == [300] * 6


def test_what_is_left_is_as_it_was_and_every_fill_occurs(generator):
    x = torch.rand(40, 1, 32, 32, generator=generator) * 0.8 + 0.1
    changed = with_removed(x, generator)
    gone = changed != x
    shares = gone.flatten(1).float().mean(dim=1)
    assert shares.max() <= MOST
    assert shares.std() > 0.15
    filled = {
        place
        for image, was, where in zip(changed, x, gone, strict=True)
        if where.any()
        for place, fill in enumerate(FILLS)
        if torch.equal(image[where], fill(was)[where])
    }
    assert filled == set(range(len(FILLS)))


def test_equal_seeds_remove_the_same():
    x = torch.rand(3, 1, 20, 20, generator=torch.Generator().manual_seed(1))
    again = [with_removed(x, torch.Generator().manual_seed(5)) for _ in range(2)]
    assert torch.equal(*again)


def test_without_removal_an_augmentation_draws_what_it_always_drew():
    scans = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    usual, robust = Augmentation(), Augmentation(removed=1.0)
    states = []
    for augmentation in (usual, robust):
        generator = torch.Generator().manual_seed(2)
        augmentation.on_input(scans, generator)
        states.append(generator.get_state())
    plain = torch.Generator().manual_seed(2)
    torch.rand((4, 1, 1, 1), generator=plain)
    torch.randn(scans.shape, generator=plain)
    torch.rand((4, 1, 1, 1), generator=plain)
    assert torch.equal(states[0], plain.get_state())
    assert not torch.equal(states[0], states[1])
