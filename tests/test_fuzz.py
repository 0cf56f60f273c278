"""A short run of the fuzzing that `benchmarks.fuzz` does at length."""

import pytest

from benchmarks.fuzz import READERS, fuzz, mutated

GOOD = {"message": 0, "mask": 0, "picture": 0}
INPUTS = {"weights": 2, "picture": 40, "nifti": 40, "mask": 40, "message": 60, "plan": 10}


@pytest.mark.parametrize("name", [name for name in READERS if name != "zip"])
def test_damaged_inputs_are_read_or_refused_in_one_sentence(name):
    done = [did for _, did, _ in fuzz(READERS[name], INPUTS.get(name, 20), seed=7)]
    assert set(done) <= {"read", "refused"}


@pytest.mark.parametrize("name", READERS)
def test_what_inputs_are_made_of_is_good(name, tmp_path):
    # The last one is whole in every list; others are cut, or masks that are refused for a reason.
    READERS[name].read(READERS[name].seeds()[GOOD.get(name, -1)], tmp_path)


def test_equal_seeds_give_equal_inputs():
    import numpy as np

    first, again = (mutated(b"hello" * 9, [b"x" * 50], np.random.default_rng(3)) for _ in range(2))
    assert first == again


def test_the_findings_that_are_damaged_were_good(tmp_path):
    from ctviz.cohort import load_findings

    (tmp_path / "findings.json").write_bytes(READERS["study"].seeds()[-1])
    assert load_findings(tmp_path).subject.slices == 2
