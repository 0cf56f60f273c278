"""What a study keeps: scores, curves and rates of every slice."""
