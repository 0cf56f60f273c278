"""Whether a slice is like what the model has learnt from, in words."""

from dataclasses import replace

import pytest

from ctviz.models import Familiarity, ModelCard
from ctviz.ui.compare.strangeness import strangeness_words

CARD = ModelCard(
    id="tiny",
    title="Tiny",
    task="Which?",
    classes=("a", "b"),
    architecture="resnet18",
    familiarity=Familiarity(5, 0.5, "63 real slices"),
)


@pytest.mark.parametrize("strangeness", [None, 0.0, 0.7, 1.0])
def test_nothing_is_said_of_a_familiar_slice(strangeness):
    assert strangeness_words(CARD, strangeness) == ""


def test_nothing_is_said_where_the_model_does_not_say_what_it_learnt_from():
    assert strangeness_words(replace(CARD, familiarity=None), 7.0) == ""


def test_a_strange_slice_is_said_to_be_so_with_its_figure_and_the_false_alarms():
    words = strangeness_words(CARD, 1.64)
    assert "1.6 × as far" in words
    assert "63 real slices" in words
    assert "5 % false alarms" in words
