"""Slices and heatmaps as coloured pixels and as files."""
