"""Why one class rather than another, through the backend: maps, scores, keys and refusals."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctviz import explain
from ctviz.backend import Backend, Question, Scoring
from ctviz.core import InvalidInput
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from ctviz.models import ModelCard, new_classifier, save_model
from tests.backend.small_model import MODEL

GRADIENT = ESTIMATORS["gradient"]()


@pytest.fixture(params=[False, True], ids=["softmax", "sigmoid"])
def three(request, settings, tmp_path):
    card = ModelCard(
        "three", "Three", "Which?", ("a", "b", "c"), "resnet18", {"width": 8}, 3, request.param,
        size=(32, 32), window=(50.0, 400.0),
    )  # fmt: skip
    save_model(tmp_path / "models" / "three", new_classifier(card, seed=2))
    backend = Backend(replace(settings, models=tmp_path / "models"))
    yield backend
    backend.close()


def values(backend, question):
    return backend.explain(question, [GRADIENT])[0].result(60).values


def test_a_contrast_is_kept_apart_from_its_class_and_is_the_difference_of_two(three, image):
    questions = [Question(image, "three", 2), Question(image, "three", 0)]
    both = Question(image, "three", 2, 0)
    jobs = [three.explain(each, [GRADIENT])[0] for each in (*questions, both)]
    assert len({job.key for job in jobs}) == 3
    one, other, contrast = (job.result(60).values for job in jobs)
    scale = np.abs(contrast).max()
    assert scale > 0
    np.testing.assert_allclose(contrast, one - other, atol=1e-4 * scale)
    model = three.classifier("three")
    alone = explain(model, image, 2, ["gradient"], rather_than=0)["gradient"].values
    np.testing.assert_allclose(alone, contrast, atol=1e-5 * scale)


def test_fidelity_of_a_contrast_follows_the_probability_of_the_one_against_the_other(three, image):
    question = Question(image, "three", 2, 0)
    importance = three.explain(question, [GRADIENT])[0].result(60)
    metric, model = METRICS["fidelity"](), three.classifier("three")
    (job,) = three.score(Scoring(question, [importance], "signed"), metric)
    x = model.encode(image).numpy()

    def against(images):
        scores = model.network(torch.from_numpy(images)).detach().double().numpy()
        return 1 / (1 + np.exp(scores[:, 0] - scores[:, 2]))

    expected = metric(importance.native, x, against)
    assert job.result(60).score.value == pytest.approx(expected.value, abs=1e-5)


def test_what_has_no_meaning_in_contrast_is_refused_by_name(three, image):
    question = Question(image, "three", 2, 0)
    importance = three.explain(question, [GRADIENT])[0].result(60)
    scoring = Scoring(question, [importance], "signed", estimators=[GRADIENT])
    (job,) = three.score(scoring, METRICS["random-logit"]())
    assert "a contrast is of two already" in job.result(60).score.why
    (job,) = three.score(scoring, METRICS["relative-output-stability"](samples=2))
    assert job.result(60).score.value is not None
    opinion = three.second_opinion(question, GRADIENT).result(60)
    assert opinion.why == "Captum explains one class, not one rather than another."


def test_one_output_says_already_why_the_one_class_and_not_the_other(backend, image):
    with pytest.raises(InvalidInput, match="one output: the score of 'with contrast'"):
        backend.explain(Question(image, MODEL, 1, 0), [GRADIENT])
    with pytest.raises(InvalidInput, match="one output"):
        explain(backend.classifier(MODEL), image, 1, ["gradient"], rather_than=0)
    with pytest.raises(InvalidInput, match="rather than itself"):
        Question(image, MODEL, 1, 1)
