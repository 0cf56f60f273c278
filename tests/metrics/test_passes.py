"""What a metric says that it costs is what it costs."""

import numpy as np
import pytest

from ctviz.core import Progress, parameters
from ctviz.metrics import METRICS, BehaviourMetric, FidelityMetric

asking = {name: cls for name, cls in METRICS.items() if issubclass(cls, FidelityMetric)}
behaving = {name: cls for name, cls in METRICS.items() if issubclass(cls, BehaviourMetric)}
others = {name: cls for name, cls in METRICS.items() if name not in asking}


def variants(cls):
    """Yield a metric with its defaults, and with each number low and each choice taken once."""
    yield cls()
    for parameter in parameters(cls):
        if parameter.choices:
            yield from (cls(**{parameter.name: choice}) for choice in parameter.choices)
        elif parameter.name in {"samples", "groups"}:
            yield cls(**{parameter.name: parameter.kind(parameter.low)})
        elif parameter.name == "step":
            yield from (cls(step=step) for step in (0.5, 0.3, 0.05))


class Model:
    """Surer the brighter the image, and counts what it is asked."""

    images = 0

    def __call__(self, images):
        self.images += len(images)
        return images.mean(axis=(1, 2, 3), dtype=np.float64)


class Counter(Progress):
    """Hears how many steps are announced."""

    announced = 0

    def start(self, total):
        self.announced = total
        super().start(total)


@pytest.mark.parametrize("size", [(9, 8), (3, 4), (1, 1)], ids=str)
@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("cls", asking.values(), ids=asking.keys())
def test_a_metric_asks_the_model_as_often_as_it_says(cls, number, size):
    random = np.random.default_rng(0)
    x = random.random((1, 2, *size)).astype(np.float32)
    maps = list(random.normal(size=(number, *size)).astype(np.float32))
    for metric in variants(cls):
        model, progress = Model(), Counter()
        metric.curves_many(maps, x, model, progress)
        assert model.images == metric.passes(number, size) == progress.announced, metric


@pytest.mark.parametrize("cls", others.values(), ids=others.keys())
def test_whatever_else_a_metric_needs_it_asks_no_model(cls):
    assert cls().passes(5, (9, 8)) == 0


class Again:
    """An estimator with a seed that counts how often it is asked."""

    seed, twins, targets, multi_label, asked = 3, 50, (1, 3), False, 0

    def scores(self, x):
        return x.mean(axis=(0, 1, 2))[:3]

    def features(self, x):
        return x.mean(axis=(0, 1, 2))

    def __call__(self, *_, **__):
        self.asked += 1
        return np.random.default_rng(self.asked).random((9, 8), np.float32)


@pytest.mark.parametrize("cls", behaving.values(), ids=behaving.keys())
def test_a_metric_of_behaviour_asks_for_as_many_maps_as_it_says(cls):
    random = np.random.default_rng(0)
    again, x = Again(), random.random((1, 1, 9, 8)).astype(np.float32)
    cls().curves(random.random((9, 8), np.float32), x, again)
    assert again.asked == cls().maps
