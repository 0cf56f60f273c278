"""Tables of true classes: what a good one says, and what becomes of a stranger's."""

import pytest

from ctviz.backend.cases.true_classes import read_labels
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
    ],
)
def test_a_strange_table_is_refused_in_one_sentence(table, content):
    with pytest.raises(InvalidInput) as caught:
        table(content)
    assert "\n" not in str(caught.value)


def test_a_line_may_have_more_entries_than_the_head(table):
    assert table(b"file,truth\na,b,c,d\n") == {"a": "b"}
