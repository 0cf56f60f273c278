import contextlib
import errno
import io
import stat
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctviz.core import NotSaved, UnreadableScan
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


def zip_of(entries, compression=zipfile.ZIP_DEFLATED):
    """Return an archive of (name, content), names as they are."""
    memory = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(memory, "w", compression) as packed:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in entries:
            packed.writestr(zipfile.ZipInfo(name), content, compression)
    memory.seek(0)
    return memory


ODD_NAMES = {
    "twice": ["a", "a"],
    "file that is also a folder": ["a", "a/b"],
    "folder that is also a file": ["a/b", "a"],
    "255 bytes": ["é" * 150],
    "long folder": ["x" * 300 + "/a"],
    "empty": ["", "a"],
    "dot": [".", "a"],
    "no utf-8": ["\x80\xff", "a"],
    "control letters": ["a\n\x1b[31m", "b"],
}


@pytest.mark.parametrize("names", ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_every_file_comes_out_whatever_it_is_called(tmp_path, names):
    contents = [str(number).encode() for number in range(len(names))]
    unpacked = unpack_zip(zip_of(zip(names, contents, strict=True)), tmp_path)
    assert unpacked.refused == ()
    assert [path.read_bytes() for path in unpacked.files] == contents
    assert all(path.is_relative_to(tmp_path) for path in unpacked.files)


@pytest.mark.parametrize("method", [9, 93, 98, 255], ids=["deflate64", "zstd", "ppmd", "unknown"])
def test_an_entry_packed_in_another_way_is_refused_by_itself(tmp_path, method):
    content = bytearray(zip_of([("a", b"1"), ("b", b"2")]).getvalue())
    for signature, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        content[content.index(signature) + offset] = method
    unpacked = unpack_zip(io.BytesIO(content), tmp_path)
    assert [path.name for path in unpacked.files] == ["b"]
    assert ["ordinary zip" in why for _, why in unpacked.refused] == [True]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_is_refused_and_leaves_nothing(tmp_path, method):
    body = bytes(range(256)) * 8
    content = bytearray(zip_of([("a", body), ("b", b"2")], method).getvalue())
    start = content.index(b"PK\3\4") + 31
    content[start : start + 12] = bytes(255 - byte for byte in content[start : start + 12])
    unpacked = unpack_zip(io.BytesIO(content), tmp_path)
    assert [path.name for path in unpacked.files] == ["b"]
    assert len(unpacked.refused) == 1
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["b"]


def test_a_table_of_contents_is_counted_before_it_is_read(tmp_path, monkeypatch):
    many = zip_of((str(number), b"") for number in range(300))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(UnreadableScan, match="more than 299 files"):
        unpack_zip(many, tmp_path, limits=ZipLimits(entries=299))


def test_a_count_that_lies_does_not_help(tmp_path, monkeypatch):
    content = bytearray(zip_of((str(number), b"") for number in range(300)).getvalue())
    end = content.rindex(b"PK\5\6")
    content[end + 8 : end + 12] = (1).to_bytes(2, "little") * 2
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(UnreadableScan, match="more than 299 files"):
        unpack_zip(io.BytesIO(content), tmp_path, limits=ZipLimits(entries=299))


def test_a_full_disk_is_not_called_a_damaged_archive(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("ctviz.io.archive._chunk", full)
    with pytest.raises(NotSaved, match="disk is full"):
        unpack_zip(archive(a=b"1"), tmp_path)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_no_mutation_of_an_archive_says_anything_foreign(tmp_path_factory, data):
    method = data.draw(st.sampled_from([0, 8, 12, 14]))
    content = bytearray(zip_of([("a/b.dcm", b"x" * 300), ("c", b"y")], method).getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(len(content) - 40, len(content)))]
    folder = tmp_path_factory.mktemp("unpacked")
    with contextlib.suppress(UnreadableScan):
        unpack_zip(io.BytesIO(content), folder / "inside")
    assert not [path for path in folder.iterdir() if path.name != "inside"]
