"""Cases live apart by where they come from: own ones, the demo, and phantoms made for studies."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from streamlit.delta_generator import DeltaGenerator

from ctviz.backend.cases.demo import DEMO, DEMO_STUDY, MARKED_DEMO
from ctviz.core.text import count_of
from ctviz.store import CaseEntry
from ctviz.ui.cases.bin import BIN
from ctviz.ui.session import mirror, session, value_of, widget

OWN = "Own cases"
MADE_AS: Mapping[str, str] = MappingProxyType(
    {DEMO: "Demo", DEMO_STUDY: "Study phantoms", MARKED_DEMO: "Study phantoms"}
)
"""The collection of cases that ctviz made, by their source; all others are own ones."""

COLLECTIONS = (OWN, *dict.fromkeys(MADE_AS.values()))


def collection_of(entry: CaseEntry) -> str:
    """Return the collection in which a case is listed.

    >>> [collection_of(CaseEntry("C", "P", "", 1, (8, 8), source=s)) for s in ("dicom", "demo")]
    ['Own cases', 'Demo']
    """
    return MADE_AS.get(entry.source, OWN)


def by_collection(entries: Iterable[CaseEntry]) -> dict[str, list[CaseEntry]]:
    """Return the cases of each collection that has any, the own ones first."""
    cases: dict[str, list[CaseEntry]] = {name: [] for name in COLLECTIONS}
    for entry in entries:
        cases[collection_of(entry)].append(entry)
    return {name: listed for name, listed in cases.items() if listed}


def with_own_first(entries: Iterable[CaseEntry]) -> list[CaseEntry]:
    """Return all cases, collection by collection."""
    return [entry for listed in by_collection(entries).values() for entry in listed]


def choose_collection(entries: Iterable[CaseEntry], place: DeltaGenerator) -> Sequence[CaseEntry]:
    """Return the cases of the collection that the reader chooses at a place, which counts them.

    Until then, and when there is nothing left in it, it is the first that there is.
    """
    browsing, key = session().browsing, widget("collection")
    cases = by_collection(entries)
    if browsing.collection not in cases:
        browsing.collection = next(iter(cases), "")
    chosen = cases.get(browsing.collection, [])
    if len(cases) <= 1:
        place.markdown(f"**{count_of(len(chosen), 'case')}**")
        return chosen

    def turn() -> None:
        browsing.collection = str(value_of(key) or browsing.collection)
        browsing.which = "" if browsing.which == BIN else browsing.which
        browsing.begin_anew()

    place.segmented_control(
        "Collection",
        list(cases),
        format_func=lambda name: f"{name} ({len(cases[name])})",
        **mirror(key, browsing.collection, turn),
        label_visibility="collapsed",
    )
    return chosen
