"""The page that says which estimator is right on which network is true, and up to date."""

import pytest
import torch

from ctviz.estimators import ESTIMATORS
from docs.networks import COLUMNS, PAGE, TARGET, cells_of, checked, images, network
from tests.estimators.oracles.gradients import GuidedIg, check_sum
from tests.estimators.oracles.oracle import ORACLES, Asked

ALWAYS_CHECKED = ("sequential", "mixed")


PAGE_CELLS = cells_of(PAGE.read_text(encoding="utf-8"))
AGAIN = [
    (name, column)
    for (name, column), cell in PAGE_CELLS.items()
    if column in ALWAYS_CHECKED or cell.refusal
]


def test_every_estimator_has_a_slow_version_and_a_row():
    assert set(ORACLES) == set(ESTIMATORS)
    assert set(PAGE_CELLS) == {(name, column) for name in ESTIMATORS for column in COLUMNS}


def test_the_page_names_its_networks_and_its_checks():
    text = PAGE.read_text(encoding="utf-8")
    assert all(column.title in text for column in COLUMNS.values())
    assert all(oracle.says and oracle.says in text for oracle in ORACLES.values())


@pytest.mark.parametrize("column", ALWAYS_CHECKED)
def test_the_check_of_guided_igs_sum_sees_pixels_that_jump(column):
    image, *references = images(COLUMNS[column].size)[:, None]
    asked = Asked(network(column), image, TARGET, torch.cat(references), "", GuidedIg())
    check_sum(asked, GuidedIg())
    with pytest.raises(AssertionError):
        check_sum(asked, GuidedIg(leeway=1.0))


@pytest.mark.parametrize(("name", "column"), AGAIN)
def test_a_cell_says_what_is_so(name, column):
    """All cells of the small networks, and all refusals; `python -m docs.networks` checks all."""
    assert checked(name, column) == PAGE_CELLS[name, column]
