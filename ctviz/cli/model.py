r"""Add a network that was trained elsewhere, from an ONNX file.

try:
  ctviz model add net.onnx --id our-net --classes "without nodule,with nodule" --window=40,400
  ctviz model add net.onnx --id our-net --classes no,yes --window=-600,1500 --size 224 \
      --mean 0.485,0.456,0.406 --spread 0.229,0.224,0.225 --title "Our nodule classifier"

The file is read as data; nothing of it is ever run. It is inspected in a process of its own with
little memory, and its answers are compared with those of ONNX Runtime. HU become 0 to 1 by the
window (centre, width), and are then normalised by mean and spread if these are given. Classes are
named in the order of the network's answers; of a single output neuron the first is that of a
negative number.
"""

import argparse
import sys
from pathlib import Path

from ctviz.core import InvalidParameter
from ctviz.core.settings import Settings
from ctviz.core.text import count_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("what", choices=["add"], help="what to do")
    parser.add_argument("file", type=Path, help="ONNX file")
    parser.add_argument("--id", required=True, help="lower case letters, digits and hyphens")
    parser.add_argument("--classes", required=True, metavar="A,B,…", help="names, in their order")
    parser.add_argument(
        "--window", required=True, metavar="CENTRE,WIDTH", help="HU that become 0 to 1"
    )
    parser.add_argument("--size", metavar="H[,W]", help="where the file leaves it open")
    parser.add_argument("--mean", default="0", metavar="M[,M,M]", help="for all or each channel")
    parser.add_argument("--spread", default="1", metavar="S[,S,S]", help="for all or each channel")
    parser.add_argument("--title", default="", help="its name for people")
    parser.add_argument("--task", default="", help="the question that it answers")
    parser.add_argument("--licence", default="not said", help="of the weights")


def run(arguments: argparse.Namespace) -> None:
    """Inspect the file and put the network on the shelf."""
    # Only here, for the libraries that read networks take their time.
    from ctviz.models.intake import CardAnswers, add_onnx

    answers = CardAnswers(
        id=arguments.id,
        classes=[name.strip() for name in arguments.classes.split(",")],
        window=_pair(arguments.window, "--window"),
        title=arguments.title,
        task=arguments.task,
        scale=(_numbers(arguments.mean, "--mean"), _numbers(arguments.spread, "--spread")),
        licence=arguments.licence,
    )
    card, found = add_onnx(
        arguments.file, answers, Settings.from_environment().models, _size(arguments.size)
    )
    rows, columns = card.size
    sys.stdout.write(
        f"Added '{card.id}': images of {rows} × {columns}, "
        f"{count_of(card.neurons, 'output neuron')}, {found.weights:,} weights; its answers are "
        f"ONNX Runtime's to {found.difference:.1e}.\n"
    )
    if found.ending:
        sys.stdout.write(
            f"Its closing {found.ending} was left away: ctviz explains what goes into it.\n"
        )
    if found.alone:
        sys.stdout.write(
            "It takes one image at a time, which is slow; export it with a dynamic batch axis.\n"
        )


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        raise InvalidParameter(
            f"{option} takes numbers separated by commas, not '{text}'."
        ) from None


def _pair(text: str, option: str) -> tuple[float, float]:
    numbers = _numbers(text, option)
    if len(numbers) != 2:
        raise InvalidParameter(f"{option} takes two numbers separated by a comma, not '{text}'.")
    return numbers[0], numbers[1]


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    numbers = [int(number) for number in _numbers(text, "--size")]
    return numbers[0], numbers[-1]
