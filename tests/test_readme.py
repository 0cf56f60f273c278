"""The README tells what is there, and its figures are those of the model cards."""

import re
from pathlib import Path

import pytest

from ctviz.cli.program import COMMANDS, name_of
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from ctviz.models import model_cards

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text()


@pytest.mark.parametrize("name", [*ESTIMATORS, *METRICS])
def test_every_estimator_and_metric_is_named(name):
    assert f"`{name}`" in README


def test_figures_of_the_models_are_those_of_their_cards():
    shelf = model_cards(PROJECT / "models")
    assert shelf
    for card in shelf.values():
        for measured in card.measured:
            low, high = measured.interval
            assert f"{measured.value:.3f} ({low:.3f} to {high:.3f})" in README


def test_commands_are_those_of_the_continuous_integration():
    command = (PROJECT / ".ci" / "run").read_text().splitlines()[-1]
    assert command in README


def test_every_command_is_named():
    (row,) = (line for line in README.splitlines() if line.startswith("| Command line |"))
    assert set(re.findall(r"`([\w-]+)`", row)) == {name_of(command) for command in COMMANDS}
