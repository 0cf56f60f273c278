"""Results on disk, found again by what they were computed from."""
