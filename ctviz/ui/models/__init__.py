"""The models page: what each classifier is, and which estimators answer for it."""
