"""By which metrics of agreement a study answers its question."""

CORRECTED = "auroc-corrected"
"""Agreement from which it is taken out where regions usually are; a study answers by it first."""

HEADLINES = (CORRECTED, "auroc", "dice")
"""The corrected metric, and the paper's human-centric ones beside it."""
