"""What a PACS can do wrong, in sentences that name the server and never a patient."""

from ctviz.core import CtvizError


class PacsTrouble(CtvizError):
    """A server that cannot be reached, refuses, or answers what it should not.

    Parameters
    ----------
    sentence
        What happened, and what to do.
    passing
        Whether the same request may succeed a moment later.
    """

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


def unreachable(server: str) -> PacsTrouble:
    """Return what is said of a server that does not answer at all."""
    return PacsTrouble(
        f"'{server}' cannot be reached; check its address and whether it is running, and try "
        "again.",
        passing=True,
    )


def too_slow(server: str) -> PacsTrouble:
    """Return what is said of a server that lets one wait."""
    return PacsTrouble(
        f"'{server}' took too long to answer; try again later, or raise its 'patience'.",
        passing=True,
    )


def cut_off(server: str) -> PacsTrouble:
    """Return what is said of an answer that ends before its end."""
    return PacsTrouble(
        f"'{server}' broke off in the middle of its answer; try again.", passing=True
    )


def hung_up(server: str) -> PacsTrouble:
    """Return what is said of a server that ends a connection without encryption, and says nothing.

    So does one that wants TLS.
    """
    return PacsTrouble(
        f"'{server}' ended the connection without an answer; try again, or check whether its 'url' "
        "must begin with https.",
        passing=True,
    )


def too_much(server: str) -> PacsTrouble:
    """Return what is said of an answer without an end in sight."""
    return PacsTrouble(f"'{server}' sends more than ctviz takes; ask for less.")


def senseless(server: str) -> PacsTrouble:
    """Return what is said of an answer that is no DICOM."""
    return PacsTrouble(
        f"'{server}' answers something that is not DICOM; check its address in the file of servers."
    )


def not_kept(server: str) -> PacsTrouble:
    """Return what is said of an object that a server did not take."""
    return PacsTrouble(
        f"'{server}' has not kept an object that was sent to it; ask whoever runs it which kinds "
        "of objects it takes."
    )
