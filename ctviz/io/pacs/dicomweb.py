"""A server by DICOMweb: QIDO-RS to search, WADO-RS to fetch, STOW-RS to send (PS3.18)."""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event
from time import sleep
from typing import Any, TypeAlias

from dicomweb_client import DICOMwebClient
from pydicom.datadict import tag_for_keyword

from ctviz.core import Cancelled
from ctviz.core.foreign import foreign
from ctviz.io.pacs.door import LARGEST_IMAGE, Check, PacsDoor, Take
from ctviz.io.pacs.multipart import only_file
from ctviz.io.pacs.one_host import CONNECTIONS, OneHost
from ctviz.io.pacs.query import (
    MOST_IMAGES,
    MOST_SERIES,
    MOST_STUDIES,
    FoundSeries,
    FoundStudy,
    PacsQuery,
    is_uid,
    matches,
    shown,
    shown_date,
    shown_name,
)
from ctviz.io.pacs.servers import PacsServer
from ctviz.io.pacs.stow import stow
from ctviz.io.pacs.trouble import PacsTrouble, senseless, too_much

Entry: TypeAlias = Mapping[str, Any]
"""One match, in DICOM's JSON."""

LARGEST_LIST = 2**26
ODD_LETTERS = re.compile(r"[^A-Za-z0-9*._-]+")
"""What not every server understands in an address, however rightly it is written there: an asterisk
takes its place, and of what comes only that is listed which was asked for."""

ORIGINAL = 'multipart/related; type="application/dicom"; transfer-syntax=*'
ATTEMPTS = 3
BREATH_SECONDS = 0.5
CHECK_SECONDS = 0.2


class WebDoor(PacsDoor):
    """The way to a server that has a URL."""

    def __init__(
        self, server: PacsServer, check: Check = lambda: None, via: PacsDoor | None = None
    ) -> None:
        super().__init__(server, check, via)
        self._lists = self._session(check, LARGEST_LIST)
        self._client = DICOMwebClient(server.url.rstrip("/"), session=self._lists)
        self._client.set_http_retry_params(retry=False)

    def close(self) -> None:
        """Close the connections."""
        self._lists.close()

    def echo(self) -> None:
        """Ask for one study."""
        self._found("search_for_studies", limit=1)

    def studies(self, query: PacsQuery) -> list[FoundStudy]:
        """Return what matches."""
        wanted = query.filters
        plain = {keyword: ODD_LETTERS.sub("*", value) for keyword, value in wanted.items()}
        found = self._found(
            "search_for_studies",
            limit=MOST_STUDIES + 1,
            fields=["StudyDescription", "ModalitiesInStudy", "NumberOfStudyRelatedSeries"],
            search_filters=plain,
        )
        odd = {keyword: value for keyword, value in wanted.items() if value != plain[keyword]}
        studies = (
            _study(entry)
            for entry in found
            if all(matches(_text(entry, keyword), value) for keyword, value in odd.items())
        )
        return list(islice((each for each in studies if is_uid(each.uid)), MOST_STUDIES + 1))

    def series(self, study: str) -> list[FoundSeries]:
        """Return the series of a study."""
        found = self._found(
            "search_for_series",
            study,
            limit=MOST_SERIES + 1,
            fields=["SeriesDescription", "NumberOfSeriesRelatedInstances"],
        )
        uids = (_text(entry, "SeriesInstanceUID") for entry in found)
        there = ((entry, uid) for entry, uid in zip(found, uids, strict=True) if is_uid(uid))
        series = [_series(study, uid, entry) for entry, uid in islice(there, MOST_SERIES + 1)]
        return sorted(series, key=lambda each: (each.number is None, each.number, each.uid))

    def images(self, series: FoundSeries) -> list[str]:
        """Return the images of a series, asking again where a server tells a part at a time."""
        numbers: dict[str, int] = {}
        while True:
            found = self._found(
                "search_for_instances",
                series.study,
                series.uid,
                limit=MOST_IMAGES,
                offset=len(numbers),
            )
            before = len(numbers)
            for entry in found:
                uid = _text(entry, "SOPInstanceUID")
                if not is_uid(uid):
                    raise senseless(self.server.called)
                numbers.setdefault(uid, _whole(entry, "InstanceNumber") or 0)
            if len(numbers) > MOST_IMAGES:
                raise too_much(self.server.called)
            if not found or len(numbers) == before or len(numbers) == series.images:
                return sorted(numbers, key=lambda uid: (numbers[uid], uid))

    def fetch(self, series: FoundSeries, images: Sequence[str], take: Take) -> None:
        """Bring images over several connections; what has come is handed over at once."""
        stop = Event()

        def check() -> None:
            if stop.is_set():
                raise Cancelled

        left = iter(images)
        pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="ctviz-pacs")
        with self._session(check, LARGEST_IMAGE) as session:
            under_way: dict[Future[bytes], str] = {}
            try:
                while True:
                    for uid in islice(left, CONNECTIONS - len(under_way)):
                        under_way[pool.submit(self._image, session, series, uid)] = uid
                    if not under_way:
                        return
                    done, _ = wait(under_way, CHECK_SECONDS, FIRST_COMPLETED)
                    self.check()
                    # What has come is taken before what has failed ends it.
                    for future in sorted(done, key=lambda each: each.exception() is not None):
                        take(under_way.pop(future), future.result())
            finally:
                # What still waits for the server notices it as soon as something comes.
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def send(self, files: Sequence[bytes], sent: Callable[[], object]) -> None:
        """Send files one after the other: an answer that is for one file leaves no doubt."""
        for file in files:
            self.check()
            stow(self.server, self._client, file)
            sent()

    def _session(self, check: Check, largest: int) -> OneHost:
        return OneHost(self.server, check, largest)

    def _image(self, session: OneHost, series: FoundSeries, uid: str) -> bytes:
        """Return the file of an image, asking again where it may come to something."""
        base = self.server.url.rstrip("/")
        url = f"{base}/studies/{series.study}/series/{series.uid}/instances/{uid}"
        for attempt in range(ATTEMPTS):
            try:
                response = session.get(url, headers={"Accept": ORIGINAL})
            except PacsTrouble as trouble:
                if not trouble.passing or attempt + 1 == ATTEMPTS:
                    raise
                sleep(BREATH_SECONDS * 2**attempt)
            else:
                break
        file = only_file(response.headers.get("Content-Type", ""), response.content)
        if file is None:
            raise senseless(self.server.called)
        return file

    def _found(self, search: str, *uids: str, **wanted: Any) -> list[Entry]:  # noqa: ANN401
        """Return the matches of a search of the client."""
        with foreign(senseless(self.server.called)):
            found = getattr(self._client, search)(*uids, **wanted)
            if not all(isinstance(entry, dict) for entry in found):
                raise senseless(self.server.called)
            return list(found)


def _study(entry: Entry) -> FoundStudy:
    return FoundStudy(
        uid=_text(entry, "StudyInstanceUID"),
        patient_name=shown_name(_text(entry, "PatientName")),
        patient_id=shown(_text(entry, "PatientID")),
        date=shown_date(_text(entry, "StudyDate")),
        description=shown(_text(entry, "StudyDescription")),
        modalities=shown(", ".join(_texts(entry, "ModalitiesInStudy"))),
        series=_whole(entry, "NumberOfStudyRelatedSeries"),
    )


def _series(study: str, uid: str, entry: Entry) -> FoundSeries:
    return FoundSeries(
        study,
        uid,
        number=_whole(entry, "SeriesNumber"),
        modality=shown(_text(entry, "Modality")),
        description=shown(_text(entry, "SeriesDescription")),
        images=_whole(entry, "NumberOfSeriesRelatedInstances"),
    )


def _texts(entry: Entry, keyword: str) -> list[str]:
    """Return the values of an element, none if they are missing or of a strange form."""
    element = entry.get(f"{tag_for_keyword(keyword):08X}")
    values = element.get("Value") if isinstance(element, dict) else None
    found = []
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            groups = [value.get(form) for form in ("Alphabetic", "Ideographic", "Phonetic")]
            found.append("=".join(str(group or "") for group in groups).rstrip("="))
        elif value is not None:
            found.append(str(value))
    return found


def _text(entry: Entry, keyword: str) -> str:
    return next(iter(_texts(entry, keyword)), "")


def _whole(entry: Entry, keyword: str) -> int | None:
    text = _text(entry, keyword)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
