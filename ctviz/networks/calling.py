"""The one place where a network's code runs: what it raises becomes a refusal in one line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ctviz.core import Contrast, CtvizError, Target, UnsupportedNetwork

LONGEST = 200
"""Characters of what a network says that are passed on."""


class NetworkFailed(UnsupportedNetwork):
    """A network's own code did not get through; the message says what it said, in one line."""


@contextmanager
def foreign_code(doing: str) -> Iterator[None]:
    """Let what a network's code raises become one sentence.

    Parameters
    ----------
    doing
        At what it failed: ``"a batch of 8 images"``.
    """
    try:
        yield
    except CtvizError:
        raise
    # A network is free to raise anything: no list of what may come would be complete.
    except Exception as error:
        raise NetworkFailed(_sentence(error, doing)) from error


def class_scores(network: nn.Module, batch: Tensor) -> Tensor:
    """Return the class scores (N, K) of images (N, C, h, w), as they lie in memory.

    The network may overwrite the batch.
    """
    count = len(batch)
    with foreign_code(_images(count)):
        answer = network(batch)
    shape = tuple(answer.shape) if isinstance(answer, Tensor) else ()
    if not isinstance(answer, Tensor) or answer.is_complex() or len(shape) != 2:
        raise UnsupportedNetwork(
            f"The network must answer (N, K) class scores; for {_images(count)} it gave "
            f"{shape or type(answer).__name__}."
        )
    if shape[0] != count or shape[1] == 0:
        raise NetworkFailed(
            f"The network must answer (N, K) class scores; for {_images(count)} it gave {shape}."
        )
    return answer


def score_of(scores: Tensor, target: Target) -> Tensor:
    """Return the score (N,) of what is explained, of class scores (N, K).

    That is a class's own score, or by how much it is above another's.
    """
    if isinstance(target, Contrast):
        return scores[:, target.target] - scores[:, target.rather_than]
    return scores[:, target]


def slopes(
    scores: Tensor, places: Sequence[Tensor], weights: Tensor | None = None
) -> tuple[Tensor | None, ...]:
    """Return the scores' gradient at each of several places; None where no record leads."""
    with foreign_code("a backward pass"):
        found: tuple[Tensor | None, ...] = torch.autograd.grad(
            scores, places, weights, allow_unused=True
        )
    return found


def in_layout(points: Tensor, *, channels_last: bool) -> Tensor:
    """Return a copy of images (N, C, h, w) as a network is to find them in memory."""
    # Not `contiguous`, to which a single channel lies right in either layout. The copy also lets a
    # network begin in place.
    layout = torch.channels_last if channels_last else torch.contiguous_format
    return points.clone(memory_format=layout)


def _images(count: int) -> str:
    return "one image" if count == 1 else f"a batch of {count} images"


def _sentence(error: Exception, doing: str) -> str:
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or "allocate memory" in str(error):
        return (
            f"The memory does not suffice for {doing} of this size; close other programs or take "
            "smaller images."
        )
    return f"The network fails on {doing}: {said(error)}."


def said(error: BaseException) -> str:
    r"""Return what an error says, in one line without a full stop.

    >>> said(ValueError("Wrong size.\nExpected 3."))
    'Wrong size'
    >>> said(IndexError())
    'IndexError'
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    # TorchScript begins with where it was and ends with what happened.
    line = lines[-1] if "TorchScript" in lines[0] else lines[0]
    return line[:LONGEST].rstrip(".")
