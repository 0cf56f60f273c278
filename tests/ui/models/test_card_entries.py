"""What is typed into the form becomes the answers for a card."""

import pytest

from ctviz.core import UnusableModel
from ctviz.models.card import AS_THEY_ARE
from ctviz.ui.models.card_entries import GREY_IMAGENET, IMAGENET, OTHER, CardEntries


@pytest.fixture
def entries():
    return CardEntries("Our nódule net, v2", ["no", "yes"], [(40.0, 400.0)])


def test_the_id_is_made_of_the_title(entries):
    assert entries.id == "our-nodule-net-v2"
    entries.title = "肺"
    assert entries.id == ""


def test_normalisation_is_that_of_the_channels(entries):
    assert entries.answers(1).scale == AS_THEY_ARE
    entries.scale = IMAGENET
    assert entries.answers(1).scale == GREY_IMAGENET
    assert entries.answers(3).scale[0] == (0.485, 0.456, 0.406)
    entries.scale, entries.mean, entries.spread = OTHER, "0.1, 0.2,0.3", "1"
    assert entries.answers(3).scale == ((0.1, 0.2, 0.3), (1.0,))
    entries.spread = "one"
    with pytest.raises(UnusableModel, match="separated by commas"):
        entries.answers(3)


def test_a_known_truth_is_the_class_of_its_name_or_what_it_is_said_to_be(entries):
    assert entries.classes_of("YES ") == (1,)
    assert entries.classes_of("with nodule") is None
    entries.meaning["with nodule"] = "yes"
    assert entries.classes_of("with nodule") == (1,)
    entries.classes = ["yes", "yes"]
    assert entries.classes_of("yes") is None


def test_training_data_is_told_where_it_is_named(entries):
    assert entries.answers(1).data == ()
    entries.trained_on, entries.patients = "Our chest CT", 120
    [source] = entries.answers(1).data
    assert (source.name, source.patients, source.slices) == ("Our chest CT", 120, 0)
