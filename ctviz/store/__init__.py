"""What outlives a session: cases, Regions, predictions and scores in one SQLite file."""

from ctviz.store.entries import CaseEntry, ScoreRow
from ctviz.store.runlength import decode_mask, encode_mask
from ctviz.store.store import Store

__all__ = ["CaseEntry", "ScoreRow", "Store", "decode_mask", "encode_mask"]
