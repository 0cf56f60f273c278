"""What is said of a metric where it is chosen."""

from dataclasses import replace

from ctviz.ui.compare.metric_choice import meaning, trust_badge
from tests.metrics.judged import PASSED, passing


def test_a_metric_wears_the_badge_of_its_own_judgement(monkeypatch):
    poor = replace(PASSED, ordered=0.6)
    monkeypatch.setattr("ctviz.metrics.trust.measured", passing(dice=poor, iou=None))
    assert "passed" in trust_badge("auroc")
    assert "did not pass" in trust_badge("dice")
    assert "not judged" in trust_badge("iou")
    assert "Passed when it was judged itself." in meaning("auroc")
    assert "its order does not stay under noise (0.60, enough is 0.75)" in meaning("dice")
