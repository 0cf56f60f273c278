"""Slow versions of the backward rules: networks whose functions are replaced by the rule's own."""

import numpy as np
import torch
from torch.nn import functional

from tests.estimators.oracles.activations import grad_cam_of
from tests.estimators.oracles.oracle import oracle
from tests.estimators.oracles.relevance import lrp_composite, lrp_epsilon
from tests.estimators.oracles.replacing import Replacing

RULED = ("deconvolution", "guided-backprop", "deeplift", "lrp", "lrp-composite")


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
    pair = torch.cat([asked.image, empty]).requires_grad_()

    def relu(_, x, *__, **___):
        return RescalingRelu.apply(x)

    with Replacing({"relu": relu, "relu_": relu, "max_pool2d": _pooled}):
        score = asked.network(pair.clone())[0, asked.target]
    (multipliers,) = torch.autograd.grad(score, pair)
    expected = ((asked.image - empty) * multipliers[:1])[0].sum(0).numpy()
    change = asked.score(asked.image) - asked.score(empty)
    return np.append(asked.values, asked.values.sum(dtype=float)), np.append(expected, change)


@oracle("lrp")
def lrp(asked):
    """the network with every sum replaced by the rule"""
    return lrp_epsilon(asked.network, asked.image, asked.target, asked.estimator.epsilon)


@oracle("lrp-composite")
def composite(asked):
    """the network with each layer's relevance divided term by term"""
    settings = asked.estimator
    return lrp_composite(asked.network, asked.image, asked.target, settings.gamma, settings.epsilon)
