"""From the program that trains a network straight to the shelf."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from ctviz.core import UnusableModel
from ctviz.core.foreign import foreign
from ctviz.models.card import ModelCard
from ctviz.models.intake.adding import add_network
from ctviz.models.intake.answers import CardAnswers
from ctviz.models.intake.inspecting import TOLERANCE
from ctviz.models.intake.rehearsal import Rehearsal, rehearsed
from ctviz.networks import undisturbed

OPERATOR_SET = 17


def save_model(
    module: nn.Module, card: CardAnswers, folder: Path | str, example: Tensor
) -> ModelCard:
    """Put a network that is in memory on the shelf, and return its card.

    It is written as ONNX, tried like any stranger's file, and held against the module itself; the
    module is left as it was. What is there already is never overwritten.

    Parameters
    ----------
    module
        (N, C, h, w) -> (N, K) class scores, on any device.
    card
        What only its people know.
    folder
        The folder of models, e.g. ``"models"``; the model gets one of its own there.
    example
        An image or several, (N, C, h, w), normalised as the module expects them.

    Raises
    ------
    UnusableModel
        In a sentence, if the network cannot be written, read again, or answers otherwise then.
    """
    if example.ndim != 4 or not len(example) or not example.is_floating_point():
        raise UnusableModel(
            f"The example must be images (N, C, h, w) of float32, not {tuple(example.shape)} of "
            f"{str(example.dtype).removeprefix('torch.')}."
        )
    with tempfile.TemporaryDirectory(prefix="ctviz-export-") as place:
        file = Path(place) / "network.onnx"
        with undisturbed(module), torch.no_grad():
            expected = _answers(module, example)
            _export(module, example[:1], file)
        rows, columns = example.shape[2:]
        rehearsal = rehearsed(file, (rows, columns))
        _refuse_others(rehearsal, example, expected)
        return add_network(rehearsal, card, Path(folder))


def _answers(module: nn.Module, example: Tensor) -> Tensor:
    with foreign(UnusableModel("The module cannot be asked about the example; try it yourself.")):
        answers: Tensor = module(example)
        return answers.detach().cpu()


def _export(module: nn.Module, image: Tensor, file: Path) -> None:
    with (
        foreign(
            UnusableModel(
                "torch cannot write this module as ONNX; torch.onnx.export says why, and docs/"
                "own-models.md what can be read."
            )
        ),
        _quietly(),
    ):
        torch.onnx.export(
            module,
            (image,),
            str(file),
            input_names=["image"],
            output_names=["scores"],
            dynamic_axes={"image": {0: "n"}, "scores": {0: "n"}},
            # Normalisations stay layers, which rules that go from layer to layer need.
            training=torch.onnx.TrainingMode.PRESERVE,
            opset_version=OPERATOR_SET,
            dynamo=False,
        )


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _refuse_others(rehearsal: Rehearsal, example: Tensor, expected: Tensor) -> None:
    """Refuse a network that answers otherwise than the module, e.g. as it branches on its input."""
    if rehearsal.found.ending:
        return  # the module ends with probabilities, the network with what goes into them
    with torch.no_grad():
        found = torch.cat([rehearsal.network(each[None].cpu().float()) for each in example])
    scale = max(float(expected.abs().max()), 1e-6)
    if found.shape != expected.shape or float((found - expected).abs().max()) > TOLERANCE * scale:
        raise UnusableModel(
            "What torch wrote as ONNX answers otherwise than the module; does it branch on its "
            "input, or draw at random?"
        )
