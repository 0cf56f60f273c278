"""What a case's results are when they leave: gathered, drawn, packed, and verified afterwards."""

from ctviz.export.gathering import Wanted, gathered
from ctviz.export.verifying import Verdict, verify

__all__ = ["Verdict", "Wanted", "gathered", "verify"]
