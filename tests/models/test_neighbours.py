"""A network whose channels are neighbouring slices sees those that its card says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctviz.core import Case, InvalidInput, Slice, UnusableModel
from ctviz.models import read_card
from ctviz.models.card import ModelCard, write_card
from ctviz.models.classifier import Classifier
from ctviz.models.neighbours import ALONE, MOST_CHANNELS, Neighbours

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CARD = ModelCard(
    id="slab",
    title="Slab",
    task="",
    classes=("no", "yes"),
    architecture="onnx",
    channels=3,
    neighbours=Neighbours(),
    size=(8, 8),
    window=(50.0, 100.0),
    sha256={"network.onnx": "0" * 64},
)


def case_at(depths, *, known=True) -> Case:
    """Return slices that are as bright as their index says, from the head to the feet."""
    return Case(
        "C-0",
        [
            Slice(
                np.full((8, 8), float(index), np.float32),
                (1.0, 1.0),
                AXIAL if known else None,
                (0.0, 0.0, -depth) if known else None,
            )
            for index, depth in enumerate(depths)
        ],
    )


EVEN = case_at(range(0, 50, 5))


def seen(neighbours, channels, case, index) -> list[int]:
    return [int(each.hounsfield[0, 0]) for each in neighbours.of(case.slice(index), channels)]


@pytest.mark.parametrize(
    ("neighbours", "channels", "index", "expected"),
    [
        (Neighbours(), 3, 4, [3, 4, 5]),
        (Neighbours(2), 5, 4, [0, 2, 4, 6, 8]),
        (Neighbours(1, "slices", "below"), 3, 4, [5, 4, 3]),
        (Neighbours(), 5, 0, [0, 0, 0, 1, 2]),
        (Neighbours(), 3, 9, [8, 9, 9]),
        (Neighbours(10, "mm"), 5, 4, [0, 2, 4, 6, 8]),
        (Neighbours(10, "mm", "below"), 3, 4, [6, 4, 2]),
        (Neighbours(7, "mm"), 5, 4, [1, 3, 4, 5, 7]),
        (Neighbours(2.5, "mm"), 3, 4, [4, 4, 4]),
        (Neighbours(5, "mm"), 3, 0, [0, 0, 1]),
        (Neighbours(100, "mm"), 3, 4, [0, 4, 9]),
    ],
)
def test_each_channel_shows_the_slice_that_the_card_says(neighbours, channels, index, expected):
    assert seen(neighbours, channels, EVEN, index) == expected


def test_where_slices_lie_unevenly_the_nearest_one_counts():
    case = case_at([0, 1, 2, 10, 11, 30])
    assert seen(Neighbours(9, "mm"), 3, case, 2) == [0, 2, 4]
    assert seen(Neighbours(), 3, case, 2) == [1, 2, 3]


def test_a_single_image_stands_for_its_neighbours_and_that_is_said():
    image = EVEN.slices[4]
    for neighbours in (Neighbours(), Neighbours(5, "mm")):
        assert all(each is image for each in neighbours.of(image, 3))
        assert neighbours.caveats(image, 3) == (ALONE,)
    alone = case_at([0], known=False).slice(0)
    assert seen(Neighbours(5, "mm"), 3, case_at([0], known=False), 0) == [0, 0, 0]
    assert Neighbours(5, "mm").caveats(alone, 3) == (ALONE,)


@pytest.mark.parametrize(
    ("neighbours", "depths", "index", "words"),
    [
        (Neighbours(), range(0, 50, 5), 0, "1 of the model's 3 channels"),
        (Neighbours(), range(0, 50, 5), 9, "show its last slice again"),
        (Neighbours(3), [0, 5, 10], 1, "its first or last slice"),
        (Neighbours(), [0, 1, 5], 1, "unevenly here, 1.00 to 4.00 mm apart"),
        (Neighbours(2, "mm"), range(0, 50, 5), 4, "nearest ones lie at 0, 0, 0 mm"),
    ],
)
def test_what_is_not_as_it_was_trained_is_said(neighbours, depths, index, words):
    (said,) = neighbours.caveats(case_at(depths).slice(index), 3)
    assert words in said


@pytest.mark.parametrize("neighbours", [Neighbours(), Neighbours(2), Neighbours(10, "mm")])
def test_of_an_even_scan_there_is_nothing_to_say(neighbours):
    assert neighbours.caveats(EVEN.slice(4), 3) == ()


def test_what_nobody_knows_is_refused_in_a_sentence():
    with pytest.raises(InvalidInput, match="unknown where the slices of this case lie"):
        Neighbours(5, "mm").of(case_at(range(3), known=False).slice(1), 3)
    with pytest.raises(InvalidInput, match="order in which they are read"):
        Neighbours(50, "mm").of(case_at([0, 5, 10, 4, 3]).slice(1), 3)
    other = Slice(np.zeros((4, 4), np.float32))
    with pytest.raises(InvalidInput, match="another number of pixels"):
        Neighbours().of(Case("C-1", [other, EVEN.slices[0]]).slice(1), 3)


def test_an_edited_slice_keeps_its_neighbours():
    edited = replace(EVEN.slice(4), hounsfield=np.full((8, 8), 99, np.float32))
    assert [int(each.hounsfield[0, 0]) for each in Neighbours().of(edited, 3)] == [3, 99, 5]
    stranger = Slice(np.full((8, 8), 99, np.float32)).in_place_of(EVEN.slice(4))
    assert [int(each.hounsfield[0, 0]) for each in Neighbours().of(stranger, 3)] == [3, 99, 5]


def test_channels_are_windowed_alike():
    x = Classifier(CARD, torch.nn.Identity()).encode(EVEN.slice(4))
    assert x.shape == (1, 3, 8, 8)
    np.testing.assert_allclose(x[0, :, 4, 4], [0.03, 0.04, 0.05], atol=1e-6)


def test_slices_without_hounsfield_units_are_stretched_as_the_shown_one_is():
    slices = [
        Slice(np.linspace(0, top, 64, dtype=np.float32).reshape(8, 8), calibrated=False)
        for top in (50, 100, 200)
    ]
    x = Classifier(CARD, torch.nn.Identity()).encode(Case("C-1", slices).slice(1))[0]
    assert float(x[0].max()) == pytest.approx(0.5, abs=0.02)
    assert float(x[1].max()) == float(x[2].max()) == 1.0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"channels": 4}, "an odd number of 3 to 31 channels"),
        ({"channels": 1}, "an odd number"),
        ({"channels": MOST_CHANNELS + 2}, "an odd number"),
        ({"neighbours": None, "channels": 5}, "say which neighbouring slices"),
        ({"neighbours": Neighbours(1.5)}, "a whole number of slices"),
        ({"neighbours": Neighbours(0.0, "mm")}, "a whole number of slices, or mm"),
        ({"neighbours": Neighbours(float("nan"), "mm")}, "a whole number of slices, or mm"),
        ({"further_windows": ((1.0, 2.0), (3.0, 4.0))}, "one window"),
    ],
)
def test_a_card_that_makes_no_sense_is_refused(changed, words):
    with pytest.raises(UnusableModel, match=words):
        replace(CARD, **changed)


def test_a_card_says_its_neighbours_in_a_format_of_its_own(tmp_path):
    folder = tmp_path / "slab"
    folder.mkdir()
    card = replace(CARD, neighbours=Neighbours(2.5, "mm", "below"), added="2026-11-27")
    write_card(folder, card)
    assert read_card(folder) == card
    assert "format = 5" in (folder / "card.toml").read_text()
    write_card(folder, replace(card, neighbours=None))
    assert "format = 3" in (folder / "card.toml").read_text()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [('unit = "slices"', 'unit = "cm"'), ("step = 1.0", "step = 0"), ('"above"', '"left"')],
)
def test_a_damaged_card_is_refused_in_a_sentence(tmp_path, right, wrong):
    folder = tmp_path / "slab"
    folder.mkdir()
    write_card(folder, CARD)
    text = (folder / "card.toml").read_text()
    assert right in text
    (folder / "card.toml").write_text(text.replace(right, wrong))
    with pytest.raises(UnusableModel, match=r"neighbours|'unit'|'first'"):
        read_card(folder)
