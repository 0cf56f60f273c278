"""The vision transformer (MONAI's): patches become tokens, and a class token answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd, isqrt
from typing import Any, ClassVar

from monai.networks.nets import ViT
from torch import Tensor, nn

from ctviz.core import InvalidParameter, Value, param
from ctviz.models.architectures.base import ARCHITECTURES, Architecture, TensorNames

PATCHES, HEAD = "patch_embedding.patch_embeddings", "classification_head"
DENSE = f"{PATCHES}.1.weight"
"""MONAI's "perceptron": a dense layer that reads the pixels of a patch one after the other."""
BENT = f"{HEAD}.0.weight"
"""MONAI's head is called so where a Tanh comes behind it, which is its default."""
USUAL_HEADS = 12


@ARCHITECTURES.register("vit")
@dataclass(frozen=True)
class VisionTransformer(Architecture):
    """Attention over square patches and a class token. Dosovitskiy et al., arXiv:2010.11929."""

    names: ClassVar = TensorNames(
        first=f"{PATCHES}.weight",
        last=f"{HEAD}.weight",
        renamed=((rf"^({PATCHES}|{HEAD})\.[01]\.", r"\1."),),
        absent=r"\.norm_cross_attn\.|\.qkv\.bias$",
        # Versions before 1.6 keep a layer, the oldest ones a second class token, that nothing asks.
        unused=r"^blocks\.\d+\.cross_attn\.|^patch_embedding\.cls_token$",
    )

    width: int = param(768, low=4, high=1024, help="Numbers that a token has.")
    depth: int = param(12, low=1, high=24, help="Layers of attention.")
    heads: int = param(
        USUAL_HEADS, low=1, high=16, help="Heads of each layer; MONAI's own number is 12."
    )
    hidden: int = param(3072, low=4, high=4096, help="Numbers between both dense layers.")
    patch: int = param(16, low=2, high=64, help="Rows and columns of a patch, in pixels.")
    places: int = param(196, low=1, high=2304, help="Patches of an image.")
    tanh: bool = param(default=False, help="Whether its scores are bent into -1 to 1 at the end.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise InvalidParameter(
                f"{self.width} numbers of a token cannot be divided among {self.heads} heads."
            )

    @classmethod
    def reshaped(cls, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return the weights with a dense layer of patches as the convolution that it is."""
        dense = weights.get(DENSE)
        if dense is None or dense.ndim != 2:
            return weights
        channels = 1 if isqrt(dense.shape[1]) ** 2 == dense.shape[1] else 3
        side = isqrt(dense.shape[1] // channels)
        if channels * side**2 != dense.shape[1]:
            return weights
        pictures = dense.reshape(-1, side, side, channels).permute(0, 3, 1, 2)
        return {**weights, DENSE: pictures.contiguous()}

    @classmethod
    def arguments_of(cls, weights: Mapping[str, Tensor]) -> dict[str, Value]:
        """Return all; the number of heads is a guess, for they share out the same weights."""
        told: dict[str, Value] = {"tanh": BENT in weights, **cls.open_in(weights)}
        sides = {
            "width": ("norm.weight", 0),
            "hidden": ("blocks.0.mlp.linear1.weight", 0),
            "patch": (cls.names.first, 2),
            "places": ("patch_embedding.position_embeddings", 1),
        }
        for name, (tensor, side) in sides.items():
            if tensor in weights and weights[tensor].ndim > side:
                told[name] = weights[tensor].shape[side]
        blocks = {name.split(".")[1] for name in weights if name.startswith("blocks.")}
        return {**told, "depth": len(blocks)}

    @classmethod
    def open_in(cls, weights: Mapping[str, Tensor]) -> dict[str, Value]:
        """Return the number of heads: MONAI's own, or what of it a token can be divided among."""
        norm = weights.get("norm.weight")
        return {"heads": USUAL_HEADS if norm is None else gcd(USUAL_HEADS, norm.numel())}

    def why_not(self, size: tuple[int, int]) -> str:
        """Return what is wrong with images that have not as many patches as it has places."""
        rows, columns = (cells // self.patch for cells in size)
        if rows * columns == self.places:
            return ""
        side = isqrt(self.places) * self.patch
        fitting = f", as {side} × {side} have" if isqrt(self.places) ** 2 == self.places else ""
        return (
            f"They have {rows} × {columns} patches of {self.patch} × {self.patch} pixels, and the "
            f"network has places for {self.places}{fitting}."
        )

    def network(self, channels: int, outputs: int) -> nn.Module:
        """Return a fresh network (N, channels, h, w) -> (N, outputs)."""
        return _ScoresAlone(
            tanh=self.tanh,
            in_channels=channels,
            # Only the number of patches counts: where they are, is learnt.
            img_size=(self.patch, self.patch * self.places),
            patch_size=self.patch,
            hidden_size=self.width,
            mlp_dim=self.hidden,
            num_layers=self.depth,
            num_heads=self.heads,
            num_classes=outputs,
            qkv_bias=True,
        )


class _ScoresAlone(ViT):  # type: ignore[misc]  # MONAI has no types
    """MONAI's network without what it answers beside the class scores."""

    def __init__(self, *, tanh: bool, **settings: Any) -> None:  # noqa: ANN401 - as MONAI takes them
        super().__init__(classification=True, spatial_dims=2, post_activation="", **settings)
        self.bend = nn.Tanh() if tanh else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> class scores (N, K)."""
        scores: Tensor = self.bend(super().forward(x)[0])
        return scores
