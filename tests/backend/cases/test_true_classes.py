"""Tables of true classes: what a good one says, and what becomes of a stranger's."""

import pytest

from ctviz.backend.cases.true_classes import (
    LARGEST_OF_CASES_BYTES,
    read_labels,
    read_labels_of_cases,
)
from ctviz.core import InvalidInput


@pytest.fixture
def table(tmp_path):
    """The function that reads a table of these bytes."""

    def read(content):
        (tmp_path / "labels.csv").write_bytes(content)
        return read_labels(tmp_path / "labels.csv")

    return read


def test_a_table_names_files_and_classes(table):
    assert table(b"\xef\xbb\xbffile,truth\na/1.dcm,with contrast\n") == {"a/1.dcm": "with contrast"}
    assert table(b'contrast,file\r\n1,"a,b"\r\n0,c\r\n') == {
        "a,b": "with contrast",
        "c": "without contrast",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"file\na",
        b"name,truth\na,b",
        b"file,truth\na",
        b"file,truth\n,b",
        b"file,truth\na,",
        b"file,contrast\na,2",
        b"file,truth\n/etc/passwd,b",
        b"file,truth\n../a,b",
        b"file,truth\na\0,b",
        b"file,truth\na,b\na,c",
        b"file,truth\n\xff,b",
        "file,truth\na,b".encode("utf-16"),
        b"file,truth\n" + b"a" * 200_000 + b",b",
        b'file,truth\n"a,b',
        b"file,truth\n",
        b"file,truth\na," + b"b" * 101,
        b"file;truth\na;b",
    ],
)
def test_a_strange_table_is_refused_in_one_sentence(table, content):
    with pytest.raises(InvalidInput) as caught:
        table(content)
    assert "\n" not in str(caught.value)


def test_a_line_may_have_more_entries_than_the_head(table):
    assert table(b"file,truth\na,b,c,d\n") == {"a": "b"}


@pytest.fixture
def of_cases(tmp_path):
    """The function that reads a table of cases."""

    def read(content):
        (tmp_path / "labels.csv").write_bytes(content)
        return read_labels_of_cases(tmp_path / "labels.csv")

    return read


def test_a_table_of_cases_names_them_by_the_first_column_that_it_has(of_cases):
    assert of_cases(b"Title,Case,Truth\nChest,C-1,late  phase\n") == {"C-1": "late phase"}
    assert of_cases(b"title,contrast\n'=1,1\n") == {"=1": "with contrast"}
    # Its files are not opened, so that they may be anywhere.
    assert of_cases(b"file,truth\n/data/a.nii,b\n../c.nii,d\n") == {
        "/data/a.nii": "b",
        "../c.nii": "d",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; it must have a column 'case' or 'file' or 'title'"),
        (b" \n", "is empty"),
        (b"name,truth\na,b", "must have a column 'case'"),
        (b"case;truth\na;b", "save it as CSV with commas"),
        (b"case,truth\n,b", "Line 2 of the table of labels names no case"),
        (b"case,truth\na,b\na,c", "Line 3 of the table of labels gives a case another class"),
        ("case,truth\nä,b".encode("latin-1"), "not CSV in UTF-8"),
        ("case,truth\na,b".encode("utf-16"), "not CSV in UTF-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not CSV in UTF-8"),
        (b"case,truth\n" + b"a,b\n" * (10_000_000 // 4), "has 10.0 MB and at most 5 MB are read"),
    ],
)
def test_a_strange_table_of_cases_is_told_what_is_wrong_with_it(of_cases, content, said):
    with pytest.raises(InvalidInput) as caught:
        of_cases(content)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_of_fifty_thousand_cases_is_read(of_cases):
    content = b"case,truth\n" + b"".join(b"C-%08x,with contrast\n" % n for n in range(50_000))
    assert len(content) < LARGEST_OF_CASES_BYTES
    assert len(of_cases(content)) == 50_000
