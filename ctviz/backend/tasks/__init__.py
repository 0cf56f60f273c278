"""What the backend computes: one file for each kind of result."""
