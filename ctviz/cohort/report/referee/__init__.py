"""What a referee asks of a study, answered from what was measured or plainly not answered."""
