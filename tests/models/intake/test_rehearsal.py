"""Before it is on the shelf, a network answers as it would there."""

import numpy as np
import pytest

from ctviz.core import Slice
from ctviz.models import load_model
from ctviz.models.grid import Manner
from ctviz.models.intake import CardAnswers, add_file, rehearsed
from tests.models.onnx.foreign_networks import SIZE, exported, foreign_network

WINDOWS = ((40.0, 400.0), (-600.0, 1500.0), (480.0, 2500.0))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(exported(foreign_network("inception"), 3))
    return path


def test_it_sees_and_answers_what_it_would_on_the_shelf(file, tmp_path):
    hounsfield = np.random.default_rng(0).normal(-300, 500, (96, 96)).astype(np.float32)
    image = Slice(hounsfield, (1.0, 1.0))
    answers = CardAnswers(
        id="ours",
        classes=("a", "b", "c"),
        window=WINDOWS[0],
        further_windows=WINDOWS[1:],
        manner=Manner("filled", 1.2),
        scale=((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    )
    rehearsal = rehearsed(file)
    pictures, shares = rehearsal.answers(answers, [image])
    add_file(file, answers, tmp_path / "models")
    model = load_model(tmp_path / "models" / "ours")
    np.testing.assert_allclose(shares[0], model.predict(image).probabilities, atol=1e-6)
    assert model.card.windows == WINDOWS
    assert model.card.manner == Manner("filled", 1.2)
    assert pictures[0].shape == (SIZE, SIZE, 3)
    for channel, (centre, width) in enumerate(WINDOWS):
        np.testing.assert_array_equal(model.encode(image)[0, channel], pictures[0][..., channel])
        alone = CardAnswers(
            id="ours", classes=("a", "b", "c"), window=(centre, width), manner=Manner("filled", 1.2)
        )
        grey, _ = rehearsal.answers(alone, [image])
        np.testing.assert_array_equal(grey[0], pictures[0][..., channel])
