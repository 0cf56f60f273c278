"""Running a study: which slices, each computed once, here or in processes of its own."""
