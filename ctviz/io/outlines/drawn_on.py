"""On which scan outlines were drawn, so that it can be found here or on a server."""

from dataclasses import dataclass, field

from ctviz.core import Case
from ctviz.io.identity import pseudonym
from ctviz.io.outlines.onto import ScanClaim


@dataclass(frozen=True)
class DrawnOn:
    """What files of outlines say of the scan that they belong to.

    Parameters
    ----------
    claim
        As codes and pseudonyms.
    series
        Study and Series Instance UID of each series that they name.
    """

    claim: ScanClaim = field(default_factory=ScanClaim)
    series: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __or__(self, other: "DrawnOn") -> "DrawnOn":
        """Return what two files say together."""
        one, two = self.claim, other.claim
        return DrawnOn(
            ScanClaim(
                one.patient or two.patient, one.spaces | two.spaces, one.sources | two.sources
            ),
            tuple(dict.fromkeys((*self.series, *other.series))),
        )

    def images_in(self, case: Case) -> int:
        """Return how many of the images that they refer to a case has."""
        return len(self.claim.sources.intersection(case.sources))

    def may_lie_in(self, case: Case, key: bytes) -> bool:
        """Whether a case is of the same patient and frame of reference, as far as both tell.

        Parameters
        ----------
        key
            Of pseudonyms.
        """
        # Our own objects, where they are anonymous, call the patient by the pseudonym.
        same_patient = self.claim.patient in {case.patient, pseudonym(case.patient, key)}
        if not (self.claim.patient and case.patient and same_patient):
            return False
        space = case.acquisition.space
        own = self.claim.patient != case.patient
        return own or not (space and self.claim.spaces) or space in self.claim.spaces
