"""What a reader should know before believing what is on the screen."""

from dataclasses import replace

import numpy as np
import pytest

from ctviz.core import Prediction
from ctviz.estimators import ESTIMATORS
from ctviz.models import Familiarity, ModelCard
from ctviz.models.neighbours import Neighbours
from ctviz.ui.compare.notices import Explained, alike_of, in_short
from ctviz.ui.compare.on_neighbours import share_beside

CARD = ModelCard(
    id="tiny",
    title="Tiny",
    task="Which?",
    classes=("a", "b"),
    architecture="resnet18",
    familiarity=Familiarity(5, (0.5,), "63 real slices"),
)
ANSWER = Prediction("tiny", ("a", "b"), np.array([0.2, 0.8]))


@pytest.mark.parametrize("strangeness", [None, 0.4, 1.0])
def test_of_a_familiar_slice_whose_answer_is_explained_there_is_nothing_to_know(strangeness):
    assert Explained(CARD, ANSWER, 1, strangeness).notices(()) == ()


def test_a_strange_slice_comes_before_all_else():
    notices = Explained(CARD, ANSWER, 0, 1.6).notices(["A control wins."])
    assert [each.short for each in notices] == [
        "unlike the training",
        "not the answer",
        "trust none: a control wins",
    ]
    assert "1.6 × as far" in notices[0].sentence


FINDINGS = ModelCard("tiny", "Tiny", "Which?", ("a", "b", "c"), "resnet18", {}, 3, True)


def test_of_several_findings_those_over_the_threshold_are_told_first():
    several = Prediction("tiny", FINDINGS.classes, np.array([0.2, 0.9, 0.6]), multi_label=True)
    explained = Explained(FINDINGS, several, 2)
    assert explained.answer == "Found: b 0.90 · c 0.60 · not a 0.20"
    assert explained.words == "Explained: c, found here."
    assert explained.notices(()) == ()
    (notice,) = Explained(FINDINGS, several, 0).notices(())
    assert notice.short == "not found here"
    assert "'a', which the model does not find on this slice (0.20)" in notice.sentence
    nothing = Prediction("tiny", FINDINGS.classes, np.array([0.2, 0.1, 0.3]), multi_label=True)
    assert Explained(FINDINGS, nothing, 2).answer == "Found: nothing · not a 0.20 · b 0.10 · c 0.30"


@pytest.mark.parametrize(
    ("classes", "several", "words"),
    [
        (("a", "b"), False, "log-odds of 'a'"),
        (("a", "b", "c"), False, "the probability of 'a' where only these two could be"),
        (("a", "b", "c"), True, "findings by themselves"),
    ],
)
def test_what_a_contrast_means_is_said_plainly(classes, several, words):
    card = ModelCard("tiny", "Tiny", "Which?", classes, "resnet18", {}, len(classes), several)
    answer = Prediction("tiny", classes, np.full(len(classes), 1 / len(classes)), several)
    explained = Explained(card, answer, 0, rather_than=1)
    assert explained.words == "Explained: a rather than b."
    assert "speaks more for 'a' than for 'b'" in explained.contrast
    assert words in explained.contrast
    assert Explained(card, answer, 0).contrast == ""
    (meaning,) = in_short(explained, ()).caveats
    assert (meaning.text, meaning.why, meaning.warns) == (
        *("what this means", explained.contrast),
        False,
    )
    assert in_short(Explained(card, answer, 0), ()).caveats == []
    assert "every class" not in explained.contrast


def test_that_a_model_sees_neighbours_is_said_and_warns_where_they_are_not_as_trained():
    card = replace(CARD, channels=5, neighbours=Neighbours(2.5, "mm"))
    (remark,) = in_short(Explained(card, ANSWER, 1), ()).caveats
    assert remark.text == "sees 5 slices"
    assert "2 on either side of the shown one, 2.5 mm apart. At each place a map" in remark.why
    assert not remark.warns
    (remark,) = in_short(Explained(card, ANSWER, 1, of_neighbours=("It ends.",)), ()).caveats
    assert remark.text == "sees 5 slices, not all as trained"
    assert remark.why.endswith("It ends.")
    assert remark.warns


def test_what_lies_beside_the_slice_is_held_against_an_even_share():
    remark = share_beside(0.384, 5)
    assert remark.text == "38 % beside"
    assert "it would be 80 % if all 5 slices" in remark.why
    assert share_beside(None, 5) is None


def test_in_a_contrast_maps_that_know_no_class_are_named():
    card = ModelCard("tiny", "Tiny", "Which?", ("a", "b", "c"), "resnet18", {}, 3)
    answer = Prediction("tiny", card.classes, np.full(3, 1 / 3))
    names = ("gradient", "fem", "edges", "smooth+eigen-cam")
    alike = alike_of(ESTIMATORS[name]() for name in names)
    assert alike == ("FEM", "Edges", ESTIMATORS["smooth+eigen-cam"].title)
    explained = Explained(card, answer, 0, rather_than=1, alike=alike[:2])
    assert explained.contrast.endswith(
        "The maps of FEM, Edges are the same for every class and say nothing of this difference."
    )
    one = replace(explained, alike=alike[:1])
    assert one.contrast.endswith(
        "The map of FEM is the same for every class and says nothing of this difference."
    )
    assert replace(explained, rather_than=None).contrast == ""
