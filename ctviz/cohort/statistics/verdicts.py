"""What the cohort says about the paper's findings: yes, no, or that it cannot tell.

The findings are those of Brocki et al., EXTRAAMAS 2022, doi:10.1007/978-3-031-15565-9_1.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ctviz.cohort.statistics.agreement import rank_agreement
from ctviz.cohort.statistics.claim import Claim
from ctviz.cohort.statistics.differences import Differences
from ctviz.cohort.statistics.disagreement import reversals
from ctviz.cohort.statistics.interval import LEVEL, Interval
from ctviz.cohort.statistics.panel import Panel
from ctviz.cohort.statistics.patients import FEWEST, Numbers
from ctviz.cohort.statistics.ranking_comparison import PlacedEntrant, RankingComparison
from ctviz.core import UnknownName

Holds: TypeAlias = Literal["yes", "no", "undecided"]

ALIKE = 0.8
"""The τ from which two rankings are called alike: nine of ten pairs are in the same order."""

APART = "No estimator scores apart by its sign."


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds on a cohort.

    Parameters
    ----------
    about
        The claim.
    holds
        ``undecided`` where other patients could well say otherwise, or there are fewer than six.
    estimate
        The figure that decides, None where it is undefined; each function says which it is.
    interval
        Of the estimate; None where there is none.
    why
        The reason as a sentence.
    """

    about: Claim
    holds: Holds
    estimate: float | None
    interval: Interval | None
    why: str

    @property
    def claim(self) -> str:
        """The claim as a sentence."""
        return str(self.about)


def absolute_beats_signed(comparison: RankingComparison) -> tuple[Verdict, ...]:
    """Say of every estimator but the controls whether its absolute values score better.

    The estimate is absolute minus signed in the metric's units, paired. Yes where its 95 % interval
    lies wholly on the better side of zero, no where it lies on the other side, else undecided. Each
    estimator is asked on its own; `absolute_beats_signed_throughout` is about all of them.
    """
    compared = comparison.compare(comparison.sign_pairs())
    return tuple(_of_one(comparison, compared, number) for number in range(len(compared.pairs)))


def absolute_beats_signed_throughout(comparison: RankingComparison) -> Verdict:
    """Say whether absolute values score better for every estimator whose signs differ.

    The estimate is the share of those estimators for which they do; its interval holds those for
    which that is not clear. Yes where each estimator's 95 % interval lies on their side of zero
    (all must, so no correction is due: Berger, Technometrics 1982,
    doi:10.1080/00401706.1982.10487790); no where an interval widened for the number of estimators
    (Bonferroni) lies on the other side for one of them; else undecided.
    """
    claim = Claim("sign throughout", (comparison.metric,))
    if comparison.too_few:
        return Verdict(claim, "undecided", None, None, comparison.too_few)
    compared = comparison.compare(comparison.sign_pairs())
    told = _told(compared)
    if not told:
        return Verdict(claim, "undecided", None, None, APART)
    estimate = float(np.mean(compared.mean[told] * compared.direction > 0))
    corrected = 1 - (1 - LEVEL) / len(told)
    winners = [compared.winner(number) for number in told]
    losses = [compared.winner(number, corrected) for number in told]
    better = sum(winner is not None and winner.sign == "absolute" for winner in winners)
    against = [loss.estimator for loss in losses if loss is not None and loss.sign == "signed"]
    if better == len(told):
        holds: Holds = "yes"
    else:
        holds = "no" if against else "undecided"
    why = f"{_asked(compared, told)}Absolute values are clearly better for {better} of {len(told)}"
    why += f", signed values for {', '.join(against)}." if against else "."
    interval = None
    if compared.patients[told].max() >= FEWEST:
        interval = _share_ahead(compared.ahead(corrected)[told])
    return Verdict(claim, holds, estimate, interval, why)


def signs_matter(comparison: RankingComparison) -> Verdict:
    """Say whether the sign says something: signed values score better for most estimators.

    On networks that have learnt from scans with removed pixels they do (Brocki & Chung 2023.
    arXiv:2303.01538), on ordinary ones not. The estimate is the share of the estimators whose signs
    differ for which signed values are better; its interval holds those for which that is not clear,
    each comparison widened for the number of estimators (Bonferroni). Yes where it lies above one
    half, no where it lies below, else undecided.
    """
    claim = Claim("sign matters", (comparison.metric,))
    if comparison.too_few:
        return Verdict(claim, "undecided", None, None, comparison.too_few)
    compared = comparison.compare(comparison.sign_pairs())
    told = _told(compared)
    if not told:
        return Verdict(claim, "undecided", None, None, APART)
    estimate = float(np.mean(compared.mean[told] * compared.direction < 0))
    winners = [compared.winner(number) for number in told]
    signed = sum(winner is not None and winner.sign == "signed" for winner in winners)
    patients = int(compared.patients[told].max())
    if patients < FEWEST:
        return Verdict(claim, "undecided", estimate, None, _too_few(patients))
    corrected = 1 - (1 - LEVEL) / len(told)
    interval = _share_ahead(-compared.ahead(corrected)[told])
    holds: Holds = "undecided"
    if interval.excludes(0.5):
        holds = "yes" if interval.low > 0.5 else "no"
    why = f"{_asked(compared, told)}Signed values are clearly better for {signed} of {len(told)}."
    return Verdict(claim, holds, estimate, interval, why)


def leads(comparison: RankingComparison, estimator: str) -> Verdict:
    """Say whether an estimator, under either sign, has the first place.

    The estimate is its share of first places over draws of the patients, the shares of both signs
    together; a share of draws has no interval. Yes where it is 0.95 or more and the entrant in
    first place is its own and beats every other estimator's in the paired difference (all must, so
    no correction is due): of few patients drawn again, one may be first nearly always by chance. No
    where the entrant in first place is another estimator's and beats each of its signs, with
    intervals widened for the number of rivals (Bonferroni); else undecided.
    """
    claim = Claim("leader", (comparison.metric,), estimator)
    own = [each for each in comparison.placed if each.entrant.estimator == estimator]
    if not own:
        raise UnknownName("estimator", estimator, comparison.estimators)
    scored = [each for each in comparison.placed if each.rank is not None]
    if not any(each.rank is not None for each in own):
        return Verdict(claim, "undecided", None, None, f"{estimator} has no score.")
    share = min(1.0, sum(each.first for each in own))
    leader = min(scored, key=lambda each: each.rank or np.inf)
    why = f"It is first in {share:.0%} of the draws; {leader.entrant} is first on the cohort."
    few = min(each.deciding for each in own)
    if comparison.too_few or few < FEWEST:
        return Verdict(claim, "undecided", None, None, comparison.too_few or _too_few(few))
    if leader in own:
        others = [each for each in comparison.placed if each not in own]
        sure = share >= LEVEL and _beats(comparison, leader, others, LEVEL)
        return Verdict(claim, "yes" if sure else "undecided", share, None, why)
    level = 1 - (1 - LEVEL) / max(1, len(comparison.placed) - len(own))
    beaten = _beats(comparison, leader, own, level)
    return Verdict(claim, "no" if beaten else "undecided", share, None, why)


def rankings_disagree(first: Panel, second: Panel) -> Verdict:
    """Say whether two metrics rank the estimators differently, controls left out.

    The estimate is Kendall's τ-b. Yes where its 95 % interval lies below 0.8 (`ALIKE`) and some
    pair of entrants is in one order by the first metric and in the other by the second, both
    clearly (`reversals`): draws alone would call rankings of equals different. No where the
    interval lies above 0.8; else undecided.
    """
    claim = Claim("disagreement", (first.metric, second.metric))
    one, other = first.without_controls(), second.without_controls()
    agreement = rank_agreement(one, other)
    if agreement.tau is None or agreement.interval is None or agreement.patients < FEWEST:
        why = agreement.why or _too_few(agreement.patients)
        return Verdict(claim, "undecided", agreement.tau, agreement.interval, why)
    turned = len(reversals(one, other))
    holds: Holds = "undecided"
    if agreement.interval.low > ALIKE:
        holds = "no"
    elif agreement.interval.high < ALIKE and turned:
        holds = "yes"
    pairs = "1 pair changes" if turned == 1 else f"{turned} pairs change"
    chance = "" if agreement.interval.excludes(0.0) else " The rankings may have nothing in common."
    why = f"{pairs} order clearly.{chance}"
    return Verdict(claim, holds, agreement.tau, agreement.interval, why)


def _of_one(comparison: RankingComparison, compared: Differences, number: int) -> Verdict:
    absolute, _ = compared.pairs[number]
    claim = Claim("sign", (comparison.metric,), absolute.estimator)
    patients = int(compared.patients[number])
    estimate = float(compared.mean[number]) if patients else None
    interval = compared.interval(number)
    if comparison.too_few or patients < FEWEST:
        why = comparison.too_few or _too_few(patients)
        return Verdict(claim, "undecided", estimate, interval if patients >= FEWEST else None, why)
    if compared.same[number]:
        return Verdict(claim, "undecided", estimate, interval, "Both signs score the same.")
    winner = compared.winner(number)
    if winner is None:
        return Verdict(claim, "undecided", estimate, interval, "The interval holds zero.")
    why = f"The interval, over {patients} patients, favours {winner.sign} values."
    return Verdict(claim, "yes" if winner == absolute else "no", estimate, interval, why)


def _told(compared: Differences) -> list[int]:
    """Return the pairs of signs that can be told apart."""
    apart = np.flatnonzero(~compared.same).tolist()
    return [number for number in apart if compared.patients[number]]


def _asked(compared: Differences, told: list[int]) -> str:
    """Return how many estimators could be asked, unless it was all of them."""
    if len(told) == len(compared.pairs):
        return ""
    several = len(compared.pairs) - len(told) > 1
    return (
        f"Of {len(compared.pairs)} estimators {len(told)} could be asked: the "
        f"{'others score' if several else 'other scores'} alike under both signs, or not at all. "
    )


def _share_ahead(ahead: Numbers) -> Interval:
    """Return the share that is clearly ahead (1), and the one that is not clearly behind (-1)."""
    return Interval(float(np.mean(ahead > 0)), float(np.mean(ahead >= 0)))


def _beats(
    comparison: RankingComparison, leader: PlacedEntrant, others: list[PlacedEntrant], level: float
) -> bool:
    rivals = [each for each in others if each.rank is not None]
    compared = comparison.compare([(leader.entrant, rival.entrant) for rival in rivals])
    return all(compared.winner(number, level) == leader.entrant for number in range(len(rivals)))


def _too_few(patients: int) -> str:
    who = "1 patient has scores" if patients == 1 else f"{patients} patients have scores"
    return f"Only {who}, and fewer than {FEWEST} decide nothing."
