"""Networks of ONNX files answer through the backend as they do alone, by a quicker form or not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctviz.backend.models import Models
from ctviz.core import Slice
from ctviz.models.intake import CardAnswers, Rehearsal, add_network
from ctviz.models.intake.trial import inspected
from ctviz.models.onnx import onnx_network
from tests.models.onnx.foreign_networks import NETWORKS, exported, foreign_network


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_a_file_answers_any_number_of_images(name, settings, tmp_path):
    network, channels = foreign_network(name), NETWORKS[name][1]
    file = tmp_path / "net.onnx"
    file.write_bytes(exported(network, channels))
    found = inspected(file.read_bytes())
    classes = [f"class {number}" for number in range(max(2, found.neurons))]
    answers = CardAnswers(id="ours", classes=classes, window=(40.0, 400.0))
    rehearsal = Rehearsal(file, found, onnx_network(file.read_bytes()))
    add_network(rehearsal, answers, tmp_path / "models")
    model = Models(replace(settings, models=tmp_path / "models")).classifier("ours")
    draw = np.random.default_rng(0)
    images = [
        Slice(draw.normal(40, 200, (96, 96)).astype(np.float32), (1.0, 1.0)) for _ in range(3)
    ]
    with torch.no_grad():
        scores = network(torch.cat([model.encode(image) for image in images]))
    if found.neurons == 1:
        scores = torch.cat((-scores / 2, scores / 2), 1)
    said = [each.probabilities for each in model.predict_many(images)]
    np.testing.assert_allclose(said, scores.softmax(1), atol=1e-5)
