"""What a form of results is, and the registry of all forms."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, ClassVar

from pydicom import Dataset, dcmwrite

from ctviz.core import Registry

if TYPE_CHECKING:
    from ctviz.io.out.parcel import Parcel


@dataclass(frozen=True, eq=False)
class WrittenObject:
    """One file that is to be sent.

    Parameters
    ----------
    name
        Of the file, without a folder.
    content
        A DICOM object, or the bytes of another file.
    about
        What it is of, for those that refer to it: a reader, or an estimator.
    """

    name: str
    content: Dataset | bytes
    about: str = ""

    @property
    def bytes(self) -> bytes:
        """The file's content."""
        if isinstance(self.content, bytes):
            return self.content
        buffer = BytesIO()
        dcmwrite(buffer, self.content, enforce_file_format=True)
        return buffer.getvalue()


class ResultForm(ABC):
    """A form in which results leave: which objects it makes of them.

    Attributes
    ----------
    title
        How a sentence calls its files.
    needs_place
        Whether it must be known where the slices lie in the patient.
    with_slices
        Whether its objects refer to the slices, which must be there to be shown beneath.
    refers_to
        Other forms whose objects it refers to; they are sent with it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    needs_place: ClassVar[bool] = True
    with_slices: ClassVar[bool] = True
    refers_to: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def make(self, parcel: "Parcel") -> Iterator[WrittenObject]:
        """Yield the files, none if the results hold nothing of the kind."""


RESULT_FORMS: Registry[type[ResultForm]] = Registry(
    "form of results", package="ctviz.io.out.forms", group="ctviz.result_forms"
)
