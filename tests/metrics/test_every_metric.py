import numpy as np
import pytest

from ctviz.core import CtvizError, InvalidInput, parameters
from ctviz.metrics import (
    GROUPS,
    METRICS,
    PRESETS,
    AgreementMetric,
    BehaviourMetric,
    CorrectedMetric,
    FidelityMetric,
    MapMetric,
    Metric,
    RecordMetric,
)

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


def test_the_metrics_of_the_paper_are_registered():
    assert {"dice", "auroc", "average-precision", "fidelity"} <= set(METRICS)


@every_metric
def test_says_what_it_is(metric):
    assert METRICS[metric.name] is metric
    assert metric.title[0].isupper() or metric.title[0].isdigit()
    assert metric.summary.endswith(".")
    assert issubclass(metric, RecordMetric) or "doi:" in metric.cite or "arXiv:" in metric.cite
    assert metric.better in {"higher", "lower"}
    assert metric.bounds[0] < metric.bounds[1]
    assert metric.grid in {"scan", "network"}
    assert metric.reads in {"map", "region map"}
    assert metric.group in GROUPS


@every_metric
def test_needs_a_reader_or_the_model_or_the_estimator_or_nothing_but_the_map(metric):
    agreement = (AgreementMetric, CorrectedMetric)
    bases = (*agreement, FidelityMetric, BehaviourMetric, MapMetric, RecordMetric)
    assert sum(issubclass(metric, base) for base in bases) == 1


class Kinds:
    """An evaluator that only says for which kind of metric it was asked."""

    def against_region(self, metric):
        return AgreementMetric, "region", metric

    def against_others(self, metric):
        return CorrectedMetric, "others", metric

    def against_model(self, metric):
        return FidelityMetric, "model", metric

    def against_estimator(self, metric):
        return BehaviourMetric, "estimator", metric

    def of_map(self, metric):
        return MapMetric, "nothing", metric

    def of_record(self, metric):
        return RecordMetric, "nothing", metric


@every_metric
def test_hands_itself_to_the_evaluator_of_its_kind(metric):
    kind, needs, handed = metric().evaluated_by(Kinds())
    assert issubclass(metric, kind)
    assert metric.needs == needs
    assert handed == metric()


def test_a_metric_of_no_kind_is_refused_by_its_name():
    class Odd(Metric):
        name = "odd"

    with pytest.raises(InvalidInput, match="'odd' is of no kind"):
        Odd().evaluated_by(Kinds())


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_metric_with_the_settings_it_names(name):
    metric, preset = PRESETS[name].build(), PRESETS[name]
    assert name not in METRICS
    assert isinstance(metric, METRICS[preset.metric])
    assert preset.settings.items() <= metric.settings().items()


@every_metric
def test_is_rebuilt_from_its_settings(metric):
    assert metric.from_settings(metric().settings()) == metric()


@every_metric
def test_every_hyperparameter_is_explained_and_limited(metric):
    for parameter in parameters(metric):
        assert parameter.help.endswith(".")
        assert parameter.choices or parameter.low is not None
        if parameter.low is not None:
            with pytest.raises(CtvizError, match=parameter.name):
                metric(**{parameter.name: parameter.kind(parameter.high + 1)})


@every_metric
def test_is_a_value(metric):
    assert hash(metric()) == hash(metric())
    with pytest.raises(AttributeError):
        metric().anything = np.zeros(1)
