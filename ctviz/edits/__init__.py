"""What can be done to a part of a slice, to see what a model makes of it; arrays only.

A new file in this package is a new operation; other packages add theirs by the entry-point group
``ctviz.operations``.
"""

from ctviz.edits.applying import apply, operation_of
from ctviz.edits.elsewhere import elsewhere
from ctviz.edits.operation import OPERATIONS, Area, Operation

__all__ = ["OPERATIONS", "Area", "Operation", "apply", "elsewhere", "operation_of"]
