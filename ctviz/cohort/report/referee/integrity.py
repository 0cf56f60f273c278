"""Since when the plan is fixed, and what the model had seen before, in words."""

from collections.abc import Iterator, Sequence

from ctviz.cohort.analysis.leakage import Leakage
from ctviz.cohort.report.numbers import count, listed
from ctviz.cohort.run.registration import Registration


def fixed_words(registrations: Sequence[Registration]) -> str:
    """Return since when the plan is fixed, empty where that is not known."""
    if not registrations:
        return ""
    first, now = registrations[0], registrations[-1]
    if len(registrations) == 1:
        return f"{_since(first)} (plan sha256 {first.plan}, weights sha256 {first.weights})."
    changed = listed(
        [
            *(["the plan"] if first.plan != now.plan else []),
            *(["the model"] if first.weights != now.weights else []),
        ]
    )
    after = "after slices had been scored" if now.opened else "before any slice was scored"
    what = (
        f"{changed[:1].upper()}{changed[1:]}"
        if changed
        else "The plan or the model, and back again,"
    )
    return (
        f"{what} changed at {now.time}, {after}. First it was fixed at {first.time} (plan "
        f"sha256 {first.plan}, weights sha256 {first.weights}); the numbers are those of plan "
        f"sha256 {now.plan}, weights sha256 {now.weights}."
    )


def _since(fixed: Registration) -> str:
    if fixed.opened:
        return f"The plan was fixed at {fixed.time}, when slices had been scored already"
    if fixed.beforehand:
        return f"The plan was registered at {fixed.time}, before the study opened its data"
    return (
        f"The plan was fixed at {fixed.time} by the run itself, before it opened a slice; that no "
        "other plan had been tried only a sha256 that was published beforehand can show"
    )


def seen_words(leakage: Leakage | None) -> str:
    """Return how much of the study the model was trained on, empty where nothing was found."""
    return " ".join(_found(leakage)) if leakage is not None else ""


def leakage_words(leakage: Leakage | None) -> str:
    """Return whether slices or patients are those of the training, empty where that is unknown."""
    if leakage is None or leakage.listed is None:
        return ""
    found = list(_found(leakage))
    if not leakage.seen:
        known = (
            f"among the {count(leakage.listed, 'real slice')} that the model was trained on"
            if leakage.listed
            else "known to the model, which was trained on no real slice"
        )
        found.append(f"None of {count(leakage.studied, 'slice')} is, pixel by pixel, {known}.")
    if leakage.told_apart and not leakage.patients:
        found.append("No patient of the study is among those of the training.")
    if leakage.listed and not leakage.told_apart:
        found.append(
            "Whether there are patients in common whose slices differ is not answered, for "
            "pseudonyms of the training cannot be compared here."
        )
    if leakage.unlisted:
        found.append(f"Not looked up: {listed(list(leakage.unlisted))}.")
    return " ".join(found)


def _found(leakage: Leakage) -> Iterator[str]:
    """Yield a sentence on the slices, and one on the patients, that the model had seen."""
    if leakage.seen:
        patients = len({each.patient for each in leakage.seen})
        yield (
            f"The model was trained on {len(leakage.seen)} of {count(leakage.studied, 'slice')} "
            f"(of {count(patients, 'patient')}), pixel by pixel the same: what is said of them "
            "need not hold for patients whom it has not seen."
        )
    others = set(leakage.patients) - {each.patient for each in leakage.seen}
    if others:
        yield f"It was trained on other slices of {count(len(others), 'further patient')}."
