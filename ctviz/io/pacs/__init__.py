"""A hospital's PACS: searched, fetched from and sent to, as a client that never listens.

Names of patients that a server tells are shown to whoever asked, and are neither kept nor logged. A
series comes in as a folder of files, which is read like an upload; only then do patients lose their
names. Only servers of a configuration are ever spoken to.
"""

from ctviz.io.pacs.door import PacsDoor
from ctviz.io.pacs.doors import open_door
from ctviz.io.pacs.fetching import fetch, fetch_one
from ctviz.io.pacs.parts import PartShelf, SeriesParts
from ctviz.io.pacs.query import (
    MOST_SERIES,
    MOST_STUDIES,
    OUTLINES,
    FoundSeries,
    FoundStudy,
    PacsQuery,
    is_uid,
)
from ctviz.io.pacs.servers import PacsServer, read_servers
from ctviz.io.pacs.trouble import PacsTrouble

__all__ = [
    "MOST_SERIES",
    "MOST_STUDIES",
    "OUTLINES",
    "FoundSeries",
    "FoundStudy",
    "PacsDoor",
    "PacsQuery",
    "PacsServer",
    "PacsTrouble",
    "PartShelf",
    "SeriesParts",
    "fetch",
    "fetch_one",
    "is_uid",
    "open_door",
    "read_servers",
]
