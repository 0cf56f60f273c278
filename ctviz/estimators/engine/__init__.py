"""What every estimator stands on: questions, probes, backward rules, reductions, sharing."""
