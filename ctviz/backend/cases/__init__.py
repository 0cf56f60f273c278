"""Cases on their way in, and the list of those that are there."""
