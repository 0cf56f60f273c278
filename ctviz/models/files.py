"""A model as a folder: a card, weights and references that are checked before they are used.

Weights are safetensors, or an ONNX file that is read as data; never pickle. A file is used if, and
only if, its checksum equals the card's; a tensor, if its name, shape and type are those of the
network that the card names. Matrices are stored in float16, vectors (biases, normalisation) in
float32; of a network from elsewhere all is stored in float32. Everything is computed in float32.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import safetensors.torch
import torch
from torch import Tensor, nn

from ctviz.core import InvalidParameter, UnknownName, UnusableModel
from ctviz.core.foreign import foreign, legible
from ctviz.models.architectures import SingleNeuron, build_network, scaled
from ctviz.models.card import (
    CARD,
    FEATURES,
    NETWORK,
    ONNX,
    REFERENCES,
    WEIGHTS,
    ModelCard,
    read_card,
    write_card,
)
from ctviz.models.classifier import Classifier
from ctviz.models.onnx import onnx_network
from ctviz.networks import NetworkFailed, class_scores, undisturbed

LARGEST_FILE_BYTES = 500_000_000
LARGEST_REFERENCES = 256
MOST_SLICES = 100_000
"""Training slices whose features are kept."""


@dataclass(frozen=True)
class ModelShelf(Mapping[str, ModelCard]):
    """The models of a folder by id, and why others there cannot be used.

    Parameters
    ----------
    cards
        Model id -> its card.
    refused
        Name of the folder -> one sentence.
    """

    cards: Mapping[str, ModelCard]
    refused: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __getitem__(self, model_id: str) -> ModelCard:
        if model_id not in self.cards:
            raise UnknownName("model", model_id, self.cards)
        return self.cards[model_id]

    def __contains__(self, model_id: object) -> bool:
        return model_id in self.cards

    def __iter__(self) -> Iterator[str]:
        return iter(self.cards)

    def __len__(self) -> int:
        return len(self.cards)


def model_cards(models_folder: Path | str) -> ModelShelf:
    """Return the cards of a folder of model folders; a broken one does not hide the others.

    A model's folder is called by the model's id.
    """
    cards: dict[str, ModelCard] = {}
    refused: dict[str, str] = {}
    for path in sorted(Path(models_folder).glob(f"*/{CARD}")):
        name = legible(path.parent.name)
        try:
            card = read_card(path.parent)
        except UnusableModel as error:
            refused[name] = str(error)
            continue
        if card.id == name:
            cards[name] = card
        else:
            refused[name] = f"The model '{card.id}' lies in a folder called '{name}'; rename it."
    return ModelShelf(MappingProxyType(cards), MappingProxyType(refused))


def load_model(folder: Path | str, device: str = "cpu") -> Classifier:
    """Load a trained model, refusing anything that is not exactly what its card says."""
    folder = Path(folder)
    card = read_card(folder)
    network = scaled(_stored_network(folder, card), card.scale)
    network.to(device).eval().requires_grad_(requires_grad=False)
    _lay_out(network, card)
    references = None
    if REFERENCES in card.sha256:
        references = _references(_read_tensors(folder, REFERENCES, card), card).to(device)
    known = None
    if FEATURES in card.sha256:
        depths = _features(_read_tensors(folder, FEATURES, card), card)
        known = tuple(each.to(device) for each in depths)
    return Classifier(card, network, references, known)


def _stored_network(folder: Path, card: ModelCard) -> nn.Module:
    """Return the network with its weights, as values from 0 to 1, normalised, go into it."""
    if card.architecture == ONNX:
        body = onnx_network(_read_bytes(folder, NETWORK, card))
        return SingleNeuron(body) if card.neurons == 1 else body
    network = _fresh_network(card)
    stored = _read_tensors(folder, WEIGHTS, card)
    _refuse_other_weights(stored, network, card)
    network.load_state_dict(network.state_dict() | stored)
    return network


def _lay_out(network: nn.Module, card: ModelCard) -> None:
    """Let the network's weights lie with channels last, which is faster, if it can bear that.

    One that makes a row of its features by ``view`` cannot: its features follow its weights.
    """
    first = next(network.parameters(), torch.empty(0))
    image = torch.zeros(1, card.channels, *card.size).to(first)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    try:
        with undisturbed(network), torch.no_grad():
            class_scores(network, image)
    except NetworkFailed:
        network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]


def save_model(folder: Path | str, classifier: Classifier) -> ModelCard:
    """Write a model folder and return its card with the checksums of what was written.

    References are stored in 256 grey levels.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    whole = classifier.card.added != ""
    files = {WEIGHTS: safetensors.torch.save(_stored_form(classifier.network, whole=whole))}
    if classifier.references is not None:
        levels = (classifier.references.cpu() * 255).round().to(torch.uint8).contiguous()
        files[REFERENCES] = safetensors.torch.save({"references": levels})
    if classifier.known is not None:
        depths = enumerate(classifier.known)
        rows = {str(depth): each.cpu().half().contiguous() for depth, each in depths}
        files[FEATURES] = safetensors.torch.save(rows)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    card = replace(classifier.card, sha256=MappingProxyType(checksums))
    write_card(folder, card)
    return card


def new_classifier(card: ModelCard, *, seed: int = 0) -> Classifier:
    """Return the card's network before its training, with weights drawn from a seed."""
    return Classifier(card, _fresh_network(card, seed).eval())


def _fresh_network(card: ModelCard, seed: int = 0) -> nn.Module:
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return build_network(
                card.architecture, card.arguments, channels=card.channels, neurons=card.neurons
            )
    except (UnknownName, InvalidParameter) as error:
        raise UnusableModel(f"The card of model '{card.id}' cannot be used: {error}") from None


def _stored_form(network: nn.Module, *, whole: bool) -> dict[str, Tensor]:
    """Return the tensors that are stored: all but integer counters, which only training reads.

    Those of a network from elsewhere keep all their digits.
    """
    return {
        name: tensor.detach().cpu().to(_stored_type(tensor, whole=whole)).contiguous()
        for name, tensor in network.state_dict().items()
        if tensor.is_floating_point()
    }


def _stored_type(tensor: Tensor, *, whole: bool) -> torch.dtype:
    # Variances of a normalisation may be too small for float16.
    return torch.float16 if tensor.ndim > 1 and not whole else torch.float32


def _read_bytes(folder: Path, name: str, card: ModelCard) -> bytes:
    """Return a file's content if it is the one that the card describes."""
    path = folder / name
    try:
        if not path.is_file():
            raise FileNotFoundError(name)
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise UnusableModel(
                f"The file {name} of model '{card.id}' is larger than the allowed "
                f"{LARGEST_FILE_BYTES // 1_000_000} MB."
            )
        content = path.read_bytes()
    except OSError:
        raise UnusableModel(
            f"The model '{card.id}' has no readable {name}; copy the whole folder again."
        ) from None
    if hashlib.sha256(content).hexdigest() != card.sha256[name]:
        raise UnusableModel(
            f"The file {name} of model '{card.id}' is not the one its card describes (the "
            "checksums differ); copy the whole folder again from its source."
        )
    return content


def _read_tensors(folder: Path, name: str, card: ModelCard) -> dict[str, Tensor]:
    content = _read_bytes(folder, name, card)
    with foreign(
        UnusableModel(
            f"The file {name} of model '{card.id}' is not a safetensors file, or holds numbers "
            "of a kind that is not used for weights; copy the whole folder again."
        )
    ):
        tensors: dict[str, Tensor] = safetensors.torch.load(content)
    return tensors


def _refuse_other_weights(stored: dict[str, Tensor], network: nn.Module, card: ModelCard) -> None:
    expected = _stored_form(network, whole=card.added != "")
    for name in sorted(set(expected) ^ set(stored)):
        word = "misses" if name in expected else "has the unknown"
        raise UnusableModel(f"The weights of model '{card.id}' {word} tensor '{name}'.")
    for name, tensor in stored.items():
        wanted = expected[name]
        if tensor.shape != wanted.shape or tensor.dtype != wanted.dtype:
            raise UnusableModel(
                f"The tensor '{name}' of model '{card.id}' is {_kind(tensor)} where the "
                f"architecture '{card.architecture}' has {_kind(wanted)}."
            )
        if not tensor.isfinite().all():
            raise UnusableModel(
                f"The tensor '{name}' of model '{card.id}' has infinite or undefined values."
            )


def _kind(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def _references(stored: dict[str, Tensor], card: ModelCard) -> Tensor:
    images = stored.get("references", torch.empty(0))
    fits = images.shape[1:] == (card.channels, *card.size) and images.dtype == torch.uint8
    if not fits or not 1 <= len(images) <= LARGEST_REFERENCES or len(stored) != 1:
        raise UnusableModel(
            f"The references of model '{card.id}' must be 1 to {LARGEST_REFERENCES} images of "
            f"8 bits in the model's input size."
        )
    return images.float() / 255


def _features(stored: dict[str, Tensor], card: ModelCard) -> list[Tensor]:
    limits = card.familiarity.limits if card.familiarity else ()
    depths = [stored.get(str(depth), torch.empty(0)) for depth in range(len(limits))]
    rows = {len(each) for each in depths}
    fit = all(
        each.ndim == 2 and each.dtype == torch.float16 and each.isfinite().all() for each in depths
    )
    if not fit or len(stored) != len(limits) or len(rows) != 1 or not 1 <= max(rows) <= MOST_SLICES:
        raise UnusableModel(
            f"The features of model '{card.id}' must be those of 1 to {MOST_SLICES} training "
            "slices, finite, a row each at every depth."
        )
    return [each.float() for each in depths]
