"""The cases page: what there is, and the ways in."""
