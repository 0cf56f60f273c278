"""The last part of a report: what the numbers cannot say, and the checklists."""

from collections.abc import Iterator

from ctviz.cohort.report.referee.claim_2024 import CLAIM_2024
from ctviz.cohort.report.referee.clix_m import CLIX_M
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.cohort.report.referee.integrity import fixed_words, leakage_words
from ctviz.cohort.report.referee.limits import limits
from ctviz.cohort.report.referee.metric_trust import metric_trust_table
from ctviz.viz.documents import Block, Heading, Points

UNFIXED = "Since when the plan is fixed was not noted; an older ctviz ran the study."
NOT_LOOKED_UP = (
    "Whether the model was trained on slices or patients of this study is not answered: its folder "
    "does not list what it was trained on, or the study was run by an older ctviz."
)

OTHER_SEEDS = (
    "The phantoms of the cohort are drawn from other seeds than those on which ctviz trains models."
)


def referee_pack(facts: StudyFacts) -> Iterator[Block]:
    """Yield what a referee asks of a study."""
    yield Heading("What these numbers cannot say")
    yield Points(limits(facts))
    yield Heading("For a referee")
    yield Heading("Plan and training", level=2)
    yield Points(integrity(facts))
    yield Heading("The metrics", level=2)
    yield metric_trust_table(facts)
    for checklist in (CLAIM_2024, CLIX_M):
        yield Heading(checklist.title, level=2)
        yield checklist.table(facts)


def integrity(facts: StudyFacts) -> tuple[str, ...]:
    """Return since when the plan is fixed, and what the model had met of the study."""
    return (
        fixed_words(facts.registrations) or UNFIXED,
        leakage_words(facts.leakage) or NOT_LOOKED_UP,
        *([OTHER_SEEDS] if facts.phantoms else []),
    )
