"""The recipe of docs/own-models.md works: what it exports is what `ctviz model add` takes."""

import os
import re
import shlex
import warnings
from pathlib import Path

import torch

from ctviz.cli import main
from ctviz.models import model_cards
from tests.models.onnx.foreign_networks import foreign_network

PROJECT = Path(__file__).resolve().parents[1]
PAGE = (PROJECT / "docs" / "own-models.md").read_text(encoding="utf-8")


def test_the_recipe_exports_what_the_command_adds(tmp_path, monkeypatch, capsys):
    recipe, _ = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
    (command,) = re.findall(r"^ctviz (model add net.onnx .*)$", PAGE, re.M)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("PYTHONPATH", f"{PROJECT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(recipe, {"network": foreign_network("mobilenet"), "torch": torch})  # noqa: S102 - ours
    assert main(shlex.split(command)) == 0
    assert "Added 'our-net': images of 224 × 224, 1 output neuron" in capsys.readouterr().out


def test_the_call_saves_what_the_page_says(tmp_path, monkeypatch):
    _, call = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{PROJECT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    exec(call, {"network": foreign_network("mobilenet"), "torch": torch})  # noqa: S102 - ours
    card = model_cards(tmp_path / "models")["our-own-net"]
    assert (card.size, card.classes) == ((224, 224), ("without nodule", "with nodule"))
