r"""Bring a network that was trained elsewhere, check it, remove it.

try:
  ctviz model add net.onnx --id our-net --classes "without nodule,with nodule" --window=40,400
  ctviz model add net.onnx --id our-net --classes no,yes --window=-600,1500 --size 224 \
      --mean 0.485,0.456,0.406 --spread 0.229,0.224,0.225 --title "Our nodule classifier"
  ctviz model add weights.pth --id ours --classes no,yes --window=40,400 --size 224
  ctviz model add chest.onnx --id chest --classes nodule,effusion,mass --head sigmoid \
      --window=-600,1500
  ctviz model add net.onnx --id slab --classes no,yes --window=40,400 --neighbours 2.5mm
  ctviz model add bundle --id ours --classes no,yes
  ctviz model check our-net --known "with contrast=yes" --known "without contrast=no"
  ctviz model remove our-net

To add: an ONNX file, or a checkpoint of torch (.pth, .pt, .ckpt, .safetensors) of a network of the
allow-list. The file is read as data; nothing of it is ever run. It is inspected in a process of its
own with little memory, and an ONNX file's answers are compared with those of ONNX Runtime. HU
become 0 to 1 by the window (centre, width; one for each channel if it is given several times), and
are then normalised by mean and spread if these are given. Classes are named in the order of the
network's answers; of a single output neuron the first is that of a negative number. Where each
output is a finding by itself, of which several may be there, its head is sigmoid.

Where its channels show a slice among its neighbours (2.5-D), say how far they lie apart, in slices
(--neighbours 1) or in mm (--neighbours 2.5mm). The slice itself is the middle one of 3, 5, 7 …
channels; the first shows what lies above it, unless the network was trained the other way round.

A folder, or a zip archive of it, is a MONAI bundle: what its metadata.json and inference.json say
is taken (architecture, classes, size, window, normalisation, head), and options say the rest or
otherwise. Expressions in them are never evaluated.

To check: what goes into the network, its answers on cases of known class (AUC, flipped classes,
constant answers, calibration), and which estimators work on it.

What is removed stays in a bin for 30 days.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ctviz.cli.choosing import (
    add_settings,
    chosen_case,
    chosen_model,
    parsed,
    settings_by_owner,
)
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait
from ctviz.core import Cancelled, CtvizError, InvalidParameter, Value
from ctviz.core.settings import Settings
from ctviz.core.text import count_of

if TYPE_CHECKING:
    from ctviz.backend import Backend
    from ctviz.backend.checking import Checkup
    from ctviz.models import ModelCard
    from ctviz.models.intake import Bundle, CardAnswers
    from ctviz.models.neighbours import Neighbours


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("what", choices=["add", "check", "remove"], help="what to do")
    parser.add_argument(
        "which", metavar="FILE|MODEL", help="ONNX file, checkpoint or bundle to add, or model id"
    )
    adding = parser.add_argument_group("to add")
    adding.add_argument("--id", help="lower case letters, digits and hyphens")
    adding.add_argument("--classes", metavar="A,B,…", help="names, in their order")
    adding.add_argument(
        "--window", action="append", metavar="CENTRE,WIDTH", help="HU that become 0 to 1"
    )
    adding.add_argument(
        "--architecture",
        default="",
        metavar="NAME",
        help="of a checkpoint; by default its weights tell",
    )
    adding.add_argument(
        "--head",
        choices=["softmax", "sigmoid", "logit"],
        help="one of its classes is right (softmax), each is a finding by itself (sigmoid), or one "
        "output decides between two (logit); by default what is usual for its outputs",
    )
    add_settings(parser, "resnet50.stride=1")
    adding.add_argument("--size", metavar="H[,W]", help="where the file leaves it open")
    adding.add_argument(
        "--fit",
        choices=["whole", "filled", "stretched"],
        help="whether a slice is whole on its image, covers it, or is stretched (default: whole)",
    )
    adding.add_argument(
        "--zoom",
        type=float,
        default=1.0,
        metavar="Z",
        help="enlarged before a cut, 256/224 = 1.143",
    )
    adding.add_argument("--mean", metavar="M[,M,M]", help="for all or each channel (default: 0)")
    adding.add_argument("--spread", metavar="S[,S,S]", help="for all or each channel (default: 1)")
    adding.add_argument(
        "--neighbours",
        metavar="STEP[mm]",
        help="channels show neighbouring slices, so many slices or mm apart",
    )
    adding.add_argument(
        "--first-channel",
        choices=["above", "below"],
        help="where its slice lies: above is nearer to the head in an axial series (default)",
    )
    adding.add_argument("--title", default="", help="its name for people")
    adding.add_argument("--task", default="", help="the question that it answers")
    adding.add_argument("--licence", default="", help="of the weights")
    checking = parser.add_argument_group("to check")
    checking.add_argument(
        "--known",
        action="append",
        default=[],
        metavar="CLASS=CLASS",
        help="what the model calls a case's known class, where it has another name",
    )
    checking.add_argument(
        "--no-estimators", action="store_true", help="do not try the estimators, which takes time"
    )
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Add a network to the shelf, check a model of it, or remove one."""
    {"add": _add, "check": _check, "remove": _remove}[arguments.what](arguments)


def _add(arguments: argparse.Namespace) -> None:
    # Only here, for the libraries that read networks take their time.
    from ctviz.backend.bundles import opened_bundle, rehearsed_bundle
    from ctviz.models.card import ONNX
    from ctviz.models.intake import add_network

    file = Path(arguments.which)
    with tempfile.TemporaryDirectory(prefix="ctviz-bundle-") as room:
        bundle = opened_bundle(file, Path(room))
        answers = _answers(arguments, bundle)
        size, given = _size(arguments.size), _given(arguments)
        rehearsal = rehearsed_bundle(bundle, size, arguments.architecture, given)
    found = rehearsal.found
    if found.neurons == 1 and not arguments.head:
        # A sigmoid of one output decides between two classes.
        answers = replace(answers, head=None)
    card = add_network(rehearsal, answers, Settings.from_environment().models)
    rows, columns = card.size
    whence = (
        f"its answers are ONNX Runtime's to {found.difference:.1e}"
        if card.architecture == ONNX
        else f"they fit {card.architecture}"
    )
    sys.stdout.write(
        f"Added '{card.id}': images of {rows} × {columns}, "
        f"{count_of(card.neurons, 'output neuron')} ({card.head}), {found.weights:,} weights; "
        f"{whence}.\n"
    )
    if card.sees:
        sys.stdout.write(f"It sees {card.sees}.\n")
    if found.ending:
        sys.stdout.write(
            f"Its closing {found.ending} was left away: ctviz explains what goes into it.\n"
        )
    if bundle.weights != file:
        sys.stdout.write(
            "MONAI's readers put x before y. If it was trained so, its images lay on their side: "
            "see by 'ctviz model check' whether it is right here.\n"
        )
    if found.alone:
        sys.stdout.write(
            "It takes one image at a time, which is slow; export it with a dynamic batch axis.\n"
        )


def _answers(arguments: argparse.Namespace, bundle: "Bundle") -> "CardAnswers":
    """Return what the card shall say: the options, and what a bundle says where they do not."""
    from ctviz.models.card import AS_THEY_ARE, DataSource
    from ctviz.models.grid import AS_A_WHOLE, Manner
    from ctviz.models.intake import CardAnswers

    named = arguments.classes
    classes = bundle.classes if named is None else [name.strip() for name in named.split(",")]
    told = [_pair(text, "--window") for text in arguments.window or ()]
    windows = told or ([bundle.window] if bundle.window else [])
    for name, known in (("id", arguments.id), ("classes", classes), ("window", windows)):
        if not known:
            raise InvalidParameter(f"To add a network, --{name} is needed.")
    mean, spread = bundle.scale or AS_THEY_ARE
    told_source = DataSource(bundle.trained_on, "training", 0, 0, "not said", "not said")
    return CardAnswers(
        id=arguments.id,
        classes=classes,
        window=windows[0],
        further_windows=tuple(windows[1:]),
        neighbours=_neighbours(arguments),
        title=arguments.title or bundle.title,
        task=arguments.task or bundle.task,
        head=arguments.head or bundle.head,
        manner=Manner(arguments.fit or bundle.fit or AS_A_WHOLE.fit, arguments.zoom),
        scale=(
            _numbers(arguments.mean, "--mean") if arguments.mean else mean,
            _numbers(arguments.spread, "--spread") if arguments.spread else spread,
        ),
        licence=arguments.licence or bundle.licence or "not said",
        data=(told_source,) if bundle.trained_on else (),
        **({"intended_use": bundle.intended_use} if bundle.intended_use else {}),
    )


def _neighbours(arguments: argparse.Namespace) -> "Neighbours | None":
    """Return which neighbouring slices the channels show; None if they show one slice."""
    from ctviz.models.neighbours import Neighbours

    text, first = arguments.neighbours, arguments.first_channel
    if text is None:
        if first:
            raise InvalidParameter("--first-channel is about neighbouring slices: --neighbours 1.")
        return None
    number, mm, rest = text.strip().partition("mm")
    try:
        step = float(number)
    except ValueError:
        step = 0.0
    if rest or not step > 0:
        raise InvalidParameter(f"--neighbours takes a number of slices or mm, not '{text}'.")
    return Neighbours(step, "mm" if mm else "slices", first or "above")


def _given(arguments: argparse.Namespace) -> dict[str, Value]:
    """Return the hyperparameters that weights do not tell."""
    from ctviz.models import ARCHITECTURES

    if not arguments.set:
        return {}
    if not arguments.architecture:
        raise InvalidParameter("--set is about an architecture; name it by --architecture.")
    cls = ARCHITECTURES[arguments.architecture]
    texts = settings_by_owner(arguments.set, [arguments.architecture])
    return dict(parsed(cls, arguments.architecture, texts.get(arguments.architecture, {})))


def _check(arguments: argparse.Namespace) -> None:
    from ctviz.backend.checking import check

    with opened_backend() as backend:
        card = chosen_model(backend, arguments.which)
        found = check(backend, card, dict(_meaning(text) for text in arguments.known))
        rows = [_row(what, finding) for what, finding in found.rows()]
        if not arguments.no_estimators:
            rows += _tried(backend, card)
    write_rows(rows, arguments.format)
    _warn(found)


def _warn(found: "Checkup") -> None:
    for warning in found.warnings():
        sys.stderr.write(f"{warning}\n")


def _tried(backend: "Backend", card: "ModelCard") -> list[Row]:
    """Return which estimators work on a slice of the first case, and why others are refused."""
    from ctviz.backend import Question
    from ctviz.backend.checking import quick
    from ctviz.estimators import ESTIMATORS

    case = chosen_case(backend, backend.cases()[0].id)
    question = Question(case.slice(len(case.slices) // 2), card.id, 0)
    jobs = backend.explain(question, [quick(cls) for cls in ESTIMATORS.values()])
    rows = []
    for name, job in zip(ESTIMATORS, jobs, strict=True):
        try:
            wait(job, f"Trying {name}")
            rows.append(_row(name, "works"))
        except Cancelled:
            raise
        except CtvizError as error:
            rows.append(_row(name, f"refused: {error}"))
    return rows


def _row(what: str, finding: str) -> Row:
    return {"what": what, "finding": finding}


def _meaning(text: str) -> tuple[str, str]:
    known, equals, name = text.partition("=")
    if not (equals and known.strip() and name.strip()):
        raise InvalidParameter(f"--known takes a case's class = the model's, not '{text}'.")
    return known.strip(), name.strip()


def _remove(arguments: argparse.Namespace) -> None:
    from ctviz.models.intake import put_model

    binned = put_model(Settings.from_environment().models, arguments.which)
    sys.stdout.write(f"Removed '{binned.card.id}'; the Models page can restore it for 30 days.\n")


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
