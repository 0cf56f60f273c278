"""Takes the weights out of a checkpoint: ``python -m ctviz.models.intake.unpacking FILE OUT``.

Runs in a process of its own. Pickles are read by torch with ``weights_only``, which builds tensors
and nothing else; what comes out is safetensors. The last thing it writes is one line of JSON.
"""

import json
import pickle
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from ctviz.core import CtvizError, UnusableModel
from ctviz.core.foreign import foreign
from ctviz.models.intake.apart import CRASHED, limit, refuse_large, told_by

PREFIXES = ("module.", "model.", "net.", "network.", "_orig_mod.")
"""What training programs put before the names of a network's own tensors."""
TABLES = ("state_dict", "model_state_dict", "model", "net", "network", "weights")
"""Where checkpoints keep the weights among other things."""
MOST_WEIGHTS = 125_000_000
MOST_TENSORS = 20_000
DONE = "done"


def unpacked(file: Path) -> dict[str, Tensor]:
    """Return the float32 weights of a checkpoint by the network's own names.

    Raises
    ------
    UnusableModel
        In a sentence, whatever is wrong with the file; nothing of it is ever run.
    """
    refuse_large(file)
    with tempfile.TemporaryDirectory(prefix="ctviz-weights-") as folder:
        out = Path(folder) / "weights.safetensors"
        line = told_by("ctviz.models.intake.unpacking", [str(file), str(out)])
        try:
            said = json.loads(line)
        except ValueError:
            raise UnusableModel(CRASHED) from None
        if said != DONE:
            raise UnusableModel(str(said))
        tensors: dict[str, Tensor] = safetensors.torch.load_file(out)
    return tensors


def main(arguments: Sequence[str]) -> None:
    """Write the weights of a file to another one."""
    file, out = map(Path, arguments)
    limit()
    damaged = UnusableModel(
        "The file is neither a checkpoint of torch nor safetensors, or it is damaged; save the "
        "network's state_dict again."
    )
    try:
        with foreign(damaged, UnusableModel(CRASHED)):
            safetensors.torch.save_file(weights_of(_loaded(file)), out)
        sys.stdout.write(json.dumps(DONE))
    except CtvizError as refusal:
        sys.stdout.write(json.dumps(str(refusal)))


def _loaded(file: Path) -> object:
    if file.suffix.lower() == ".safetensors":
        return safetensors.torch.load_file(file)
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise UnusableModel(
            "The checkpoint holds more than weights, e.g. the whole model, which would have to be "
            "run to be read; save torch.save(model.state_dict(), 'weights.pth') instead."
        ) from None


def weights_of(loaded: object) -> dict[str, Tensor]:
    """Return the weights among what a checkpoint holds, by the network's own names."""
    table = _table(loaded)
    if table is None:
        raise UnusableModel(
            "The checkpoint has no table of weights by name; save the network's state_dict."
        )
    if len(table) > MOST_TENSORS or sum(each.numel() for each in table.values()) > MOST_WEIGHTS:
        raise UnusableModel(
            f"The checkpoint has more than {MOST_WEIGHTS // 1_000_000} million weights; networks "
            "for slices have fewer."
        )
    kept: dict[str, Tensor] = {}
    for name, tensor in table.items():
        if tensor.is_quantized or tensor.layout is not torch.strided:
            raise UnusableModel(
                f"The tensor '{name[:80]}' is quantised or sparse; save the network that was "
                "trained, before it was made smaller."
            )
        own = _own(name)
        if own in kept:
            raise UnusableModel(
                f"The checkpoint has the weights of two networks ('{own[:80]}' is there twice); "
                "save the state_dict of one."
            )
        # Whole numbers count batches, which only training reads.
        if tensor.is_floating_point():
            kept[own] = tensor.detach().to(torch.float32).clone().contiguous()
    return kept


def _table(loaded: object, depth: int = 2) -> dict[str, Tensor] | None:
    """Return the first table of tensors by name, looking into those that hold it."""
    if not isinstance(loaded, Mapping):
        return None
    tensors = {str(name): each for name, each in loaded.items() if isinstance(each, Tensor)}
    if tensors and len(tensors) == len(loaded):
        return tensors
    inner = (_table(loaded.get(name), depth - 1) for name in TABLES) if depth else ()
    return next((each for each in inner if each is not None), None)


def _own(name: str) -> str:
    """Return a name without what programs put before it.

    >>> _own("module.model.conv1.weight"), _own("features.conv0.weight")
    ('conv1.weight', 'features.conv0.weight')
    """
    prefix = next((each for each in PREFIXES if name.startswith(each)), "")
    return _own(name.removeprefix(prefix)) if prefix else name


if __name__ == "__main__":
    main(sys.argv[1:])
