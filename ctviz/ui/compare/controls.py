"""Whom not to trust on a slice: maps that do not beat what knows nothing of the model."""

from ctviz.cohort.headlines import HEADLINES
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS, Group
from ctviz.ui.compare.comparison import Comparison, written


def trust_none(comparison: Comparison, against: str) -> tuple[str, ...]:
    """Return, in a study's words, each question on which no estimator beats the best control.

    A question is answered by its headline, as in a study. Nothing is said while a score is to come.

    Parameters
    ----------
    against
        Whose region agreement is measured against.
    """
    questions: dict[Group, str] = {
        "fidelity": "what the model needs",
        "agreement": f"where {against} drew",
    }
    said = (_none(comparison, group, question) for group, question in questions.items())
    return tuple(filter(None, said))


def controls_elsewhere(comparison: Comparison) -> str:
    """Return which controls are not on the screen, as a sentence; empty where all of them are."""
    here = {one.estimator.name for one in comparison.compared}
    away = [cls.title for name, cls in ESTIMATORS.items() if cls.control and name not in here]
    return f"Controls that are not on the screen: {', '.join(away)}." if away else ""


def _none(comparison: Comparison, group: Group, question: str) -> str:
    """Return that a control wins, empty where an estimator does or nothing is known."""
    for name in _headlines(comparison, group):
        leader, control = comparison.leader(name), comparison.best_control(name)
        if leader is None or control is None:
            continue
        if comparison.awaits(name) or not comparison.control_wins(name):
            return ""
        return (
            f"For {question}, trust none on this slice: the best, {leader.estimator.title} "
            f"({METRICS[name].title} {leader.text(name)}), is not better than the control "
            f"{control.title} ({written(control.value)})."
        )
    return ""


def _headlines(comparison: Comparison, group: Group) -> list[str]:
    """Return the metrics that answer a question, a study's headlines first."""
    chosen = [metric.name for metric in comparison.metrics if metric.group == group]
    first = [name for name in ("fidelity", *HEADLINES) if name in chosen]
    return list(dict.fromkeys([*first, *chosen]))
