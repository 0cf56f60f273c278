"""Scans from a browser: a place to drop them, and the route by which they come."""

from ctviz.ui.cases.uploads.route import UPLOADS
from ctviz.ui.cases.uploads.uploader import Upload, drop_zone

__all__ = ["UPLOADS", "Upload", "drop_zone"]
