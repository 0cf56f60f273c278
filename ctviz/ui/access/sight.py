"""Whose Regions a reader may see: all that there are, or with blinded reading those of done cases.

Every part of the app that shows Regions, names who drew them or measures against them asks here, on
the server: what is out of sight is never sent to a browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ctviz.core import Region
from ctviz.core.experiment import Experiment
from ctviz.store import AuditEvent
from ctviz.ui.access.account import may, permit
from ctviz.ui.access.trail import record
from ctviz.ui.service import backend, settings
from ctviz.ui.session import session

NOT_YET = (
    "Blinded reading: what others drew, and scores against it, appear on a case once you have "
    "marked it as done."
)


@dataclass(frozen=True)
class Sight:
    """What one reader may see.

    Parameters
    ----------
    everything
        Whether nothing is hidden from them.
    done
        Cases that they have marked as done.
    """

    reader: str
    everything: bool
    done: frozenset[str] = frozenset()

    def shows(self, case_id: str, author: str) -> bool:
        """Whether they may see what somebody drew on a case, and that it is there."""
        return self.everything or case_id in self.done or (author == self.reader != "")

    def cases_of(self, author: str) -> frozenset[str] | None:
        """Return the cases on which they may see what somebody drew; None for all."""
        return None if self.everything or author == self.reader else self.done


def sight() -> Sight:
    """Return what the reader at this session may see now.

    Where there are accounts, owners see everything. Where there are none, nobody is known to be
    more than a reader, and blinded reading holds for all.
    """
    store, reader = backend().store, session().reader
    is_owner = settings().access is not None and may("oversee")
    if is_owner or not store.blinded:
        return Sight(reader, everything=True)
    readings = store.readings(reader) if reader else {}
    done = frozenset(case_id for case_id, each in readings.items() if each.state == "done")
    return Sight(reader, everything=False, done=done)


def seen_experiments(case_id: str, *, binned: bool = False) -> list[Experiment]:
    """Return the experiments on a case that are in sight: each holds what somebody drew."""
    seen = sight()
    kept = backend().store.experiments(case_id, binned=binned)
    return [experiment for experiment in kept if seen.shows(case_id, experiment.reader)]


def seen_regions(case_id: str, *, slice_index: int | None = None) -> list[Region]:
    """Return the Regions on a case, or one of its slices, that the reader may see."""
    seen = sight()
    regions = backend().store.regions(case_id, slice_index=slice_index)
    return [region for region in regions if seen.shows(case_id, region.reader)]


def seen_annotations() -> Mapping[str, tuple[str, ...]]:
    """Return who has drawn on each case, as far as the reader may know."""
    seen = sight()
    found = {
        case_id: tuple(name for name in readers if seen.shows(case_id, name))
        for case_id, readers in backend().store.annotations().items()
    }
    return {case_id: readers for case_id, readers in found.items() if readers}


def sees_studies() -> bool:
    """Whether what is measured against drawings of many cases may be seen.

    It may as soon as nothing that is drawn is hidden from the reader any more.
    """
    seen = sight()
    return all(
        seen.shows(case_id, author)
        for case_id, authors in backend().store.annotations().items()
        for author in authors
    )


def switch_blinding(blinded: bool) -> None:
    """Blind the reading of everybody who is no owner, or end that; the audit trail has it."""
    permit("oversee")
    backend().store.switch_blinding(blinded, session().reader)
    record(AuditEvent.SWITCHED, f"blinded reading {'on' if blinded else 'off'}")
