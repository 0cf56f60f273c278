"""Networks as the world writes them, each beside a well-behaved one that it equals, if any."""

import copy

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint


class Ruly(nn.Module):
    """Two convolutions, a mean, a dense layer: what the others do in their own ways."""

    def __init__(self):
        super().__init__()
        self.a, self.r1 = nn.Conv2d(1, 4, 3, padding=1), nn.ReLU()
        self.b, self.r2 = nn.Conv2d(4, 6, 3, padding=1), nn.ReLU()
        self.head = nn.Linear(6, 3)

    def features(self, x):
        return self.r2(self.b(functional.max_pool2d(self.r1(self.a(x)), 2)))

    def pooled(self, x):
        return self.features(x).mean((2, 3))

    def forward(self, x):
        return self.head(self.pooled(x))


class Viewing(Ruly):
    def pooled(self, x):
        x = self.features(x)
        return x.view(x.size(0), 6, -1).mean(2)


class Striding(Ruly):
    """Reads its features as they lie in memory, which is right in one layout only."""

    def pooled(self, x):
        x = self.features(x)
        return x.as_strided((len(x), 6, x[0, 0].numel()), (x[0].numel(), x[0, 0].numel(), 1)).mean(
            2
        )


class OneImage(Ruly):
    def pooled(self, x):
        return super().pooled(x).view(1, 6)


class OneRow(Ruly):
    """Answers a batch with one row."""

    def forward(self, x):
        return super().forward(x)[:1]


class Counting(Ruly):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        self.calls += 1
        return super().forward(x)


class Autocast(Ruly):
    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return super().forward(x).float()


class Checkpointed(Ruly):
    def pooled(self, x):
        return checkpoint(self.features, x, use_reentrant=True).mean((2, 3))


class Plateau(Ruly):
    """Its gradient is zero at most places, and truly so."""

    def forward(self, x):
        return super().forward(x).clamp(max=-100)


class Normalised(Ruly):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(1, track_running_stats=False)

    def forward(self, x):
        return super().forward(self.norm(x))


class Centred(Ruly):
    def pooled(self, x):
        pooled = super().pooled(x)
        return pooled - pooled.mean(0, keepdim=True)


class OverBatch(Ruly):
    def forward(self, x):
        return super().forward(x).softmax(0)


class Dropping(Ruly):
    def pooled(self, x):
        return functional.dropout(super().pooled(x), 0.4)


class Remembering(Ruly):
    """Its answer drifts with every call."""

    def __init__(self):
        super().__init__()
        self.register_buffer("average", torch.zeros(6))

    def pooled(self, x):
        pooled = super().pooled(x)
        self.average.mul_(0.5).add_(0.5 * pooled.detach().mean(0))
        return pooled - self.average


class Detached(Ruly):
    def pooled(self, x):
        return super().pooled(x).detach()


class WithoutGradient(Ruly):
    def forward(self, x):
        with torch.no_grad():
            return super().forward(x)


class Choosing(Ruly):
    def forward(self, x):
        return functional.one_hot(super().forward(x).argmax(1), 3).to(x)


class HalfDetached(Ruly):
    def pooled(self, x):
        pooled = super().pooled(x)
        return pooled.square().detach() + 0.3 * pooled


class TwoInputs(Ruly):
    def forward(self, x, age):
        return super().forward(x) * age


class Fragile(Ruly):
    """Takes batches of up to three."""

    def forward(self, x):
        if len(x) > 3:
            raise KeyError("large")
        return super().forward(x)


class BackwardFails(Ruly):
    class Function(torch.autograd.Function):
        @staticmethod
        def forward(_, x):
            return x.clone()

        @staticmethod
        def backward(_, gradient):  # noqa: ARG004 - torch hands it over
            raise IndexError("No way back.\nSorry.")

    def pooled(self, x):
        return self.Function.apply(super().pooled(x))


class NotFiniteLater(Ruly):
    """Not finite on dark images only."""

    def forward(self, x):
        return super().forward(x) + torch.where(x.mean((1, 2, 3)) < 0.3, torch.nan, 0.0)[:, None]


class Growing(Ruly):
    """Writes on its own weights past autograd's notice."""

    def forward(self, x):
        self.head.weight.data.mul_(1.01)
        return super().forward(x)


class Tuple(Ruly):
    def forward(self, x):
        return super().forward(x), x


def made(kind):
    """A network of a kind with the weights of every other, in evaluation."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        plain = Ruly()
    network = kind()
    network.load_state_dict(copy.deepcopy(plain.state_dict()), strict=False)
    return network.eval()


EQUAL = {kind.__name__: kind for kind in (Viewing, Striding, OneImage, OneRow, Counting, Fragile)}
"""Equal to a `Ruly` network on single images."""
REFUSED = {
    kind.__name__: kind
    for kind in (
        *(Normalised, Centred, OverBatch, Dropping, Remembering, TwoInputs, Growing, Tuple),
    )
}
"""Of no use to anybody."""
NO_GRADIENT = {kind.__name__: kind for kind in (Detached, WithoutGradient, Choosing, HalfDetached)}
"""Of use to those who need no gradient."""
OTHERS = {
    kind.__name__: kind for kind in (Autocast, Plateau, Checkpointed, BackwardFails, NotFiniteLater)
}
