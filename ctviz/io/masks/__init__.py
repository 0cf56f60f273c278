"""The forms in which masks come and go, one a file."""
