"""Whether a study's slices and patients are those that its model was trained on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ctviz.cohort.files import read_json, write_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.json_codec import from_plain
from ctviz.cohort.run.result import Context
from ctviz.core import InvalidInput
from ctviz.models import ModelCard
from ctviz.models.training_digests import TrainingDigests, name_of_secret

TRAINING = "training"
"""Occurs in the use of every entry of a card's data that a model was trained on."""


@dataclass(frozen=True)
class SeenSlice:
    """A slice of a study whose very pixels the model was trained on."""

    case: str
    slice_index: int
    patient: str


@dataclass(frozen=True)
class Leakage:
    """What of a study the model had met in its training.

    Only equal pixels are noticed: a slice that was exported anew with other numbers is not.

    Parameters
    ----------
    studied
        Number of slices that were looked up.
    listed
        How many different slices the model's folder lists; None where it lists nothing, so that
        nothing is known.
    unlisted
        Names of the training data, as the card has them, whose slices are not listed.
    seen
        The slices of the study that are listed.
    told_apart
        Whether patients could be compared: their pseudonyms in training are known, and are of
        this data folder's secret.
    patients
        Pseudonyms of the study that occur in training, found by their slices or by themselves.
    """

    studied: int
    listed: int | None
    unlisted: tuple[str, ...] = ()
    seen: tuple[SeenSlice, ...] = ()
    told_apart: bool = False
    patients: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        contexts: Iterable[Context],
        digests: TrainingDigests | None,
        card: ModelCard,
        secret: bytes,
    ) -> Self:
        """Look slices up in what the model's folder lists.

        Parameters
        ----------
        secret
            The data folder's, behind the pseudonyms of the study.
        """
        slices = tuple(contexts)
        learnt = [source.name for source in card.data if TRAINING in source.use]
        if digests is None:
            return cls(len(slices), None, tuple(learnt))
        seen = tuple(
            SeenSlice(context.case, context.slice_index, context.patient)
            for context in slices
            if context.pixels in digests.slices
        )
        told_apart = bool(digests.secret) and digests.secret == name_of_secret(secret)
        known = digests.patients if told_apart else frozenset()
        met = {each.patient for each in seen} | {each.patient for each in slices} & known
        return cls(
            studied=len(slices),
            listed=len(digests.slices),
            unlisted=tuple(name for name in learnt if name not in digests.data),
            seen=seen,
            told_apart=told_apart,
            patients=tuple(sorted(met)),
        )

    def save(self, folder: Path) -> None:
        """Write the file into a study's folder."""
        write_json(StudyFolder(folder).leakage, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """Return what was noticed when the study was run; None if nobody looked."""
        document = read_json(StudyFolder(folder).leakage)
        try:
            return None if document is None else from_plain(cls, document)
        except InvalidInput:
            return None
