"""A network is left exactly as it was found."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def undisturbed(network: nn.Module) -> Iterator[None]:
    """Put the network into evaluation without parameter gradients, and put everything back.

    Training modes and ``requires_grad`` flags return to what they were, whatever happens inside.
    A network that is already in evaluation with ``requires_grad`` off is not touched at all, so
    that several threads may share it.
    """
    training = [module for module in network.modules() if module.training]
    trainable = [parameter for parameter in network.parameters() if parameter.requires_grad]
    try:
        for module in training:
            module.training = False
        for parameter in trainable:
            parameter.requires_grad_(False)
        with torch.inference_mode(mode=False), torch.enable_grad():
            yield
    finally:
        for module in training:
            module.training = True
        for parameter in trainable:
            parameter.requires_grad_(True)
