"""Results with what was already made of them, so that one object can refer to another."""

from collections.abc import Sequence

from ctviz.io.out.form import RESULT_FORMS, WrittenObject
from ctviz.io.out.origin import Origin, anonymous_origin, refuse_without_place
from ctviz.io.out.results import Results
from ctviz.io.silence import quiet

SLICES = "ct"


class Parcel:
    """Everything that leaves together; each form's objects are made once.

    Parameters
    ----------
    results
        What there is to send.
    origin
        Whose images the slices are; anonymous ones by default.
    """

    def __init__(self, results: Results, origin: Origin | None = None) -> None:
        self.results = results
        self.origin = origin or anonymous_origin(results.case)
        self._made: dict[str, tuple[WrittenObject, ...]] = {}

    def of(self, form: str) -> tuple[WrittenObject, ...]:
        """Return the files of a form."""
        if form not in self._made:
            kind = RESULT_FORMS[form]
            if kind.needs_place:
                refuse_without_place(self.results.case)
            with quiet():
                self._made[form] = tuple(kind().make(self))
        return self._made[form]


def pack(parcel: Parcel, forms: Sequence[str]) -> list[WrittenObject]:
    """Return the files of these forms, and of those that they refer to.

    Anonymous objects are sent with their slices, which nobody else has.
    """
    kinds = [RESULT_FORMS[form] for form in forms]
    wanted = [name for kind in kinds for name in (*kind.refers_to, kind.name)]
    if parcel.origin.anonymous and any(kind.with_slices for kind in kinds):
        made = [file for name in dict.fromkeys(wanted) for file in parcel.of(name)]
        has_objects = any(not isinstance(file.content, bytes) for file in made)
        wanted = [SLICES, *wanted] if has_objects else wanted
    return [file for name in dict.fromkeys(wanted) for file in parcel.of(name)]
