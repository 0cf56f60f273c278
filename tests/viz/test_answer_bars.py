"""Bars and cells show the counts, and their words can be read on their colours."""

import numpy as np
import pytest

from ctviz.viz.charts.answer_bars import (
    answer_cells,
    cell_colour,
    cell_places,
    score_bars,
)
from tests.ui.test_contrast import EDGE, TEXT, contrast, every_theme, grounds

CELLS = {("a", "a"): 4, ("a", "b"): 1, ("b", "b"): 3}


@every_theme
def test_bars_have_the_counts_at_the_middle_of_their_part(inks):
    (bars,) = score_bars([1, 0, 3, 0], "probability", chosen=2, inks=inks).data
    np.testing.assert_allclose(bars.x, [0.125, 0.375, 0.625, 0.875])
    assert (list(bars.y), list(bars.text)) == ([1, 0, 3, 0], ["1", "", "3", ""])
    assert [colour == inks.shades[-1] for colour in bars.marker.color] == [
        False,
        False,
        True,
        False,
    ]


def test_cells_stand_row_by_row_and_say_their_count_in_words():
    (cells,) = answer_cells(CELLS, ["a", "b"], ["a", "b"], chosen=("a", "b")).data
    assert list(cells.text) == ["4 right", "1 wrong", "none", "3 right"]
    assert list(zip(cells.y, np.array(cells.base) + 0.48, strict=True)) == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]
    assert [width > 0 for width in cells.marker.line.width] == [False, True, False, False]
    assert cell_places("ab", "ab")[1] == ("a", "b")


@every_theme
@pytest.mark.parametrize("right", [True, False])
def test_the_words_of_every_cell_can_be_read(right, inks):
    for share in np.linspace(0, 1, 21):
        assert contrast(inks.text, cell_colour(share, inks, right=right)) >= TEXT


@every_theme
def test_bars_stand_out_from_the_page_chosen_or_not(inks):
    (bars,) = score_bars([1, 2], "probability", chosen=0, inks=inks).data
    for ground in grounds(inks):
        assert min(contrast(bar, ground) for bar in bars.marker.color) >= EDGE


def test_names_are_no_html():
    (cells,) = answer_cells({("<b>", "<b>"): 1}, ["<b>"], ["<b>"]).data
    assert "&lt;b&gt;" in cells.customdata[0]


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_more_classes_make_the_chart_no_higher_than_that_of_the_scores(classes):
    names = [f"class {number}" for number in range(classes)]
    cells = answer_cells({(names[0], names[0]): 1}, names, names)
    assert cells.layout.height == score_bars([1, 2], "score").layout.height
