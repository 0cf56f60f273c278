"""Findings as an older version wrote them, brought into today's form."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ctviz.cohort.json_codec import to_plain
from ctviz.cohort.statistics import Claim
from ctviz.core import InvalidInput

ONLY_SENTENCES = 2
"""The version whose verdicts gave their claim as a sentence alone."""
OLDER = (ONLY_SENTENCES, 3)
"""Versions that are still read; neither said how far fidelity hangs on the fill."""

_THROUGHOUT = re.compile(r"Absolute values beat signed ones for every estimator by (.+)\.")
_SIGN = re.compile(r"Absolute values beat signed ones for (\S+) by (.+)\.")
_LEADER = re.compile(r"(\S+) leads (.+)\.")
_DISAGREEMENT = re.compile(r"(.+?) and (.+) rank the estimators differently\.")


def brought_forward(document: Mapping[str, Any], version: int) -> dict[str, Any]:
    """Return findings of one of the older versions as today's program writes them."""
    known = with_claims(document) if version == ONLY_SENTENCES else document
    return {**known, "fill_ranges": []}


def with_claims(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return findings whose verdicts say what they are about, not in a sentence only."""
    verdicts = {
        name: [{**verdict, "about": to_plain(claim_of(verdict["claim"]))} for verdict in given]
        for name, given in document.items()
        if name in {"verdicts", "sign_verdicts"}
    }
    return {**document, **verdicts}


def claim_of(sentence: str) -> Claim:
    """Return the claim that a sentence makes."""
    for claim in _readings(sentence):
        return claim
    raise InvalidInput("A file of the study is damaged; start the study again.")


def _readings(sentence: str) -> Iterator[Claim]:
    if found := _THROUGHOUT.fullmatch(sentence):
        yield Claim("sign throughout", (found[1],))
    if found := _SIGN.fullmatch(sentence):
        yield Claim("sign", (found[2],), found[1])
    if found := _LEADER.fullmatch(sentence):
        yield Claim("leader", (found[2],), found[1])
    if found := _DISAGREEMENT.fullmatch(sentence):
        yield Claim("disagreement", (found[1], found[2]))
