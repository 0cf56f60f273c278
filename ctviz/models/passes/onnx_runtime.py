"""Forward passes by ONNX Runtime: normalisation folded into convolutions, and the same bits always.

On the processor it takes 0.6 to 0.7 of the time of torch's layers one by one, and it adds up in one
order, however many images share a batch or threads the work (``python -m benchmarks.engine``).
"""

import io
import warnings

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from ctviz.core import UnsupportedNetwork
from ctviz.networks import QuickScores, undisturbed

OPERATORS = 17
"""The set of operators that the network is written in."""
IMAGES, SCORES = "images", "scores"
ONLY_FATAL = 4


def exported(network: nn.Module, shape: tuple[int, ...]) -> bytes:
    """Return the network as an ONNX file.

    Parameters
    ----------
    network
        In evaluation, on the processor, of 32-bit numbers.
    shape
        (C, h, w) of the images that it takes.

    Raises
    ------
    UnsupportedNetwork
        If it does something that cannot be written so.
    """
    example, file = torch.zeros(2, *shape), io.BytesIO()
    by_batch = {name: {0: "batch"} for name in (IMAGES, SCORES)}
    with undisturbed(network), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # The exporter that needs nothing beyond torch and onnx.
            torch.onnx.export(
                network,
                (example,),
                file,  # type: ignore[arg-type]  # it takes one, whatever its type says
                dynamo=False,
                opset_version=OPERATORS,
                input_names=[IMAGES],
                output_names=[SCORES],
                dynamic_axes=by_batch,
            )
        except Exception as error:
            raise UnsupportedNetwork(f"The network cannot be written as ONNX: {error}.") from error
    return file.getvalue()


def quick_scores(graph: bytes, threads: int) -> QuickScores:
    """Return what computes the scores of an exported network.

    Raises
    ------
    UnsupportedNetwork
        If ONNX Runtime cannot compute it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = ONLY_FATAL
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise UnsupportedNetwork(f"ONNX Runtime cannot compute the network: {error}.") from error

    def scores(images: NDArray[np.float32]) -> NDArray[np.float32]:
        (found,) = session.run([SCORES], {IMAGES: images})
        return np.asarray(found)

    return scores
