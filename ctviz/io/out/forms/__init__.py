"""The forms in which results leave, one a file."""
