"""What somebody else's code makes of the same question: Captum's, where it defines a map as we do.

Captum is asked for a map only where its definition is exactly ours. Left out are DeepLIFT, whose
rule for max pooling does not sum to the change of the score in Captum, and occlusion, whose patches
it places differently. Captum chooses no layer for Grad-CAM; it is told ours.
"""

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from torch import Tensor, nn
from torch.nn import functional

from ctviz.core import FloatMap, InvalidInput, InvalidParameter, Progress, UnsupportedNetwork
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import Estimator
from ctviz.estimators.engine.explain import explain
from ctviz.estimators.engine.pace import Pace
from ctviz.estimators.engine.pictures import picture

Captum: TypeAlias = Callable[[Any, nn.Module, Tensor, int, Any], Tensor]
"""(captum.attr, network, x, target, estimator) -> (1, C, h, w)."""

SAME = 1e-4
"""Up to this difference both have computed the same: what is left is rounding."""
NO_COUNTERPART = "Captum has no map with exactly this definition."
NO_CONTRAST = "Captum explains one class, not one rather than another."


@dataclass(frozen=True)
class SecondOpinion:
    """How far Captum's map is from ours.

    Parameters
    ----------
    estimator
        Whose map it is.
    difference
        The largest difference of two pixels as a share of the largest in Captum's map; None
        where Captum has no such map.
    correlation
        Pearson's, of all pixels; None also where a map is constant.
    why
        Why there is no number, else empty.
    """

    estimator: str
    difference: float | None = None
    correlation: float | None = None
    why: str = ""

    @property
    def agrees(self) -> bool | None:
        """Whether both have computed the same map; None where there is nothing to compare."""
        return None if self.difference is None else self.difference <= SAME


def second_opinion(
    network: nn.Module,
    x: Tensor,
    target: int,
    estimator: Estimator,
    progress: Progress | None = None,
) -> SecondOpinion:
    """Compare an estimator's map of the image x (1, C, h, w) with the one that Captum computes.

    Both are computed in double precision on the processor, by a copy of the network, so that only
    the algorithms can differ.
    """
    progress = progress or Progress()
    theirs = CAPTUM.get(estimator.name)
    if theirs is None:
        return SecondOpinion(estimator.name, why=NO_COUNTERPART)
    progress.start(2)
    network = copy.deepcopy(network).cpu().double().eval().requires_grad_(requires_grad=False)
    x = x.detach().cpu().double()
    try:
        (ours,) = explain(network, x, target, [estimator])
        progress.advance()
        expected = _captum(theirs, network, x, target, estimator)
    except (InvalidInput, InvalidParameter, UnsupportedNetwork) as error:
        return SecondOpinion(estimator.name, why=str(error))
    return SecondOpinion(estimator.name, _difference(ours, expected), _correlation(ours, expected))


def _captum(
    theirs: Captum, network: nn.Module, x: Tensor, target: int, estimator: Estimator
) -> FloatMap:
    import captum.attr

    with warnings.catch_warnings():
        # It tells that it sets hooks, on a copy that nobody else uses.
        warnings.simplefilter("ignore")
        found = theirs(captum.attr, network, x.clone().requires_grad_(), target, estimator)
    values: FloatMap = found.detach()[0].sum(0).numpy()
    return values


def _difference(ours: FloatMap, theirs: FloatMap) -> float:
    largest = float(np.abs(theirs).max())
    apart = float(np.abs(ours - theirs).max())
    return apart / largest if largest > 0 else apart


def _correlation(ours: FloatMap, theirs: FloatMap) -> float | None:
    if ours.std() == 0 or theirs.std() == 0:
        return None
    return float(np.corrcoef(ours.ravel().astype(float), theirs.ravel())[0, 1])


def _gradient(attr: Any, network: nn.Module, x: Tensor, target: int, _: Any) -> Tensor:  # noqa: ANN401
    found: Tensor = attr.Saliency(network).attribute(x, target, abs=False)
    return found


def _input_x_gradient(attr: Any, network: nn.Module, x: Tensor, target: int, _: Any) -> Tensor:  # noqa: ANN401
    found: Tensor = attr.InputXGradient(network).attribute(x, target)
    return found


def _guided_backprop(attr: Any, network: nn.Module, x: Tensor, target: int, _: Any) -> Tensor:  # noqa: ANN401
    found: Tensor = attr.GuidedBackprop(network).attribute(x, target)
    return found


def _deconvolution(attr: Any, network: nn.Module, x: Tensor, target: int, _: Any) -> Tensor:  # noqa: ANN401
    found: Tensor = attr.Deconvolution(network).attribute(x, target)
    return found


def _path(attr: Any, network: nn.Module, x: Tensor, target: int, ends: tuple[int, float]) -> Tensor:  # noqa: ANN401
    steps, baseline = ends
    found: Tensor = attr.IntegratedGradients(network).attribute(
        x, baseline, target, n_steps=steps, method="riemann_middle", internal_batch_size=8
    )
    return found


def _integrated(attr: Any, network: nn.Module, x: Tensor, target: int, settings: Any) -> Tensor:  # noqa: ANN401
    return _path(attr, network, x, target, (settings.steps, settings.baseline))


def _black_and_white(
    attr: Any,  # noqa: ANN401
    network: nn.Module,
    x: Tensor,
    target: int,
    settings: Any,  # noqa: ANN401
) -> Tensor:
    ends = [_path(attr, network, x, target, (settings.steps, level)) for level in (0.0, 1.0)]
    return (ends[0] + ends[1]) / 2


def _grad_cam(attr: Any, network: nn.Module, x: Tensor, target: int, settings: Any) -> Tensor:  # noqa: ANN401
    found = picture(
        ClassScore(network, x.detach(), target, None, Progress(), Pace.usual(x)), settings.layer
    )
    if not found.layer:
        raise InvalidInput(f"The feature maps are {found.title}, which Captum cannot read.")
    layer = network.get_submodule(found.layer)
    coarse = attr.LayerGradCam(network, layer).attribute(x, target)
    return functional.interpolate(coarse, x.shape[-2:], mode="bilinear")


CAPTUM: Mapping[str, Captum] = MappingProxyType(
    {
        "gradient": _gradient,
        "input-x-gradient": _input_x_gradient,
        "integrated-gradients": _integrated,
        "integrated-gradients-bw": _black_and_white,
        "guided-backprop": _guided_backprop,
        "deconvolution": _deconvolution,
        "grad-cam": _grad_cam,
    }
)
"""How Captum is asked for the map of an estimator, by the estimator's name."""
