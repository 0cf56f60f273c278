"""The command line: the work of the browser without one."""

from ctviz.cli.program import main

__all__ = ["main"]
