"""The quicker forms of the models' networks, each found once on a machine and kept on disk."""

import logging
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from ctviz.backend.stored.keys import address, of_model
from ctviz.core import UnsupportedNetwork
from ctviz.core.files import replacing, sealed, unsealed
from ctviz.models import ModelCard
from ctviz.models.passes import EXACT, exported, quick_scores, worst_difference
from ctviz.networks import offer_quick_form

log = logging.getLogger(__name__)
GRAPH, SUFFIX = "graph", ".form"
NONE = b""
"""A network without a quicker form, which nobody need look for again."""


class QuickForms:
    """Lets networks pass images more quickly where no gradient is asked for.

    A network has its form from the first pass on or never, so that no result depends on which came
    first.

    Parameters
    ----------
    folder
        Where exported networks are kept; it may be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def attach(self, network: nn.Module, card: ModelCard) -> None:
        """Offer a network its quicker form, if it computes on the processor and has one."""
        weights = list(network.parameters())
        if not weights or any(w.device.type != "cpu" or w.dtype != torch.float32 for w in weights):
            return
        graph, shape = self._graph(network, card), (card.channels, *card.size)
        if graph != NONE:
            offer_quick_form(network, quick_scores(graph, torch.get_num_threads()), shape)

    def _graph(self, network: nn.Module, card: ModelCard) -> bytes:
        """Return the exported network, exact by trial; ``NONE`` if there is none."""
        path = self._folder / f"{_key(card)}{SUFFIX}"
        kept = self._kept(path)
        if kept is None:
            kept = _found(network, card)
            try:
                with replacing(path) as file:
                    file.write(sealed({GRAPH: np.frombuffer(kept, np.uint8)}))
            except OSError as error:
                log.warning("The form of a network could not be kept: %s.", error.strerror)
        return kept

    def _kept(self, path: Path) -> bytes | None:
        try:
            arrays = unsealed(path.read_bytes())
        except OSError:
            return None
        return None if arrays is None else arrays[GRAPH].tobytes()


def _found(network: nn.Module, card: ModelCard) -> bytes:
    shape = (card.channels, *card.size)
    try:
        graph = exported(network, shape)
        difference = worst_difference(network, quick_scores(graph, 1), shape)
    except UnsupportedNetwork as refusal:
        log.info("'%s' keeps its own passes: %s", card.id, refusal)
        return NONE
    if not difference <= EXACT:
        log.info("'%s' keeps its own passes: others differ by %.1e.", card.id, difference)
        return NONE
    return graph


def _key(card: ModelCard) -> str:
    made_by = [onnxruntime.__version__, torch.__version__]
    return address("quick form", of_model(card), made_by)
