"""Feature maps weighted by the class score of what they leave visible."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ctviz.core import FloatMap, UnsupportedNetwork, param
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.pictures import features_and_gradients, picture
from ctviz.estimators.engine.trials import filled, trial_scores


@ESTIMATORS.register("score-cam")
@dataclass(frozen=True)
class ScoreCam(Estimator):
    r"""Sum of a layer's feature maps, weighted by how the image scores through each as a mask.

    .. math:: \sum_k \alpha_k A_k, \quad \alpha = \mathrm{softmax}_k f_t(x \odot H_k),
              \quad H_k = \frac{A_k - \min A_k}{\max A_k - \min A_k}

    The published weights subtract the score of an empty image, which cancels in the softmax; the
    published map is the positive part. Even feature maps hide nothing and are left out. Of a layer
    with more than ``features`` of them those that vary most are taken, as in Faster Score-CAM.
    """

    title: ClassVar = "Score-CAM"
    cite: ClassVar = "Wang et al., CVPR workshops 2020. arXiv:1910.01279"
    summary: ClassVar = "The coarse area through which the network still sees the class."
    version: ClassVar = 2
    family: ClassVar = "activations"

    features: int = param(
        256, low=1, high=4096, help="Feature maps at most. More is truer and slower."
    )
    layer: str = param("", help="Dotted name of the layer; empty: the last one with a picture.")

    def passes(self) -> Passes:
        """Return two to find and read the layer, and one forward pass per feature map."""
        return Passes(forward=1 + self.features, gradient=1)

    def attribute(self, class_score: ClassScore, *parents: FloatMap) -> Tensor:  # noqa: ARG002
        """Return the weighted sum, resampled to the image's size."""
        found = picture(class_score, self.layer)
        features = self._chosen(features_and_gradients(class_score, found)[0], found.title)
        size = class_score.x.shape[-2:]
        trials = (filled(class_score.x, mask, 0.0) for mask in _masks(features, size))
        scores = torch.tensor(list(trial_scores(class_score, trials, len(features)))).double()
        class_score.progress.advance(self.features - len(features))
        coarse = torch.tensordot(scores.softmax(0), features.cpu().double(), 1)
        return interpolate(coarse[None, None], size, mode="bilinear")

    def _chosen(self, features: Tensor, title: str) -> Tensor:
        spreads = features.double().var((1, 2), correction=0)
        chosen = spreads.argsort(descending=True, stable=True)[: self.features]
        chosen = chosen[spreads[chosen] > 0].sort().values
        if len(chosen) == 0:
            raise UnsupportedNetwork(
                f"All features of the layer {title} are even on this image; choose another layer."
            )
        return features[chosen]


def _masks(features: Tensor, size: torch.Size) -> Iterator[Tensor]:
    for feature in features:
        mask = interpolate(feature[None, None], size, mode="bilinear")[0, 0]
        yield (mask - mask.min()) / (mask.max() - mask.min())
