import io
import stat
import zipfile

import pytest

from ctviz.core import UnreadableScan
from ctviz.io import ZipLimits, load_cases, unpack_zip


def archive(**files):
    """Return a zip archive in memory."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    memory.seek(0)
    return memory


def refused(source, folder, **limits):
    """Unpack an archive that must be refused, and return what was written anywhere."""
    with pytest.raises(UnreadableScan) as caught:
        unpack_zip(source, folder / "inside", limits=ZipLimits(**limits))
    assert str(caught.value).endswith(".")
    return [path for path in folder.rglob("*") if path.is_file()]


def test_files_come_out_as_they_went_in(tmp_path):
    unpack_zip(archive(**{"a.txt": b"1", "b/c.txt": b"22"}), tmp_path)
    assert (tmp_path / "a.txt").read_bytes() == b"1"
    assert (tmp_path / "b" / "c.txt").read_bytes() == b"22"


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/evil", "..\\evil", "C:\\evil", "a/..", "\\\\host\\evil"]
)
def test_paths_that_lead_outside_write_nothing(tmp_path, name):
    assert refused(archive(**{"good": b"1", name: b"2"}), tmp_path) == []


def test_links_write_nothing(tmp_path):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    assert refused(memory, tmp_path) == []


def test_bombs_write_nothing(tmp_path):
    bomb = archive(zeros=bytes(10**6))
    assert refused(bomb, tmp_path, unsuspicious_bytes=10**5) == []
    assert refused(archive(zeros=bytes(1000)), tmp_path, unpacked_bytes=999) == []
    assert refused(archive(a=b"", b=b"", c=b""), tmp_path, entries=2) == []


def test_an_entry_that_lies_about_its_size_is_refused(tmp_path):
    content = archive(zeros=bytes(10**6)).getvalue()
    lie = content.replace((10**6).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != content
    (path,) = refused(io.BytesIO(lie), tmp_path) or [None]
    assert path is None or path.stat().st_size <= 10


def test_locked_and_damaged_archives_are_refused(tmp_path):
    content = bytearray(archive(a=b"123").getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert refused(io.BytesIO(bytes(content)), tmp_path) == []
    assert refused(io.BytesIO(archive(a=b"123").getvalue()[:-9]), tmp_path) == []


def test_a_zip_of_a_series_is_the_same_case_as_its_folder(tmp_path, dicom, stored):
    folder = tmp_path / "folder"
    for z in range(3):
        dicom(folder / f"{z}.dcm", stored + z, ImagePositionPatient=[0, 0, z])
    path = tmp_path / "series.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in folder.iterdir():
            packed.write(file, f"deep/er/{file.name}")
        packed.writestr("again.zip", archive(a=b"1").getvalue())
    loaded = load_cases(path)
    assert [case.id for case in loaded.cases] == [case.id for case in load_cases(folder).cases]
    (nested,) = loaded.refused
    assert "unpack it first" in nested.why


def test_a_hostile_zip_given_as_a_scan_is_one_refusal(tmp_path):
    path = tmp_path / "scan.zip"
    path.write_bytes(archive(**{"../evil": b"1"}).getvalue())
    (only,) = load_cases(path).refused
    assert "outside of its folder" in only.why
