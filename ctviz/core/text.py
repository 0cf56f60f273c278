"""Numbers in sentences: how many of something, and about how long."""

HOURS = 5400.0
"""Seconds from which on a time is said in hours."""


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count_of(1, "case"), count_of(3, "case"), count_of(2, "study"), count_of(2, "day")
    ('1 case', '3 cases', '2 studies', '2 days')
    """
    if number == 1:
        return f"{number} {noun}"
    many = f"{noun}s"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        many = f"{noun[:-1]}ies"
    return f"{number} {many}"


def about(seconds: float) -> str:
    """Return a time as it is said beforehand.

    >>> about(0.2), about(3.6), about(43)
    ('under 1 s', 'about 4 s', 'about 45 s')
    >>> about(100), about(5400)
    ('about 2 min', 'about 1.5 h')
    """
    if seconds < 1:
        return "under 1 s"
    if seconds < 10:
        return f"about {seconds:.0f} s"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} s"
    if seconds < HOURS:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"


def about_between(low: float, high: float) -> str:
    """Return a time that is known within bounds only.

    >>> about_between(600, 1200), about_between(3000, 9000), about_between(600, 610)
    ('about 10 to 20 min', 'about 50 min to 2.5 h', 'about 10 min')
    """
    first, last = about(low), about(high)
    if first == last:
        return first
    end = last.removeprefix("about ")
    same_unit = first.rpartition(" ")[2] == end.rpartition(" ")[2] and not first.startswith("under")
    return f"{first.rpartition(' ')[0] if same_unit else first} to {end}"
