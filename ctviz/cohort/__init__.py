"""Studies of whole cohorts: what is compared, its scores, and which estimators stand where."""
