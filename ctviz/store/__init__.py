"""What outlives a session: cases, Regions and predictions in one SQLite file."""

from ctviz.store.audit import AuditEntry, AuditEvent
from ctviz.store.bin import Bin, BinnedCase
from ctviz.store.changes import DrawnChange, Joined, LabelImage
from ctviz.store.entries import CaseEntry
from ctviz.store.readings import Reading, ReadingState
from ctviz.store.runlength import decode_mask, encode_mask
from ctviz.store.store import Store

__all__ = [
    "AuditEntry",
    "AuditEvent",
    "Bin",
    "BinnedCase",
    "CaseEntry",
    "DrawnChange",
    "Joined",
    "LabelImage",
    "Reading",
    "ReadingState",
    "Store",
    "decode_mask",
    "encode_mask",
]
