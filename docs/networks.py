"""Write the tables of which estimator is right on which network, after checking every cell.

``python -m docs.networks`` from the project's folder writes ``docs/networks.md``. A cell is right
only if the estimator's map equals that of an independent slow version on that network, in float64;
it is refused if the estimator says so itself. Anything else stops the script. With names of
estimators or networks behind it, it checks theirs and keeps what the page says of the others.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor, nn

from ctviz.core import UnsupportedNetwork
from ctviz.estimators import ESTIMATORS
from tests.estimators.families import FAMILIES
from tests.estimators.networks import NETWORKS, MonaisViT, built, efficientnet
from tests.estimators.odd_networks import BENT, READABLE
from tests.estimators.oracles.oracle import ORACLES, TOLERANCE, Asked, Marked
from tests.estimators.transformers import WRITTEN

for kind in ("activations", "attention", "backward_rules", "gradients", "others", "perturbation"):
    import_module(f"tests.estimators.oracles.{kind}")

PAGE = Path(__file__).with_name("networks.md")
TARGET = 1
RIGHT, NOTE = "right", "note "
EVERYWHERE = "Right on each of them: "
INTRODUCTION = f"""\
Made by `python -m docs.networks`, which checks every cell before it writes it. *Right* means: on
this network the map equals what the list below names, made independently, to {TOLERANCE:.0e} of the
map's largest value, in float64, on an image of 16 × 16 to 64 × 64 pixels, with random weights and
statistics of random images. A *note* means: the estimator itself says that it cannot be right here,
in the words of the note. Networks of MONAI are so named; the others are small ones of the same
build, in plain torch."""
RULES_OF_READING = """\
A map of features reads the last picture that every way from the image to the class score passes: a
layer's answer, or what plain functions join again. Tokens, and pictures whose values were moved
about, are read only where changing a part of the image changes most the places that stand for it;
of a transformer the last tokens that the score still asks are read, without its class token.

Guided backpropagation and deconvolution leave gates of sigmoids, group and layer normalisation
their own derivatives; DeepLIFT, LRP and FullGrad refuse them. All of these refuse what takes values
from the image off the record, such as `x * (x > 0)`. FullGrad also refuses networks that move their
pictures about.

Attention rollout and attention relevance follow attention over all tokens, in layers one behind the
other, and refuse what mixes tokens in any other way; a Swin's windows are one. AttnLRP has rules
for attention of any kind, layer normalisation, GELU, SiLU and Tanh, and refuses other bends than
these and ReLU.

`smooth+…`, `squared+…` and `variance+…` around an estimator are right where the one inside is."""


@dataclass(frozen=True)
class Column:
    """A network of a table, and its last layer with feature maps, unless it shows them itself."""

    title: str
    layer: str = ""
    size: int = 16
    """Rows and columns of its images."""


FAMILY_COLUMNS = {
    "resnet18": Column("ResNet-18, MONAI", "layer4", 64),
    "resnet50": Column("ResNet-50, MONAI", "layer4", 64),
    "densenet121": Column("DenseNet121, MONAI", "class_layers.relu", 64),
    "efficientnet": Column("EfficientNet-B0, MONAI", "_swish", 64),
    "seresnet50": Column("SE-ResNet-50, MONAI", "layer4", 64),
    "plain-vgg": Column("VGG", "6", 32),
    "inception": Column("Inception"),
    "plain-mobilenet": Column("MobileNet", "4", 32),
    "plain-convnext": Column("ConvNeXt", "3", 32),
    "regnet": Column("RegNet", "4", 32),
    "plain-se-resnext": Column("SE-ResNeXt", "4", 64),
    "vit": Column("ViT, MONAI"),
    "vit-tanh": Column("ViT, MONAI, with its Tanh"),
    "class-token": Column("ViT, class token"),
    "tokens": Column("ViT, mean of tokens"),
    "swin": Column("Swin", size=32),
}
WRITING_COLUMNS = {
    "sequential": Column("plain sequential", "4", 64),
    "mixed": Column("functional and in-place ReLU, reused modules", "fourth", 64),
    "functional-add": Column("functional sum of branches"),
    "functional-cat": Column("functional concatenation of branches"),
    "vgg": Column("one ReLU for pictures and, behind `flatten`, for vectors"),
    "in-place-behind-flatten": Column("in-place ReLU behind `flatten`"),
    "excited": Column("squeeze-and-excitation, written out"),
    "times-its-sign": Column("x · (x > 0) for ReLU"),
    "attention-pooled": Column("attention pooling of a convolutional network"),
    "attention-fused": Column("attention by torch's fused function"),
    "attention-by-einsum": Column("attention by `einsum`"),
    "attention-by-exponentials": Column("attention without a softmax"),
}
TABLES = {
    "Families of architectures": FAMILY_COLUMNS,
    "Ways of writing a network": WRITING_COLUMNS,
}
COLUMNS = FAMILY_COLUMNS | WRITING_COLUMNS


@dataclass(frozen=True)
class Cell:
    """Whether an estimator is right on a network; if not, its refusal, without the rule's name."""

    refusal: str = ""


def main(names: Sequence[str] = ()) -> None:
    """Check all cells, or those of some estimators and networks, and write the page."""
    known = cells_of(PAGE.read_text(encoding="utf-8")) if names else {}
    cells = {
        (name, column): checked(name, column)
        if {name, column} & set(names or (name,))
        else known[name, column]
        for column in COLUMNS
        for name in ESTIMATORS
    }
    PAGE.write_text("\n".join(page(cells)) + "\n", encoding="utf-8")


def cells_of(page: str) -> dict[tuple[str, str], Cell]:
    """Return what a page says of each estimator and network."""
    notes = dict(line.split(". ", 1) for line in page.splitlines() if line[:1].isdigit())
    found = dict[tuple[str, str], Cell]()
    for title, columns in TABLES.items():
        for line in page.partition(f"## {title}\n")[2].partition("\n## ")[0].splitlines():
            if line.startswith(EVERYWHERE):
                names = line.removeprefix(EVERYWHERE).rstrip(".").split(", ")
                found.update({(name.strip("`"), key): Cell() for name in names for key in columns})
            elif line.startswith("| `"):
                name, *texts = line.strip("| ").split(" | ")
                cells = zip(columns, texts, strict=True)
                found.update({(name.strip("`"), key): _cell(text, notes) for key, text in cells})
    return found


def _cell(text: str, notes: dict[str, str]) -> Cell:
    known, note = text.startswith(NOTE), text.removeprefix(NOTE)
    if text != RIGHT and not known:
        raise ValueError(f"The page has the cell '{text}', which is neither right nor a note.")
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
        return Cell(without_rule(str(refusal)))
    except AssertionError as difference:
        raise AssertionError(f"{name} is wrong on {column}: {difference}") from difference
    return Cell()


def without_rule(refusal: str) -> str:
    """Return a refusal without the name of the rule, of which its row tells.

    >>> without_rule("The LRP-ε rule is defined for networks of ReLU; this one has none.")
    'The rule is defined for networks of ReLU; this one has none.'
    """
    return re.sub(r"^The .+? rule is defined", "The rule is defined", refusal)


@cache
def network(column: str) -> nn.Module:
    """Return a column's network with weights from a seed, in float64 and in evaluation.

    Its normalisations get the statistics of random images, without which a deep network with
    random weights answers the same to every image.
    """
    monais = {
        "efficientnet": efficientnet,
        "vit": MonaisViT,
        "vit-tanh": partial(MonaisViT, tanh=True),
    }
    known = {**NETWORKS, **FAMILIES, **READABLE, **BENT, **WRITTEN, **monais}
    found: nn.Module = built(known[column])
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
    yield from INTRODUCTION.splitlines()
    yield ""
    yield from RULES_OF_READING.splitlines()
    for title, columns in TABLES.items():
        everywhere = [n for n in ESTIMATORS if not any(cells[n, key].refusal for key in columns)]
        yield from ("", f"## {title}", "")
        yield f"{EVERYWHERE}{', '.join(f'`{name}`' for name in everywhere)}."
        yield ""
        yield _row(["Estimator", *(column.title for column in columns.values())])
        yield _row(["---"] * (len(columns) + 1))
        for name in ESTIMATORS:
            if name not in everywhere:
                yield _row([f"`{name}`", *(_state(cells[name, key], reasons) for key in columns)])
    yield from ("", "## What each map was held against", "")
    yield _row(["Estimator", "Equals"])
    yield _row(["---", "---"])
    for name in ESTIMATORS:
        yield _row([f"`{name}`", ORACLES[name].says])
    yield from ("", "## Notes", "")
    for number, reason in enumerate(reasons, 1):
        yield f"{number}. {reason}"


def _state(cell: Cell, reasons: list[str]) -> str:
    return f"{NOTE}{reasons.index(cell.refusal) + 1}" if cell.refusal else RIGHT


def _row(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
