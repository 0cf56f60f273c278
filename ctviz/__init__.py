"""Find out which importance estimator to trust for a CT classifier."""
