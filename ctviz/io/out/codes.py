"""What labels, estimators and metrics are called in the tables of SNOMED CT and DICOM.

What has no entry there is called by a private code, `99CTVIZ`, with our own words as its meaning.
"""

from hashlib import sha256

from highdicom.sr import CodedConcept
from pydicom import Dataset

SCHEME = "99CTVIZ"
LONGEST_MEANING = 64
LONGEST_CODE = 16

STRUCTURE = CodedConcept("123037004", "SCT", "Anatomical Structure")
LESION = CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure")
PLACE = CodedConcept("309825002", "SCT", "Spatial and Relational Concept")

_STRUCTURES = {
    "aorta": ("15825003", "Aorta"),
    "bladder": ("89837001", "Urinary bladder"),
    "bone": ("272673000", "Bone"),
    "brain": ("12738006", "Brain"),
    "heart": ("80891009", "Heart"),
    "kidney": ("64033007", "Kidney"),
    "left kidney": ("18639004", "Left kidney"),
    "right kidney": ("9846003", "Right kidney"),
    "liver": ("10200004", "Liver"),
    "lung": ("39607008", "Lung"),
    "left lung": ("44029006", "Left lung"),
    "right lung": ("3341006", "Right lung"),
    "pancreas": ("15776009", "Pancreas"),
    "spleen": ("78961009", "Spleen"),
    "stomach": ("69695003", "Stomach"),
    "trachea": ("44567001", "Trachea"),
}
_LESIONS = {
    "lesion": ("52988006", "Lesion"),
    "mass": ("4147007", "Mass"),
    "nodule": ("27925004", "Nodule"),
    "tumor": ("108369006", "Neoplasm"),
    "tumour": ("108369006", "Neoplasm"),
}

SALIENCY = CodedConcept("130404", "DCM", "Saliency")
ACTIVATION = CodedConcept("130402", "DCM", "Class activation")
GRADIENT_ACTIVATION = CodedConcept("130403", "DCM", "Gradient-weighted class activation")
_ACTIVATIONS = {
    "grad-cam": GRADIENT_ACTIVATION,
    "grad-cam++": GRADIENT_ACTIVATION,
    "hirescam": GRADIENT_ACTIVATION,
    "layer-cam": GRADIENT_ACTIVATION,
    "eigen-cam": ACTIVATION,
    "score-cam": ACTIVATION,
}


def own(name: str, meaning: str = "") -> CodedConcept:
    """Return the private code of a name; one that is too long or foreign is told by its hash."""
    plain = name.isascii() and len(name) <= LONGEST_CODE
    code = name if plain else sha256(name.encode()).hexdigest()[:LONGEST_CODE]
    return CodedConcept(code, SCHEME, cut(meaning or name, LONGEST_MEANING))


def category_and_type(label: str) -> tuple[CodedConcept, CodedConcept]:
    """Return what a label is: its category, and itself."""
    wanted = label.strip().lower()
    for category, known in ((STRUCTURE, _STRUCTURES), (LESION, _LESIONS)):
        if wanted in known:
            code, meaning = known[wanted]
            return category, CodedConcept(code, "SCT", meaning)
    return PLACE, own(label)


def explanation(estimator: str) -> CodedConcept:
    """Return which kind of visual explanation (CID 217) an estimator's map is."""
    return _ACTIVATIONS.get(estimator, SALIENCY)


def scheme() -> Dataset:
    """Return who stands behind the private codes."""
    item = Dataset()
    item.CodingSchemeDesignator = SCHEME
    item.CodingSchemeName = "Names of ctviz"
    item.CodingSchemeResponsibleOrganization = "ctviz"
    return item


def cut(text: str, longest: int) -> str:
    """Return a text as one line of at most so many bytes, without what DICOM splits at.

    DICOM counts letters, but not every reader of it does.

    >>> cut("heart and great vessels", 16)
    'heart and gre...'
    """
    line = " ".join(text.replace("\\", "/").split())
    if len(line.encode()) <= longest:
        return line
    return line.encode()[: longest - 3].decode(errors="ignore") + "..."


def person(name: str) -> str:
    """Return a reader as the name of a person, which has a family name and no more parts."""
    return cut(name.replace("=", "-").replace("^", " "), LONGEST_MEANING - 1) + "^"
