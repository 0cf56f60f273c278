"""Layer-wise relevance propagation as it is published: relevance for relevance, sum by sum."""

import torch
from torch import Tensor
from torch.nn import functional

from tests.estimators.oracles.replacing import Replacing

SUMS = (
    *("conv2d", "linear", "batch_norm", "add", "add_", "sub", "sub_", "rsub", "mean", "sum"),
    *("avg_pool2d", "adaptive_avg_pool2d"),
)


def stabilised(z, epsilon):
    epsilon = epsilon * z.square().mean().sqrt()
    return z + epsilon * torch.where(z >= 0, 1.0, -1.0)


def divided(relevance, values):
    """Relevance per unit, which is what runs back between layers; nothing of nothing is nothing."""
    return torch.where(values == 0, 0.0, relevance / values)


class Absorbing(torch.autograd.Function):
    """A sum that keeps z / (z + ε sign z) of its relevance."""

    @staticmethod
    def forward(context, z, epsilon):
        context.kept = divided(z, stabilised(z, epsilon))
        return z.clone()

    @staticmethod
    def backward(context, per_unit):
        return per_unit * context.kept, None


def lrp_epsilon(network, image, target, epsilon):
    def absorbing(function, *arguments, **options):
        inplace = str(getattr(function, "__name__", "")).endswith("_")
        first, *others = arguments
        return Absorbing.apply(
            function(first.clone() if inplace else first, *others, **options), epsilon
        )

    point = image.clone().requires_grad_()
    with Replacing(dict.fromkeys(SUMS, absorbing)):
        score = network(point.clone())[0, target]
    return (image * torch.autograd.grad(score, point)[0])[0].sum(0).numpy()


def gamma_shares(contributions, bias, relevance, gamma):
    """Each input's relevance (I, J) of sums j: own signs count 1 + γ times."""
    z = contributions.sum(0) + bias
    sign = z.sign()
    boosted = contributions + gamma * sign * (sign * contributions).clamp(min=0)
    whole = z + gamma * sign * (sign * contributions).clamp(min=0).sum(0)
    whole = whole + gamma * sign * (sign * bias).clamp(min=0)
    return torch.where(z == 0, 0.0, boosted * relevance / whole)


def box_shares(values, weights, ends, relevance):
    """Each input's relevance (I, J), for values (I, J) between two ends, and weights (I, 1)."""
    low, high = ends
    shares = values * weights - low * weights.clamp(min=0) - high * weights.clamp(max=0)
    return torch.where(shares.sum(0) == 0, 0.0, shares * relevance / shares.sum(0))


class Sums(torch.autograd.Function):
    """A convolution whose relevance is divided one output channel at a time, term by term."""

    @staticmethod
    def forward(context, x, weight, bias, geometry, rule):  # noqa: PLR0913, PLR0917
        context.parts = x.clone(), weight, bias, geometry, rule
        z = functional.conv2d(x, weight, bias, **geometry)
        context.z = z.clone()
        return z

    @staticmethod
    def backward(context, per_unit):
        x, weight, bias, geometry, rule = context.parts
        unfolding = {
            "kernel_size": weight.shape[2:],
            "dilation": geometry["dilation"],
            "padding": geometry["padding"],
            "stride": geometry["stride"],
        }
        terms = functional.unfold(x, **unfolding)[0]
        # A border of zeros has no range, so a box is 0 there.
        inside = functional.unfold(torch.ones_like(x), **unfolding)[0]
        relevance = (per_unit * context.z)[0].flatten(1)
        shares = torch.zeros_like(terms)
        width, outputs = weight[0].numel(), len(weight) // geometry["groups"]
        for channel, row in enumerate(weight.flatten(1)):
            offset = 0.0 if bias is None else bias[channel]
            seen = slice(channel // outputs * width, (channel // outputs + 1) * width)
            shares[seen] += rule(
                terms[seen], row[:, None], offset, relevance[channel], inside[seen]
            )
        arrived = functional.fold(shares[None], x.shape[2:], **unfolding)
        return rule.hand_over(arrived, x), None, None, None, None


class GammaTerms:
    def __init__(self, gamma):
        self.gamma = gamma

    def __call__(self, terms, weights, bias, relevance, inside):  # noqa: ARG002
        return gamma_shares(terms * weights, torch.as_tensor(bias), relevance, self.gamma)

    def hand_over(self, relevance, x):
        return divided(relevance, x)


class BoxTerms:
    """The rule of the first layer; what arrives at the image is kept, and does not run on."""

    def __init__(self, image):
        self.ends = image.min().clamp(max=0), image.max().clamp(min=1)
        self.arrived = torch.zeros_like(image)

    def __call__(self, terms, weights, bias, relevance, inside):  # noqa: ARG002
        ends = [end * inside for end in self.ends]
        return box_shares(terms, weights, ends, relevance)

    def hand_over(self, relevance, x):
        self.arrived = self.arrived + relevance
        return torch.zeros_like(x)


class GammaScale(torch.autograd.Function):
    """A batch normalisation of its own: one weight and one bias a channel."""

    @staticmethod
    def forward(context, x, scale, shift, gamma):
        context.parts = x.clone(), scale, shift, gamma
        return x * scale + shift

    @staticmethod
    def backward(context, per_unit):
        x, scale, shift, gamma = context.parts
        contributions = (x * scale)[None]
        relevance = per_unit * (x * scale + shift)
        shares = gamma_shares(contributions, shift.expand_as(x), relevance, gamma)
        return divided(shares[0], x), None, None, None


class Composite:
    """The composite's replacements, and what they must remember of one run."""

    def __init__(self, image, gamma, epsilon):
        self.image, self.epsilon = image, epsilon
        self.gamma_terms, self.box_terms = GammaTerms(gamma), BoxTerms(image)
        self.unmerged = {}

    def conv2d(self, _, x, weight, bias, *geometry):
        geometry = dict(zip(("stride", "padding", "dilation", "groups"), geometry, strict=True))
        parts = (x.clone(), weight, bias, geometry)
        answer = self._sums(*parts)
        self.unmerged[id(answer)] = answer, parts
        return answer

    def _sums(self, x, weight, bias, geometry):
        at_image = torch.equal(x, self.image)
        return Sums.apply(
            x, weight, bias, geometry, self.box_terms if at_image else self.gamma_terms
        )

    def batch_norm(self, _, x, mean, variance, **options):
        assert not options["training"]
        scale = options["weight"] / torch.sqrt(variance + options["eps"])
        shift = options["bias"] - mean * scale
        if id(x) in self.unmerged:
            _, (inputs, weights, offset, geometry) = self.unmerged[id(x)]
            offset = shift if offset is None else offset * scale + shift
            return self._sums(inputs, weights * scale[:, None, None, None], offset, geometry)
        column = (-1, 1, 1)
        return self._scaled(x, scale.reshape(column), shift.reshape(column))

    def _scaled(self, x, scale, shift):
        return GammaScale.apply(x, scale, shift, self.gamma_terms.gamma)

    def linear(self, function, *arguments, **options):
        return Absorbing.apply(function(*arguments, **options), self.epsilon)


def plus_shares(contributions, bias, relevance):
    """Each input's relevance (I, J) of sums j: only what raises a sum counts."""
    raising = contributions.clamp(min=0)
    whole = raising.sum(0) + torch.as_tensor(bias).clamp(min=0)
    return torch.where(whole == 0, 0.0, raising * relevance / whole)


class PlusTerms:
    def __call__(self, terms, weights, bias, relevance, inside):  # noqa: ARG002
        return plus_shares(terms * weights, bias, relevance)

    def hand_over(self, relevance, x):
        return divided(relevance, x)


class PlusScale(torch.autograd.Function):
    """A batch normalisation of its own, under the z⁺ rule."""

    @staticmethod
    def forward(context, x, scale, shift):
        context.parts = x.clone(), scale, shift
        return x * scale + shift

    @staticmethod
    def backward(context, per_unit):
        x, scale, shift = context.parts
        relevance = per_unit * (x * scale + shift)
        shares = plus_shares((x * scale)[None], shift.expand_as(x), relevance)
        return divided(shares[0], x), None, None


class EpsilonPlus(Composite):
    """ε for dense layers, z⁺ for all others; the first layer is no exception."""

    def __init__(self, image, epsilon):
        super().__init__(image, 0.0, epsilon)
        self.plus_terms = PlusTerms()

    def _sums(self, x, weight, bias, geometry):
        return Sums.apply(x, weight, bias, geometry, self.plus_terms)

    def _scaled(self, x, scale, shift):
        return PlusScale.apply(x, scale, shift)


def lrp_epsilon_plus(network, image, target, epsilon):
    rules = EpsilonPlus(image, epsilon)
    point = image.clone().requires_grad_()
    with Replacing({name: getattr(rules, name) for name in ("conv2d", "batch_norm", "linear")}):
        score = network(point.clone())[0, target]
    return (image * torch.autograd.grad(score, point)[0])[0].sum(0).numpy()


def lrp_composite(network, image, target, gamma, epsilon) -> Tensor:
    rules = Composite(image, gamma, epsilon)
    point = image.clone().requires_grad_()
    with Replacing({name: getattr(rules, name) for name in ("conv2d", "batch_norm", "linear")}):
        score = network(point.clone())[0, target]
    (per_unit,) = torch.autograd.grad(score, point)
    return (rules.box_terms.arrived + image * per_unit)[0].sum(0).detach().numpy()
