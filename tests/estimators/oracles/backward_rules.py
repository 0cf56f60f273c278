"""Slow versions of the backward rules: networks whose functions are replaced by the rule's own."""

import numpy as np
import torch
from torch.nn import functional

from tests.estimators.oracles.activations import grad_cam_of
from tests.estimators.oracles.oracle import oracle
from tests.estimators.oracles.relevance import lrp_composite, lrp_epsilon, lrp_epsilon_plus
from tests.estimators.oracles.replacing import Replacing

RULED = (
    *("deconvolution", "guided-backprop", "deeplift", "deeplift-shap", "lrp", "lrp-composite"),
    *("lrp-epsilon-plus", "fullgrad"),
)


class DeconvolvingRelu(torch.autograd.Function):
    @staticmethod
    def forward(_, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(_, gradient):
        return gradient.clamp(min=0)


class GuidingRelu(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x > 0)
        return x.clamp(min=0)

    @staticmethod
    def backward(context, gradient):
        (active,) = context.saved_tensors
        return gradient.clamp(min=0) * active


def with_relu(relu, network, image, target):
    """The gradient (h, w) of a network whose every ReLU is another function."""

    def replaced(_, x, *__, **___):
        return relu.apply(x)

    point = image.clone().requires_grad_()
    with Replacing({"relu": replaced, "relu_": replaced}):
        score = network(point.clone())[0, target]
    return torch.autograd.grad(score, point)[0][0].sum(0).numpy()


@oracle("deconvolution")
def deconvolution(asked):
    """the network with every ReLU replaced by the rule"""
    return with_relu(DeconvolvingRelu, asked.network, asked.image, asked.target)


@oracle("guided-backprop")
def guided_backprop(asked):
    """the network with every ReLU replaced by the rule"""
    return with_relu(GuidingRelu, asked.network, asked.image, asked.target)


@oracle("guided-grad-cam")
def guided_grad_cam(asked):
    """the product of both slow maps, Grad-CAM cut off at zero"""
    return guided_backprop(asked) * asked.enlarged(grad_cam_of(*asked.features()).clamp(min=0))


def rescaled(change_before, change_after, otherwise):
    return torch.where(change_before == 0, otherwise, change_after / change_before)


class RescalingRelu(torch.autograd.Function):
    """Of an image and an empty one: the change's ratio in place of the derivative."""

    @staticmethod
    def forward(context, pair):
        after = pair.clamp(min=0)
        active = (pair[:1] > 0).to(pair)
        context.ratio = rescaled(pair[:1] - pair[1:], after[:1] - after[1:], active)
        return after

    @staticmethod
    def backward(context, gradient):
        return gradient * context.ratio


class RescalingPool(torch.autograd.Function):
    """The whole change goes to the place of the larger of the two maxima."""

    @staticmethod
    def forward(context, pair, settings):
        after, places = functional.max_pool2d(pair, return_indices=True, **settings)
        context.shape = pair.shape
        context.places = torch.where(after[:1] > after[1:], places[:1], places[1:]).flatten(2)
        change = (pair[:1] - pair[1:]).flatten(2).gather(2, context.places)
        context.ratio = rescaled(change, (after[:1] - after[1:]).flatten(2), torch.zeros(()))
        return after

    @staticmethod
    def backward(context, gradient):
        arrived = torch.zeros(context.shape, dtype=gradient.dtype).flatten(2)
        places = context.places.expand(len(gradient), -1, -1)
        arrived.scatter_add_(2, places, gradient.flatten(2) * context.ratio)
        return arrived.reshape(context.shape), None


def _pooled(_, x, kernel_size, stride=None, padding=0, **options):
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    assert options.pop("return_indices", False) is False
    assert options.pop("dilation", 1) == 1
    return RescalingPool.apply(x, {**settings, **options})


@oracle("deeplift")
def deeplift(asked):
    """the network with ReLU and pooling replaced by the rule; its sum, the change of the score"""
    empty = torch.full_like(asked.image, asked.estimator.baseline)
    change = asked.score(asked.image) - asked.score(empty)
    expected = rescale_rule(asked, empty)
    return np.append(asked.values, asked.values.sum(dtype=float)), np.append(expected, change)


@oracle("deeplift-shap", samples=3)
def deeplift_shap(asked):
    """the mean of the slow DeepLIFT from the same drawn references"""
    generator = torch.Generator().manual_seed(asked.estimator.seed)
    maps = []
    for _ in range(asked.estimator.samples):
        choice, _ = torch.rand(2, generator=generator).tolist()
        maps.append(
            rescale_rule(asked, asked.references[int(choice * len(asked.references))][None])
        )
    return np.mean(maps, 0)


def rescale_rule(asked, empty):
    """DeepLIFT's map (h, w) of the change from an empty image."""
    pair = torch.cat([asked.image, empty]).requires_grad_()

    def relu(_, x, *__, **___):
        return RescalingRelu.apply(x)

    with Replacing({"relu": relu, "relu_": relu, "max_pool2d": _pooled}):
        score = asked.network(pair.clone())[0, asked.target]
    (multipliers,) = torch.autograd.grad(score, pair)
    return ((asked.image - empty) * multipliers[:1])[0].sum(0).numpy()


@oracle("lrp")
def lrp(asked):
    """the network with every sum replaced by the rule"""
    return lrp_epsilon(asked.network, asked.image, asked.target, asked.estimator.epsilon)


@oracle("lrp-composite")
def composite(asked):
    """the network with each layer's relevance divided term by term"""
    settings = asked.estimator
    return lrp_composite(asked.network, asked.image, asked.target, settings.gamma, settings.epsilon)


@oracle("lrp-epsilon-plus")
def epsilon_plus(asked):
    """the network with each layer's relevance divided term by term"""
    return lrp_epsilon_plus(asked.network, asked.image, asked.target, asked.estimator.epsilon)


class WithBiases:
    """Adds what each layer adds as a tensor of its own, so that torch gives the gradient in it."""

    def __init__(self):
        self.added = []

    def _plus(self, linear, bias):
        bias = torch.as_tensor(bias, dtype=linear.dtype).expand_as(linear).clone()
        self.added.append(bias.requires_grad_())
        return linear + self.added[-1]

    def conv2d(self, function, x, weight, bias=None, *geometry):
        linear = function(x, weight, None, *geometry)
        return linear if bias is None else self._plus(linear, bias[:, None, None])

    def linear(self, function, x, weight, bias=None):
        linear = function(x, weight)
        return linear if bias is None else self._plus(linear, bias)

    def batch_norm(self, _, x, mean, variance, **options):
        scale = options["weight"] / torch.sqrt(variance + options["eps"])
        shift = options["bias"] - mean * scale
        return self._plus(x * scale[:, None, None], shift[:, None, None])

    def sub(self, function, x, y):
        constant = not (torch.is_tensor(y) and y.requires_grad)
        return self._plus(x, -torch.as_tensor(y)) if constant else function(x, y)


def stretched(term):
    """Magnitudes from 0 to 1; those of a layer that are all the same are 0."""
    strength = term.abs()
    spread = strength.max() - strength.min()
    return (strength - strength.min()) / spread if spread > 0 else torch.zeros_like(strength)


@oracle("fullgrad")
def fullgrad(asked):
    """torch's gradients in biases written as tensors; their sum with input × gradient, the score"""
    biases, point = WithBiases(), asked.image.clone().requires_grad_()
    with Replacing(
        {name: getattr(biases, name) for name in ("conv2d", "linear", "batch_norm", "sub")}
    ):
        score = asked.network(point.clone())[0, asked.target]
    # Of what an unused branch adds the score knows nothing.
    slopes = torch.autograd.grad(score, [point, *biases.added], allow_unused=True)
    pairs = zip([point, *biases.added], slopes, strict=True)
    terms = [(value * slope).detach() for value, slope in pairs if slope is not None]
    np.testing.assert_allclose(float(sum(term.sum() for term in terms)), score.item(), rtol=1e-9)
    shown = [stretched(term)[0] for term in terms if term.ndim == 4 and max(term.shape[2:]) > 1]
    return sum(asked.enlarged(channel) for term in shown for channel in term)
