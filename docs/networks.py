"""Write the table of which estimator is right on which network, after checking every cell.

``python -m docs.networks`` from the project's folder writes ``docs/networks.md``. A cell is right
only if the estimator's map equals that of an independent slow version on that network, in float64;
it is refused if the estimator says so itself. Anything else stops the script. With names of
estimators behind it, it checks theirs and keeps what the page says of the others.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor, nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.networks import NETWORKS, built, efficientnet
from tests.estimators.odd_networks import BENT, READABLE, SIDE
from tests.estimators.oracles.oracle import ORACLES, TOLERANCE, Asked, Marked

for kind in ("activations", "attention", "backward_rules", "gradients", "others", "perturbation"):
    import_module(f"tests.estimators.oracles.{kind}")

PAGE = Path(__file__).with_name("networks.md")
SIZE = 64
TARGET = 1
RIGHT, REFUSED = "right", "refused, note "
RULES_OF_READING = """\
A map of features reads the last picture that every way from the image to the class score passes: a
layer's answer, or what plain functions join again. Tokens, and pictures whose values were moved
about, are read only where changing a part of the image changes most the places that stand for it;
of a transformer the last tokens that the score still asks are read, without its class token.

Guided backpropagation and deconvolution leave gates of sigmoids, group and layer normalisation
their own derivatives; DeepLIFT, LRP and FullGrad refuse them. All of these refuse what takes values
from the image off the record, such as `x * (x > 0)`. FullGrad also refuses networks that move their
pictures about.

`smooth+…`, `squared+…` and `variance+…` around an estimator are right where the one inside is."""


@dataclass(frozen=True)
class Column:
    """A network of the table, and its last layer with feature maps, unless it shows them itself."""

    title: str
    layer: str = ""

    @property
    def size(self) -> int:
        """Rows and columns of its images."""
        return SIZE if self.layer else SIDE


COLUMNS = {
    "resnet18": Column("MONAI ResNet-18", "layer4"),
    "resnet50": Column("MONAI ResNet-50", "layer4"),
    "densenet121": Column("MONAI DenseNet121", "class_layers.relu"),
    "efficientnet": Column("MONAI EfficientNet-B0", "_swish"),
    "seresnet50": Column("MONAI SEResNet50", "layer4"),
    "sequential": Column("plain sequential", "4"),
    "mixed": Column("functional and in-place ReLU, reused modules", "fourth"),
    "functional-add": Column("functional sum of branches"),
    "functional-cat": Column("functional concatenation of branches"),
    "vgg": Column("one ReLU for pictures and, behind `flatten`, for vectors"),
    "in-place-behind-flatten": Column("in-place ReLU behind `flatten`"),
    "inception": Column("Inception-like branches"),
    "excited": Column("squeeze-and-excitation, written out"),
    "attention-pooled": Column("attention pooling"),
    "tokens": Column("vision transformer, mean of tokens"),
    "class-token": Column("vision transformer, class token"),
    "times-its-sign": Column("x · (x > 0) for ReLU"),
}


@dataclass(frozen=True)
class Cell:
    """Whether an estimator is right on a network; if not, its refusal."""

    refusal: str = ""


def main(names: Sequence[str] = ()) -> None:
    """Check all cells, or those of some estimators, and write the page."""
    known = cells_of(PAGE.read_text(encoding="utf-8")) if names else {}
    cells = {
        (name, column): checked(name, column)
        if name in (names or ESTIMATORS)
        else known[name, column]
        for column in COLUMNS
        for name in ESTIMATORS
    }
    PAGE.write_text("\n".join(page(cells)) + "\n", encoding="utf-8")


def cells_of(page: str) -> dict[tuple[str, str], Cell]:
    """Return what a page says of each estimator and network."""
    lines = page.splitlines()
    notes = dict(line.split(". ", 1) for line in lines if line[:1].isdigit())
    table = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    return {
        (name.strip("`"), column): _cell(text, notes)
        for name, *texts, _ in table
        for column, text in zip(COLUMNS, texts, strict=True)
    }


def _cell(text: str, notes: dict[str, str]) -> Cell:
    known, note = text.startswith(REFUSED), text.removeprefix(REFUSED)
    if text != RIGHT and not known:
        raise ValueError(f"The page has the cell '{text}', which is neither right nor refused.")
    return Cell(notes[note]) if known else Cell()


def checked(name: str, column: str) -> Cell:
    """Return an estimator's cell; a map that differs from its slow version's is an error."""
    oracle = ORACLES[name]
    image, *references = images(COLUMNS[column].size)[:, None]
    asked = (Asked if COLUMNS[column].layer else Marked)(
        network=network(column),
        image=image,
        target=TARGET,
        references=torch.cat(references),
        layer=COLUMNS[column].layer,
        estimator=ESTIMATORS[name](**oracle.settings),
    )
    try:
        oracle.check(asked)
    except UnsupportedNetwork as refusal:
        return Cell(str(refusal))
    except AssertionError as difference:
        raise AssertionError(f"{name} is wrong on {column}: {difference}") from difference
    return Cell()


@cache
def network(column: str) -> nn.Module:
    """Return a column's network with weights from a seed, in float64 and in evaluation.

    Its normalisations get the statistics of random images, without which a deep network with
    random weights answers the same to every image.
    """
    found: nn.Module = built({**NETWORKS, **READABLE, **BENT, "efficientnet": efficientnet}[column])
    norms = [layer for layer in found.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    with torch.no_grad():
        found(images(COLUMNS[column].size))
    return found.eval().requires_grad_(requires_grad=False)


def images(size: int) -> Tensor:
    """Return four random images (4, 1, h, w)."""
    generator = torch.Generator().manual_seed(5)
    return torch.rand(4, 1, size, size, generator=generator, dtype=torch.float64)


def page(cells: dict[tuple[str, str], Cell]) -> Iterator[str]:
    """Yield the page's lines."""
    reasons = list(dict.fromkeys(cell.refusal for cell in cells.values() if cell.refusal))
    yield "# Which estimator is right on which network"
    yield ""
    yield "Made by `python -m docs.networks`, which checks every cell before it writes it. *Right*"
    yield "means: on this network the map equals what the last column names, made independently,"
    yield f"to {TOLERANCE:g} of the map's largest value, on an image of {SIZE} × {SIZE} pixels"
    yield f"({SIDE} × {SIDE} for the networks that follow the mixed one) in"
    yield "float64, with random weights and these images' statistics. *Refused* means: the"
    yield "estimator itself says that it cannot be right here, in the words of the note."
    yield ""
    yield from RULES_OF_READING.splitlines()
    yield ""
    titles = [column.title for column in COLUMNS.values()]
    yield _row(["Estimator", *titles, "Equals"])
    yield _row(["---"] * (len(COLUMNS) + 2))
    for name in ESTIMATORS:
        states = [_state(cells[name, column], reasons) for column in COLUMNS]
        yield _row([f"`{name}`", *states, ORACLES[name].says])
    yield ""
    for number, reason in enumerate(reasons, 1):
        yield f"{number}. {reason}"


def _state(cell: Cell, reasons: list[str]) -> str:
    return f"{REFUSED}{reasons.index(cell.refusal) + 1}" if cell.refusal else RIGHT


def _row(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
