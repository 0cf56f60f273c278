"""How far fidelity asked the model about pictures that are no scans."""

from collections.abc import Mapping
from pathlib import Path

from ctviz.cohort.files import read_json
from ctviz.cohort.folder import StudyFolder
from ctviz.viz.documents import Table


def strange_fills_of(folder: Path) -> Mapping[str, float]:
    """Return the share of strange pictures by fill; empty where that is not known."""
    found = read_json(StudyFolder(folder).strange_fills)
    if not isinstance(found, dict):
        return {}
    return {str(name): float(share) for name, share in found.items() if isinstance(share, float)}


def strange_fills_table(shares: Mapping[str, float]) -> Table | None:
    """Return the table, the least strange fill first; None where nothing is known."""
    if not shares:
        return None
    rows = sorted(shares.items(), key=lambda each: each[1])
    return Table(
        "Pictures with removed pixels that are unlike what the model has learnt from",
        ("Fill", "Share of the pictures, lower is better"),
        tuple((name, f"{share:.0%}") for name, share in rows),
        note="Of the model's reference slices a quarter, half and three quarters of the pixels "
        "were filled, scattered ones and all in one place. Of whole unseen scans 5 % would be "
        "called unlike. Where most pictures are, fidelity with this fill measures the model's "
        "surprise as much as what it needs.",
    )
