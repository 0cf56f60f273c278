"""What a network's outputs mean: one class of several, several findings, or one neuron for two."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Head: TypeAlias = Literal["softmax", "sigmoid", "logit"]
"""``softmax``: each output is a class, and one of them is right. ``sigmoid``: each is a finding by
itself, and none or several may be there. ``logit``: one output decides between two classes."""

HEADS: Mapping[Head, str] = MappingProxyType(
    {
        "softmax": "One of its classes is right (softmax)",
        "sigmoid": "Each output is a finding by itself, several may be there (sigmoid)",
        "logit": "Its one output decides between two classes (logit)",
    }
)
"""Each of them in words for people."""


def usual_head(outputs: int, ending: str = "") -> Head:
    """Return the head that a network most likely has.

    Parameters
    ----------
    outputs
        How many numbers it answers.
    ending
        The operation at its end that was left away.

    Examples
    --------
    >>> usual_head(1), usual_head(3), usual_head(3, "Sigmoid")
    ('logit', 'softmax', 'sigmoid')
    """
    if outputs == 1:
        return "logit"
    return "sigmoid" if ending == "Sigmoid" else "softmax"


def why_not(head: Head, outputs: int, ending: str = "") -> str:
    """Return why a network cannot have a head, a sentence's end after its name; empty if it can.

    Parameters
    ----------
    head
        What somebody says.
    outputs, ending
        See `usual_head`.
    """
    if head == "logit" and outputs != 1:
        return f"has {outputs} outputs, and a 'logit' is one that decides between two classes."
    if head != "logit" and outputs == 1:
        return f"has one output: its head is 'logit', which decides between two, not '{head}'."
    closes = {"Softmax": "softmax", "LogSoftmax": "softmax", "Sigmoid": "sigmoid"}.get(ending)
    if outputs > 1 and closes not in {None, head}:
        return (
            f"ends with a {closes}: its head is '{closes}', not '{head}'. Export it without its "
            "end if that is not what it was trained with."
        )
    return ""
