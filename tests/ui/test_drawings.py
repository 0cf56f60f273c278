import numpy as np
import pytest

from ctviz.core import InvalidInput
from ctviz.ui import drawings
from ctviz.ui.session import Session
from ctviz.ui.viewer import DrawingChange, encode_runs


@pytest.fixture
def tab(monkeypatch):
    """A browser tab's session, which the next calls belong to."""

    def open_tab(reader="AB"):
        session = Session(reader=reader)
        monkeypatch.setattr(drawings, "session", lambda: session)
        return session

    return open_tab


@pytest.fixture
def case(backend, two_phantoms, monkeypatch):
    monkeypatch.setattr(drawings, "_versions", {})
    return backend.store.case(two_phantoms[0])


def drawn(case, place, *, slice_index=0, version=1, labels=("heart",)):
    image = np.zeros(case.shape, np.uint8)
    image[place] = len(labels)
    runs = {slice_index: encode_runs(image)}
    return DrawingChange(case.id, "AB", version, labels, runs)


def test_a_stroke_that_is_sent_twice_is_kept_once(tab, case, backend):
    session = tab()
    for _ in range(2):
        drawings.keep(drawn(case, np.s_[3:5, 3:9]))
    assert len(backend.store.history(case.id, "AB")) == 1
    assert session.acknowledged[case.id, "AB"] == 1
    assert drawings.drawing_of(case, "AB").version == 1


def test_what_another_tab_of_the_reader_drew_has_a_version_nobody_has_seen(tab, case):
    tab()
    drawings.keep(drawn(case, np.s_[3:5, 3:9], slice_index=0))
    seen = drawings.drawing_of(case, "AB").version
    tab()
    drawings.keep(drawn(case, np.s_[6:8, 3:9], slice_index=1))
    now = drawings.drawing_of(case, "AB")
    assert now.version > seen
    assert set(now.slices) == {0, 1}


def test_labels_can_be_compared_with_one_by_one_and_together(tab, case):
    tab()
    change = drawn(case, np.s_[3:5, 3:9], labels=("heart", "lung"))
    change.runs[0].extend([20 * case.shape[1], 5, 1])
    drawings.keep(change)
    found = drawings.yardsticks(case.id, 0, "AB")
    assert list(found)[:3] == ["AB", "AB: heart", "AB: lung"]
    assert (found["AB"] == found["AB: heart"] | found["AB: lung"]).all()


def test_a_cleared_slice_is_no_yardstick_but_stays_in_the_history(tab, case, backend):
    tab()
    drawings.keep(drawn(case, np.s_[3:5, 3:9]))
    drawings.keep(drawn(case, np.s_[0:0, 0:0], version=2))
    assert "AB" not in drawings.yardsticks(case.id, 0, "AB")
    assert len(backend.store.history(case.id, "AB")) == 2


def test_nobody_draws_in_another_readers_name(tab, case, backend):
    tab(reader="CD")
    with pytest.raises(InvalidInput, match="belongs to 'AB'"):
        drawings.keep(drawn(case, np.s_[3:5, 3:9]))
    assert not backend.store.regions(case.id, "AB")
