"""Getting the numbers of a study again."""
