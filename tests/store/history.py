"""Everything that was ever drawn: the product shows what stands, and keeps the rest for good."""

from ctviz.core import Region
from ctviz.store import Store
from ctviz.store.store import _region


def history(store: Store, case_id: str, reader: str | None = None) -> list[Region]:
    """Every Region of a case, oldest first; an empty one says that it was erased."""
    rows = store._database.query("SELECT * FROM regions WHERE case_id = ? ORDER BY id", case_id)
    drawn = [_region(row, store.case(case_id).shape) for row in rows]
    return [region for region in drawn if reader in (None, region.reader)]
