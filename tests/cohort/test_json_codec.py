import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.cohort import load_findings
from ctviz.cohort.analysis.findings import Findings, MeanRoc
from ctviz.cohort.json_codec import _JSON, NUMBERS, from_plain, to_plain
from ctviz.cohort.run.running import Failure
from ctviz.cohort.run.status import Stage
from ctviz.cohort.statistics import Entrant, Interval, Verdict
from ctviz.core import InvalidInput
from ctviz.core.structure import Misfit, structured
from tests.documents import Nothing, assert_comes_back, assert_each_fault_is_named, changed, places

STAGE = Stage("running", 3, 12, 1, 0, 0.25, 7.5, None, "Computing slices.")
DAMAGED = r"^A file of the study is damaged; start the study again\.$"


def slow_plain(value):
    """What JSON shall hold of a value, by what it is and not by what its class states."""
    if isinstance(value, Entrant):
        return [value.estimator, value.sign, value.control]
    if dataclasses.is_dataclass(value):
        return {f.name: slow_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, np.ndarray):
        return slow_plain(value.tolist())
    if isinstance(value, dict | type(Stage.__dict__)):
        return {key: slow_plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [slow_plain(entry) for entry in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


@pytest.fixture(scope="module")
def found(finished):
    return load_findings(finished)


@pytest.fixture(scope="module")
def document(found):
    return json.loads(json.dumps(to_plain(found)))


def test_findings_are_written_as_they_always_were(found, document):
    assert document == slow_plain(found)
    assert_comes_back(_JSON, Findings, found)


def test_a_fault_in_findings_is_found_wherever_it_stands(document):
    every = list(places(document))
    chosen = np.random.default_rng(0).choice(len(every), 40, replace=False)
    for path in (every[place] for place in chosen):
        with pytest.raises(Misfit) as caught:
            structured(_JSON, Findings, changed(document, path, Nothing()))
        # An array is looked at as a whole.
        assert path[: len(caught.value.path)] == caught.value.path
        with pytest.raises(InvalidInput, match=DAMAGED):
            from_plain(Findings, changed(document, path, Nothing()))


@pytest.mark.parametrize("value", [STAGE, Failure("C-1", 3, "no")], ids=["stage", "failure"])
def test_progress_and_failures_come_back_and_lack_nothing(value):
    document = assert_comes_back(_JSON, type(value), value)
    assert document == dataclasses.asdict(value)
    assert_each_fault_is_named(_JSON, type(value), document)
    for name in document:
        short = {key: entry for key, entry in document.items() if key != name}
        with pytest.raises(InvalidInput, match=DAMAGED):
            from_plain(type(value), short)
    assert from_plain(type(value), document | {"of a later version": 1}) == value


@given(st.lists(st.lists(st.floats(), min_size=3, max_size=3), min_size=1, max_size=3))
def test_null_stands_for_what_no_number_is_in_arrays_too(rows):
    roc = MeanRoc(*(np.array(rows) for _ in range(4)), (None, Interval(0.0, 1.0)), (), (1, 2))
    written = json.loads(json.dumps(to_plain(roc), allow_nan=False))
    again = from_plain(MeanRoc, written)
    np.testing.assert_array_equal(
        again.tpr, np.where(np.isfinite(roc.tpr), roc.tpr, np.nan), strict=True
    )
    assert again.height_intervals == roc.height_intervals


def test_null_stands_for_an_undefined_number():
    assert np.isnan(from_plain(Interval, {"low": None, "high": 1}).low)
    assert to_plain(Interval(float("nan"), float("inf"))) == {"low": None, "high": None}


@pytest.mark.parametrize("numbers", [3, "1", ["1"], [True], [[1.0], [1.0, 2.0]], [{}], {}, None])
def test_what_is_no_array_is_refused(numbers):
    with pytest.raises(InvalidInput, match=DAMAGED):
        from_plain(NUMBERS, numbers)


@pytest.mark.parametrize(
    "entrant",
    [["lrp"], ["lrp", "loud", False], ["lrp", "signed", 0], [1, "signed", False], "lrp", {}, None],
)
def test_what_is_no_entrant_is_refused(entrant):
    with pytest.raises(InvalidInput, match=DAMAGED):
        from_plain(tuple[Entrant, ...], [entrant])


def test_a_class_s_own_refusal_is_one_sentence_too():
    about = {"kind": "leader", "metrics": ["a", "b"], "estimator": "x"}
    verdict = {"about": about, "holds": "no", "estimate": 0, "interval": None, "why": ""}
    with pytest.raises(InvalidInput, match="not about"):
        from_plain(Verdict, verdict)
