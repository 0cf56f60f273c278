"""What if a part of the slice were otherwise: tried on Compare, and kept as experiments."""
