"""500 damaged files of every form end in outlines or in a sentence, never in anything else."""

import gzip

import numpy as np
import pytest

from ctviz.io import OutlineFile, OutlineSettings, Refused, form_of, read_outlines
from tests.io.outlines import made

OBJECTS = 500
SQUARE = [(2, 3), (7, 3), (7, 8), (2, 8)]


def segmentation(path):
    """Write a binary segmentation."""
    pixels = np.stack(list(made.masks(0, 1, 2).values()))
    frames = [made.frame(1, 0), made.frame(2, 1), made.frame(1, 2)]
    return made.seg(path, pixels, frames, {1: "Liver", 2: "Cyst"})


def label_map(path):
    """Write a label map."""
    stored = np.random.default_rng(0).integers(0, 4, (2, *made.SHAPE))
    frames = [made.frame(None, 0), made.frame(None, 1)]
    return made.seg(path, stored, frames, {1: "Liver", 2: "Cyst"}, "LABELMAP")


def structure_set(path):
    """Write a structure set."""
    contours = [made.contour(made.in_mm(SQUARE, z)) for z in range(3)]
    return made.rtstruct(path, {"GTV": contours, "CTV": contours})


def label_image(path):
    """Write a NIfTI that is not packed, so that damage gets to its header."""
    labels = np.random.default_rng(3).integers(0, 3, (5, *made.SHAPE)).astype(np.uint8)
    return made.nifti(path.with_suffix(".nii"), labels)


def packed_label_image(path):
    """Write a packed NIfTI."""
    plain = label_image(path)
    packed = path.with_suffix(".nii.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    return packed


def slicer(path):
    """Write a NRRD as 3D Slicer does."""
    labels = np.random.default_rng(3).integers(0, 3, (2, 5, *made.SHAPE)).astype(np.uint8)
    return made.nrrd(path, labels, "gzip", "Segment0_Name:=Liver\nSegment0_LabelValue:=1\n")


def lidc(path):
    """Write a LIDC message."""
    ring = [(2, 2), (3, 1), (4, 1), (5, 2), (5, 3), (4, 4), (3, 4), (2, 3)]
    return made.lidc(path, [made.nodule(made.roi(1, ring), made.roi(2, ring))] * 2)


def array(path):
    """Write a bare mask."""
    np.save(path.with_suffix(".npy"), made.masks(0)[0])
    return path.with_suffix(".npy")


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Return bytes of which some are others, missing, twice there, or cut off."""
    changed = bytearray(content)
    for _ in range(rng.integers(1, 9)):
        place = int(rng.integers(0, len(changed)))
        end = place + int(rng.integers(1, 9))
        match rng.integers(0, 5):
            case 0:
                changed[place] = int(rng.integers(0, 256))
            case 1:
                changed[place:end] = bytes([int(rng.choice([0, 255, 48, 92]))]) * (end - place)
            case 2:
                del changed[place:end]
            case 3:
                changed[place:place] = changed[place:end]
            case _:
                if rng.random() < 0.2:
                    del changed[max(1, place) :]
        changed = changed or bytearray(b"\0")
    return bytes(changed)


@pytest.mark.parametrize(
    "write",
    [
        segmentation, label_map, structure_set, label_image, packed_label_image, slicer, lidc,
        array,
    ],
)  # fmt: skip
def test_damage_ends_in_a_sentence(write, tmp_path):
    whole = write(tmp_path / "whole")
    assert form_of(whole) is not None
    content, case, rng = whole.read_bytes(), made.case(), np.random.default_rng(7)
    path = tmp_path / f"damaged{whole.suffix}"
    asked = (OutlineSettings(slice_index=0), OutlineSettings(slice_index=0, resample=True))
    refused = 0
    for number in range(OBJECTS):
        path.write_bytes(damaged(content, rng))
        (found,) = read_outlines([path], case, made.KEY, asked[number % 2])
        assert isinstance(found, (OutlineFile, Refused))
        if isinstance(found, Refused):
            refused += 1
            assert found.why.endswith(".")
            assert "Miller" not in found.why
        else:
            assert all(outline.mask.any() for outline in found.outlines)
    assert refused > OBJECTS // 20
