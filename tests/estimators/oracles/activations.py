"""Slow versions of the maps that are made from feature maps: the papers' expressions."""

import numpy as np
import torch
from torch.nn.functional import interpolate

from tests.estimators.oracles.oracle import oracle

CAMS = ("grad-cam", "grad-cam++", "hirescam", "layer-cam", "eigen-cam", "fem", "score-cam")


def grad_cam_of(features, gradients):
    return sum(a * g.mean() for a, g in zip(features, gradients, strict=True))


@oracle("grad-cam")
def grad_cam(asked):
    """the paper's sum, with torch's gradient in the layer named by hand"""
    return asked.enlarged(grad_cam_of(*asked.features()))


@oracle("hirescam")
def hirescam(asked):
    """the paper's sum, with torch's gradient in the layer named by hand"""
    features, gradients = asked.features()
    return asked.enlarged(sum(a * g for a, g in zip(features, gradients, strict=True)))


@oracle("layer-cam")
def layer_cam(asked):
    """the paper's sum, with torch's gradient in the layer named by hand"""
    features, gradients = asked.features()
    return asked.enlarged(sum(a * g.relu() for a, g in zip(features, gradients, strict=True)))


@oracle("grad-cam++")
def grad_cam_plus_plus(asked):
    """the paper's sum with its second and third powers of the gradient"""
    total = 0.0
    for a, g in zip(*asked.features(), strict=True):
        alpha = torch.where(g == 0, 0.0, g**2 / (2 * g**2 + a.sum() * g**3))
        total = total + (alpha * g.relu()).sum() * a
    return asked.enlarged(total)


@oracle("fem", strength=1.0)
def fem(asked):
    """the paper's sum, one feature map and one place after the other"""
    features = asked.features()[0].numpy()
    total = np.zeros(features.shape[1:])
    for feature in features:
        mean, spread = feature.mean(), np.sqrt(((feature - feature.mean()) ** 2).mean())
        for place, value in np.ndenumerate(feature):
            if spread > 0 and value >= mean + asked.estimator.strength * spread:
                total[place] += mean
    return asked.enlarged(torch.from_numpy(total))


@oracle("eigen-cam")
def eigen_cam(asked):
    """NumPy's first eigenvector of the features' products with one another"""
    features = asked.features()[0].numpy()
    rows = features.reshape(len(features), -1)
    if rows.shape[0] > rows.shape[1]:
        lengths, vectors = np.linalg.eigh(rows.T @ rows)
        projection = np.sqrt(lengths[-1]) * vectors[:, -1]
    else:
        projection = np.linalg.eigh(rows @ rows.T)[1][:, -1] @ rows
    projection = projection * np.sign(projection.sum())
    return asked.enlarged(torch.from_numpy(projection.reshape(features.shape[1:])))


def score_cam_of(network, features, image, target):
    """The algorithm as it was published, one feature map after the other, with its empty image."""
    with torch.no_grad():
        empty = network(torch.zeros_like(image))[0, target]
        maps, gains = [], []
        for feature in features:
            enlarged = interpolate(feature[None, None], image.shape[-2:], mode="bilinear")
            spread = enlarged.max() - enlarged.min()
            if spread == 0:
                continue
            gains.append(network(image * (enlarged - enlarged.min()) / spread)[0, target] - empty)
            maps.append(enlarged[0, 0])
        # The largest gain is taken off all of them, or the exponential may be infinite.
        powers = (torch.stack(gains) - max(gains)).exp()
        shares = powers / powers.sum()
        return sum(share * values for share, values in zip(shares, maps, strict=True)).numpy()


@oracle("score-cam", features=6)
def score_cam(asked):
    """the paper's algorithm, one mask at a time"""
    features = asked.features()[0]
    varied = features.var((1, 2)).argsort(descending=True)[: asked.estimator.features]
    return score_cam_of(asked.network, features[varied], asked.image, asked.target)
