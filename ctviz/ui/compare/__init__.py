"""The compare page: one slice, its maps, drawing and scores."""
