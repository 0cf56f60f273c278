"""Results on their way out: what readers drew and what was computed, as objects others read.

Here, and nowhere else, a case may be called by the names of its patient again: if its link was
kept (`ctviz.io.out.link`). Without it, objects are anonymous, and the slices go with them.
"""

from ctviz.io.out.claims import ClaimedScore, Claims, read_claims
from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.link import Links
from ctviz.io.out.objects import (
    ClaimedMap,
    ClaimedRegions,
    named,
    read_map,
    read_regions,
    result_kind,
)
from ctviz.io.out.origin import Origin, anonymous_origin
from ctviz.io.out.own import own_objects
from ctviz.io.out.parcel import Parcel, pack
from ctviz.io.out.results import Explanation, GivenScore, ResultAnswer, Results

__all__ = [
    "RESULT_FORMS",
    "ClaimedMap",
    "ClaimedRegions",
    "ClaimedScore",
    "Claims",
    "Explanation",
    "GivenScore",
    "Links",
    "Origin",
    "Parcel",
    "ResultAnswer",
    "ResultForm",
    "Results",
    "WrittenObject",
    "anonymous_origin",
    "named",
    "own_objects",
    "pack",
    "read_claims",
    "read_map",
    "read_regions",
    "result_kind",
]
