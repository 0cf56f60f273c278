"""Small sentences."""


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count_of(1, "case"), count_of(3, "case")
    ('1 case', '3 cases')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
