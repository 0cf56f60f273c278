"""A checklist whose items are answered by functions of what is known of a study."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.viz.documents import Table

NOT_ANSWERED = "Not answered."
"""Stands where nothing was measured or noted; who publishes the study has to answer it."""

IN_PART = "In part"
"""How an answer begins that leaves something to who publishes the study."""

Answer: TypeAlias = Callable[[StudyFacts], str]
"""Returns sentences that are true of the study; empty where it does not know."""


def unknown(_: StudyFacts) -> str:
    """Answer nothing: no study of ctviz knows this."""
    return ""


@dataclass(frozen=True)
class Item:
    """One item of a checklist.

    Parameters
    ----------
    number
        Its number in the checklist.
    asks
        What it asks for, in our own words.
    answer
        What a study says to it.
    """

    number: int
    asks: str
    answer: Answer = unknown


@dataclass(frozen=True)
class Checklist:
    """A published checklist.

    Parameters
    ----------
    title, cite
        Its name, and the publication that defines it.
    caution
        What to know of its wording here.
    """

    title: str
    cite: str
    caution: str
    items: tuple[Item, ...]

    def table(self, facts: StudyFacts) -> Table:
        """Return every item with its answer; those that are not answered are set in grey."""
        answers = [item.answer(facts) or NOT_ANSWERED for item in self.items]
        left = answers.count(NOT_ANSWERED)
        partly = sum(answer.startswith(IN_PART) for answer in answers)
        return Table(
            f"{self.title}: {len(answers) - left - partly} items answered, {partly} in part, "
            f"{left} not",
            ("Item", "Asks for", "Answer"),
            tuple(
                (str(item.number), item.asks, answer)
                for item, answer in zip(self.items, answers, strict=True)
            ),
            faint=frozenset(n for n, answer in enumerate(answers) if answer == NOT_ANSWERED),
            note=f"{self.cite} {self.caution}",
        )
