"""What a case's results are when they leave: gathered, drawn, packed, and verified afterwards."""

from ctviz.export.gathering import WantedResults, gathered
from ctviz.export.packing import ALL_FORMS, packed, said_of
from ctviz.export.verifying import NumberCheck, verify

__all__ = ["ALL_FORMS", "NumberCheck", "WantedResults", "gathered", "packed", "said_of", "verify"]
