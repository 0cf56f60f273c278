"""How a graphics processor is used: in full precision, in one order, and without waiting for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


@contextmanager
def exact_arithmetic() -> Iterator[None]:
    """Let convolutions keep all their digits, and add up in the same order every time.

    By default cuDNN rounds what it multiplies to ten bits (TF32) and takes whatever algorithm comes
    out fastest that day. Where there is no GPU this does nothing.
    """
    if not torch.cuda.is_available() or _is_exact():
        yield
        return
    cudnn = torch.backends.cudnn
    with cudnn.flags(enabled=cudnn.enabled, deterministic=True, allow_tf32=False):
        yield


def compute_exactly() -> None:
    """Let the whole process compute as in `exact_arithmetic`, whatever thread asks for it."""
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def _is_exact() -> bool:
    cudnn = torch.backends.cudnn
    return cudnn.deterministic and not cudnn.allow_tf32 and not cudnn.benchmark


def sent(values: Tensor, like: Tensor) -> Tensor:
    """Return values of any shape where another tensor is, in its precision.

    A GPU is handed them while it computes: nobody waits until they have arrived.
    """
    values = values.to(like.dtype)
    if like.is_cuda and not values.is_cuda:
        return values.pin_memory().to(like.device, non_blocking=True)
    return values.to(like.device)


def precise(values: Tensor) -> Tensor:
    """Return values in double precision: where they are, or on the CPU if it is unknown there."""
    values = values.detach()
    return (values if values.device.type in ("cpu", "cuda") else values.cpu()).double()


def free_bytes(device: torch.device) -> int | None:
    """Return how much memory is left on a GPU for this process; None where nobody tells."""
    if device.type != "cuda":
        return None
    unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return int(torch.cuda.mem_get_info(device)[0] + unused)


def wait_for(values: Tensor) -> None:
    """Return once values have been computed, by a device that computes while others go on."""
    values.flatten()[:1].cpu()
