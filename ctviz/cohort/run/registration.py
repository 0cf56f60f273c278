"""When a study's plan was fixed: before its data were opened, as one can tell afterwards."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from ctviz.cohort.files import read_json, write_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.json_codec import from_plain
from ctviz.core import InvalidInput


@dataclass(frozen=True)
class Registration:
    """A plan and the moment since which it is fixed.

    Parameters
    ----------
    plan
        The plan's sha256 (`CohortStudy.digest`), which one can publish.
    weights
        The sha256 of the model's weights, for a plan only names the model.
    time
        UTC in ISO 8601, as the clock of the machine had it.
    beforehand
        Whether somebody asked for it alone, and not the run that then opened the data.
    opened
        Whether slices of the study had been scored by then.
    """

    plan: str
    weights: str
    time: str
    beforehand: bool
    opened: bool


def register(
    folder: StudyFolder, plan: str, weights: str, *, beforehand: bool = False
) -> tuple[Registration, ...]:
    """Fix a plan unless it is fixed already, and return all that was ever fixed for the study.

    A plan or a model that was changed since is fixed anew, and what was fixed first stays.
    """
    known = registrations_of(folder)
    if known and (known[-1].plan, known[-1].weights) == (plan, weights):
        return known
    opened = any(folder.unit("any").parent.glob("*.unit"))
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fixed = (*known, Registration(plan, weights, time, beforehand, opened))
    write_json(folder.registrations, [asdict(each) for each in fixed])
    return fixed


def registrations_of(folder: StudyFolder) -> tuple[Registration, ...]:
    """Return what was fixed for a study, the first one first; nothing by an older ctviz."""
    if not folder.registrations.exists():
        return ()
    try:
        return from_plain(tuple[Registration, ...], read_json(folder.registrations))
    except InvalidInput:
        raise InvalidInput(
            f"The study's {folder.registrations.name} is damaged, and with it the proof of when "
            "its plan was fixed; remove it to go on, and the report says so."
        ) from None
