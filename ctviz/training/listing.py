"""Listing the slices of a model that was trained before its folder listed them."""

from dataclasses import replace
from pathlib import Path

from ctviz.core import InvalidInput
from ctviz.core.text import count_of
from ctviz.models import DataSource, read_card
from ctviz.models.training_digests import TrainingDigests, write_training_digests
from ctviz.training.contrast import RealSlices, labelled_cases, training_digests


def list_training_slices(real: RealSlices, model: Path) -> TrainingDigests:
    """Write the digests of real slices into the folder of the model that was trained on them.

    That it was these slices is believed only as far as the card tells: it must speak of as many
    slices and patients.
    """
    source = _source(real, model)
    digests = training_digests(replace(real, name=source.name))
    write_training_digests(model, digests)
    return digests


def _source(real: RealSlices, model: Path) -> DataSource:
    """Return the entry of the model's card that speaks of the slices of a folder."""
    card, slices, different, patients = read_card(model), 0, set[str](), set[str]()
    for case, _, patient in labelled_cases(real):
        slices += len(case.slices)
        different |= {image.digest for image in case.slices}
        patients.add(patient)
    for source in card.data:
        # Cards of ctviz 0.2 counted a slice as often as there were files of it.
        if source.slices in {slices, len(different)} and source.patients == len(patients):
            return source
    raise InvalidInput(
        f"The folder holds {count_of(slices, 'slice')} of {count_of(len(patients), 'patient')}, "
        f"and the card of '{card.id}' speaks of no such data; name the folder that the model was "
        "trained on."
    )
