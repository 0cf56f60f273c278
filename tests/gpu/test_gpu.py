"""A GPU gives the maps and scores of the processor, every time and in any company.

Skipped by name where there is none: ``pytest -m gpu`` on a machine that has one.
"""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from ctviz.backend import Backend
from ctviz.core import Progress, Settings, Slice, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, Pace, explain
from ctviz.metrics import METRICS
from ctviz.models import ModelCard, load_model, new_classifier
from ctviz.networks import class_scores, exact_arithmetic, undisturbed
from ctviz.phantom import chest_slice

MODELS = Settings.from_environment().models
NAMES = ("contrast-small", "lesion-small", "contrast-resnet50", "an untrained DenseNet-121")
FEW = {"samples": 12, "steps": 6, "masks": 60, "positions": 6, "copies": 2}
"""Settings that make a map cheap; what is compared has the same everywhere."""
TURNING = {"guided-ig": 0.3, "xrai": 0.3, "deeplift": 0.02, "lrp": 0.02, "lrp-composite": 0.02}
"""Ways that turn at ties, and rules that divide by little, show rounding; this much of it."""
REPEATS_TO = 1e-4
"""Share of a map by which it may change: not all of a GPU's sums keep their order."""
LITTLE = 2_000_000_000
"""Bytes in which a few images have room, and hundreds have not."""

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="There is no GPU here."),
]


@pytest.fixture(scope="module", params=NAMES)
def pair(request):
    """A model on the processor and on the GPU, with a slice on both grids."""
    pixels, _ = chest_slice(1, contrast=True, level=0.5, size=256)
    if " " in request.param:
        ours = untrained("densenet121")
        return ours, replace(ours, network=deepcopy(ours.network).cuda()), Slice(pixels)
    folder = MODELS / request.param
    if not folder.is_dir():
        pytest.skip(f"The model {request.param} is not installed.")
    return load_model(folder), load_model(folder, "cuda"), Slice(pixels)


def untrained(architecture):
    """Return a classifier of two classes that has learnt nothing."""
    card = ModelCard("untrained", "Untrained", "nothing", ("a", "b"), architecture, size=(96, 96))
    classifier = new_classifier(card)
    classifier.network.requires_grad_(requires_grad=False)
    return classifier


def cheap(name):
    """Return an estimator of few passes."""
    known = ESTIMATORS[name]()
    fewer = {key: min(value, FEW[key]) for key, value in known.settings().items() if key in FEW}
    return ESTIMATORS[name].from_settings(fewer)


def maps_of(classifier, image, names, **more):
    """Return the maps by name of those estimators that the network suits."""
    estimators, found, refused = [cheap(name) for name in names], {}, {}
    explain(
        classifier.network,
        classifier.encode(image),
        1,
        estimators,
        references=classifier.references,
        done=lambda index, values, _: found.update({names[index]: values}),
        failed=lambda index, error: refused.update({names[index]: type(error)}),
        **more,
    )
    return found, refused


@pytest.fixture(scope="module")
def all_maps(pair):
    ours, theirs, image = pair
    names = list(ESTIMATORS)
    return maps_of(ours, image, names), maps_of(theirs, image, names)


def test_the_same_estimators_suit_the_network(all_maps):
    (_, refused), (_, refused_there) = all_maps
    assert refused == refused_there


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_map_is_that_of_the_processor(all_maps, name):
    (here, _), (there, _) = all_maps
    if name not in here:
        pytest.skip("The network is refused on the processor, too.")
    one, other = here[name].astype(float), there[name].astype(float)
    bound = TURNING.get(name, 0.01)
    assert np.linalg.norm(one - other) <= bound * np.linalg.norm(one)


def test_maps_hardly_change_from_one_time_to_the_next(pair):
    _, theirs, image = pair
    names = [name for name in ESTIMATORS if name not in TURNING]
    (first, _), (again, _) = (maps_of(theirs, image, names) for _ in range(2))
    changes = {
        name: float(np.linalg.norm(first[name] - again[name]) / np.linalg.norm(first[name]))
        for name in first
    }
    assert {name: change for name, change in changes.items() if change > REPEATS_TO} == {}


def test_maps_hardly_depend_on_how_many_images_share_a_batch(pair):
    _, theirs, image = pair
    names = ["smoothgrad", "integrated-gradients", "occlusion", "rise"]
    one, _ = maps_of(theirs, image, names, pace=Pace(1, 1, channels_last=False))
    many, _ = maps_of(theirs, image, names, pace=Pace(32, 32))
    for name in names:
        assert np.linalg.norm(one[name] - many[name]) <= 0.01 * np.linalg.norm(one[name])


def test_answers_and_fidelity_are_those_of_the_processor(pair):
    ours, theirs, image = pair
    x = ours.encode(image)
    probabilities = [model.probabilities(x) for model in (ours, theirs)]
    np.testing.assert_allclose(*probabilities, atol=1e-5)
    values = explain(ours.network, x, 1, [ESTIMATORS["gradient"]()])[0]
    scores = [
        METRICS["fidelity"]()
        .curves_many(
            [values],
            x.numpy(),
            lambda images, model=model: model.probabilities(torch.from_numpy(images))[:, 1],
        )[0]
        .score.value
        for model in (ours, theirs)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)


def test_convolutions_keep_their_digits_and_the_settings_of_others_stay(pair):
    ours, theirs, image = pair
    x = ours.encode(image)
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.deterministic = False
    with exact_arithmetic(), torch.no_grad():
        there = class_scores(theirs.network, x.cuda()).cpu()
    assert torch.backends.cudnn.allow_tf32 is True
    with undisturbed(ours.network), torch.no_grad():
        here = class_scores(ours.network, x.clone())
    torch.testing.assert_close(here, there, rtol=1e-4, atol=1e-4)


def test_a_batch_too_large_for_the_memory_is_refused_in_one_sentence(pair):
    _, theirs, image = pair
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info()
    holding = torch.empty(free - LITTLE, dtype=torch.uint8, device="cuda")
    try:
        huge = Pace(256, 256)
        estimator = ESTIMATORS["smoothgrad"].from_settings({"samples": 256})
        with pytest.raises(UnsupportedNetwork, match="The memory does not suffice"):
            explain(theirs.network, theirs.encode(image), 1, [estimator], pace=huge)
        few = ESTIMATORS["smoothgrad"].from_settings({"samples": 4})
        (values,) = explain(theirs.network, theirs.encode(image), 1, [few])
        assert np.isfinite(values).all()
    finally:
        del holding
        torch.cuda.empty_cache()


def test_progress_is_told_and_cancelling_ends_it(pair):
    _, theirs, image = pair
    progress = Progress()
    estimator = ESTIMATORS["smoothgrad"].from_settings({"samples": 20})
    explain(theirs.network, theirs.encode(image), 1, [estimator], progress=progress)
    assert progress.share == 1.0


def test_the_backend_takes_the_gpu_and_keeps_its_pace(tmp_path):
    settings = Settings(data=tmp_path, models=MODELS, cache=tmp_path / "cache")
    backend = Backend(settings)
    assert backend.device == "cuda"
    backend.close()
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.allow_tf32
