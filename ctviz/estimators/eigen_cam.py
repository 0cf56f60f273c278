"""What a layer's feature maps have most in common."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ctviz.estimators.engine.activations import ActivationEstimator
from ctviz.estimators.engine.estimator import ESTIMATORS


@ESTIMATORS.register("eigen-cam")
@dataclass(frozen=True)
class EigenCam(ActivationEstimator):
    r"""Projection of a layer's feature maps on their first principal direction.

    .. math:: A v_1, \quad A = U \Sigma V^T \text{ with a row per place, a column per feature}

    The features are not centred, as published. The direction's sign, which the decomposition
    leaves open, makes the map's sum positive. The map is the same for every class.
    """

    title: ClassVar = "Eigen-CAM"
    cite: ClassVar = "Muhammad & Yeasin, IJCNN 2020. arXiv:2008.00299"
    summary: ClassVar = "Where the network's features are strongest, whichever class is asked for."
    class_agnostic: ClassVar = True
    version: ClassVar = 2

    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:  # noqa: ARG002
        """Return the projection."""
        places = features.flatten(1).T.cpu().double()
        _, _, directions = torch.linalg.svd(places, full_matrices=False)
        projection: Tensor = places @ directions[0]
        positive = projection if projection.sum() >= 0 else -projection
        return positive.reshape(features.shape[1:])
