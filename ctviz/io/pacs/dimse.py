"""A server by DIMSE (PS3.7): C-ECHO, C-FIND, C-GET or C-MOVE, C-STORE; it never listens.

Images come by C-GET on the association that asked for them. A server that only sends to nodes that
it knows is asked to send them to one (C-MOVE), from which they are then fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from socket import socket
from time import monotonic
from typing import Any

from pydicom import Dataset, dcmread
from pynetdicom import AE, build_context, build_role, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from ctviz.core.foreign import foreign
from ctviz.io.dicom.elements import text, whole
from ctviz.io.pacs.door import LARGEST_IMAGE, PacsDoor, Take
from ctviz.io.pacs.encryption import encryption, unproven, witnessed
from ctviz.io.pacs.query import (
    MOST_IMAGES,
    MOST_SERIES,
    MOST_STUDIES,
    FoundSeries,
    FoundStudy,
    PacsQuery,
    is_uid,
    shown,
    shown_date,
    shown_name,
)
from ctviz.io.pacs.servers import PacsServer
from ctviz.io.pacs.storage import STORED, SYNTAXES
from ctviz.io.pacs.trouble import (
    PacsTrouble,
    cut_off,
    not_kept,
    senseless,
    too_much,
    too_slow,
    unreachable,
)

SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700
PENDING = frozenset({0xFF00, 0xFF01})
WARNINGS = frozenset({0x0001, 0xB000, 0xB006, 0xB007})
LEAVE_SECONDS = 2.0
BATCH = 32
"""So many images are asked for at a time: between two lists one can give up."""

STUDY_KEYS = ("StudyInstanceUID", "PatientName", "PatientID", "StudyDate", "StudyDescription",
              "ModalitiesInStudy", "NumberOfStudyRelatedSeries")  # fmt: skip
SERIES_KEYS = ("SeriesInstanceUID", "SeriesNumber", "Modality", "SeriesDescription",
               "NumberOfSeriesRelatedInstances")  # fmt: skip
IMAGE_KEYS = ("SOPInstanceUID", "InstanceNumber")


class DimseDoor(PacsDoor):
    """The way to a server that has an AE title."""

    def echo(self) -> None:
        """Ask by C-ECHO."""
        with self._associated([build_context(Verification)]) as association:
            self._judge(association.send_c_echo(), "C-ECHO")

    def studies(self, query: PacsQuery) -> list[FoundStudy]:
        """Return what matches."""
        found = self._found("STUDY", STUDY_KEYS, query.filters, MOST_STUDIES + 1)
        studies = [
            FoundStudy(
                uid=text(each, "StudyInstanceUID"),
                patient_name=shown_name(text(each, "PatientName")),
                patient_id=shown(text(each, "PatientID")),
                date=shown_date(text(each, "StudyDate")),
                description=shown(text(each, "StudyDescription")),
                modalities=shown(text(each, "ModalitiesInStudy").replace("\\", ", ")),
                series=_count(each, "NumberOfStudyRelatedSeries"),
            )
            for each in found
        ]
        return [study for study in studies if is_uid(study.uid)]

    def series(self, study: str) -> list[FoundSeries]:
        """Return the series of a study."""
        wanted = {"StudyInstanceUID": study}
        found = self._found("SERIES", SERIES_KEYS, wanted, MOST_SERIES + 1)
        series = [
            FoundSeries(
                study,
                text(each, "SeriesInstanceUID"),
                number=_count(each, "SeriesNumber"),
                modality=shown(text(each, "Modality")),
                description=shown(text(each, "SeriesDescription")),
                images=_count(each, "NumberOfSeriesRelatedInstances"),
            )
            for each in found
            if is_uid(text(each, "SeriesInstanceUID"))
        ]
        return sorted(series, key=lambda each: (each.number is None, each.number or 0, each.uid))

    def images(self, series: FoundSeries) -> list[str]:
        """Return the images of a series."""
        wanted = {"StudyInstanceUID": series.study, "SeriesInstanceUID": series.uid}
        found = self._found("IMAGE", IMAGE_KEYS, wanted, MOST_IMAGES + 1)
        if len(found) > MOST_IMAGES:
            raise too_much(self.server.called)
        numbers = {text(each, "SOPInstanceUID"): whole(each, "InstanceNumber") for each in found}
        if not all(map(is_uid, numbers)):
            raise senseless(self.server.called)
        return sorted(numbers, key=lambda uid: (numbers[uid], uid))

    def fetch(self, series: FoundSeries, images: Sequence[str], take: Take) -> None:
        """Bring images by C-GET, or have them sent to where they can be fetched."""
        if self.server.move_to:
            self._move(series, images)
            if self.via is None:
                raise unreachable(self.server.via)
            self.via.fetch(series, images, take)
        else:
            self._get(series, images, take)

    def send(self, files: Sequence[bytes], sent: Callable[[], object]) -> None:
        """Send files by C-STORE on one association."""
        made = [dcmread(BytesIO(file)) for file in files]
        kinds = {(each.SOPClassUID, each.file_meta.TransferSyntaxUID) for each in made}
        contexts = [build_context(sop_class, syntax) for sop_class, syntax in sorted(kinds)]
        with self._associated(contexts) as association:
            for each in made:
                self.check()
                with foreign(not_kept(self.server.called)):
                    status = association.send_c_store(each)
                if "Status" not in status:
                    raise cut_off(self.server.called)
                if status.Status not in WARNINGS | {SUCCESS}:
                    raise not_kept(self.server.called)
                sent()

    def _get(self, series: FoundSeries, images: Sequence[str], take: Take) -> None:
        receiving = _Receiving(take)
        contexts = [
            build_context(StudyRootQueryRetrieveInformationModelGet),
            # A context for each encoding: the server sends what it has, as it has it.
            *(build_context(kind, syntax) for kind in STORED for syntax in SYNTAXES),
        ]
        roles = [build_role(kind, scp_role=True) for kind in STORED]
        handlers = [
            (evt.EVT_C_STORE, receiving.store),
            (evt.EVT_DATA_RECV, receiving.meter),
        ]
        model = StudyRootQueryRetrieveInformationModelGet
        with self._associated(contexts, roles, handlers) as association:
            for request in _requests(series, images):
                for status, _ in association.send_c_get(request, model):
                    receiving.raise_trouble()
                    self.check()
                    if self._over(status, receiving.too_large):
                        break
                receiving.raise_trouble()

    def _move(self, series: FoundSeries, images: Sequence[str]) -> None:
        model = StudyRootQueryRetrieveInformationModelMove
        with self._associated([build_context(model)]) as association:
            for request in _requests(series, images):
                for status, _ in association.send_c_move(request, self.server.move_to, model):
                    self.check()
                    if self._over(status, too_large=False):
                        break

    def _over(self, status: Dataset, too_large: bool) -> bool:
        """Return whether a retrieval has ended, refusing one that went wrong."""
        if "Status" not in status:
            raise too_much(self.server.called) if too_large else cut_off(self.server.called)
        if status.Status in PENDING:
            return False
        if status.Status not in WARNINGS | {SUCCESS}:
            raise PacsTrouble(
                f"'{self.server.called}' does not hand out the images (status "
                f"{status.Status:04X}); ask whoever runs it whether it knows "
                f"'{self.server.calling}'."
            )
        return True

    def _found(
        self, level: str, keys: Sequence[str], wanted: dict[str, str], most: int
    ) -> list[Dataset]:
        """Return the matches of a C-FIND; what comes beyond the most is not listened to."""
        model, found = StudyRootQueryRetrieveInformationModelFind, []
        with self._associated([build_context(model)]) as association:
            request = _identifier(level, dict.fromkeys(keys, "") | wanted)
            for status, match in association.send_c_find(request, model):
                self.check()
                if status.get("Status") in PENDING and match is not None:
                    with foreign(senseless(self.server.called)):
                        match.decode()
                    found.append(match)
                    if len(found) == most:
                        association.abort()
                        return found
                else:
                    self._judge(status, "C-FIND")
        return found

    def _judge(self, status: Dataset, service: str) -> None:
        if "Status" not in status:
            raise cut_off(self.server.called)
        if status.Status not in WARNINGS | {SUCCESS}:
            raise PacsTrouble(
                f"'{self.server.called}' refuses {service} (status {status.Status:04X}); ask "
                f"whoever runs it whether it knows '{self.server.calling}'."
            )

    @contextmanager
    def _associated(
        self,
        contexts: Sequence[PresentationContext],
        roles: Sequence[Any] = (),
        handlers: Sequence[Any] = (),
    ) -> Iterator[Association]:
        """Lend an association, which is aborted if it does not end well."""
        server = self.server
        entity = AE(ae_title=server.calling)
        entity.acse_timeout = entity.dimse_timeout = server.patience
        entity.network_timeout = entity.connection_timeout = server.patience
        connection = _Connection(server)
        with foreign(unreachable(server.called)):
            association = entity.associate(
                server.host,
                server.port,
                contexts=list(contexts),
                ae_title=server.ae_title,
                ext_neg=list(roles),
                evt_handlers=[(evt.EVT_CONN_OPEN, connection.opened), *handlers],
                tls_args=connection.tls,
            )
        try:
            if not association.is_established:
                raise connection.why_not(association)
            with foreign(self._unable()):
                yield association
            if association.is_established:
                association.release()
        finally:
            if association.is_established:
                association.abort()
            # The library forgets to close what the other side has closed before.
            if association.is_alive():
                association.join(LEAVE_SECONDS)
            connection.close()

    def _unable(self) -> PacsTrouble:
        """Return what is said where an association offers no service of the kind."""
        return PacsTrouble(
            f"'{self.server.called}' does not offer this service to '{self.server.calling}'; if it "
            "only sends to nodes that it knows, name one by 'move_to' and 'via'."
        )


class _Connection:
    """How a connection to a server is made, and what is seen of it while it is."""

    def __init__(self, server: PacsServer) -> None:
        self._server = server
        self._sockets: list[socket] = []
        self._unencrypted: list[OSError] = []
        self._start = monotonic()
        self.tls = (
            (witnessed(encryption(server), self._unencrypted.append), server.host)
            if server.tls
            else None
        )

    def opened(self, event: evt.Event) -> None:
        """Take note of the socket."""
        self._sockets.append(event.assoc.dul.socket.socket)

    def close(self) -> None:
        """Close every socket."""
        for each in self._sockets:
            each.close()

    def why_not(self, association: Association) -> PacsTrouble:
        """Return why no association came about."""
        server = self._server
        if association.is_rejected:
            return PacsTrouble(
                f"'{server.called}' refuses the AE titles '{server.ae_title}' and "
                f"'{server.calling}'; ask whoever runs it to know them."
            )
        if monotonic() - self._start > server.patience:
            return too_slow(server.called)
        if self._unencrypted:
            return unproven(server, self._unencrypted[-1])
        if not self._sockets:
            return unreachable(server.called)
        how = "unencrypted" if server.tls else "encrypted ('tls = true')"
        return PacsTrouble(
            f"'{server.called}' answers, but not as a DICOM server does; check its port in the "
            f"file of servers, and whether it is {how}."
        )


class _Receiving:
    """What comes during a C-GET; what goes wrong while it is kept is raised by who asked."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._trouble: BaseException | None = None
        self._bytes = 0
        self.too_large = False

    def store(self, event: evt.Event) -> int:
        """Take an image; what the library parses of it is its command only."""
        self._bytes = 0
        if self._trouble is None:
            try:
                uid = str(event.request.AffectedSOPInstanceUID)
                self._take(uid, event.encoded_dataset())
            except BaseException as trouble:  # noqa: BLE001 - the library would swallow it
                self._trouble = trouble
        return SUCCESS if self._trouble is None else OUT_OF_RESOURCES

    def meter(self, event: evt.Event) -> None:
        """Count the bytes of an image that has no end."""
        self._bytes += len(event.data)
        if self._bytes > LARGEST_IMAGE:
            self.too_large = True
            event.assoc.abort()

    def raise_trouble(self) -> None:
        """Raise what went wrong."""
        if self._trouble is not None:
            raise self._trouble


def _requests(series: FoundSeries, images: Sequence[str]) -> Iterator[Dataset]:
    """Yield what asks for images, a list of them at a time."""
    for first in range(0, len(images), BATCH):
        yield _identifier(
            "IMAGE",
            {
                "StudyInstanceUID": series.study,
                "SeriesInstanceUID": series.uid,
                "SOPInstanceUID": list(images[first : first + BATCH]),
            },
        )


def _identifier(level: str, elements: dict[str, Any]) -> Dataset:
    identifier = Dataset()
    identifier.SpecificCharacterSet = "ISO_IR 192"
    identifier.QueryRetrieveLevel = level
    for keyword, said in elements.items():
        setattr(identifier, keyword, said)
    return identifier


def _count(match: Dataset, keyword: str) -> int | None:
    return whole(match, keyword) if text(match, keyword) else None
