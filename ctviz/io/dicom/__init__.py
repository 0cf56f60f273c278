"""DICOM in and out: headers, pixels, series in reading order, and series of our own."""
