"""A bundle's archive is unpacked with limits, and goes the way of its folder."""

import struct
import zipfile

import pytest
import torch

from ctviz.backend.bundles import LIMITS, opened_bundle, rehearsed_upload
from ctviz.cli import main
from ctviz.core import CtvizError
from ctviz.models import load_model
from tests.models.intake.bundles import bundle_files, network, packed_bundle, zipped


@pytest.fixture
def archive(tmp_path):
    def written(content):
        path = tmp_path / "chest.ZIP"
        path.write_bytes(content)
        return path

    return written


@pytest.mark.parametrize("within", ["", "chest/"], ids=["its files", "its folder"])
def test_an_archive_says_what_its_folder_says_and_answers_the_same(archive, tmp_path, within):
    path = archive(packed_bundle({"scripts/run.py": b"1 / 0", "docs/a.png": b""}, within))
    found = rehearsed_upload(path, tmp_path / "room")
    assert found.bundle is not None
    assert found.bundle.classes == ("nodule", "effusion", "mass")
    assert found.bundle.left_aside == 2
    assert (found.found.architecture, found.found.size) == ("resnet10", (64, 48))
    x = torch.rand(1, 1, 64, 48)
    with torch.no_grad():
        torch.testing.assert_close(found.network(x), network()(x), rtol=0, atol=1e-6)


def changed(**files):
    return zipped({**bundle_files(), **files})


def lying():
    """Return a bundle whose metadata is larger than its archive says."""
    content = bytearray(changed(**{"configs/metadata.json": b" " * 5000}))
    at = content.index(b"PK\1\2")
    struct.pack_into("<L", content, at + 24, 10)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: changed(**{"../harm.py": b""}), "write outside of its folder"),
        (lambda: changed(**{"/harm.py": b""}), "write outside of its folder"),
        (lambda: changed(**{f"a/{n}": b"" for n in range(LIMITS.entries)}), "more than 2,000"),
        (lambda: zipped({"zeros": bytes(2**28 + 2**20)}), "more than ctviz accepts"),
        (lying, "lies about its size|damaged"),
        (lambda: zipped(bundle_files(), zipfile.ZIP_LZMA), "does not unpack"),
        (lambda: zipped({"net.onnx": b""}), "holds no MONAI bundle"),
        (
            lambda: zipped({f"{a}/{n}": c for a in "ab" for n, c in bundle_files().items()}),
            "holds 2 MONAI bundles",
        ),
        (lambda: changed(**{"configs/inference.json": b"{"}), "is no JSON"),
        (lambda: b"PK\3\4 not an archive", "damaged"),
    ],
    ids=[
        *("traversal", "absolute", "many", "bomb", "lying", "lzma", "other", "two", "json"),
        "no archive",
    ],
)
def test_what_is_wrong_with_an_archive_is_one_sentence(archive, tmp_path, content, words):
    path = archive(content())
    with pytest.raises(CtvizError, match=words):
        opened_bundle(path, tmp_path / "room")
    assert {each.name for each in tmp_path.iterdir()} <= {"chest.ZIP", "room"}


def test_the_prompt_takes_an_archive_too(archive, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "models"))
    assert main(["model", "add", str(archive(packed_bundle())), "--id", "ours"]) == 0
    assert "MONAI's readers put x before y" in capsys.readouterr().out
    assert load_model(tmp_path / "models" / "ours").classes == ("nodule", "effusion", "mass")
