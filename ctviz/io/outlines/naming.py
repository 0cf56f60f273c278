"""What structures and readers are called, so that neither tells who a patient is."""

from collections.abc import Iterable
from pathlib import Path

from pydicom import Dataset

from ctviz.io.dicom.elements import text
from ctviz.io.identity import ENDINGS, HARMLESS, MOST_DIGITS, TELLING, pseudonym, words
from ctviz.io.outlines.found import LONGEST_LABEL

_ANATOMY = """
adrenal airway airways anterior appendix arm artery ascending atrial atrium autochthon bladder bowel
brachiocephalic breast bronchus bulb carotid caval cavity cartilage cartilages caudate cerebellum
clavicle clavicula coeliac colon common cord costal covering cyst descending duct duodenum
effusion ear esophagus external eye fat femur fibula fissure forearm frontal gallbladder gland
gluteus gtv ctv itv ptv oar great hand heart hepatic hilum hip humerus iliac iliopsoas inferior
infarct internal intestine joint kidney knee larynx lateral lesion lesions lobe lower lumbar lymph
mass maximus medial mediastinum medius metastasis middle minimus muscle muscles myocardium nerve
nipple nodal node nodes nodule nodules oesophagus orbit ovary palate papillary parotid penis
pericardium peritoneum pharynx pituitary pleura pleural pneumonia portal posterior prostate psoas
pulmonary pulmonalis rectum renal retina rib ribs ring sacrum scalp scapula sinus skin skull small
solid splenic sternum stomach structure subclavian superior surface tail teeth testis thigh thymus
thyroid tibia tongue tonsil torso trachea trunk tumor tumour upper ureter urethra urinary uterus
vein veins vena cava ventricle ventricles vertebra vertebrae vertebral wall white matter grey
"""
"""Of TotalSegmentator's classes, of atlases and of radiotherapy."""

ANATOMY = frozenset(_ANATOMY.split())

MASKS = frozenset({"label", "labels", "mask", "masks", "seg", "segmentation"})
"""What any such file may be called, and says nothing of what it marks."""

PEOPLE = ("ContentCreatorName", "ROIInterpreter", "OperatorsName", "ReviewerName")
"""Elements that name whoever made a file."""


def label_of(said: str, number: int, identity: Iterable[str] = ()) -> str:
    """Return what a file calls a structure, or its number where that might name the patient.

    >>> label_of("GTV_Mass_CT", 1), label_of("GTV of Miller", 2, {"miller"})
    ('GTV_Mass_CT', 'structure 2')
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in said)
    label = " ".join(printable.split())[:LONGEST_LABEL].strip()
    telling = (words(label) & set(identity)) - HARMLESS - ANATOMY
    if not label or telling or TELLING.search(label):
        return f"structure {number}"
    return label


def label_of_file(path: Path) -> str:
    """Return what a file's name calls its structure, empty where it could be somebody's.

    >>> label_of_file(Path("kidney_left.nii.gz")), label_of_file(Path("miller.nii.gz"))
    ('kidney left', '')
    """
    stem = ENDINGS.sub("", path.name)
    for ending in (".npy", ".nrrd", ".seg"):
        stem = stem.removesuffix(ending)
    parts = stem.replace("-", "_").split("_")
    letters = ["".join(filter(str.isalpha, part)).lower() for part in parts]
    known = all(len(part) <= 1 or part in HARMLESS | ANATOMY for part in letters)
    digits = sum(letter.isdigit() for letter in stem)
    if not stem.isascii() or not known or digits > MOST_DIGITS or TELLING.search(stem):
        return ""
    said = [part for part in parts if part and part.lower() not in MASKS]
    return " ".join(said or filter(None, parts))[:LONGEST_LABEL]


def reader_of(header: Dataset, key: bytes) -> str:
    """Return the pseudonym of whoever made a DICOM object, or of the object where nobody says."""
    observed = header.get("RTROIObservationsSequence") or ()
    named = [text(part, keyword) for part in (header, *observed) for keyword in PEOPLE]
    who = next(filter(None, named), "") or text(header, "SeriesInstanceUID")
    return pseudonym(who or text(header, "SOPInstanceUID"), key, "R")


def told_apart(labels: Iterable[str]) -> list[str]:
    """Return labels of which no two are equal.

    >>> told_apart(["liver", "cyst", "cyst"])
    ['liver', 'cyst', 'cyst (2)']
    """
    found: list[str] = []
    for label in labels:
        number, name = 1, label
        while name in found:
            number += 1
            name = f"{label[: LONGEST_LABEL - 6]} ({number})"
        found.append(name)
    return found
