"""A network that has forgotten what it learnt, from its output layer towards its input."""

import copy
import itertools
from collections.abc import Callable

import torch
from torch import Tensor, nn


def randomised(network: nn.Module, share: float, seed: int, example: Tensor) -> nn.Module:
    """Return a copy of a network whose layers next to the output are random.

    The numbers of every tensor of such a layer (weights, biases, running statistics) are shuffled
    among themselves; the one number a channel has in each of several tensors (scale, shift, mean,
    variance) moves as one. What the layer learnt is in the arrangement of its numbers, and gone;
    their distribution stays exactly, so the copy's activations neither vanish nor explode as they
    would with a network's initial weights under statistics that were learnt, and nothing needs to
    be known of the architecture. A tensor of equal numbers stays as it is.

    The network itself and torch's global random state are not touched.

    Parameters
    ----------
    network
        In evaluation mode.
    share
        How many of the layers forget, 0 to 1, in the order from the output to the input; any share
        above 0 takes the output layer at least.
    seed
        Which arrangement is drawn. A layer's own depends on the seed and its place only, so a
        larger share goes on from where a smaller one ended.
    example
        (N, C, h, w), an input that shows in which order the layers are executed.
    """
    copied = copy.deepcopy(network)
    layers = _from_output_to_input(copied, example)
    count = min(len(layers), max(1, round(share * len(layers)))) if share > 0 else 0
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in layers[:count]:
            _shuffle(layer, generator)
    return copied


def _from_output_to_input(network: nn.Module, example: Tensor) -> list[nn.Module]:
    """Return the modules with numbers of their own, the last executed first.

    A module that is used several times counts where it is used last. One that is never called,
    because its parent uses its parameters directly, counts where the parent is.
    """
    finished: dict[str, int] = {}
    clock = itertools.count(1)

    def note(name: str) -> Callable[..., None]:
        def hook(*_: object) -> None:
            finished[name] = next(clock)

        return hook

    hooks = [m.register_forward_hook(note(name)) for name, m in network.named_modules()]
    try:
        with torch.no_grad():
            network(example.clone())
    finally:
        for hook in hooks:
            hook.remove()

    def moment(name: str) -> int:
        while name and name not in finished:
            name = name.rpartition(".")[0]
        return finished.get(name, 0)

    layers = [(name, module) for name, module in network.named_modules() if _numbers(module)]
    layers.reverse()
    # Sorting is stable: layers of the same moment stay in the reverse order of their definition.
    return [module for _, module in sorted(layers, key=lambda entry: -moment(entry[0]))]


def _numbers(layer: nn.Module) -> list[Tensor]:
    """Return a layer's own parameters and statistics, without those of its parts."""
    own = (*layer.parameters(recurse=False), *layer.buffers(recurse=False))
    return [tensor for tensor in own if tensor.is_floating_point() and tensor.numel() > 0]


def _shuffle(layer: nn.Module, generator: torch.Generator) -> None:
    tensors = _numbers(layer)
    channels: dict[int, Tensor] = {}
    for tensor in tensors:
        if tensor.ndim == 1 and len(tensor) not in channels:
            channels[len(tensor)] = torch.randperm(len(tensor), generator=generator)
    for tensor in tensors:
        order = (
            channels[len(tensor)]
            if tensor.ndim == 1
            else torch.randperm(tensor.numel(), generator=generator)
        )
        tensor.copy_(tensor.flatten()[order.to(tensor.device)].view(tensor.shape))
