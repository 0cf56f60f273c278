"""Work that several may ask for: done once, the most urgent first, given up if nobody waits."""
