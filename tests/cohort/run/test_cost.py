"""What a study will take: counted by hand on a plan, and told by a run's own pace."""

from dataclasses import replace

import pytest
import torch

from ctviz.backend import OneCore
from ctviz.backend.tasks.one_core import measure_one_core
from ctviz.cohort import CohortStudy
from ctviz.cohort.run.cost import Cost, cost, crowd, work_of_maps, work_of_score
from ctviz.cohort.run.pace import SlicePace
from ctviz.cohort.truth import TruthStudy
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from tests.backend.small_model import MODEL

SIZE = (10, 10)
PLAN = CohortStudy(
    estimators={"gradient": {}, "smoothgrad": {"samples": 5}},
    metrics={"fidelity": {"step": 0.25, "fill": "mean"}},
)
CONTROLS = sum(cls.control for cls in ESTIMATORS.values())


def test_a_slice_is_counted_pass_by_pass():
    # Passes alone: one of six seconds is not blurred by what lies beside them.
    forward = cost(PLAN, OneCore(1e6, 0.0), SIZE).slice / 1e6
    gradient = cost(PLAN, OneCore(0.0, 1e6), SIZE).slice / 1e6
    # Gradient and SmoothGrad, with the controls' none.
    assert gradient == pytest.approx(1 + 5, rel=1e-5)
    # The answer, the check of the maps, and for fidelity the ends and in each of two orders three
    # shares between of each map: those of two estimators under two signs, of each control one.
    assert forward == pytest.approx(1 + 1 + 2 + 6 * (2 * 2 + CONTROLS), rel=1e-5)


def test_a_pass_of_each_part_is_counted_of_a_phantom():
    pace = OneCore(1e6, 0.0)
    truth = TruthStudy(estimators=PLAN.estimators, metrics=PLAN.metrics)
    more = cost(truth, pace, SIZE).slice - cost(PLAN, pace, SIZE).slice
    assert more == pytest.approx(17e6)


def test_metrics_of_behaviour_cost_the_maps_they_ask_for():
    asked = replace(PLAN, metrics={"seed-stability": {"draws": 3}}, signs=("signed",))
    none = replace(PLAN, metrics={"auroc": {}}, signs=("signed",))
    more = cost(asked, OneCore(0.0, 1e6), SIZE).slice - cost(none, OneCore(0.0, 1e6), SIZE).slice
    assert more == pytest.approx(3e6 * (1 + 5), rel=1e-5)


def test_every_further_model_takes_as_long_again():
    pace = OneCore(0.01, 0.02)
    alone, both = cost(PLAN, pace, SIZE), cost(replace(PLAN, beside=("other",)), pace, SIZE)
    assert both.seconds(9, 2) == pytest.approx(2 * alone.seconds(9, 2))


def test_slices_are_computed_in_rounds_and_nothing_begins_without_any():
    assert Cost(slice=10, begin=5, end=1).seconds(4, 2) == 26
    assert Cost(slice=10, begin=5, end=1).seconds(5, 2) == 36
    assert Cost(slice=10, begin=5, end=1).seconds(0, 2) == 1


@pytest.mark.parametrize(("load", "times"), [(0.0, 1.0), (2.0, 2.0), (6.0, 4.0)])
def test_others_at_work_take_their_share_of_the_cores(monkeypatch, load, times):
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert crowd(2) == times


def test_scores_count_by_what_they_ask_of_the_model():
    fidelity = METRICS["fidelity"](step=0.25, fill="mean")
    assert work_of_score(METRICS["auroc"](), None, SIZE) == 1
    assert work_of_score(fidelity, None, SIZE) == 1 + 2 + 6
    assert work_of_maps(PLAN) == 1 + 2 * (1 + 5)


def test_what_is_left_follows_from_what_was_done_since_the_first_news():
    pace = SlicePace()
    assert pace.left(0.0, 10.0, now=100.0) is None
    # A process was started for 30 seconds; that does not count.
    assert pace.left(0.2, 9.8, now=130.0) is None
    assert pace.left(2.2, 7.8, now=150.0) == pytest.approx(78.0)
    assert pace.left(10.0, 0.0, now=228.0) == 0


def test_a_pass_on_one_core_is_measured_and_threads_are_given_back(backend):
    before, network = torch.get_num_threads(), backend.classifier(MODEL).network
    measured = measure_one_core(network, torch.rand(1, 1, 32, 32))
    assert measured.forward_seconds > 0
    assert measured.gradient_seconds > 0
    assert torch.get_num_threads() == before
