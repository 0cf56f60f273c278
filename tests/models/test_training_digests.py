import hashlib

import pytest

from ctviz.core import UnusableModel
from ctviz.models.training_digests import (
    TRAINING_DIGESTS,
    TrainingDigests,
    name_of_secret,
    read_training_digests,
    write_training_digests,
)

SLICES = frozenset(hashlib.sha256(bytes([n])).hexdigest() for n in range(3))
SECRET = name_of_secret(b"a secret")


@pytest.mark.parametrize(
    "digests",
    [
        TrainingDigests(),
        TrainingDigests(frozenset({"some scans, of Ålesund"}), SLICES),
        TrainingDigests(frozenset({"scans"}), SLICES, frozenset({"P-0123abcd"}), SECRET),
    ],
)
def test_what_is_written_is_read(tmp_path, digests):
    write_training_digests(tmp_path, digests)
    assert read_training_digests(tmp_path) == digests


def test_a_model_that_lists_nothing_is_unknown_and_not_empty(tmp_path):
    assert read_training_digests(tmp_path) is None


def test_the_name_of_a_secret_does_not_tell_it():
    assert "secret" not in name_of_secret(b"a secret")
    assert name_of_secret(b"a secret") != name_of_secret(b"another")
    assert name_of_secret(b"") == ""


@pytest.mark.parametrize(
    "content",
    [
        b"slice 0123",
        b"patient Miller",
        b"weights 00",
        b"\xff\xfe",
        f"secret {SECRET}\nsecret {'0' * 64}".encode(),
    ],
)
def test_a_damaged_list_is_refused(tmp_path, content):
    (tmp_path / TRAINING_DIGESTS).write_bytes(content)
    with pytest.raises(UnusableModel, match="copy the whole folder again"):
        read_training_digests(tmp_path)
