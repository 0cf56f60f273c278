"""Which kinds of objects, and in which encodings, may come on an association (PS3.4, PS3.6)."""

from pydicom.uid import (
    JPEG2000,
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    LegacyConvertedEnhancedCTImageStorage,
    ParametricMapStorage,
    RLELossless,
    SecondaryCaptureImageStorage,
    SegmentationStorage,
)

STORED = (
    CTImageStorage, EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage,
    SecondaryCaptureImageStorage, SegmentationStorage, ParametricMapStorage,
    "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.88.22",
    "1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.88.34",
    "1.2.840.10008.5.1.4.1.1.66.7",
)  # fmt: skip
"""CT, what others derive from it (label maps are the last), structure sets and reports."""

SYNTAXES = (
    ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLosslessSV1, JPEGLossless, JPEGLSLossless,
    JPEG2000Lossless, RLELossless, JPEGBaseline8Bit, JPEGLSNearLossless, JPEG2000,
    ExplicitVRBigEndian,
)  # fmt: skip
"""As a server may have them; 11 kinds in 11 encodings fit into one association's 128 contexts."""
