"""The commands of docs/outlines.md work, one after the other, as they stand there."""

import re
import shlex
from pathlib import Path

import numpy as np
from PIL import Image

from ctviz.backend import Backend
from ctviz.cli import main
from ctviz.core import Settings
from tests.backend.small_model import write_model
from tests.io.outlines import made

PROJECT = Path(__file__).resolve().parents[1]
PAGE = (PROJECT / "docs" / "outlines.md").read_text(encoding="utf-8")


def test_the_commands_do_what_the_page_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CTVIZ_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("CTVIZ_DEVICE", "cpu")
    write_model(tmp_path / "models")
    _write_files(tmp_path)
    assert main(["index", str(made.scan(tmp_path / "scan"))]) == 0
    backend = Backend(Settings.from_environment())
    (entry,) = backend.cases()
    backend.close()
    (commands,) = re.findall(r"^```\n(ctviz regions add .*?)^```", PAGE, re.M | re.S)
    for command in commands.splitlines():
        code = main(shlex.split(command.replace("C-0123abcd", entry.id))[1:])
        assert code == 0, (command, capsys.readouterr().err)
    backend = Backend(Settings.from_environment())
    found = {(region.reader, region.label) for region in backend.store.regions(entry.id)}
    backend.close()
    assert found == {
        ("Dr A", "Liver"),
        ("Dr B", "GTV"),
        ("LIDC reader 1", "nodule"),
        ("LIDC reader 2", "nodule"),
        ("TotalSegmentator", "heart"),
        ("TotalSegmentator", "kidney left"),
        ("Dr A", "spleen"),
        ("Dr A", "aorta"),
        ("Dr B", "heart"),
    }


def _write_files(folder):
    """Write the files that the page names."""
    mask, labels = made.masks(2)[2], np.zeros((5, *made.SHAPE), np.uint8)
    labels[1:4, 2:6, 3:9], labels[1:4, 7:9, 3:9] = 1, 2
    made.seg(folder / "liver.seg.dcm", mask[None], [made.frame(1, 2)], {1: "Liver"})
    square = made.in_mm([(2, 3), (7, 3), (7, 8), (2, 8)], 2)
    made.rtstruct(folder / "rtstruct.dcm", {"GTV": [made.contour(square)], "CTV": []})
    ring = [(2, 2), (3, 1), (4, 1), (5, 2), (5, 3), (4, 4), (3, 4), (2, 3)]
    made.lidc(folder / "069.xml", [made.nodule(made.roi(1, ring))] * 2)
    (folder / "totalsegmentator").mkdir()
    for name in ("heart", "kidney_left", "liver"):
        made.nifti(folder / "totalsegmentator" / f"{name}.nii.gz", (labels > 0).astype(np.uint8))
    shifted = made.affine()
    shifted[:3, 3] += (0.9, 0, 0)
    made.nifti(folder / "labels.nii.gz", labels, shifted)
    (folder / "names.csv").write_text("number,label\n1,spleen\n2,aorta\n")
    Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "heart.png")
